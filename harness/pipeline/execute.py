"""One run: make its calls, and join records and journal into pairs."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace

from harness.domain.chat import Response
from harness.domain.mark import Mark
from harness.domain.observation import Arm, CallError
from harness.domain.pair import Pair
from harness.errors import RunStopped
from harness.pipeline.group import Member, OpenRun, records_of
from harness.replay.interrupt import run_interruptibly
from harness.replay.plan import ArmPlan, observe
from harness.replay.progress import Progress
from harness.replay.runner import replay
from harness.replay.watch import Onlookers
from harness.store.assemble import pairs_of
from harness.store.journal import Journal, JournalIndex
from harness.store.layout import RunDirectory
from harness.store.manifest import RunStart, write_run_start
from harness.store.pairs import write_pairs


def replay_run(
    run: OpenRun,
    plans: Mapping[Arm, ArmPlan],
    display: Callable[[str, Mapping[Arm, int], Mark], AbstractContextManager[Callable[[Progress], None]]],
) -> RunStopped | None:
    """Make the calls that remain; gives why it stopped, None where it came to its end."""
    member = run.member
    calls = {arm: member.calls for arm, plan in plans.items() if plan.provider is not None}
    going_on = f" (continues run {run.start.run_id})" if run.resumed else ""
    title = f"{member.config.name}: {member.arms[Arm.CANDIDATE].settings.label}{going_on}"
    try:
        with Journal(run.directory.journal) as journal, display(title, calls, run.start.mark) as show:
            run_interruptibly(
                replay(records_of(member), plans, journal, member.config.replay, Onlookers(show=show))
            )
    except RunStopped as stopped:
        return stopped
    return None


def write_run_pairs(run: OpenRun, plans: Mapping[Arm, ArmPlan], *, complete_only: bool) -> RunStart:
    """Write pairs.parquet; gives the start with the marks that the answers themselves carry.

    Args:
        run: The run, with its journal.
        plans: The arms as they were called.
        complete_only: Keep only the records that both arms have an outcome for: the run stopped early.
    """
    marks: dict[Arm, set[str]] = {arm: set() for arm in Arm}
    done = JournalIndex.scan(run.directory.journal)

    def watched(pairs: Iterable[Pair]) -> Iterator[Pair]:
        for pair in pairs:
            outcomes = {arm: pair.observation(arm).outcome for arm in Arm}
            for arm, outcome in outcomes.items():
                if isinstance(outcome, Response) and outcome.system_fingerprint in set(Mark):
                    marks[arm].add(str(outcome.system_fingerprint))
            if not complete_only or not any(_not_called(outcome) for outcome in outcomes.values()):
                yield pair

    pairs = pairs_of(
        records_of(run.member),
        lambda record, arm: observe(plans[arm], record, done),
        lambda arm, response: plans[arm].cost(arm, response),
    )
    write_pairs(run.directory.pairs, watched(pairs))
    done.close()
    return _marked(run, marks)


def _marked(run: OpenRun, marks: Mapping[Arm, set[str]]) -> RunStart:
    """An address may turn out to be a sandbox: its answers say so, and then the whole run does."""
    arms = {
        arm: {**says, "mark": next((mark for mark in Mark if mark in marks[arm]), says["mark"])}
        for arm, says in run.start.arms.items()
    }
    told = {says["mark"] for says in arms.values()}
    start = replace(run.start, arms=arms, mark=next(mark for mark in Mark if mark in told))
    if start != run.start:
        write_run_start(run.directory.run, start)
    return start


def spent_usd(directory: RunDirectory, member: Member) -> float:
    """What a run has paid itself, as far as the cost is known."""
    done = JournalIndex.scan(directory.journal)
    try:
        spent = 0.0
        for observation in done.paid():
            outcome = observation.outcome
            response = outcome.partial if isinstance(outcome, CallError) else outcome
            if response is not None:
                arm = observation.key.arm
                spent += member.arms[arm].cost(arm, response) or 0.0
        return spent
    finally:
        done.close()


def _not_called(outcome: Response | CallError) -> bool:
    return isinstance(outcome, CallError) and outcome.kind == "not_called"
