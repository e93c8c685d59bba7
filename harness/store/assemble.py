"""Records and observations put together as pairs."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeAlias

from harness.domain.chat import Response, Usage
from harness.domain.observation import Arm, CallError, Observation
from harness.domain.pair import Pair
from harness.domain.record import Record

Observe: TypeAlias = Callable[[Record, Arm], Observation]
Cost: TypeAlias = Callable[[Arm, Response], float | None]


def pairs_of(records: Iterable[Record], observe: Observe, cost: Cost) -> Iterator[Pair]:
    """One pair per record, in the order of the records, made as they are asked for.

    Args:
        records: The dataset.
        observe: Gives what happened on an arm's call; an error of kind `not_called` where nothing did.
        cost: Gives what a response cost in USD, None where that is unknown.
    """
    for record in records:
        incumbent, candidate = observe(record, Arm.INCUMBENT), observe(record, Arm.CANDIDATE)
        yield Pair(
            record=record,
            incumbent=incumbent,
            candidate=candidate,
            incumbent_cost_usd=_cost(incumbent, cost),
            candidate_cost_usd=_cost(candidate, cost),
        )


def _cost(observation: Observation, cost: Cost) -> float | None:
    """A failed call costs what had arrived of it, if the provider had counted that."""
    outcome = observation.outcome
    response = outcome.partial if isinstance(outcome, CallError) else outcome
    if response is None or response.usage == Usage():
        return None
    return cost(observation.key.arm, response)
