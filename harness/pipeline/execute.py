"""One run: make its calls, and join records and journal into pairs."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from harness.analysis.stats.noninferiority import Conclusion
from harness.domain.chat import Response
from harness.domain.mark import Mark
from harness.domain.observation import Arm, CallError
from harness.domain.pair import Pair
from harness.errors import RunStopped
from harness.pipeline.arms import ReadyArm, least_real
from harness.pipeline.course import Course
from harness.pipeline.group import Member, OpenRun, records_of
from harness.pipeline.judging import Display
from harness.replay.interrupt import run_interruptibly
from harness.replay.plan import ArmPlan, observe
from harness.replay.runner import replay
from harness.replay.watch import Onlookers, RunEnd, Watch
from harness.store.assemble import pairs_of
from harness.store.journal import Journal, JournalIndex
from harness.store.layout import RunDirectory
from harness.store.manifest import RunStart, write_run_start
from harness.store.pairs import write_pairs


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """How the calls of a run came to an end.

    Attributes:
        stopped: Why they were broken off, None where they were not.
        end: Why no more of them are needed, None where all were made.
    """

    stopped: RunStopped | None = None
    end: RunEnd | None = None


def replay_run(
    run: OpenRun, course: Course, plans: Mapping[Arm, ArmPlan], watch: Watch | None, display: Display
) -> Replayed:
    """Make the calls that remain."""
    member = run.member
    calls = {arm: course.calls for arm, plan in plans.items() if plan.provider is not None}
    notes = ["in random order, until it is certain"] if watch else []
    notes += [f"continues run {run.start.run_id}"] if run.resumed else []
    title = f"{member.config.name}: {member.arms[Arm.CANDIDATE].settings.label}"
    title += f" ({'; '.join(notes)})" if notes else ""
    try:
        with Journal(run.directory.journal) as journal, display(title, calls, run.start.mark) as show:
            onlookers = Onlookers(show=show, watch=watch)
            work = replay(course.records(), plans, journal, member.config.replay, onlookers)
            return Replayed(end=run_interruptibly(work).end)
    except RunStopped as stopped:
        return Replayed(stopped=stopped)


def both_called(pair: Pair) -> bool:
    """Whether both arms have an outcome."""
    return not any(_not_called(pair.observation(arm).outcome) for arm in Arm)


def every(pair: Pair) -> bool:
    """Every pair."""
    return True


def write_run_pairs(
    run: OpenRun, plans: Mapping[Arm, ArmPlan], *, kept: Callable[[Pair], bool] = every
) -> RunStart:
    """Write pairs.parquet; gives the start with the marks that the answers themselves carry.

    Args:
        run: The run, with its journal.
        plans: The arms as they were called.
        kept: The pairs to write; all where the run made every call.
    """
    marks: dict[Arm, set[str]] = {arm: set() for arm in Arm}
    done = JournalIndex.scan(run.directory.journal)

    def watched(pairs: Iterable[Pair]) -> Iterator[Pair]:
        for pair in pairs:
            outcomes = {arm: pair.observation(arm).outcome for arm in Arm}
            for arm, outcome in outcomes.items():
                if isinstance(outcome, Response) and outcome.system_fingerprint in set(Mark):
                    marks[arm].add(str(outcome.system_fingerprint))
            if kept(pair):
                yield pair

    pairs = pairs_of(
        records_of(run.member),
        lambda record, arm: observe(plans[arm], record, done),
        lambda arm, response: plans[arm].cost(arm, response),
    )
    write_pairs(run.directory.pairs, watched(pairs))
    done.close()
    return _marked(run, marks)


def told_end(run: OpenRun, start: RunStart, course: Course, replayed: Replayed) -> RunStart:
    """Write into run.json how a run in random order went; gives the start that says it."""
    if not course.clusters:
        return start
    sequential: dict[str, Any] = {
        "planned": course.planned,
        "clusters": len(course.clusters),
        "largest_cluster": course.largest_cluster,
    }
    start = replace(start, sequential=sequential, stopped_early=_stopped_early(start, course, replayed))
    write_run_start(run.directory.run, start)
    return start


def _stopped_early(start: RunStart, course: Course, replayed: Replayed) -> dict[str, Any] | None:
    if replayed.end is not None:
        return asdict(replayed.end)
    if replayed.stopped is not None or course.planned == start.records:
        return None
    reason = f"nothing is shown after {course.planned:,} records, the most that this run may call"
    return asdict(RunEnd(reason=reason, decided=Conclusion.UNDECIDED.value, records=course.planned))


def _marked(run: OpenRun, marks: Mapping[Arm, set[str]]) -> RunStart:
    """An address may turn out to be a sandbox: its answers say so, and then the whole run does."""
    arms = {
        arm: {**says, "mark": next((mark for mark in Mark if mark in marks[arm]), says["mark"])}
        for arm, says in run.start.arms.items()
    }
    judge = run.member.judge
    told = [*(says["mark"] for says in arms.values()), *([judge.mark] if judge else [])]
    start = replace(run.start, arms=arms, mark=least_real(told))
    if start != run.start:
        write_run_start(run.directory.run, start)
    return start


def spent_usd(directory: RunDirectory, member: Member) -> float:
    """What a run has paid itself, its judge included, as far as the cost is known."""
    judged = _paid_usd(directory.judge_journal, {Arm.CANDIDATE: member.judge}) if member.judge else 0.0
    return arms_spent_usd(directory, member) + judged


def arms_spent_usd(directory: RunDirectory, member: Member) -> float:
    """What a run has paid itself for its arms, as far as the cost is known."""
    return _paid_usd(directory.journal, member.arms)


def _paid_usd(journal: Path, called: Mapping[Arm, ReadyArm]) -> float:
    with closing(JournalIndex.scan(journal)) as done:
        spent = 0.0
        for observation in done.paid():
            outcome = observation.outcome
            response = outcome.partial if isinstance(outcome, CallError) else outcome
            entry = called[observation.key.arm]
            if response is not None and entry.counts_against_budget:
                spent += entry.cost(entry.arm, response) or 0.0
        return spent


def _not_called(outcome: Response | CallError) -> bool:
    return isinstance(outcome, CallError) and outcome.kind == "not_called"
