"""`harness shadow` from the first check to the last line."""

import shlex
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from harness.config import RunConfig, load_config
from harness.dataset.manifest import find_dataset
from harness.dataset.reader import DatasetFacts, check_records, read_records
from harness.domain.chat import Response
from harness.domain.mark import Mark
from harness.domain.observation import Arm, CallError
from harness.domain.pair import Pair
from harness.domain.record import Record
from harness.errors import ConfigError, RunStopped
from harness.pipeline.arms import ReadyArm, arm_plan, check_keys, ready
from harness.pipeline.group import Member, OpenRun, find_unfinished, open_group
from harness.pipeline.preview import preview, preview_lines
from harness.pipeline.stages import finish_run, scorers_of
from harness.replay.interrupt import run_interruptibly
from harness.replay.plan import ArmPlan, observe
from harness.replay.progress import Progress
from harness.replay.runner import replay
from harness.sandbox.process import embedded
from harness.scorers.stage import NamedScorer
from harness.store.assemble import pairs_of
from harness.store.journal import Journal, JournalIndex
from harness.store.layout import RunDirectory, run_directory
from harness.store.manifest import write_run_start
from harness.store.pairs import write_pairs

Display = Callable[[str, Mapping[Arm, int], Mark], AbstractContextManager[Callable[[Progress], None]]]
"""Opens a progress display for a run: title, calls per arm, the mark of its answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shadow:
    """A checked job: everything that can go wrong before money is spent has been tried.

    Attributes:
        members: One run per candidate, all against the same incumbent.
        scorers: Built from the settings; the first is primary.
    """

    members: tuple[Member, ...]
    scorers: tuple[NamedScorer, ...]
    reports: Path

    def plan_lines(self) -> list[str]:
        """What would be sent and what it would cost."""
        begun = find_unfinished(self.reports, self.members)
        first = self.members[0]
        lines = [f"{first.config.name}: {first.records:,} records; nothing is sent"]
        for place, member in enumerate(self.members):
            start = begun.get(member.identity)
            journal = self.reports / "none" / "journal.jsonl"
            if start is not None:
                journal = run_directory(self.reports, start.dataset, start.run_id).journal
            arms = {arm: entry for arm, entry in member.arms.items() if place == 0 or arm is Arm.CANDIDATE}
            plans = {arm: arm_plan(entry, member.config, sandbox_url=None) for arm, entry in arms.items()}
            done = JournalIndex.scan(journal)
            lines += preview_lines(preview(_records(member), plans, done), arms)
            done.close()
        budget = first.config.replay.budget_usd
        return [*lines, f"budget: ${budget:,.2f} a run" if budget else "no budget set (--budget-usd X)"]

    def check_keys(self) -> None:
        """Every key that the run needs is set.

        Raises:
            ConfigError: One line that names each environment variable that is missing.
        """
        check_keys(entry for member in self.members for entry in member.arms.values())

    def question(self) -> str | None:
        """What to ask before money is spent, None where nothing is."""
        paid = {
            entry.settings.label
            for member in self.members
            for entry in member.arms.values()
            if entry.costs_money
        }
        if not paid:
            return None
        return "\n".join([*self.plan_lines(), f"This is paid for at {' and '.join(sorted(paid))}. Go on?"])

    def run(self, display: Display) -> Iterator[list[str]]:
        """Replay, pair, score, analyze and report every member; gives each run's closing lines.

        Raises:
            RunStopped: Budget, error rate, refused key or interrupt; the same command continues.
        """
        runs = open_group(self.reports, self.members, datetime.now(UTC))
        with ExitStack() as held:
            embeds = any(entry.embedded for member in self.members for entry in member.arms.values())
            config = self.members[0].config
            sandbox = held.enter_context(embedded(config.folder, table=config.sandbox)) if embeds else None
            for place, run in enumerate(runs):
                if not run.finished:
                    shared = tuple(JournalIndex.scan(earlier.directory.journal) for earlier in runs[:place])
                    yield _run_one(run, self.scorers, shared, sandbox, display)


def prepare(
    dataset: str,
    *,
    reports: Path,
    incumbent: str | None,
    candidates: Sequence[str],
    limit: int | None,
    overrides: Sequence[str],
) -> Shadow:
    """Check everything that can be checked without sending anything.

    Raises:
        DatasetError: The dataset does not exist or a line of it is wrong.
        ConfigError: A setting, an arm or a key is wrong or missing.
        PluginError: A scorer cannot be loaded.
    """
    folder = find_dataset(dataset, Path("datasets"))
    if len(set(candidates)) < len(candidates):
        raise ConfigError("the same --candidate is given twice", "Every candidate is one run.")
    configs = [
        load_config(folder, overrides=overrides, incumbent=incumbent, candidate=candidate)
        for candidate in (candidates or (None,))
    ]
    arms = [{arm: ready(config, arm) for arm in Arm} for config in configs]
    for config, pair in zip(configs, arms, strict=True):
        _check_budget(config, pair)
    scorers = scorers_of(configs[0])
    facts = check_records(folder)
    _check_expected(configs[0], arms, facts)
    records = min(facts.records, limit or facts.records)
    members = tuple(
        Member(
            config=config,
            arms=pair,
            facts=facts,
            records=records,
            command=_command(dataset, incumbent, candidate, limit, overrides),
        )
        for config, pair, candidate in zip(configs, arms, candidates or (None,), strict=True)
    )
    return Shadow(members=members, scorers=scorers, reports=reports)


def _command(
    dataset: str, incumbent: str | None, candidate: str | None, limit: int | None, overrides: Sequence[str]
) -> str:
    parts = ["harness", "shadow", dataset]
    parts += ["--incumbent", incumbent] if incumbent else []
    parts += ["--candidate", candidate] if candidate else []
    parts += ["--limit", str(limit)] if limit else []
    for override in overrides:
        parts += ["--set", override]
    return shlex.join(parts)


def _check_budget(config: RunConfig, arms: Mapping[Arm, ReadyArm]) -> None:
    """A budget cannot be held where the price of a paid arm is unknown."""
    if config.replay.budget_usd is None:
        return
    for arm, entry in arms.items():
        if entry.costs_money and entry.price is None:
            raise ConfigError(
                f"a budget cannot be held: no price is known for {arm} {entry.settings.label}",
                f"Add to [{arm}]: price = {{ input_per_million = …, output_per_million = … }}",
            )


def _check_expected(config: RunConfig, arms: Sequence[Mapping[Arm, ReadyArm]], facts: DatasetFacts) -> None:
    """The simulating sandbox makes its answers from expected answers."""
    simulates = config.sandbox.get("source", "simulated") == "simulated"
    embeds = any(entry.embedded for pair in arms for entry in pair.values())
    if embeds and simulates and not facts.with_expected:
        raise ConfigError(
            f"{config.folder}: the sandbox makes its answers from expected answers, and no record has one",
            'Add "expected" to the records, or name real models: --incumbent openai/gpt-4o --candidate …',
        )


def _records(member: Member) -> Iterator[Record]:
    return islice(read_records(member.config.folder), member.records)


def _run_one(
    run: OpenRun,
    scorers: Sequence[NamedScorer],
    shared: tuple[JournalIndex, ...],
    sandbox: str | None,
    display: Display,
) -> list[str]:
    member = run.member
    plans = {
        arm: arm_plan(
            entry, member.config, sandbox_url=sandbox, shared=shared if arm is Arm.INCUMBENT else ()
        )
        for arm, entry in member.arms.items()
    }
    stopped = _replay(run, plans, display)
    mark = _write_pairs(run.directory, _records(member), plans, complete_only=stopped is not None)
    start = run.start if mark is None or mark is run.start.mark else replace(run.start, mark=mark)
    if start is not run.start:
        write_run_start(run.directory.run, start)
    lines = finish_run(
        run.directory, start, member.config, scorers, stopped=stopped.message if stopped else ""
    )
    if stopped is not None:
        raise _with_way_on(stopped, run.directory, lines) from None
    return lines


def _replay(run: OpenRun, plans: Mapping[Arm, ArmPlan], display: Display) -> RunStopped | None:
    """Make the calls that remain; gives why it stopped, None where it came to its end."""
    member = run.member
    calls = {arm: member.records for arm, plan in plans.items() if plan.provider is not None}
    going_on = f" (continues run {run.start.run_id})" if run.resumed else ""
    title = f"{member.config.name}: {member.arms[Arm.CANDIDATE].settings.label}{going_on}"
    try:
        with Journal(run.directory.journal) as journal, display(title, calls, run.start.mark) as show:
            run_interruptibly(replay(_records(member), plans, journal, member.config.replay, show))
    except RunStopped as stopped:
        return stopped
    return None


def _write_pairs(
    directory: RunDirectory, records: Iterable[Record], plans: Mapping[Arm, ArmPlan], *, complete_only: bool
) -> Mark | None:
    """Join records and journal into pairs.parquet; gives the mark the answers themselves carry, if any.

    A run that stopped early keeps only the records that both arms have an outcome for.
    """
    marks: Counter[str] = Counter()
    done = JournalIndex.scan(directory.journal)

    def watched(pairs: Iterable[Pair]) -> Iterator[Pair]:
        for pair in pairs:
            outcomes = [pair.incumbent.outcome, pair.candidate.outcome]
            marks.update(
                outcome.system_fingerprint
                for outcome in outcomes
                if isinstance(outcome, Response) and outcome.system_fingerprint in set(Mark)
            )
            if not complete_only or not any(_not_called(outcome) for outcome in outcomes):
                yield pair

    pairs = pairs_of(
        records,
        lambda record, arm: observe(plans[arm], record, done),
        lambda arm, response: plans[arm].cost(arm, response),
    )
    write_pairs(directory.pairs, watched(pairs))
    done.close()
    found = [mark for mark in (Mark.SIMULATED, Mark.RECORDED) if marks[mark]]
    return found[0] if found else None


def _not_called(outcome: Response | CallError) -> bool:
    return isinstance(outcome, CallError) and outcome.kind == "not_called"


def _with_way_on(stopped: RunStopped, directory: RunDirectory, lines: Sequence[str]) -> RunStopped:
    so_far = f"{lines[-1]} (of what was answered so far). " if lines else ""
    return RunStopped(
        stopped.message,
        f"{so_far}Run the same command again to continue {directory.name}; nothing is paid twice.",
    )
