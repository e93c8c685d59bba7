"""The exception tree.

::

    HarnessError(message, hint)              exit 1
    ├─ ConfigError, DatasetError             exit 2
    ├─ PluginError                           exit 2
    │    ├─ PluginNotFound
    │    └─ PluginBroken
    ├─ ProviderError                         one call failed; becomes a CallError in its pair
    │    ├─ RateLimited, Unavailable, Disconnected     nothing was answered, may be sent again
    │    ├─ TimedOut, TruncatedStream, Malformed       the server may have charged for it
    │    ├─ Refused                          the request itself is wrong: sending it again changes nothing
    │    └─ Unauthorized                     stops the run
    ├─ StoreError                            exit 1
    │    ├─ RunNotFound, RunsDiffer          exit 2
    │    └─ RunDamaged, SchemaMismatch
    └─ RunStopped                            exit 3; says how to resume
         └─ Interrupted                      a person asked for it

Trouble with one record is data and is counted; trouble with the run is an exception; a bug is neither.
A message says what, where and how to mend it.
"""

from typing import ClassVar

from harness.domain.chat import Response


class HarnessError(Exception):
    """Any trouble the harness can explain.

    Attributes:
        message: What went wrong and where, in one line.
        hint: How to mend it, or "".
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class ConfigError(HarnessError):
    """A setting is wrong or missing."""

    exit_code = 2


class DatasetError(HarnessError):
    """A dataset cannot be read as it stands."""

    exit_code = 2


class PluginError(HarnessError):
    """A plugin cannot be used."""

    exit_code = 2


class PluginNotFound(PluginError):
    """No plugin of that name is on the shelf."""


class PluginBroken(PluginError):
    """The plugin exists but cannot be loaded or has the wrong shape."""


class StoreError(HarnessError):
    """A run directory cannot be used."""


class RunNotFound(StoreError):
    """There is no such run."""

    exit_code = 2


class RunsDiffer(StoreError):
    """Two runs that cannot be compared: of two datasets, or one run twice."""

    exit_code = 2


class RunDamaged(StoreError):
    """A file of a run is missing or cannot be read."""


class SchemaMismatch(StoreError):
    """A file was written by a version whose columns this one cannot read."""


class RunStopped(HarnessError):
    """The run ended before its time: budget, error rate, refused key or interrupt. It can be resumed."""

    exit_code = 3


class Interrupted(RunStopped):
    """A person stopped the run: Ctrl-C or SIGTERM."""


class ProviderError(HarnessError):
    """One call to a model failed.

    Attributes:
        kind: The name that `<arm>_status` shows.
        retryable: True where nothing was answered, so that sending again cannot pay twice.
        http_status: The HTTP status, or None where no status line arrived.
        retry_after_s: Seconds the server asked to wait, or None.
        partial: What had arrived of the answer before the failure, or None.
        sent_at_s: Unix time at which the attempt was sent, None where it never left.
        latency_s: Seconds from sending to the failure, None where it never left.
    """

    kind: ClassVar[str] = "provider_error"
    retryable: ClassVar[bool] = False

    def __init__(
        self,
        message: str,
        *,
        http_status: int | None = None,
        retry_after_s: float | None = None,
        partial: Response | None = None,
    ) -> None:
        super().__init__(message)
        self.http_status = http_status
        self.retry_after_s = retry_after_s
        self.partial = partial
        self.sent_at_s: float | None = None
        self.latency_s: float | None = None


class RateLimited(ProviderError):
    """429 that clears by waiting."""

    kind = "rate_limited"
    retryable = True


class Unavailable(ProviderError):
    """5xx or overloaded: no answer was made."""

    kind = "unavailable"
    retryable = True


class Disconnected(ProviderError):
    """The connection failed before any byte of an answer."""

    kind = "disconnected"
    retryable = True


class TimedOut(ProviderError):
    """The answer did not begin, or did not end, in time."""

    kind = "timed_out"


class TruncatedStream(ProviderError):
    """The stream broke off: no finish reason, or the connection was cut in the middle."""

    kind = "truncated_stream"


class Malformed(ProviderError):
    """A success whose body is not of the dialect."""

    kind = "malformed"


class Refused(ProviderError):
    """The server rejects this request (400, 404, 413, 422, out of quota, content policy)."""

    kind = "refused"


class Unauthorized(ProviderError):
    """The key is refused (401, 403): every further call would fail as well."""

    kind = "unauthorized"
