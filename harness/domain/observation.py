"""What happened on one call."""

from dataclasses import dataclass
from enum import StrEnum

from harness.domain.chat import Response


class Arm(StrEnum):
    """Either side of the comparison."""

    INCUMBENT = "incumbent"
    CANDIDATE = "candidate"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallKey:
    """The identity of a call.

    Attributes:
        repeat: 0 for the first call, 1… for further calls that measure noise.
        fingerprint: Hex digest of endpoint and request body; resume and reuse go by it.
    """

    record_id: str
    arm: Arm
    repeat: int
    fingerprint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """Where the time of a call went, in seconds; None where it did not come to that.

    Attributes:
        started_at_s: Unix time at which the last attempt was sent.
        queue_s: Waiting for a rate limit or a free slot: ours, never the model's.
        backoff_s: Waiting between attempts.
        ttft_s: Last attempt: sending to the first content token. None without a stream.
        latency_s: Last attempt: sending to the last byte.
        retries: Attempts beyond the first.
    """

    started_at_s: float | None = None
    queue_s: float = 0.0
    backoff_s: float = 0.0
    ttft_s: float | None = None
    latency_s: float | None = None
    retries: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CallError:
    """Why a call has no response.

    Attributes:
        kind: The `kind` of a ProviderError class, or `not_called`, `not_recorded`.
        partial: What had arrived before the failure, or None.
    """

    kind: str
    message: str
    http_status: int | None = None
    partial: Response | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """What happened on one call: a response or an error, never both, never an empty stand-in."""

    key: CallKey
    outcome: Response | CallError
    timing: Timing
