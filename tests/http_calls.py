"""Calls of an HttpProvider to a server on loopback."""

import asyncio
import json
import time
from typing import Any

import pytest
from factories import request
from loopback import Answer, Loopback, piece, serving, stream_head

from harness.errors import (
    ProviderError,
)
from harness.providers.base import Reply
from harness.providers.http import HttpProvider, Timeouts
from harness.providers.openai import OpenAIDialect

KEY = "sk-test-0123456789abcdef"
ANSWER = {
    "id": "c1",
    "model": "m-1",
    "choices": [{"index": 0, "message": {"content": "hi"}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 3, "completion_tokens": 1},
}
WHOLE = json.dumps(ANSWER).encode()


def event(content: str | None = None, finish: str | None = None) -> bytes:
    choice = {"index": 0, "delta": {"content": content} if content else {}, "finish_reason": finish}
    return b"data: " + json.dumps({"id": "c1", "model": "m-1", "choices": [choice]}).encode() + b"\n\n"


USAGE = b'data: {"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":2}}\n\n'
DONE = b"data: [DONE]\n\n"
STREAM = [
    stream_head(),
    piece(event("Hel")),
    piece(event("lo")),
    piece(event(None, "stop")),
    piece(USAGE + DONE),
]


def provider(
    url: str, *, stream: bool = True, timeouts: Timeouts | None = None, key: str = ""
) -> HttpProvider:
    return HttpProvider(
        dialect=OpenAIDialect(),
        base_url=url,
        model="m",
        label="openai/m",
        key_names=(key,) if key else (),
        key_required=bool(key),
        stream=stream,
        timeouts=timeouts or Timeouts(connect_s=2, first_token_s=3, total_s=5),
        max_connections=4,
    )


async def send(of: HttpProvider, times: int = 1) -> Reply:
    async with of.open() as session:
        for _ in range(times):
            reply = await session.send(of.prepare(request()))
    return reply


def ask(answer: Answer, *, stream: bool = True, times: int = 1, **more: Any) -> tuple[Reply, Loopback]:
    async def run() -> tuple[Reply, Loopback]:
        async with serving(answer) as server:
            return await send(provider(server.url, stream=stream, **more), times), server

    return asyncio.run(run())


def failure(answer: Answer, *, stream: bool = True, **more: Any) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        ask(answer, stream=stream, **more)
    error = caught.value
    assert error.sent_at_s == pytest.approx(time.time(), abs=30)
    assert error.latency_s is not None
    assert 0 <= error.latency_s < 10
    assert error.__cause__ is None
    assert error.__context__ is None or isinstance(error.__context__, ValueError)
    return error


def text_of(error: ProviderError) -> str | None:
    assert error.partial is not None
    return error.partial.answer.text


def hanging(*parts: bytes) -> Answer:
    async def answer(writer: asyncio.StreamWriter, _: int) -> None:
        for part in parts:
            writer.write(part)
        await writer.drain()
        await asyncio.sleep(5)

    return answer


QUICK = Timeouts(connect_s=1, first_token_s=0.1, total_s=0.3)
