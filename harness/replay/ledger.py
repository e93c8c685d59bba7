"""Where every observation goes: the journal first, then the counts, the stop rule and the display."""

import asyncio
from collections.abc import Mapping

from harness.domain.observation import Arm, Observation
from harness.domain.record import Record
from harness.errors import HarnessError, Interrupted, RunStopped, StoreError
from harness.replay.charge import Charges
from harness.replay.plan import ArmPlan, Job
from harness.replay.progress import Progress, Tally
from harness.replay.settings import ReplaySettings
from harness.replay.stop import StopRule
from harness.replay.throttle.clock import Clock
from harness.replay.watch import Onlookers, RunEnd
from harness.store.journal import Journal, JournalIndex

_SHOW_EVERY_S = 0.1


class Ledger:
    """Keeps the books of a run and decides that it must stop.

    Attributes:
        over: Set once the run must stop, or nothing is left to do.
        reason: Why it is broken off, None while it is not.
        end: Why it has come to its end before the last record, None while it has not.
        grace_s: How long to wait for the calls in flight then; None for as long as they take.
        records: Records read so far.
    """

    def __init__(
        self,
        journal: Journal,
        plans: Mapping[Arm, ArmPlan],
        settings: ReplaySettings,
        onlookers: Onlookers,
        clock: Clock,
    ) -> None:
        self.over = asyncio.Event()
        self.reason: HarnessError | None = None
        self.end: RunEnd | None = None
        self.grace_s: float | None = None
        self.interrupt_grace_s = settings.interrupt_grace_s
        self.records = 0
        self.in_flight = dict.fromkeys(plans, 0)
        self.places = dict.fromkeys(plans, 0)
        self._journal = journal
        self._plans = plans
        self._settings = settings
        self._tallies = {arm: Tally() for arm in plans}
        self._charges = {arm: Charges(plan) for arm, plan in plans.items()}
        self._rule = StopRule(settings, {arm: plan.name for arm, plan in plans.items()})
        self._show = onlookers.show
        self._watch = onlookers.watch
        self._looked = asyncio.Event()
        self._clock = clock
        self._started_at = self._shown_at = clock.monotonic()

    def read_earlier_spending(self, done: JournalIndex) -> None:
        """Count against the budget what this run has paid before. Slow, so only where there is one."""
        if self._settings.budget_usd is None:
            return
        for observation in done.paid():
            arm = observation.key.arm
            if arm in self._plans and self._plans[arm].priced:
                self._rule.paid_earlier(arm, self._plans[arm].cost_of(observation))

    @property
    def ending(self) -> bool:
        """Whether no call may be begun any more."""
        return self.reason is not None or self.end is not None

    @property
    def watched(self) -> bool:
        """Whether someone looks at the answers."""
        return self._watch is not None

    def plan(self, record: Record) -> None:
        """The record comes next."""
        if self._watch is not None:
            self._finish(self._watch.planned(record))

    def look_at(self, observation: Observation) -> None:
        """A call has ended, now or earlier."""
        if self._watch is not None:
            self._finish(self._watch.ended(observation))
            self._looked.set()

    async def looked(self, most_behind: int) -> None:
        """Wait until whoever looks at the answers is no further behind.

        One slow call would else let the run go on and on, though the answers to come may end it.
        """
        while self._watch is not None and self._watch.behind > most_behind and not self.ending:
            self._looked.clear()
            await self._looked.wait()

    def reuse(self, arm: Arm) -> None:
        """Count a call that this run had settled before."""
        self._tallies[arm].reused += 1

    def share(self, observation: Observation) -> None:
        """Take over a call of another run of the group."""
        tally = self._tallies[observation.key.arm]
        tally.reused += 1
        tally.shared += 1
        self._append(observation, shared=True)
        self.look_at(observation)

    def may_send(self, arm: Arm) -> bool:
        """Whether an attempt may be sent now; it then counts as in flight until `ended`."""
        if self.ending:
            return False
        reason = self._rule.starting(arm)
        if reason is not None:
            # Every call in flight is being paid for: none of their answers is given up.
            self.stop(reason, grace_s=None)
            return False
        self.in_flight[arm] += 1
        return True

    def ended(self, arm: Arm) -> None:
        """An attempt has come back."""
        self.in_flight[arm] -= 1
        self._rule.ended(arm)

    def record(self, observation: Observation, job: Job | None = None) -> None:
        """Take a call that has come to an end; without its job it was never sent."""
        self._append(observation, shared=False)
        arm = observation.key.arm
        self._tallies[arm].add(observation, self._plans[arm].cost_of(observation))
        reason = self._rule.finished(
            observation, self._charge(observation, job), before=job.failed_before if job else None
        )
        if reason is not None and self.end is None:
            self.stop(reason, grace_s=self.interrupt_grace_s)
        self.look_at(observation)
        now = self._clock.monotonic()
        if now - self._shown_at >= _SHOW_EVERY_S:
            self._shown_at = now
            self._show(self.progress())

    def _charge(self, observation: Observation, job: Job | None) -> float | None:
        """What the call counts against the budget, if there is one."""
        if self._settings.budget_usd is None:
            return None
        try:
            return self._charges[observation.key.arm].of(observation, job)
        except RunStopped as reason:
            # As at the end of a budget: what is in flight is being paid for.
            self.stop(reason, grace_s=None)
            return None

    def stop(self, reason: HarnessError, *, grace_s: float | None) -> None:
        """End the run; the first reason stays."""
        if self.reason is None:
            self.reason = reason
            self.grace_s = grace_s
            self.over.set()

    def _finish(self, end: RunEnd | None) -> None:
        """Let the run come to its end; what is in flight is waited for, since it is being paid for."""
        if end is not None and not self.ending:
            self.end = end
            self.over.set()

    def interrupt(self) -> None:
        """End the run because a person asked for it."""
        counts = " and ".join(
            f"{progress.done + progress.reused} {arm} calls" for arm, progress in self.progress().arms.items()
        )
        reason = Interrupted(f"interrupted after {counts}; every answer that arrived is kept")
        self.stop(reason, grace_s=self.interrupt_grace_s)

    def progress(self) -> Progress:
        """How far the run has come."""
        return Progress(
            records=self.records,
            elapsed_s=self._clock.monotonic() - self._started_at,
            arms={
                arm: tally.snapshot(in_flight=self.in_flight[arm], places=self.places[arm])
                for arm, tally in self._tallies.items()
            },
        )

    def conclude(self) -> None:
        """After the last call: a run in which an arm never answered is stopped, not finished."""
        for arm, tally in self._tallies.items():
            if self.reason is None and not tally.reused:
                self.reason = self._rule.never_answered(arm)

    def show(self) -> None:
        """Show the counts now."""
        self._show(self.progress())

    def _append(self, observation: Observation, *, shared: bool) -> None:
        try:
            self._journal.append(observation, shared=shared)
        except StoreError as error:
            self.stop(error, grace_s=self.interrupt_grace_s)
