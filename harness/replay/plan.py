"""Which calls remain: what this run or another of its group has is never sent again."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from hashlib import blake2b

from harness.domain.chat import Response
from harness.domain.observation import Arm, CallError, CallKey, Observation, Timing
from harness.domain.record import Record
from harness.errors import ProviderError
from harness.providers.base import HttpCall, Provider
from harness.replay.settings import ReplaySettings
from harness.store.journal import JournalIndex

CostOf = Callable[[Arm, Response], float | None]
Chosen = Callable[[Record], bool]


def unknown_cost(arm: Arm, response: Response) -> float | None:
    """The cost where no price is known."""
    return None


def no_record(record: Record) -> bool:
    """Chooses none."""
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmPlan:
    """How one arm is called.

    Attributes:
        name: What messages call it, as `together/meta-llama/…`.
        provider: None where the recorded answers stand for the calls.
        settings: Concurrency, limits, retries and time-outs of this arm.
        cost: US dollars of a response, None where unknown.
        priced: Whether its calls count against the budget; not so those of one's own server.
        shared: Journals of other runs of the group, whose calls need not be paid again.
        repeated: The records that are called a second time.
    """

    arm: Arm
    name: str
    provider: Provider | None
    settings: ReplaySettings
    cost: CostOf = unknown_cost
    priced: bool = True
    shared: tuple[JournalIndex, ...] = ()
    repeated: Chosen = no_record

    def cost_of(self, observation: Observation) -> float | None:
        """US dollars of a call; None where unknown."""
        outcome = observation.outcome
        if isinstance(outcome, CallError):
            return None if outcome.partial is None else self.cost(self.arm, outcome.partial)
        return self.cost(self.arm, outcome)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A call that is still to be made.

    Attributes:
        input_tokens: Estimate: four bytes of the body a token.
        max_output_tokens: What the request allows, None where it does not say.
        failed_before: Kind of the error that the call came to before this run was continued, or None.
        then: The repeat, to be sent when this call has ended, or None.
    """

    key: CallKey
    call: HttpCall
    input_tokens: int
    max_output_tokens: int | None
    failed_before: str | None = None
    then: "Job | None" = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """A call that another run of the group has made."""

    observation: Observation


@dataclass(frozen=True, slots=True, kw_only=True)
class Unprepared:
    """A record that this provider cannot encode."""

    observation: Observation


Left = Job | Shared | Unprepared | None
"""What is left to do for a call; None where this run has settled it."""


def remaining(plan: ArmPlan, record: Record, done: JournalIndex) -> list[Left]:
    """What is left to do for each call of one record: the first one, and the repeat where it has one.

    Args:
        plan: The arm, which must have a provider.
        record: The record.
        done: The journal of this run as it was at the start.

    Raises:
        RunDamaged: A journal of the group has a broken line.
    """
    prepared = _prepare(plan, record)
    first = _left(plan, record, prepared, done, repeat=0)
    if not plan.repeated(record):
        return [first]
    again = _left(plan, record, prepared, done, repeat=1)
    return [first, again]


def _left(
    plan: ArmPlan, record: Record, prepared: HttpCall | CallError, done: JournalIndex, *, repeat: int
) -> Left:
    if isinstance(prepared, CallError):
        key = _key(plan.arm, record, _fingerprint_of_unprepared(plan, record), repeat)
        return Unprepared(observation=Observation(key=key, outcome=prepared, timing=Timing()))
    key = _key(plan.arm, record, prepared.fingerprint, repeat)
    if done.settled(key):
        return None
    for index in plan.shared:
        found = index.get(key) if index.settled(key) else None
        if found is not None:
            return Shared(observation=found)
    return Job(
        key=key,
        call=prepared,
        input_tokens=len(prepared.body) // 4,
        max_output_tokens=_max_output_tokens(record),
        failed_before=_failed_before(done.get(key)),
    )


def _failed_before(earlier: Observation | None) -> str | None:
    return earlier.outcome.kind if earlier and isinstance(earlier.outcome, CallError) else None


def observe(plan: ArmPlan, record: Record, done: JournalIndex) -> tuple[Observation, ...]:
    """What happened on a record's calls: from the journal, or from the record where the arm is recorded.

    Returns:
        The first call, and its repeat where the journal has one: it was paid for, so it is kept even
        where `[replay] repeats` asks for fewer now.

    Raises:
        RunDamaged: The journal has a broken line.
    """
    if plan.provider is None:
        return (recorded(plan.arm, record),)
    prepared = _prepare(plan, record)
    if isinstance(prepared, CallError):
        key = _key(plan.arm, record, _fingerprint_of_unprepared(plan, record), 0)
        first = Observation(key=key, outcome=prepared, timing=Timing())
    else:
        key = _key(plan.arm, record, prepared.fingerprint, 0)
        missing = CallError(kind="not_called", message="the run ended before this call was made")
        first = done.get(key) or Observation(key=key, outcome=missing, timing=Timing())
    again = done.get(replace(key, repeat=1))
    return (first,) if again is None else (first, again)


def recorded(arm: Arm, record: Record) -> Observation:
    """What production answered to the record, as what happened on the arm's call."""
    key = _key(arm, record, "recorded", 0)
    if record.recorded is None:
        missing = CallError(kind="not_recorded", message="the record has no answer from production")
        return Observation(key=key, outcome=missing, timing=Timing())
    return Observation(key=key, outcome=record.recorded, timing=record.recorded_timing or Timing())


def _prepare(plan: ArmPlan, record: Record) -> HttpCall | CallError:
    if plan.provider is None:
        raise ValueError(f"{plan.arm} has no provider: its answers are recorded")
    try:
        return plan.provider.prepare(record.request)
    except ProviderError as error:
        return CallError(kind=error.kind, message=error.message)
    except Exception as error:  # noqa: BLE001  a plugin's bug on one record must not end the run
        return internal_error(error)


def internal_error(error: Exception) -> CallError:
    """A bug, most likely a plugin's, as the outcome of one call."""
    return CallError(kind="internal", message=f"{type(error).__name__}: {error}")


def _key(arm: Arm, record: Record, fingerprint: str, repeat: int) -> CallKey:
    return CallKey(record_id=record.id, arm=arm, repeat=repeat, fingerprint=fingerprint)


def _fingerprint_of_unprepared(plan: ArmPlan, record: Record) -> str:
    text = f"{plan.name}\0{record.request.body!r}".encode(errors="replace")
    return "unprepared-" + blake2b(text, digest_size=16).hexdigest()


def _max_output_tokens(record: Record) -> int | None:
    body = record.request.body
    allowed = body.get("max_completion_tokens", body.get("max_tokens"))
    return allowed if isinstance(allowed, int) and allowed >= 0 else None
