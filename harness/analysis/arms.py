"""Calls, errors, tokens, cost and times of each arm."""

from dataclasses import dataclass, field

from harness.analysis.outcome import NOT_RUN
from harness.analysis.stats.counting import BoundedCounter, Count
from harness.analysis.stats.latency import Percentiles, TimeTally
from harness.domain.chat import Response, Usage
from harness.domain.observation import Arm, CallError
from harness.domain.pair import Pair


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenTotals:
    """Tokens as the provider counted them.

    Attributes:
        unknown: Calls that ran without a whole count; their tokens are missing from the sums, not 0.
    """

    input: int
    output: int
    cached: int
    reasoning: int
    unknown: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CostTotal:
    """What the calls cost.

    Attributes:
        known_usd: Sum over the calls whose cost is known; None where none is.
        unknown: Calls that ran with unknown cost; missing from the sum, not 0.
    """

    known_usd: float | None
    unknown: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmSummary:
    """One arm over the whole run.

    Attributes:
        calls: First calls that were made (or recorded), failed ones too.
        answered: Those with a response.
        not_run: Pairs in which this arm was never called or has no recording.
        errors: Failed calls by kind.
        finish_reasons, models: As the server reported them, with counts.
        retries: Attempts beyond the first, over all calls.
        repeats: Second calls that measure noise; counted here, in the tokens and in the cost alone.
    """

    arm: Arm
    calls: int
    answered: int
    not_run: int
    errors: tuple[Count, ...]
    finish_reasons: tuple[Count, ...]
    models: tuple[Count, ...]
    retries: int
    tokens: TokenTotals
    cost: CostTotal
    ttft: Percentiles
    latency: Percentiles
    repeats: int = 0


@dataclass(slots=True)
class ArmTally:
    """Counts one arm, pair by pair."""

    arm: Arm
    calls: int = 0
    answered: int = 0
    not_run: int = 0
    retries: int = 0
    errors: BoundedCounter = field(default_factory=BoundedCounter)
    finish_reasons: BoundedCounter = field(default_factory=lambda: BoundedCounter(limit=30))
    models: BoundedCounter = field(default_factory=lambda: BoundedCounter(limit=30))
    tokens: dict[str, int] = field(default_factory=dict)
    unknown_tokens: int = 0
    cost_usd: float = 0.0
    known_costs: int = 0
    ttft: TimeTally = field(default_factory=TimeTally)
    latency: TimeTally = field(default_factory=TimeTally)
    repeats: int = 0

    def add(self, pair: Pair) -> None:
        """Count this arm's calls of the pair; a failed call has no place among the times."""
        for repeat, cost in pair.repeats_of(self.arm):
            self.repeats += 1
            self._add_cost(cost)
            self._add_usage(_usage(repeat.outcome))
        observation = pair.observation(self.arm)
        outcome = observation.outcome
        if isinstance(outcome, CallError) and outcome.kind in NOT_RUN:
            self.not_run += 1
            return
        self.calls += 1
        self.retries += observation.timing.retries
        self._add_cost(pair.cost_usd(self.arm))
        self._add_usage(_usage(outcome))
        if isinstance(outcome, CallError):
            self.errors.add(outcome.kind)
            return
        self.answered += 1
        self.finish_reasons.add(outcome.finish_reason or "not given")
        self.models.add(outcome.model or "not given")
        self.ttft.add(observation.timing.ttft_s)
        self.latency.add(observation.timing.latency_s)

    def summary(self) -> ArmSummary:
        """The counts so far."""
        return ArmSummary(
            arm=self.arm,
            calls=self.calls,
            answered=self.answered,
            not_run=self.not_run,
            errors=self.errors.most(),
            finish_reasons=self.finish_reasons.most(),
            models=self.models.most(),
            retries=self.retries,
            tokens=TokenTotals(
                input=self.tokens.get("input", 0),
                output=self.tokens.get("output", 0),
                cached=self.tokens.get("cached", 0),
                reasoning=self.tokens.get("reasoning", 0),
                unknown=self.unknown_tokens,
            ),
            cost=CostTotal(
                known_usd=self.cost_usd if self.known_costs else None,
                unknown=self.calls + self.repeats - self.known_costs,
            ),
            ttft=self.ttft.percentiles(),
            latency=self.latency.percentiles(),
            repeats=self.repeats,
        )

    def _add_cost(self, cost: float | None) -> None:
        if cost is not None:
            self.cost_usd += cost
            self.known_costs += 1

    def _add_usage(self, usage: Usage) -> None:
        self.unknown_tokens += usage.input_tokens is None or usage.output_tokens is None
        for name, count in (
            ("input", usage.input_tokens),
            ("output", usage.output_tokens),
            ("cached", usage.cached_tokens),
            ("reasoning", usage.reasoning_tokens),
        ):
            self.tokens[name] = self.tokens.get(name, 0) + (count or 0)


def _usage(outcome: Response | CallError) -> Usage:
    """What was counted of a call; nothing for a failed one of which nothing arrived."""
    if isinstance(outcome, CallError):
        return outcome.partial.usage if outcome.partial else Usage()
    return outcome.usage
