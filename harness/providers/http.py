"""The only file that sends a model call: one attempt per call, over any dialect.

httpx is the interface, aiohttp the connection pool beneath it: httpx's own pool costs 60 times the CPU
at 128 calls in flight (encode/httpx#3215). The transport is driven directly, without
`httpx.AsyncClient`, whose cookies, redirects and hooks are not wanted here.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass, replace
from typing import Final, cast

import aiohttp
import httpx
from httpx_aiohttp import AiohttpTransport

from harness.domain.chat import Answer, ChatRequest, Response
from harness.errors import (
    ConfigError,
    Disconnected,
    Malformed,
    ProviderError,
    Refused,
    TimedOut,
    TruncatedStream,
)
from harness.providers.base import Dialect, HttpCall, Reply, StreamFold
from harness.providers.credentials import require_key
from harness.providers.masking import SHORTEST_KEY, hide_in_error, hide_in_response
from harness.providers.proxy import proxy_of
from harness.providers.sse import EventParser
from harness.providers.wire import mapping_of, parse_json, plain_message

MAX_BODY_BYTES: Final = 64 * 1024 * 1024
MAX_ERROR_BYTES: Final = 64 * 1024
TAIL_S: Final = 5.0
"""How long to wait for token counts and the end of the stream once the answer is whole."""
MAX_HOPS: Final = 50
"""How often a 303 is followed: Modal answers so every 150 s while a call runs."""

_BROKEN = (httpx.HTTPError, httpx.InvalidURL, aiohttp.ClientError, OSError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts:
    """How long to wait, in seconds.

    Attributes:
        connect_s: For the TCP connection.
        first_token_s: From sending to the first content of a stream; reasoning is not content.
        total_s: From sending to the last byte.
    """

    connect_s: float = 10.0
    first_token_s: float = 60.0
    total_s: float = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpProvider:
    """How to call one model at one HTTP endpoint.

    Attributes:
        dialect: The wire format.
        base_url: Address the dialect appends its path to.
        model: The model's name as the server knows it.
        label: The name for people, as `openai/gpt-4o`.
        key_names: Environment variables that may hold the key; empty sends none.
        key_required: Whether opening fails where none of them is set.
        stream: Whether answers come as event streams, which alone gives a time to first token.
        timeouts: How long to wait.
        max_connections: Connections at once; at least the number of calls in flight.
        served_at: Where the endpoint listens this time, if that changes from run to run (the embedded
            sandbox); "" is `base_url`. Fingerprints go by `base_url`.
    """

    dialect: Dialect
    base_url: str
    model: str
    label: str
    key_names: tuple[str, ...] = ()
    key_required: bool = False
    stream: bool = True
    timeouts: Timeouts = Timeouts()
    max_connections: int = 64
    served_at: str = ""

    def prepare(self, request: ChatRequest) -> HttpCall:
        """Encode a request for this endpoint and model; pure."""
        call = self.dialect.encode(request, base_url=self.base_url, model=self.model, stream=self.stream)
        if not self.served_at:
            return call
        return replace(call, url=self.served_at + call.url.removeprefix(self.base_url))

    @asynccontextmanager
    async def open(self) -> AsyncIterator["HttpSession"]:
        """Connect; the key is read from the environment now and kept in memory only.

        Raises:
            ConfigError: A key is needed and not set.
        """
        key = require_key(self)
        try:
            url = httpx.URL(self.base_url)
        except httpx.InvalidURL:
            raise ConfigError(f'"{self.base_url}" is not a URL') from None
        tls = httpx.create_ssl_context()
        connector = aiohttp.TCPConnector(limit=self.max_connections, ssl=tls)
        async with aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            # Per call, asyncio.timeout is the clock.
            timeout=aiohttp.ClientTimeout(total=None),
        ) as pool:
            proxy = proxy_of(self.served_at or self.base_url)
            transport = AiohttpTransport(verify=tls, client=pool, proxy=httpx.Proxy(proxy) if proxy else None)
            yield HttpSession(transport, self, url, key)


class HttpSession:
    """An open pool of connections to one endpoint."""

    def __init__(
        self, transport: httpx.AsyncBaseTransport, provider: HttpProvider, url: httpx.URL, key: str | None
    ) -> None:
        self.transport = transport
        self.dialect = provider.dialect
        self.timeouts = provider.timeouts
        self.extensions = {"timeout": {"connect": provider.timeouts.connect_s}}
        # A key of a few letters is none, and hiding those letters would garble the texts.
        self._key = key if key and len(key) >= SHORTEST_KEY else None
        self.headers = httpx.Headers(
            {
                "accept": "application/json, text/event-stream",
                # The pool hands out bytes as they came; compressing would also delay the first token.
                "accept-encoding": "identity",
                "content-type": "application/json",
                "user-agent": "shadow-harness",
                **(provider.dialect.authorize(key) if key else {}),
            }
        )
        self._url = url
        self._url_text = provider.base_url

    async def send(self, call: HttpCall) -> Reply:
        """Make one attempt.

        Raises:
            ProviderError: The attempt failed; `sent_at_s` and `latency_s` are set on it.
        """
        # Raised outside any `except`: a cause would carry the request, and with it the key.
        outcome = await _Attempt(self, call).outcome()
        if isinstance(outcome, ProviderError):
            raise hide_in_error(self._key, outcome)
        response = hide_in_response(self._key, outcome.response)
        return outcome if response is outcome.response else replace(outcome, response=response)

    def request(self, call: HttpCall) -> httpx.Request:
        """The request of a call; the parsed URL is kept, for it is nearly always the same."""
        if call.url != self._url_text:
            self._url, self._url_text = httpx.URL(call.url), call.url
        return httpx.Request(
            "POST", self._url, headers=self.headers, content=call.body, extensions=self.extensions
        )


class _Attempt:
    """One attempt: what it is waiting for and what has come so far."""

    def __init__(self, session: HttpSession, call: HttpCall) -> None:
        self._session = session
        self._call = call
        self._status: int | None = None
        self._headers: Mapping[str, str] = {}
        self._body = bytearray()
        self._received = 0
        self._fold: StreamFold | None = None
        self._response: Response | None = None
        self._ttft_s: float | None = None
        self._loop = asyncio.get_running_loop()
        self._sent_at_s = time.time()
        self._due_s = self._loop.time() + session.timeouts.total_s
        self._started = self._last = time.perf_counter()

    async def outcome(self) -> Reply | ProviderError:
        """Make the attempt; what goes wrong is returned, a cancellation is raised."""
        timeouts = self._session.timeouts
        limit_s = min(timeouts.first_token_s, timeouts.total_s) if self._call.stream else timeouts.total_s
        error: ProviderError | None = None
        try:
            async with asyncio.timeout(limit_s) as deadline:
                await self._exchange(deadline)
        except ProviderError as failure:
            error = failure
        except TimeoutError:
            error = self._timed_out()
        except _BROKEN as failure:
            error = self._broken(failure)
        if error is None or self._is_whole(error):
            return self._reply()
        error.sent_at_s = self._sent_at_s
        error.latency_s = time.perf_counter() - self._started
        if error.partial is None and self._fold is not None and self._received:
            error.partial = self._fold.response()
        return error

    async def _exchange(self, deadline: asyncio.Timeout) -> None:
        response = await self._answer()
        try:
            self._status = response.status_code
            self._headers = {
                name.decode("latin-1").lower(): value.decode("latin-1")
                for name, value in response.headers.raw
            }
            encoded = self._headers.get("content-encoding", "identity") != "identity"
            chunks = response.aiter_bytes() if encoded else response.aiter_raw()
            # Both are generators, whatever httpx declares; closed here, not when the collector comes by.
            async with aclosing(cast(AsyncGenerator[bytes], chunks)) as closing:
                await self._read(closing, deadline)
        finally:
            await _close(response)

    async def _answer(self) -> httpx.Response:
        """The head of the answer; a 303 is followed, to the same host only."""
        transport = self._session.transport
        request = self._session.request(self._call)
        response = await transport.handle_async_request(request)
        for _ in range(MAX_HOPS):
            url = _next_url(request, response)
            if url is None:
                break
            await _close(response)
            headers = self._session.headers
            request = httpx.Request("GET", url, headers=headers, extensions=self._session.extensions)
            response = await transport.handle_async_request(request)
        return response

    async def _read(self, chunks: AsyncIterator[bytes], deadline: asyncio.Timeout) -> None:
        status = self._status or 0
        if not 200 <= status < 300:
            await self._collect(chunks, MAX_ERROR_BYTES)
            raise self._refusal(status)
        kind = self._headers.get("content-type", "")
        may_stream = "event-stream" in kind or (
            self._call.stream and "json" not in kind and "html" not in kind
        )
        head = await self._head(chunks) if may_stream else b""
        # A content type may be wrong or missing; no event begins with a brace or a bracket.
        if may_stream and head.lstrip()[:1] not in (b"{", b"["):
            await self._read_stream(head, chunks, deadline)
        else:
            deadline.reschedule(self._due_s)
            self._body += head
            if await self._collect(chunks, MAX_BODY_BYTES):
                raise Malformed(f"the answer is longer than {MAX_BODY_BYTES:,} bytes", http_status=200)
            self._response = self._decode()

    async def _head(self, chunks: AsyncIterator[bytes]) -> bytes:
        """The body up to the end of the first chunk that is not all space; b"" where there is none."""
        head = bytearray()
        async for chunk in chunks:
            self._last = time.perf_counter()
            head += chunk
            if chunk.strip() or len(head) > MAX_BODY_BYTES:
                break
        return bytes(head)

    async def _collect(self, chunks: AsyncIterator[bytes], most: int) -> bool:
        """Read the body; True where it is longer than `most` bytes and was not read to its end."""
        async for chunk in chunks:
            self._last = time.perf_counter()
            self._body += chunk
            if len(self._body) > most:
                return True
        return False

    def _decode(self) -> Response:
        try:
            payload = parse_json(self._body)
        except ValueError:
            excerpt = plain_message(self._body[:8000].decode("utf-8", "replace"))
            raise Malformed(f"the answer is not JSON: {excerpt or 'empty'}", http_status=200) from None
        if isinstance(payload, list) and payload:
            payload = payload[0]
        return self._session.dialect.decode(mapping_of(payload))

    async def _read_stream(
        self, head: bytes, chunks: AsyncIterator[bytes], deadline: asyncio.Timeout
    ) -> None:
        fold = self._fold = self._session.dialect.fold()
        parser = EventParser()
        self._take(head, parser, fold, deadline)
        async for chunk in chunks:
            self._last = time.perf_counter()
            self._take(chunk, parser, fold, deadline)
        if not fold.finished:
            self._flush(parser, fold)
        self._response = fold.response()

    def _take(self, chunk: bytes, parser: EventParser, fold: StreamFold, deadline: asyncio.Timeout) -> None:
        self._received += len(chunk)
        if self._received > MAX_BODY_BYTES:
            raise Malformed(f"the stream is longer than {MAX_BODY_BYTES:,} bytes", http_status=200)
        was_finished = fold.finished
        for event in parser.feed(chunk):
            if fold.feed(event) and self._ttft_s is None:
                self._ttft_s = self._last - self._started
                deadline.reschedule(self._due_s)
        if fold.finished and not was_finished:
            deadline.reschedule(min(self._due_s, self._loop.time() + TAIL_S))

    def _flush(self, parser: EventParser, fold: StreamFold) -> None:
        """Take a last event that lacks its blank line.

        Raises:
            TruncatedStream: There is still no finish reason.
        """
        try:
            for event in parser.flush():
                fold.feed(event)
        except Malformed:
            pass  # the event was cut off
        if not fold.finished:
            what = "the stream ended without a finish reason" if self._received else "the stream was empty"
            raise TruncatedStream(what, http_status=self._status)

    def _is_whole(self, error: ProviderError) -> bool:
        """Whether the answer is whole although its stream did not end well."""
        if not isinstance(error, TimedOut | TruncatedStream) or self._fold is None:
            return False
        return self._fold.finished and error.partial is None

    def _reply(self) -> Reply:
        response = self._response or (self._fold.response() if self._fold else None)
        return Reply(
            response=response or Response(answer=Answer()),
            sent_at_s=self._sent_at_s,
            ttft_s=self._ttft_s,
            latency_s=self._last - self._started,
        )

    def _refusal(self, status: int) -> ProviderError:
        return self._session.dialect.error_of(status, self._headers, bytes(self._body))

    def _timed_out(self) -> ProviderError:
        timeouts = self._session.timeouts
        if self._call.stream and self._ttft_s is None and timeouts.first_token_s < timeouts.total_s:
            message = f"no content within {timeouts.first_token_s:g} s"
        else:
            message = f"the answer was not complete within {timeouts.total_s:g} s"
        return TimedOut(message, http_status=self._status)

    def _broken(self, failure: Exception) -> ProviderError:
        """What a failure of the connection means.

        httpx-aiohttp raises ConnectTimeout for refused and for dropped connections alike, so its
        cause is asked.
        """
        cause = (failure.__cause__ if isinstance(failure, httpx.HTTPError) else None) or failure
        if self._status is not None:
            if not 200 <= self._status < 300:
                return self._refusal(self._status)
            if isinstance(failure, httpx.DecodingError):
                return Malformed("the answer's compression is damaged", http_status=self._status)
            return TruncatedStream(
                "the connection broke in the middle of the answer", http_status=self._status
            )
        host = self._session.request(self._call).url.host
        if isinstance(cause, aiohttp.ConnectionTimeoutError):
            return Disconnected(f"no connection to {host} within {self._session.timeouts.connect_s:g} s")
        if isinstance(cause, aiohttp.ClientResponseError):
            return Malformed(f"{host} did not answer in HTTP: {plain_message(cause.message)}")
        if isinstance(cause, aiohttp.InvalidURL) or isinstance(failure, httpx.InvalidURL):
            return Refused(f"the address cannot be called: {plain_message(str(cause))}")
        return Disconnected(f"no answer from {host}: {plain_message(str(cause)) or type(cause).__name__}")


async def _close(response: httpx.Response) -> None:
    """Give the connection back, or cut it where the answer was not read to its end."""
    with suppress(*_BROKEN):
        await response.aclose()


def _next_url(request: httpx.Request, response: httpx.Response) -> httpx.URL | None:
    """Where a 303 leads, None for any other answer and for another host (the key would go there)."""
    location = response.headers.get("location")
    if response.status_code != 303 or not location:
        return None
    url = request.url.join(location)
    same = (url.scheme, url.host, url.port) == (request.url.scheme, request.url.host, request.url.port)
    return url if same else None
