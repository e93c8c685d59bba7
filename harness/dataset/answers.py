"""`expected` and `recorded` of a record line, read and written.

`recorded` is an OpenAI chat-completion response (the `response.body` of a Batch output line) with an
optional `timing`. Only what the harness uses is kept of it.
"""

from dataclasses import asdict, dataclass, fields
from typing import Any

import orjson

from harness.dataset.shape import (
    ShapeError,
    a_text,
    an_array,
    an_object,
    count_or_none,
    only_keys,
    seconds_or_none,
    text_or_none,
)
from harness.domain.chat import Answer, Response, ToolCall, Usage
from harness.domain.observation import Timing

_RECORDED_SHAPE = (
    'Write what production answered as an OpenAI response: {"model": "…", "choices": [{"message": '
    '{"content": "…"}, "finish_reason": "stop"}], "usage": {…}, "timing": {"latency_s": 1.2}}.'
)
_TIMING_KEYS = tuple(field.name for field in fields(Timing))
_NO_TIMING = Timing()


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """What production answered, and how long it took where that is known."""

    response: Response
    timing: Timing | None


def expected_of(value: object) -> Answer | None:
    """The expected answer: a string, tool calls, or any other JSON value as compact JSON text."""
    if value is None:
        return None
    if isinstance(value, str):
        return Answer(text=value)
    if isinstance(value, dict) and value.keys() == {"tool_calls"}:
        calls = _tool_calls(value["tool_calls"], "expected.tool_calls")
        if not calls:
            raise ShapeError(
                "expected.tool_calls is empty", "Give at least one call, or leave `expected` out."
            )
        return Answer(tool_calls=calls)
    return Answer(text=orjson.dumps(value).decode())


def expected_line(answer: Answer) -> object:
    """The JSON value that `expected_of` reads as this answer.

    Raises:
        ShapeError: The answer cannot be written: it has a refusal, text beside tool calls, or neither.
    """
    if answer.refusal is not None or (answer.text is None) == (not answer.tool_calls):
        raise ShapeError("expected must have either text or tool calls")
    if answer.text is None:
        return {"tool_calls": [_tool_call_line(call) for call in answer.tool_calls]}
    return _structure(answer.text)


def _structure(text: str) -> object:
    """A JSON object or array in place of its text, if reading it gives the same text again."""
    if not text.startswith(("{", "[")):
        return text
    try:
        value = orjson.loads(text)
        same = orjson.dumps(value).decode() == text
    except (orjson.JSONDecodeError, TypeError):
        return text
    is_call = isinstance(value, dict) and value.keys() == {"tool_calls"}
    return value if same and not is_call else text


def recording_of(value: object) -> Recording | None:
    """What production answered.

    Raises:
        ShapeError: It is not an OpenAI chat-completion response.
    """
    if value is None:
        return None
    body = an_object(value, "recorded")
    choice = an_object(_first_choice(body), "recorded.choices[0]")
    response = Response(
        answer=_answer(an_object(choice.get("message"), "recorded.choices[0].message")),
        usage=_usage(body.get("usage")),
        finish_reason=text_or_none(choice.get("finish_reason"), "recorded.choices[0].finish_reason"),
        model=text_or_none(body.get("model"), "recorded.model"),
        id=text_or_none(body.get("id"), "recorded.id"),
        system_fingerprint=text_or_none(body.get("system_fingerprint"), "recorded.system_fingerprint"),
    )
    return Recording(response=response, timing=_timing(body.get("timing")))


def _first_choice(body: dict[str, Any]) -> object:
    choices = body.get("choices")
    if choices is None and body.get("error") is not None:
        raise ShapeError(
            "recorded is an error, not an answer", "Leave `recorded` out where production failed."
        )
    if choices is None and isinstance(body.get("response"), dict):
        raise ShapeError("recorded is a whole Batch output line", "Give only its `response.body`.")
    if not isinstance(choices, list) or not choices:
        raise ShapeError(
            "recorded has no `choices`: it is not an OpenAI chat-completion response", _RECORDED_SHAPE
        )
    return choices[0]


def _answer(message: dict[str, Any]) -> Answer:
    where = "recorded.choices[0].message"
    calls = _tool_calls(message.get("tool_calls") or [], f"{where}.tool_calls")
    if message.get("function_call") is not None:  # the form before tool calls
        calls += (_function(message["function_call"], f"{where}.function_call", ""),)
    return Answer(
        text=text_or_none(message.get("content"), f"{where}.content"),
        tool_calls=calls,
        refusal=text_or_none(message.get("refusal"), f"{where}.refusal"),
    )


def _tool_calls(value: object, where: str) -> tuple[ToolCall, ...]:
    return tuple(_tool_call(call, f"{where}[{place}]") for place, call in enumerate(an_array(value, where)))


def _tool_call(value: object, where: str) -> ToolCall:
    call = an_object(value, where)
    return _function(
        call.get("function"), f"{where}.function", text_or_none(call.get("id"), f"{where}.id") or ""
    )


def _function(value: object, where: str, call_id: str) -> ToolCall:
    function = an_object(value, where)
    arguments = function.get("arguments")
    if isinstance(arguments, dict):
        arguments = orjson.dumps(arguments).decode()
    return ToolCall(
        id=call_id,
        name=a_text(function.get("name"), f"{where}.name"),
        arguments=a_text(arguments, f"{where}.arguments"),
    )


def _usage(value: object) -> Usage:
    if value is None:
        return Usage()
    usage = an_object(value, "recorded.usage")
    return Usage(
        input_tokens=count_or_none(usage.get("prompt_tokens"), "recorded.usage.prompt_tokens"),
        output_tokens=count_or_none(usage.get("completion_tokens"), "recorded.usage.completion_tokens"),
        cached_tokens=_detail(usage, "prompt_tokens_details", "cached_tokens"),
        reasoning_tokens=_detail(usage, "completion_tokens_details", "reasoning_tokens"),
    )


def _detail(usage: dict[str, Any], group: str, name: str) -> int | None:
    if usage.get(group) is None:
        return None
    where = f"recorded.usage.{group}"
    return count_or_none(an_object(usage[group], where).get(name), f"{where}.{name}")


def _timing(value: object) -> Timing | None:
    if value is None:
        return None
    where = "recorded.timing"
    timing = an_object(value, where)
    only_keys(timing, _TIMING_KEYS, where)
    return Timing(
        started_at_s=seconds_or_none(timing.get("started_at_s"), f"{where}.started_at_s"),
        queue_s=seconds_or_none(timing.get("queue_s"), f"{where}.queue_s") or 0.0,
        backoff_s=seconds_or_none(timing.get("backoff_s"), f"{where}.backoff_s") or 0.0,
        ttft_s=seconds_or_none(timing.get("ttft_s"), f"{where}.ttft_s"),
        latency_s=seconds_or_none(timing.get("latency_s"), f"{where}.latency_s"),
        retries=count_or_none(timing.get("retries"), f"{where}.retries") or 0,
    )


def recording_line(recording: Recording) -> dict[str, Any]:
    """The JSON object that `recording_of` reads as this recording; unknown values are left out."""
    response = recording.response
    line = _known(
        id=response.id,
        object="chat.completion",
        model=response.model,
        choices=[{"index": 0, "message": _message(response.answer), "finish_reason": response.finish_reason}],
        usage=_usage_line(response.usage),
        system_fingerprint=response.system_fingerprint,
    )
    if recording.timing is not None:
        line["timing"] = {
            name: value
            for name, value in asdict(recording.timing).items()
            if value != getattr(_NO_TIMING, name)
        }
    return line


def _message(answer: Answer) -> dict[str, Any]:
    message = {"role": "assistant", "content": answer.text}
    calls = [_tool_call_line(call) for call in answer.tool_calls]
    return message | _known(refusal=answer.refusal, tool_calls=calls or None)


def _tool_call_line(call: ToolCall) -> dict[str, Any]:
    return {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}


def _usage_line(usage: Usage) -> dict[str, Any] | None:
    line = _known(
        prompt_tokens=usage.input_tokens,
        completion_tokens=usage.output_tokens,
        prompt_tokens_details=_known(cached_tokens=usage.cached_tokens) or None,
        completion_tokens_details=_known(reasoning_tokens=usage.reasoning_tokens) or None,
    )
    return line or None


def _known(**values: object) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
