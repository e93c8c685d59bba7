"""Responses and tool calls as JSON text inside a Parquet column."""

import json
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

import orjson

from harness.domain.chat import Answer, Response, ToolCall, Usage
from harness.domain.observation import Timing


def json_text(value: Any) -> str:
    """Compact JSON; what orjson cannot write (surrogate halves, long integers) goes the slow way."""
    try:
        return orjson.dumps(value).decode()
    except TypeError:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def calls_text(calls: Iterable[ToolCall]) -> str | None:
    """Tool calls as a JSON array of {id, name, arguments}; None where there are none."""
    listed = [asdict(call) for call in calls]
    return json_text(listed) if listed else None


def calls_of(text: str | None) -> tuple[ToolCall, ...]:
    """The tool calls that `calls_text` wrote."""
    return tuple(ToolCall(**call) for call in orjson.loads(text)) if text else ()


def response_text(response: Response, timing: Timing | None = None) -> str:
    """A response as a JSON object of its fields, with `timing` where it is known."""
    held = asdict(response)
    if timing is not None:
        held["timing"] = asdict(timing)
    return json_text(held)


def response_of(text: str) -> tuple[Response, Timing | None]:
    """The response and the timing that `response_text` wrote."""
    held = orjson.loads(text)
    answer, timing = held.pop("answer"), held.pop("timing", None)
    calls = tuple(ToolCall(**call) for call in answer.pop("tool_calls"))
    response = Response(answer=Answer(**answer, tool_calls=calls), usage=Usage(**held.pop("usage")), **held)
    return response, Timing(**timing) if timing is not None else None
