"""`harness shadow`: a checked job, run candidate by candidate."""

import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

from harness.domain.observation import Arm
from harness.domain.pair import Pair
from harness.errors import Interrupted, RunStopped
from harness.pipeline.arms import arm_plan, check_keys
from harness.pipeline.course import Course, course_of, is_sequential
from harness.pipeline.execute import (
    Replayed,
    arms_spent_usd,
    both_called,
    every,
    replay_run,
    spent_usd,
    told_end,
    write_run_pairs,
)
from harness.pipeline.group import (
    Begun,
    Member,
    OpenRun,
    find_unfinished,
    open_group,
)
from harness.pipeline.judging import (
    Display,
    Judging,
    foreseen_pairs,
    judge_line,
    preview_questions,
    questions_of,
)
from harness.pipeline.planning import power_lines
from harness.pipeline.preview import preview, preview_lines
from harness.pipeline.sequential_run import SequentialWatch
from harness.pipeline.stages import finish_run, kinship_notes
from harness.replay.plan import ArmPlan
from harness.sandbox.process import embedded
from harness.scorers.stage import NamedScorer
from harness.store.journal import JournalIndex
from harness.store.layout import run_directory
from harness.store.lock import run_lock


@dataclass(frozen=True, slots=True, kw_only=True)
class Shadow:
    """A checked job: everything that can go wrong before money is spent has been tried.

    Attributes:
        members: One run per candidate, all against the same incumbent.
        scorers: Built from the settings; one at least decides.
    """

    members: tuple[Member, ...]
    scorers: tuple[NamedScorer, ...]
    reports: Path

    def plan_lines(self) -> list[str]:
        """What would be sent and what it would cost."""
        begun = find_unfinished(self.reports, self.members)
        first = self.members[0]
        lines = [*begun.notes, f"{first.config.name}: {first.records:,} records; nothing is sent"]
        power: list[str] = []
        for place, member in enumerate(self.members):
            with course_of(member) as course:
                lines += self._arm_lines(member, course, begun, incumbent=place == 0)
                power = power or power_lines(member, course)
                lines += self._judge_lines(member, course)
        budget = first.config.replay.budget_usd
        return [*lines, *power, f"budget: ${budget:,.2f}" if budget else "no budget set (--budget-usd X)"]

    def _arm_lines(self, member: Member, course: Course, begun: Begun, *, incumbent: bool) -> list[str]:
        start = begun.starts.get(member.identity)
        journal = self.reports / "none" / "journal.jsonl"
        if start is not None:
            journal = run_directory(self.reports, start.dataset, start.run_id).journal
        arms = {arm: entry for arm, entry in member.arms.items() if incumbent or arm is Arm.CANDIDATE}
        plans = {
            arm: arm_plan(entry, member.config, sandbox_url=None, repeated=course.repeated)
            for arm, entry in arms.items()
        }
        done = JournalIndex.scan(journal)
        try:
            return preview_lines(preview(course.records(), plans, done), arms)
        finally:
            done.close()

    def _judge_lines(self, member: Member, course: Course) -> list[str]:
        judge = member.judge
        if judge is None:
            return []
        plan = arm_plan(judge, member.config, sandbox_url=None)
        foreseen = foreseen_pairs(course.records(), course.repeated)
        questions = questions_of(foreseen, self.scorers, seed=member.config.replay.seed)
        done = JournalIndex.scan(self.reports / "none" / "judge.jsonl")
        line = judge_line(preview_questions(questions, plan, done), judge, at_most=True)
        return [line, *_kinship(member)]

    def check_keys(self) -> None:
        """Every key that the run needs is set.

        Raises:
            ConfigError: One line that names each environment variable that is missing.
        """
        check_keys(entry for member in self.members for entry in member.called)

    def question(self) -> str | None:
        """What to ask before money is spent, None where nothing is."""
        paid = {
            entry.settings.label for member in self.members for entry in member.called if entry.costs_money
        }
        if not paid:
            return None
        return "\n".join([*self.plan_lines(), f"This is paid for at {' and '.join(sorted(paid))}. Go on?"])

    def run(self, display: Display) -> Iterator[list[str]]:
        """Replay, pair, score, analyze and report every member; gives each run's closing lines.

        A member that must stop does not keep the others from running, but for an interrupt.

        Raises:
            RunStopped: Budget, error rate, refused key or interrupt; the same command continues.
        """
        runs, notes = open_group(self.reports, self.members, datetime.now(UTC))
        notes += [note for member in self.members for note in _kinship(member)]
        if notes:
            yield notes
        stops: list[RunStopped] = []
        with ExitStack() as held:
            held.enter_context(_sigterm_as_interrupt())
            embeds = any(entry.embedded for member in self.members for entry in member.called)
            config = self.members[0].config
            sandbox = held.enter_context(embedded(config.folder, table=config.sandbox)) if embeds else None
            for place, run in enumerate(runs):
                if run.finished:
                    continue
                try:
                    yield self._run_member(run, runs[:place], sandbox, display)
                except Interrupted:
                    raise
                except RunStopped as stopped:
                    stops.append(stopped)
        if stops:
            raise RunStopped("; ".join(stop.message for stop in stops), stops[-1].hint)

    def _run_member(
        self, run: OpenRun, earlier: Sequence[OpenRun], sandbox: str | None, display: Display
    ) -> list[str]:
        budget = run.member.config.replay.budget_usd
        if budget is not None and earlier:
            # One budget for the whole command: what the candidates before have spent is gone.
            left = budget - sum(spent_usd(one.directory, one.member) for one in earlier)
            if left <= 0:
                raise _way_on(RunStopped(f"the budget of ${budget:,.2f} is used up"), run, [])
            limited = replace(run.member.config.replay, budget_usd=left)
            member = replace(run.member, config=replace(run.member.config, replay=limited))
            run = replace(run, member=member)
        with run_lock(run.directory):
            try:
                return _work_through(run, earlier, sandbox, display, self.scorers)
            except KeyboardInterrupt:
                stopped = Interrupted("interrupted after the replay; every answer is kept")
                raise _way_on(stopped, run, []) from None


def _work_through(
    run: OpenRun,
    earlier: Sequence[OpenRun],
    sandbox: str | None,
    display: Display,
    scorers: Sequence[NamedScorer],
) -> list[str]:
    """All four stages of one member.

    Raises:
        RunStopped: After a partial report of what both arms have answered.
    """
    shared = tuple(JournalIndex.scan(one.directory.journal) for one in earlier)
    member = run.member
    with course_of(member) as course:
        plans = {
            arm: arm_plan(
                entry,
                member.config,
                sandbox_url=sandbox,
                shared=shared if arm is Arm.INCUMBENT else (),
                repeated=course.repeated,
            )
            for arm, entry in member.arms.items()
        }
        replayed, kept = _replay(run, course, plans, display, scorers)
        for index in shared:
            index.close()
        start = write_run_pairs(run, plans, kept=kept)
    start = told_end(run, start, course, replayed)
    stopped = replayed.stopped
    judge = member.judge
    if stopped is None and judge is not None:
        stopped = Judging(
            run=run.directory,
            config=member.config,
            judge=judge,
            scorers=tuple(scorers),
            seed=start.seed,
            arms_usd=arms_spent_usd(run.directory, member),
            earlier=tuple(one.directory.judge_journal for one in earlier),
        ).run_calls(sandbox, display)
    lines = finish_run(
        run.directory, start, member.config, scorers, stopped=stopped.message if stopped else ""
    )
    if stopped is not None:
        raise _way_on(stopped, run, lines) from None
    return lines


def _kinship(member: Member) -> list[str]:
    judge = member.judge
    models = {arm.value: entry.settings.model for arm, entry in member.arms.items()}
    return [] if judge is None else [f"note: {note}" for note in kinship_notes(judge.settings.model, models)]


def _replay(
    run: OpenRun,
    course: Course,
    plans: Mapping[Arm, ArmPlan],
    display: Display,
    scorers: Sequence[NamedScorer],
) -> tuple[Replayed, Callable[[Pair], bool]]:
    """Make the calls; gives how they ended and which pairs they left."""
    config = run.member.config
    if not is_sequential(config):
        replayed = replay_run(run, course, plans, None, display)
        return replayed, both_called if replayed.stopped else every
    watch = SequentialWatch(course, plans, scorers, config)
    replayed = replay_run(run, course, plans, watch, display)
    # Up to the first record that has no answer yet: a choice by who answered would be one by outcome.
    reached = course.up_to(watch.complete)
    return replayed, lambda pair: reached(pair.record)


def _way_on(stopped: RunStopped, run: OpenRun, lines: Sequence[str]) -> RunStopped:
    so_far = f"{lines[-1]} (of what was answered so far). " if lines else ""
    return type(stopped)(
        stopped.message,
        f"{so_far}Run the same command again to continue {run.directory.name}; nothing is paid twice.",
    )


@contextmanager
def _sigterm_as_interrupt() -> Iterator[None]:
    """SIGTERM winds the run down like Ctrl-C, in every stage."""

    def interrupt(_: int, __: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
