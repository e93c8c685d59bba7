import asyncio
import gzip
import json
import pickle
import time
from collections.abc import Awaitable, Callable

import pytest
from aiohttp import web
from factories import request
from http_calls import (
    DONE,
    KEY,
    STREAM,
    USAGE,
    WHOLE,
    ask,
    event,
    failure,
    provider,
    send,
)
from loopback import END, Answer, piece, saying, serving, stream_head, whole

from harness.domain.chat import Usage
from harness.errors import (
    ConfigError,
    Malformed,
    ProviderError,
    RateLimited,
    Refused,
    Unauthorized,
    Unavailable,
)
from harness.providers import http
from harness.providers.base import Provider, Reply

# --- answers


def test_a_whole_answer() -> None:
    reply, server = ask(saying(whole(WHOLE)), stream=False)
    assert reply.response.answer.text == "hi"
    assert reply.response.usage == Usage(input_tokens=3, output_tokens=1)
    assert reply.ttft_s is None
    assert 0 < reply.latency_s < 5
    assert reply.sent_at_s == pytest.approx(time.time(), abs=30)
    assert b"POST /v1/chat/completions HTTP/1.1" in server.requests[0]
    assert b"accept-encoding: identity" in server.requests[0].lower()
    assert b"authorization" not in server.requests[0].lower()


def test_a_streamed_answer() -> None:
    reply, server = ask(saying(*STREAM, END))
    assert reply.response.answer.text == "Hello"
    assert reply.response.finish_reason == "stop"
    assert reply.response.usage == Usage(input_tokens=3, output_tokens=2)
    assert reply.ttft_s is not None
    assert 0 < reply.ttft_s < reply.latency_s
    assert json.loads(server.requests[0].partition(b"\r\n\r\n")[2])["stream_options"] == {
        "include_usage": True
    }


def test_time_to_first_token_is_that_of_the_first_content() -> None:
    async def answer(writer: asyncio.StreamWriter, _: int) -> None:
        writer.write(stream_head() + piece(event()))
        await writer.drain()
        await asyncio.sleep(0.15)
        writer.write(piece(event("x")))
        await writer.drain()
        await asyncio.sleep(0.15)
        writer.write(piece(event(None, "stop") + DONE) + END)

    reply, _ = ask(answer)
    assert reply.ttft_s is not None
    assert 0.14 < reply.ttft_s < reply.latency_s - 0.1


def test_connections_are_kept_and_used_again() -> None:
    _, server = ask(saying(b"".join(STREAM) + END), times=5)
    assert (len(server.requests), server.connections) == (5, 1)


def test_a_stream_request_answered_as_json_is_read_as_a_whole() -> None:
    reply, _ = ask(saying(whole(WHOLE, kind="application/json; charset=utf-8")))
    assert reply.response.answer.text == "hi"
    assert reply.ttft_s is None


def test_a_plain_request_answered_as_a_stream_is_folded() -> None:
    reply, _ = ask(saying(*STREAM, END), stream=False)
    assert reply.response.answer.text == "Hello"


def test_a_stream_without_a_content_type_is_folded() -> None:
    reply, _ = ask(saying(stream_head("text/plain"), *STREAM[1:], END))
    assert reply.response.answer.text == "Hello"


def test_a_server_that_compresses_all_the_same() -> None:
    body = gzip.compress(WHOLE)
    reply, _ = ask(saying(whole(body, extra="content-encoding: gzip\r\n")), stream=False)
    assert reply.response.answer.text == "hi"


def test_damaged_compression_is_malformed() -> None:
    error = failure(saying(whole(b"no gzip", extra="content-encoding: gzip\r\n")), stream=False)
    assert isinstance(error, Malformed)
    assert str(error) == "the answer's compression is damaged"


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("kind", ["text/plain", "application/octet-stream", "text/event-stream", ""])
def test_json_is_read_as_json_whatever_its_content_type(kind: str, stream: bool) -> None:
    typed = f"content-type: {kind}" if kind else "x: y"
    head = f"HTTP/1.1 200 OK\r\n{typed}\r\ntransfer-encoding: chunked\r\n\r\n"
    reply, _ = ask(
        saying(head.encode(), piece(b"\n"), piece(b" "), piece(WHOLE[:9]), piece(WHOLE[9:]), END),
        stream=stream,
    )
    assert reply.response.answer.text == "hi"
    assert reply.response.usage == Usage(input_tokens=3, output_tokens=1)
    assert reply.ttft_s is None


def test_an_error_inside_plain_text_is_read() -> None:
    error = failure(saying(whole(b'[{"error":{"code":429,"message":"slow"}}]', kind="text/plain")))
    assert isinstance(error, RateLimited)


def test_endless_space_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "MAX_BODY_BYTES", 1000)
    error = failure(saying(stream_head("text/plain"), *[piece(b" " * 600)] * 3, END))
    assert isinstance(error, Malformed)
    assert "is longer than 1,000 bytes" in str(error)


def test_an_answer_is_whole_although_its_last_event_lacks_the_blank_line() -> None:
    reply, _ = ask(saying(stream_head(), piece(event("x")), piece(event(None, "stop").rstrip()), END))
    assert reply.response.finish_reason == "stop"


@pytest.mark.parametrize("cut", [True, False])
def test_an_answer_is_whole_once_its_finish_reason_came(cut: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "TAIL_S", 0.1)
    reply, _ = ask(saying(*STREAM[:4], cut=cut))
    assert reply.response.answer.text == "Hello"
    assert reply.latency_s < 0.1


def test_a_303_is_followed_to_the_result() -> None:
    async def answer(writer: asyncio.StreamWriter, number: int) -> None:
        there = f"location: /result/{number}\r\n"
        writer.write(whole(b"", status="303 See Other", extra=there) if number < 3 else whole(WHOLE))

    reply, server = ask(answer, stream=False)
    assert reply.response.answer.text == "hi"
    assert server.requests[2].startswith(b"GET /result/2 HTTP/1.1\r\n")


def test_a_303_that_leads_in_circles_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "MAX_HOPS", 3)
    error = failure(saying(whole(b"", status="303 See Other", extra="location: /again\r\n")))
    assert isinstance(error, Refused)
    assert "the server redirects to /again" in str(error)


def test_a_303_to_another_host_is_refused() -> None:
    error = failure(saying(whole(b"", status="303 See Other", extra="location: http://other.test/x\r\n")))
    assert isinstance(error, Refused)
    assert "the server redirects to http://other.test/x" in str(error)


def test_an_ordinary_server() -> None:
    async def complete(asked: web.Request) -> web.StreamResponse:
        assert (await asked.json())["model"] == "m"
        response = web.StreamResponse(headers={"content-type": "text/event-stream; charset=utf-8"})
        await response.prepare(asked)
        for part in (event("Grüße \u2028 🚚"), b": ping\n\n", event(None, "stop"), USAGE, DONE):
            await response.write(part.replace(b"\n", b"\r\n"))
        return response

    async def run() -> Reply:
        application = web.Application()
        application.router.add_post("/v1/chat/completions", complete)
        runner = web.AppRunner(application)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        try:
            return await send(provider(f"http://127.0.0.1:{runner.addresses[0][1]}/v1"), 3)
        finally:
            await runner.cleanup()

    assert asyncio.run(run()).response.answer.text == "Grüße \u2028 🚚"


# --- error answers


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        ("400 Bad Request", Refused),
        ("401 Unauthorized", Unauthorized),
        ("404 Not Found", Refused),
        ("429 Too Many Requests", RateLimited),
        ("500 Internal Server Error", Unavailable),
        ("503 Service Unavailable", Unavailable),
    ],
)
@pytest.mark.parametrize("stream", [True, False])
def test_error_answers(status: str, kind: type[ProviderError], stream: bool) -> None:
    body = b'{"error":{"message":"said","code":null}}'
    error = failure(saying(whole(body, status=status, extra="retry-after: 2\r\n")), stream=stream)
    assert type(error) is kind
    assert str(error) == f"HTTP {status[:3]}: said"
    assert error.retry_after_s == 2.0
    assert error.http_status == int(status[:3])


def test_an_error_answer_that_breaks_off_keeps_its_status() -> None:
    head = b"HTTP/1.1 503 Busy\r\ncontent-length: 100\r\n\r\nLoading"
    error = failure(saying(head, cut=True))
    assert isinstance(error, Unavailable)
    assert str(error) == "HTTP 503: Loading"


def test_a_huge_error_answer_is_not_read_to_its_end() -> None:
    head = b"HTTP/1.1 500 X\r\ncontent-length: 999999999\r\n\r\n"
    error = failure(saying(head, b"x" * 100_000))
    assert isinstance(error, Unavailable)
    assert len(str(error)) < 320


def test_an_error_inside_a_success() -> None:
    error = failure(saying(whole(b'{"error":{"code":429,"message":"slow"}}')))
    assert isinstance(error, RateLimited)
    assert error.http_status == 200


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"{malformed json: <<<chaos>>>", "the answer is not JSON: {malformed json: <<<chaos>>>"),
        (b"", "the answer is not JSON: empty"),
        (b"{}", "the answer has no choices"),
        (b"[]", "the answer has no choices"),
        (b"[{}]", "the answer has no choices"),
    ],
)
def test_a_success_that_is_no_answer(body: bytes, message: str) -> None:
    error = failure(saying(whole(body)), stream=False)
    assert isinstance(error, Malformed)
    assert str(error) == message


def test_a_web_page_instead_of_a_stream() -> None:
    error = failure(saying(whole(b"<html><h1>Sign in</h1></html>", kind="text/html")))
    assert isinstance(error, Malformed)
    assert str(error) == "the answer is not JSON: Sign in"


@pytest.mark.parametrize("stream", [True, False])
def test_an_endless_answer_is_cut(stream: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "MAX_BODY_BYTES", 1000)
    kind = "text/event-stream" if stream else "application/json"
    error = failure(saying(stream_head(kind), *[piece(b": ping\n\n" * 100)] * 3, END), stream=stream)
    assert isinstance(error, Malformed)
    assert "is longer than 1,000 bytes" in str(error)


# --- keys and settings


def test_the_key_travels_in_its_header_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_KEY", KEY)
    _, server = ask(saying(whole(WHOLE)), stream=False, key="MY_KEY")
    assert f"authorization: Bearer {KEY}".encode() in server.requests[0]


def test_a_missing_key_stops_before_anything_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MY_KEY", raising=False)
    with pytest.raises(ConfigError, match=r"^MY_KEY is not set; needed by openai/m$"):
        asyncio.run(send(provider("http://127.0.0.1:9/v1", key="MY_KEY")))


@pytest.mark.parametrize(
    "answer",
    [
        saying(whole(f'{{"error":{{"message":"bad key plain-{KEY[3:]} x"}}}}'.encode(), status="400 X")),
        saying(stream_head(), piece(f'data: {{"error":"bad key plain-{KEY[3:]}"}}\n\n'.encode()), END),
        saying(cut=True),
        saying(b"junk\r\n\r\n", cut=True),
        saying(*STREAM[:3], cut=True),
    ],
)
def test_the_key_shows_in_no_error(
    answer: Answer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    secret = f"plain-{KEY[3:]}"
    monkeypatch.setenv("MY_KEY", secret)
    caplog.set_level("DEBUG")
    error = failure(answer, key="MY_KEY")
    assert secret not in f"{error!r} {error} {error.args} {vars(error)} {caplog.text}"


def repeating(text: str, *, arguments: str = "{}") -> bytes:
    call = {"id": f"id {text}", "function": {"name": f"f {text}", "arguments": arguments}}
    message = {"content": f"your key is {text}.", "refusal": f"no {text}", "tool_calls": [call]}
    body = {"id": text, "model": text, "choices": [{"index": 0, "message": message, "finish_reason": text}]}
    return json.dumps(body).encode()


def test_the_key_shows_in_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    secret = f"plain-{KEY[3:]}"
    monkeypatch.setenv("MY_KEY", secret)
    body = repeating(secret, arguments=json.dumps({"key": secret}))
    reply, _ = ask(saying(whole(body)), stream=False, key="MY_KEY")
    assert secret not in repr(reply)
    assert reply.response.answer.text == "your key is [key]."
    assert reply.response.answer.refusal == "no [key]"
    assert reply.response.answer.tool_calls[0].arguments == '{"key": "[key]"}'
    assert (reply.response.model, reply.response.finish_reason) == ("[key]", "[key]")


def test_the_key_shows_in_no_stream_nor_in_what_came_of_one(monkeypatch: pytest.MonkeyPatch) -> None:
    secret = f"plain-{KEY[3:]}"
    monkeypatch.setenv("MY_KEY", secret)
    halves = [stream_head(), piece(event(f"it is {secret[:9]}")), piece(event(secret[9:]))]
    reply, _ = ask(saying(*halves, piece(event(None, "stop")), END), key="MY_KEY")
    assert reply.response.answer.text == "it is [key]"
    error = failure(saying(*halves, END), key="MY_KEY")
    assert error.partial is not None
    assert error.partial.answer.text == "it is [key]"


def test_a_key_of_a_few_letters_garbles_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_KEY", "hi")
    reply, _ = ask(saying(whole(WHOLE)), stream=False, key="MY_KEY")
    assert reply.response.answer.text == "hi"


def test_a_provider_is_only_settings() -> None:
    of: Provider = provider("http://h/v1", key="MY_KEY")
    assert pickle.loads(pickle.dumps(of)) == of  # noqa: S301 - our own bytes
    assert hash(of) == hash(provider("http://h/v1", key="MY_KEY"))


def test_a_proxy_of_the_environment_is_used_but_never_for_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    async def run(url_of: Callable[[str], str]) -> bytes:
        async with serving(saying(whole(WHOLE))) as server:
            monkeypatch.setenv("http_proxy", server.url.removesuffix("/v1"))
            await send(provider(url_of(server.url), stream=False))
            return server.requests[0]

    assert asyncio.run(run(lambda url: "http://model.invalid/v1")).startswith(
        b"POST http://model.invalid/v1/chat/completions"
    )
    assert asyncio.run(run(lambda url: url)).startswith(b"POST /v1/chat/completions")


@pytest.mark.parametrize("url", ["ftp://proxy:1", "http://proxy:port", "http://"])
def test_a_broken_proxy_setting_is_named(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", url)
    with pytest.raises(ConfigError, match="the proxy in HTTP_PROXY is not a URL"):
        asyncio.run(send(provider("http://model.invalid/v1")))


def test_many_calls_at_once() -> None:
    async def run() -> int:
        async with serving(saying(b"".join(STREAM) + END)) as server:
            of = provider(server.url)
            async with of.open() as session:
                calls: list[Awaitable[Reply]] = [session.send(of.prepare(request(str(i)))) for i in range(50)]
                replies = await asyncio.gather(*calls)
            assert {reply.response.answer.text for reply in replies} == {"Hello"}
            return server.connections

    assert asyncio.run(run()) <= 4
