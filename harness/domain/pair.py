"""A record with what both arms did."""

from dataclasses import dataclass

from harness.domain.observation import Arm, Observation
from harness.domain.record import Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A record with both arms' observations.

    Attributes:
        incumbent_cost_usd, candidate_cost_usd: What the call cost; None is unknown, never 0.
        repeats: Further calls that measure noise, those of the incumbent first.
        repeat_costs_usd: What each of `repeats` cost, in their order.
    """

    record: Record
    incumbent: Observation
    candidate: Observation
    incumbent_cost_usd: float | None = None
    candidate_cost_usd: float | None = None
    repeats: tuple[Observation, ...] = ()
    repeat_costs_usd: tuple[float | None, ...] = ()

    def observation(self, arm: Arm) -> Observation:
        """What happened on that arm."""
        return self.incumbent if arm is Arm.INCUMBENT else self.candidate

    def cost_usd(self, arm: Arm) -> float | None:
        """What that arm's first call cost, None where unknown."""
        return self.incumbent_cost_usd if arm is Arm.INCUMBENT else self.candidate_cost_usd

    def repeats_of(self, arm: Arm) -> tuple[tuple[Observation, float | None], ...]:
        """That arm's further calls, each with its cost in US dollars."""
        costs = (*self.repeat_costs_usd, *(None for _ in self.repeats))
        told = zip(self.repeats, costs, strict=False)
        return tuple((repeat, cost) for repeat, cost in told if repeat.key.arm is arm)


@dataclass(frozen=True, slots=True, kw_only=True)
class PairOutline:
    """A pair in a line, for lists of many.

    Attributes:
        lines: First lines of the last thing the user says that are not blank, each cut.
        latency_s: How long the candidate's answer took, in seconds; None where that is unknown.
    """

    record_id: str
    lines: tuple[str, ...]
    latency_s: float | None
