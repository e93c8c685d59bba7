import asyncio
import socket

import pytest
from factories import request
from http_calls import (
    DONE,
    QUICK,
    STREAM,
    WHOLE,
    event,
    failure,
    hanging,
    provider,
    send,
    text_of,
)
from loopback import END, piece, saying, serving, stream_head, whole

from harness.errors import (
    ConfigError,
    Disconnected,
    Malformed,
    ProviderError,
    Refused,
    TimedOut,
    TruncatedStream,
)
from harness.providers.http import Timeouts

# --- connections that fail


def test_a_refused_connection_is_disconnected() -> None:
    with pytest.raises(Disconnected, match=r"^no answer from 127.0.0.1: Cannot connect to host") as caught:
        asyncio.run(send(provider("http://127.0.0.1:9/v1")))
    assert caught.value.sent_at_s is not None
    assert caught.value.http_status is None


def test_an_unknown_host_is_disconnected() -> None:
    with pytest.raises(Disconnected, match=r"no answer from nowhere.invalid"):
        asyncio.run(send(provider("http://nowhere.invalid/v1")))


def test_a_connection_that_is_never_made_is_disconnected() -> None:
    slow = Timeouts(connect_s=0.1, first_token_s=3, total_s=5)
    # Nobody accepts, and the queue of waiting connections is full: the kernel lets the next one hang.
    with socket.socket() as listener, socket.socket() as first, socket.socket() as second:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for waiting in (first, second):
            waiting.setblocking(False)
            waiting.connect_ex(listener.getsockname())
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
        with pytest.raises(Disconnected, match=r"^no connection to 127.0.0.1 within 0.1 s$"):
            asyncio.run(send(provider(url, timeouts=slow)))


def test_an_address_that_cannot_be_called() -> None:
    with pytest.raises(ConfigError, match=r'^"http://h:port/v1" is not a URL$'):
        asyncio.run(send(provider("http://h:port/v1")))
    with pytest.raises(Refused, match=r"^the address cannot be called: http://h:99999/v1"):
        asyncio.run(send(provider("http://h:99999/v1")))


def test_a_connection_dropped_before_any_byte_is_disconnected() -> None:
    error = failure(saying(cut=True))
    assert isinstance(error, Disconnected)
    assert str(error) == "no answer from 127.0.0.1: Server disconnected"


def test_a_kept_connection_that_is_dropped_is_disconnected_and_not_sent_twice() -> None:
    async def answer(writer: asyncio.StreamWriter, number: int) -> None:
        if number == 2:
            writer.close()
        else:
            writer.write(whole(WHOLE))

    async def run() -> tuple[int, list[str]]:
        async with serving(answer) as server:
            of = provider(server.url, stream=False)
            seen = []
            async with of.open() as session:
                for _ in range(3):
                    try:
                        await session.send(of.prepare(request()))
                        seen.append("ok")
                    except ProviderError as error:
                        seen.append(error.kind)
            return len(server.requests), seen

    assert asyncio.run(run()) == (3, ["ok", "disconnected", "ok"])


def test_what_is_not_http_is_malformed() -> None:
    error = failure(saying(b"SSH-2.0-OpenSSH_9.9\r\n\r\n", cut=True))
    assert isinstance(error, Malformed)
    assert str(error).startswith("127.0.0.1 did not answer in HTTP")


@pytest.mark.parametrize("ending", [pytest.param(b"", id="broken"), pytest.param(END, id="clean")])
def test_a_stream_without_finish_reason_is_truncated(ending: bytes) -> None:
    error = failure(saying(*STREAM[:3], ending, cut=True))
    assert isinstance(error, TruncatedStream)
    assert text_of(error) == "Hello"
    assert error.http_status == 200


@pytest.mark.parametrize("parts", [[END], [piece(b": ping\n\n"), END], [piece(DONE), END], []])
def test_a_success_without_any_event_is_truncated(parts: list[bytes]) -> None:
    assert isinstance(failure(saying(stream_head(), *parts, cut=True)), TruncatedStream)


def test_a_stream_cut_inside_an_event_is_truncated() -> None:
    error = failure(saying(stream_head(), piece(event("Hel")), piece(event("lo")[:40]), END))
    assert isinstance(error, TruncatedStream)
    assert text_of(error) == "Hel"


def test_a_whole_answer_cut_in_the_middle_is_truncated() -> None:
    error = failure(saying(whole(WHOLE)[:-5], cut=True), stream=False)
    assert isinstance(error, TruncatedStream)
    assert str(error) == "the connection broke in the middle of the answer"


def test_an_error_in_the_middle_of_a_stream_keeps_what_came() -> None:
    error = failure(saying(*STREAM[:3], piece(b'data: {"error":{"message":"overloaded"}}\n\n'), END))
    assert isinstance(error, TruncatedStream)
    assert str(error) == "error inside the answer: overloaded"
    assert text_of(error) == "Hello"


def test_a_malformed_event_keeps_what_came() -> None:
    error = failure(saying(*STREAM[:3], piece(b"data: {bad\n\n"), END))
    assert isinstance(error, Malformed)
    assert text_of(error) == "Hello"


# --- time


@pytest.mark.parametrize("parts", [[], [stream_head()], [stream_head(), piece(event())]])
def test_no_content_in_time(parts: list[bytes]) -> None:
    error = failure(hanging(*parts), timeouts=QUICK)
    assert isinstance(error, TimedOut)
    assert str(error) == "no content within 0.1 s"
    assert error.http_status == (200 if parts else None)


def test_an_answer_that_does_not_end_in_time_keeps_what_came() -> None:
    error = failure(hanging(*STREAM[:3]), timeouts=QUICK)
    assert isinstance(error, TimedOut)
    assert str(error) == "the answer was not complete within 0.3 s"
    assert text_of(error) == "Hello"
    assert error.latency_s == pytest.approx(0.3, abs=0.2)


def test_a_whole_answer_has_the_total_time() -> None:
    error = failure(hanging(), stream=False, timeouts=QUICK)
    assert str(error) == "the answer was not complete within 0.3 s"
    assert error.latency_s == pytest.approx(0.3, abs=0.2)


def test_a_cancellation_is_not_a_failure() -> None:
    async def run() -> None:
        async with serving(hanging(*STREAM[:3])) as server:
            async with asyncio.timeout(0.1):
                await send(provider(server.url))

    with pytest.raises(TimeoutError):
        asyncio.run(run())
