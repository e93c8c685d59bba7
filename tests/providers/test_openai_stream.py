import json
from itertools import pairwise
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from wire_samples import samples

from harness.domain.chat import Answer, Response, ToolCall, Usage
from harness.errors import Malformed, ProviderError, RateLimited, Refused, TruncatedStream, Unavailable
from harness.providers.openai import OpenAIDialect, OpenAIFold, content_text

DIALECT = OpenAIDialect()
SAMPLES = samples()


def chunk(delta: dict[str, Any] | None = None, finish: str | None = None, **more: Any) -> bytes:
    choices = [] if delta is None else [{"index": 0, "delta": delta, "finish_reason": finish}]
    return json.dumps({"id": "c1", "model": "m-1", "choices": choices, **more}).encode()


def folded(*events: bytes) -> Response:
    fold = OpenAIFold()
    for event in events:
        fold.feed(event)
    return fold.response()


# --- streams


def test_a_stream_as_openai_sends_it() -> None:
    fold = OpenAIFold()
    events = [
        chunk({"role": "assistant", "content": ""}),
        chunk({"content": "Hel"}),
        chunk({"content": "lo"}),
        chunk({}, "stop"),
        chunk(usage={"prompt_tokens": 7, "completion_tokens": 2}),
        b"[DONE]",
    ]
    assert [fold.feed(event) for event in events] == [False, True, True, False, False, False]
    assert fold.finished
    assert fold.response() == Response(
        answer=Answer(text="Hello"),
        usage=Usage(input_tokens=7, output_tokens=2),
        finish_reason="stop",
        model="m-1",
        id="c1",
    )


def test_reasoning_is_not_content() -> None:
    fold = OpenAIFold()
    assert not fold.feed(chunk({"reasoning_content": "hm", "content": None}))
    assert not fold.feed(chunk({"reasoning": "hm", "content": ""}))
    assert fold.feed(chunk({"content": "4"}))
    assert fold.response().answer.text == "4"


def test_nothing_folded_is_an_unknown_answer() -> None:
    fold = OpenAIFold()
    assert fold.response() == Response(answer=Answer())
    assert not fold.finished


def test_a_refusal_in_pieces() -> None:
    assert folded(chunk({"refusal": "I "}), chunk({"refusal": "won't"})).answer == Answer(refusal="I won't")


def call(index: int | None, identity: str | None, name: str | None, arguments: str) -> dict[str, Any]:
    piece: dict[str, Any] = {"function": {"arguments": arguments}}
    if index is not None:
        piece["index"] = index
    if identity:
        piece["id"] = identity
    if name:
        piece["function"]["name"] = name
    return {"tool_calls": [piece]}


TWO_CALLS = (ToolCall(id="a", name="f", arguments='{"x":1}'), ToolCall(id="b", name="g", arguments="{}"))


@pytest.mark.parametrize("indexes", [(0, 1), (None, None), (0, 0)])
def test_tool_calls_in_pieces(indexes: tuple[int | None, int | None]) -> None:
    first, second = indexes
    answer = folded(
        chunk(call(first, "a", "f", "")),
        chunk(call(first, None, None, '{"x"')),
        chunk(call(first, None, None, ":1}")),
        chunk(call(second, "b", "g", "{}"), "tool_calls"),
    ).answer
    assert answer == Answer(tool_calls=TWO_CALLS)


def test_pieces_of_two_calls_may_interleave() -> None:
    answer = folded(
        chunk(call(0, "a", "f", '{"x"')),
        chunk(call(1, "b", "g", "{")),
        chunk(call(0, None, None, ":1}")),
        chunk(call(1, None, None, "}")),
    ).answer
    assert answer.tool_calls == TWO_CALLS


def test_a_fresh_id_on_every_piece_is_one_call() -> None:
    answer = folded(chunk(call(0, "a", "f", '{"x"')), chunk(call(0, "z", None, ":1}"))).answer
    assert answer.tool_calls == TWO_CALLS[:1]


def test_the_older_function_call_in_pieces() -> None:
    answer = folded(
        chunk({"function_call": {"name": "f", "arguments": "{"}}),
        chunk({"function_call": {"arguments": "}"}}),
    ).answer
    assert answer.tool_calls == (ToolCall(id="", name="f", arguments="{}"),)


LAST = {"prompt_tokens": 3, "completion_tokens": 1}


@pytest.mark.parametrize(
    "events",
    [
        [chunk({"content": "x"}, "stop", usage=LAST)],
        [chunk({"content": "x"}, usage={**LAST, "completion_tokens": 0}), chunk({}, "stop", usage=LAST)],
        [chunk({"content": "x"}, "stop"), chunk(x_groq={"usage": LAST})],
        [chunk({"content": "x"}, usage=None), chunk(usage=LAST), chunk(usage=None)],
    ],
)
def test_usage_on_any_chunk_and_the_last_wins(events: list[bytes]) -> None:
    assert folded(*events).usage == Usage(input_tokens=3, output_tokens=1)


def test_interleaved_choices_keep_apart() -> None:
    other = json.dumps(
        {"choices": [{"index": 1, "delta": {"content": "B"}, "finish_reason": "length"}]}
    ).encode()
    response = folded(chunk({"content": "A"}), other, chunk({}, "stop"))
    assert (response.answer.text, response.finish_reason) == ("A", "stop")


@pytest.mark.parametrize("delta", [None, "x", {"content": 5}, {"content": []}, {"tool_calls": "x"}])
def test_odd_deltas_are_ignored(delta: Any) -> None:
    event = json.dumps({"choices": [{"index": 0, "delta": delta}]}).encode()
    assert folded(event).answer.is_empty


def test_content_parts_in_a_stream() -> None:
    assert (
        folded(chunk({"content": [{"type": "text", "text": "a"}]}), chunk({"content": "b"})).answer.text
        == "ab"
    )
    assert content_text(None) is None


@given(st.text(min_size=1), st.lists(st.integers(0, 60), max_size=6))
def test_text_cut_anywhere_even_inside_a_character_comes_out_whole(text: str, places: list[int]) -> None:
    units = text.encode("utf-16-le")
    edges = [0, *sorted(2 * min(p, len(units) // 2) for p in places), len(units)]
    pieces = [units[a:b].decode("utf-16-le", "surrogatepass") for a, b in pairwise(edges)]
    assert folded(*(chunk({"content": piece}) for piece in pieces)).answer.text == text


def test_a_lone_surrogate_is_replaced_everywhere() -> None:
    half = "\ud83d"
    response = folded(
        json.dumps({"id": half, "model": half, "choices": [{"delta": {"content": half}}]}).encode(),
        chunk(call(0, half, half, half)),
        chunk({"refusal": half}, half),
    )
    assert response.answer.text == "\ufffd"
    repr(response).encode()
    orjson.dumps(response)


@pytest.mark.parametrize("event", [b"{bad", b"[1]", b'"x"', b"\xff"])
def test_an_event_that_is_no_chunk_is_malformed(event: bytes) -> None:
    with pytest.raises(Malformed, match="an event of the stream is not"):
        OpenAIFold().feed(event)


def test_an_aborted_stream_is_truncated() -> None:
    with pytest.raises(TruncatedStream, match="finish_reason error"):
        folded(chunk({"content": "a"}), chunk({"content": ""}, "error"))


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ({"code": 429, "message": "slow"}, RateLimited),
        ({"code": "502", "message": "bad"}, Unavailable),
        ({"code": 400, "message": "no"}, Refused),
        ({"message": "no", "type": "invalid_request_error", "code": None}, Refused),
        ({"message": "slow", "type": "rate_limit_error"}, RateLimited),
        ("boom", Unavailable),
    ],
)
def test_an_error_in_a_stream_before_content_means_what_it_says(
    error: Any, kind: type[ProviderError]
) -> None:
    with pytest.raises(kind, match="error inside the answer"):
        folded(chunk({"role": "assistant", "content": ""}), json.dumps({"error": error}).encode())


def test_an_error_in_a_stream_after_content_is_truncated() -> None:
    events = [chunk({"content": "ha"}), json.dumps({"error": {"code": 429, "message": "slow"}}).encode()]
    with pytest.raises(TruncatedStream, match="error inside the answer: slow") as caught:
        folded(*events)
    assert caught.value.partial is not None
    assert caught.value.partial.answer.text == "ha"


@pytest.mark.parametrize(
    "event",
    [
        {"object": "error", "message": "boom", "code": 500},
        {"x_groq": {"id": "r", "error": "boom"}},
        {"error": {"message": "boom"}, "choices": [{"delta": {"content": ""}}]},
    ],
)
def test_other_shapes_of_an_error_in_a_stream(event: dict[str, Any]) -> None:
    with pytest.raises(Unavailable, match="boom"):
        folded(json.dumps(event).encode())


def test_null_errors_are_no_errors() -> None:
    assert folded(chunk({"content": "a"}, error=None, x_groq={"id": "r"})).answer.text == "a"
