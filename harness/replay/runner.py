"""Stage 1: Records → Observations, both arms at once, in bounded memory."""

import asyncio
import gc
from collections.abc import Coroutine, Iterable, Iterator, Mapping
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, replace

from harness.domain.observation import Arm
from harness.domain.record import Record
from harness.errors import HarnessError
from harness.providers.base import Provider
from harness.replay.lane import Lane
from harness.replay.ledger import Ledger
from harness.replay.plan import ArmPlan, Job, Left, Shared, Unprepared, observe, remaining
from harness.replay.progress import Progress
from harness.replay.settings import ReplaySettings
from harness.replay.throttle.clock import Clock, SystemClock
from harness.replay.watch import Onlookers, RunEnd
from harness.store.journal import Journal, JournalIndex

NOBODY = Onlookers()

_YIELD_EVERY = 256  # records that need no call are passed over without ever waiting


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayResult:
    """A replay that came to its end; the observations are in the journal.

    Attributes:
        end: Why it needed no more calls, None where it made all of them.
    """

    progress: Progress
    end: RunEnd | None = None


async def replay(
    records: Iterable[Record],
    plans: Mapping[Arm, ArmPlan],
    journal: Journal,
    settings: ReplaySettings,
    onlookers: Onlookers = NOBODY,
    clock: Clock | None = None,
) -> ReplayResult:
    """Make every call that remains; the journal says which.

    Cancelling it (Ctrl-C) takes no new records, waits a short while for the calls in flight, and
    raises RunStopped; cancelling it again does not wait.

    Args:
        records: Read lazily, only as fast as the slower arm takes them.
        plans: The arms; one without a provider is passed over.
        journal: Opened; what it holds already is not called again.
        settings: Budget, error rate and grace of the run (limits per arm are in its plan).
        onlookers: A display, and who may end the run before its last record.
        clock: The real one unless a test winds its own.

    Raises:
        RunStopped: Budget, error rate, refused key or interrupt.
        StoreError: The journal cannot be written or read.
        ConfigError: A key is not set.
    """
    clock = clock or SystemClock()
    called = {arm: plan for arm, plan in plans.items() if plan.provider is not None}
    done = JournalIndex.scan(journal.path)
    try:
        ledger = Ledger(journal, called, settings, onlookers, clock)
        ledger.read_earlier_spending(done)
        with _rare_collections():
            return await _Run(records, called, done, ledger, clock).run()
    finally:
        done.close()


@contextmanager
def _rare_collections() -> Iterator[None]:
    """Let the garbage collector look at new objects only, and at those less often.

    Calls in flight live for many of its usual rounds, and the imported libraries for ever: at 512 in
    flight it takes a fifth of the CPU otherwise (docs/performance.md).
    """
    thresholds = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)
    try:
        yield
    finally:
        gc.set_threshold(*thresholds)
        gc.unfreeze()


class _Run:
    """One replay on its way."""

    def __init__(
        self,
        records: Iterable[Record],
        plans: Mapping[Arm, ArmPlan],
        done: JournalIndex,
        ledger: Ledger,
        clock: Clock,
    ) -> None:
        self._records = records
        self._done = done
        self._ledger = ledger
        self._lanes = [Lane(plan, ledger, self._spawn, clock) for plan in plans.values()]
        # As many as one arm may have in flight and in its queue.
        self._most_behind = 2 * max((plan.settings.concurrency for plan in plans.values()), default=0)
        self._sessions = AsyncExitStack()
        self._opened = False
        self._group = asyncio.TaskGroup()
        self._live: set[asyncio.Task[None]] = set()
        self._nothing_lives = asyncio.Event()
        self._crashed = False

    async def run(self) -> ReplayResult:
        async with self._sessions, self._group:
            producer = self._spawn(self._produce())
            await self._supervise(producer)
        self._ledger.show()
        self._ledger.conclude()
        if self._ledger.reason is not None:
            raise self._ledger.reason
        return ReplayResult(progress=self._ledger.progress(), end=self._ledger.end)

    async def _produce(self) -> None:
        try:
            for record in self._records:
                self._ledger.plan(record)
                if self._ledger.ending:
                    return
                await self._offer(record)
                await self._ledger.looked(self._most_behind)
                self._ledger.records += 1
                if self._ledger.records % _YIELD_EVERY == 0:
                    await asyncio.sleep(0)
            for lane in self._lanes:
                await lane.finish()
        except HarnessError as error:
            # A broken dataset or a missing key ends the run, not the calls that are being paid for.
            self._ledger.stop(error, grace_s=None)

    async def _offer(self, record: Record) -> None:
        for lane in self._lanes:
            left = remaining(lane.plan, record, self._done)
            if left[0] is None and self._ledger.watched:
                self._ledger.look_at(observe(lane.plan, record, self._done)[0])
            jobs = [call for call in left if isinstance(call, Job)]
            for call in left:
                self._settle(lane.plan.arm, call)
            if jobs:
                await self._open()
                await lane.submit(_in_turn(jobs))

    def _settle(self, arm: Arm, left: Left) -> None:
        """Keep the books of a call that need not be sent."""
        match left:
            case None:
                self._ledger.reuse(arm)
            case Shared():
                self._ledger.share(left.observation)
            case Unprepared():
                self._ledger.record(left.observation)

    async def _open(self) -> None:
        """Connect every arm before the first call of any: a missing key must show before money is spent."""
        if self._opened:
            return
        for lane in self._lanes:
            lane.session = await self._sessions.enter_async_context(_provider(lane.plan).open())
        self._opened = True

    async def _supervise(self, producer: asyncio.Task[None]) -> None:
        """Wait until all is done; where the run must stop, wind it down without losing an answer.

        All waiting is done here, inside the task group: its own way of ending would cancel the calls
        in flight, whose answers are paid.
        """
        try:
            await self._ledger.over.wait()
            await self._wind_down(producer)
        except asyncio.CancelledError:
            if self._crashed:
                raise
            _forget_cancellation()
            self._ledger.interrupt()
            await self._wind_down(producer)

    async def _wind_down(self, producer: asyncio.Task[None]) -> None:
        if not self._live:
            return
        producer.cancel()
        for lane in self._lanes:
            lane.quit()
        grace_s = self._ledger.grace_s
        while await self._interrupted(grace_s) and grace_s is None:
            grace_s = self._ledger.interrupt_grace_s
        for task in self._live:
            task.cancel()
        await self._nothing_lives.wait()

    async def _interrupted(self, grace_s: float | None) -> bool:
        """Wait for the calls in flight; whether a person would not wait for them."""
        try:
            async with asyncio.timeout(grace_s):
                await self._nothing_lives.wait()
        except TimeoutError:
            return False
        except asyncio.CancelledError:
            if self._crashed:
                raise
            _forget_cancellation()
            return True
        return False

    def _spawn(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        task = self._group.create_task(work)
        self._live.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._live.discard(task)
        if not task.cancelled() and task.exception() is not None:
            self._crashed = True
        if not self._live:
            self._nothing_lives.set()
            self._ledger.over.set()


def _in_turn(jobs: list[Job]) -> Job:
    """The calls of one record as one job: a repeat is never on its way before the first answer is there."""
    first, *rest = jobs
    return replace(first, then=rest[0]) if rest else first


def _provider(plan: ArmPlan) -> Provider:
    if plan.provider is None:
        raise ValueError(f"{plan.arm} has no provider")
    return plan.provider


def _forget_cancellation() -> None:
    """Take the interrupt upon us: it ends in RunStopped instead."""
    task = asyncio.current_task()
    if task is not None:
        task.uncancel()
