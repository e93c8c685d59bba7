"""How far a replay has come: what a display can show."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from harness.domain.chat import Response
from harness.domain.observation import Arm, CallError, Observation


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmProgress:
    """One arm's share of a replay.

    Attributes:
        done: Calls that came to an end now, errors included.
        reused: Calls that were settled already, `shared` ones included.
        shared: Calls taken over from other runs of the group.
        in_flight: Calls that are with the server at this moment.
        retries: Attempts beyond the first.
        errors: Number of failed calls by kind.
        cost_usd: What the calls made now cost, as far as known.
        unknown_cost: Calls made now whose cost is not known.
        input_tokens, output_tokens: As the provider counted them, now.
        places: How many calls may be in flight at this moment.
    """

    done: int = 0
    reused: int = 0
    shared: int = 0
    in_flight: int = 0
    retries: int = 0
    errors: Mapping[str, int] = field(default_factory=dict)
    cost_usd: float = 0.0
    unknown_cost: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    places: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a replay has come.

    Attributes:
        records: Records read so far.
        elapsed_s: Seconds since the start.
    """

    records: int
    elapsed_s: float
    arms: Mapping[Arm, ArmProgress]


ShowProgress = Callable[[Progress], None]


class Tally:
    """Counts one arm's calls."""

    def __init__(self) -> None:
        self.reused = 0
        self.shared = 0
        self._done = 0
        self._retries = 0
        self._errors: Counter[str] = Counter()
        self._cost_usd = 0.0
        self._unknown_cost = 0
        self._input_tokens = 0
        self._output_tokens = 0

    def add(self, observation: Observation, cost_usd: float | None) -> None:
        """Count a call that has come to an end."""
        self._done += 1
        self._retries += observation.timing.retries
        outcome = observation.outcome
        if isinstance(outcome, CallError):
            self._errors[outcome.kind] += 1
        self._add_cost(outcome, cost_usd)
        answer = outcome.partial if isinstance(outcome, CallError) else outcome
        if answer is not None:
            self._input_tokens += answer.usage.input_tokens or 0
            self._output_tokens += answer.usage.output_tokens or 0

    def _add_cost(self, outcome: Response | CallError, cost_usd: float | None) -> None:
        if cost_usd is not None:
            self._cost_usd += cost_usd
        elif isinstance(outcome, Response) or outcome.partial is not None:
            self._unknown_cost += 1

    def snapshot(self, *, in_flight: int, places: int) -> ArmProgress:
        """The counts as they stand."""
        return ArmProgress(
            done=self._done,
            reused=self.reused,
            shared=self.shared,
            in_flight=in_flight,
            retries=self._retries,
            errors=dict(self._errors),
            cost_usd=self._cost_usd,
            unknown_cost=self._unknown_cost,
            input_tokens=self._input_tokens,
            output_tokens=self._output_tokens,
            places=places,
        )
