"""Records and observations put together as pairs."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeAlias

from harness.domain.chat import Response, Usage
from harness.domain.observation import Arm, CallError, Observation
from harness.domain.pair import Pair
from harness.domain.record import Record

Observe: TypeAlias = Callable[[Record, Arm], Sequence[Observation]]
Cost: TypeAlias = Callable[[Arm, Response], float | None]


def pairs_of(records: Iterable[Record], observe: Observe, cost: Cost) -> Iterator[Pair]:
    """One pair per record, in the order of the records, made as they are asked for.

    Args:
        records: The dataset.
        observe: Gives what happened on an arm's calls, the first one and then its repeats; an error of
            kind `not_called` where nothing did.
        cost: Gives what a response cost in USD, None where that is unknown.
    """
    for record in records:
        incumbent, *incumbent_repeats = observe(record, Arm.INCUMBENT)
        candidate, *candidate_repeats = observe(record, Arm.CANDIDATE)
        repeats = (*incumbent_repeats, *candidate_repeats)
        yield Pair(
            record=record,
            incumbent=incumbent,
            candidate=candidate,
            incumbent_cost_usd=_cost(incumbent, cost),
            candidate_cost_usd=_cost(candidate, cost),
            repeats=repeats,
            repeat_costs_usd=tuple(_cost(repeat, cost) for repeat in repeats),
        )


def _cost(observation: Observation, cost: Cost) -> float | None:
    """A failed call costs what had arrived of it, if the provider had counted that."""
    outcome = observation.outcome
    response = outcome.partial if isinstance(outcome, CallError) else outcome
    if response is None or response.usage == Usage():
        return None
    return cost(observation.key.arm, response)
