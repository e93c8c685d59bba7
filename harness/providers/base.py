"""What it takes to be a provider or a wire dialect."""

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from harness.domain.chat import ChatRequest, JsonObject, Response
from harness.errors import ProviderError


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpCall:
    """A request ready to be sent: built once, sent as often as it must be.

    Attributes:
        url: The whole address.
        body: The JSON bytes.
        stream: Whether the answer comes as an event stream.
        fingerprint: Hex digest of url and body; names the call in the journal. Never covers a key.
    """

    url: str
    body: bytes
    stream: bool
    fingerprint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A response with the clock of its one attempt.

    Attributes:
        sent_at_s: Unix time of sending.
        ttft_s: Sending to the first content token, in seconds; None without a stream or content.
        latency_s: Sending to the last byte, in seconds.
    """

    response: Response
    sent_at_s: float
    ttft_s: float | None
    latency_s: float


class Session(Protocol):
    """An open connection to one endpoint."""

    async def send(self, call: HttpCall) -> Reply:
        """Make one attempt.

        Raises:
            ProviderError: The attempt failed; its class says how, `sent_at_s` and `latency_s` are
                set on it where the request left.
        """
        ...


class Provider(Protocol):
    """How to call one model at one endpoint: settings only, hashable, picklable."""

    def prepare(self, request: ChatRequest) -> HttpCall:
        """Encode a request for this endpoint and model; pure."""
        ...

    def open(self) -> AbstractAsyncContextManager[Session]:
        """Connect; reads the key from the environment now and keeps it in memory only.

        Raises:
            ConfigError: The environment variable that holds the key is not set.
        """
        ...


class StreamFold(Protocol):
    """Folds the events of one stream into a response; pure."""

    def feed(self, event: bytes) -> bool:
        """Take the data of one event; True where it carried output (content, refusal, tool call).

        Raises:
            ProviderError: The event is an error, or not of the dialect.
        """
        ...

    def response(self) -> Response:
        """What has been folded so far."""
        ...

    @property
    def finished(self) -> bool:
        """Whether a finish reason has arrived."""
        ...


class Dialect(Protocol):
    """A wire format; pure."""

    def encode(self, request: ChatRequest, *, base_url: str, model: str, stream: bool) -> HttpCall:
        """The request in this dialect."""
        ...

    def authorize(self, key: str) -> Mapping[str, str]:
        """The headers that carry the key."""
        ...

    def decode(self, body: JsonObject) -> Response:
        """A whole (not streamed) answer.

        Raises:
            ProviderError: The body is an error under a success status, or not of the dialect.
        """
        ...

    def fold(self) -> StreamFold:
        """A fresh fold for one stream."""
        ...

    def error_of(self, status: int, headers: Mapping[str, str], body: bytes) -> ProviderError:
        """What an answer with an error status means; header names are lower case."""
        ...
