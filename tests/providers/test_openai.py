import json
from typing import Any

import orjson
import pytest
from factories import request
from wire_samples import fold, samples, stream_chunks

from harness.domain.chat import Answer, ChatRequest, Response, ToolCall, Usage
from harness.errors import Malformed, Refused, TruncatedStream
from harness.providers.openai import OpenAIDialect, OpenAIFold, usage_of

DIALECT = OpenAIDialect()
SAMPLES = samples()


def encode(body: ChatRequest, *, stream: bool, base_url: str = "https://h/v1") -> tuple[str, dict[str, Any]]:
    call = DIALECT.encode(body, base_url=base_url, model="m", stream=stream)
    return call.url, orjson.loads(call.body)


def chunk(delta: dict[str, Any] | None = None, finish: str | None = None, **more: Any) -> bytes:
    choices = [] if delta is None else [{"index": 0, "delta": delta, "finish_reason": finish}]
    return json.dumps({"id": "c1", "model": "m-1", "choices": choices, **more}).encode()


def folded(*events: bytes) -> Response:
    fold = OpenAIFold()
    for event in events:
        fold.feed(event)
    return fold.response()


def body(message: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"choices": [{"index": 0, "message": message, "finish_reason": "stop"}], **more}


# --- encode


def test_every_parameter_but_the_model_is_kept() -> None:
    url, sent = encode(request("hi", model="old", temperature=0, x_extra={"b": 1, "a": 2}), stream=False)
    assert url == "https://h/v1/chat/completions"
    assert sent == {
        "messages": [{"role": "user", "content": "hi"}],
        "model": "m",
        "temperature": 0,
        "x_extra": {"b": 1, "a": 2},
    }
    assert list(sent["x_extra"]) == ["b", "a"]


def test_streaming_asks_for_usage_and_keeps_other_options() -> None:
    _, sent = encode(request(stream_options={"include_obfuscation": False}), stream=True)
    assert sent["stream"] is True
    assert sent["stream_options"] == {"include_obfuscation": False, "include_usage": True}


def test_without_a_stream_both_settings_go() -> None:
    _, sent = encode(request(stream=True, stream_options={"include_usage": True}), stream=False)
    assert "stream" not in sent
    assert "stream_options" not in sent


def test_the_recorded_body_is_left_alone() -> None:
    recorded = request(stream=True, stream_options={"a": 1})
    encode(recorded, stream=False)
    assert recorded.body["stream_options"] == {"a": 1}


def test_the_fingerprint_names_address_and_body() -> None:
    one = DIALECT.encode(request("a"), base_url="https://h/v1", model="m", stream=True)
    same = DIALECT.encode(request("a"), base_url="https://h/v1/", model="m", stream=True)
    others = [
        DIALECT.encode(request("b"), base_url="https://h/v1", model="m", stream=True),
        DIALECT.encode(request("a"), base_url="https://i/v1", model="m", stream=True),
        DIALECT.encode(request("a"), base_url="https://h/v1", model="n", stream=True),
        DIALECT.encode(request("a"), base_url="https://h/v1", model="m", stream=False),
    ]
    assert one == same
    assert len(one.fingerprint) == 32
    assert len({call.fingerprint for call in [one, *others]}) == 5


def test_the_key_goes_into_its_header() -> None:
    assert DIALECT.authorize("k") == {"authorization": "Bearer k"}
    assert OpenAIDialect(key_header="api-key").authorize("k") == {"api-key": "k"}


# --- whole answers


def test_a_whole_answer() -> None:
    answer = body(
        {"role": "assistant", "content": "hi", "refusal": None},
        id="c1",
        model="gpt-4o-2024-08-06",
        usage={
            "prompt_tokens": 10,
            "completion_tokens": 5,
            "prompt_tokens_details": {"cached_tokens": 4},
            "completion_tokens_details": {"reasoning_tokens": 3},
        },
    )
    assert DIALECT.decode(answer) == Response(
        answer=Answer(text="hi"),
        usage=Usage(input_tokens=10, output_tokens=5, cached_tokens=4, reasoning_tokens=3),
        finish_reason="stop",
        model="gpt-4o-2024-08-06",
        id="c1",
    )


@pytest.mark.parametrize(
    ("message", "answer"),
    [
        ({"content": None}, Answer()),
        ({}, Answer()),
        ({"content": ""}, Answer(text="")),
        ({"content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]}, Answer(text="ab")),
        (
            {"content": [{"type": "thinking", "thinking": []}, {"type": "text", "text": "b"}]},
            Answer(text="b"),
        ),
        ({"content": [{"type": "thinking", "text": "hm"}]}, Answer()),
        ({"content": 7}, Answer()),
        ({"content": None, "refusal": "no"}, Answer(refusal="no")),
        ({"content": "a\ud83d\ude9a"}, Answer(text="a🚚")),
        (
            {"tool_calls": [{"id": "t", "function": {"name": "f", "arguments": "{bad"}}]},
            Answer(tool_calls=(ToolCall(id="t", name="f", arguments="{bad"),)),
        ),
        (
            {"tool_calls": [{"id": None, "function": {"name": "f", "arguments": {"a": 1}}}, "x"]},
            Answer(tool_calls=(ToolCall(id="", name="f", arguments='{"a":1}'),)),
        ),
        (
            {"function_call": {"name": "f", "arguments": "{}"}},
            Answer(tool_calls=(ToolCall(id="", name="f", arguments="{}"),)),
        ),
    ],
)
def test_shapes_of_a_message(message: dict[str, Any], answer: Answer) -> None:
    assert DIALECT.decode(body(message)).answer == answer


@pytest.mark.parametrize("choice", [{"message": {"content": "x"}}, {"message": None, "finish_reason": None}])
def test_an_absent_finish_reason_is_unknown(choice: dict[str, Any]) -> None:
    assert DIALECT.decode({"choices": [choice]}).finish_reason is None


@pytest.mark.parametrize(
    ("usage", "expected"),
    [
        ({}, None),
        ({"usage": None}, None),
        ({"usage": {"prompt_tokens": 3}}, Usage(input_tokens=3)),
        ({"usage": {"prompt_tokens": None, "completion_tokens": "5"}}, Usage()),
        ({"usage": {"cached_tokens": 2}}, Usage(cached_tokens=2)),
        ({"usage": {"prompt_cache_hit_tokens": 2}}, Usage(cached_tokens=2)),
        ({"usage": {"reasoning_tokens": 2}}, Usage(reasoning_tokens=2)),
        ({"usage": {"prompt_tokens_details": None, "cached_tokens": 0}}, Usage(cached_tokens=0)),
        (
            {"x_groq": {"usage": {"prompt_tokens": 3, "completion_tokens": 0}}},
            Usage(input_tokens=3, output_tokens=0),
        ),
    ],
)
def test_usage_wherever_it_stands(usage: dict[str, Any], expected: Usage | None) -> None:
    assert usage_of(usage) == expected


@pytest.mark.parametrize(
    "answer", [{}, {"choices": []}, {"choices": None}, {"choices": [None]}, {"choices": "x"}]
)
def test_an_answer_without_choices_is_malformed(answer: dict[str, Any]) -> None:
    with pytest.raises(Malformed, match="the answer has no choices"):
        DIALECT.decode(answer)


def test_only_the_first_choice_counts() -> None:
    second = {"index": 1, "message": {"content": "b"}}
    first = {"index": 0, "message": {"content": "a"}}
    assert DIALECT.decode({"choices": [second, first]}).answer.text == "a"


@pytest.mark.parametrize("reason", ["error", "abort"])
def test_an_aborted_answer_is_truncated(reason: str) -> None:
    answer = {"choices": [{"message": {"content": "ha"}, "finish_reason": reason}]}
    with pytest.raises(TruncatedStream, match=f"gave up the answer .finish_reason {reason}") as caught:
        DIALECT.decode(answer)
    assert caught.value.partial is not None
    assert caught.value.partial.answer.text == "ha"


# --- recorded answers of real servers


@pytest.mark.parametrize("name", [n for n, s in SAMPLES.items() if s.status == 200 and s.streamed])
def test_recorded_streams(name: str) -> None:
    sample = SAMPLES[name]
    if name == "test_openrouter_test_openrouter_stream_error/0":
        with pytest.raises(Refused, match="Token limit reached"):
            fold(sample.body)
        return
    response = fold(sample.body)
    assert response.answer.text is not None or response.answer.tool_calls
    assert (response.finish_reason is None) == ("truncated" in name or "disconnect" in name)
    assert response.model


@pytest.mark.parametrize(
    "name",
    [
        n
        for n, s in SAMPLES.items()
        if s.status == 200 and not s.streamed and "mal" not in n and "invalid" not in n
    ],
)
def test_recorded_whole_answers(name: str) -> None:
    response = DIALECT.decode(orjson.loads(SAMPLES[name].body))
    assert response.finish_reason in {"stop", "length", "tool_calls", "content_filter"}
    assert response.usage.input_tokens is not None
    assert response.answer.text is not None or response.answer.tool_calls


def test_a_recorded_answer_of_another_service_is_malformed() -> None:
    with pytest.raises(Malformed, match="no choices"):
        DIALECT.decode(orjson.loads(SAMPLES["test_openai_test_invalid_response/0"].body))


def test_what_recorded_answers_say() -> None:
    together = DIALECT.decode(orjson.loads(SAMPLES["test_huggingface_test_simple_completion/0"].body))
    assert together.usage == Usage(input_tokens=4, output_tokens=197, cached_tokens=0)
    deepseek = DIALECT.decode(orjson.loads(SAMPLES["test_deepseek_test_deepseek_model_thinking_part/0"].body))
    assert deepseek.usage.reasoning_tokens == 415
    assert fold(SAMPLES["aimock/stream_surrogate"].body).answer.text == "a 🚚 b"
    assert fold(SAMPLES["aimock/stream_reasoning"].body).answer.text == "The answer is 4."
    assert fold(SAMPLES["llama/chat_stream_usage"].body).usage == Usage()
    assert fold(SAMPLES["transformers/chat_stream"].body).usage.output_tokens
    assert fold(SAMPLES["aimock/stream_tool"].body).answer.tool_calls == (
        ToolCall(id="call_1", name="lookup_order", arguments='{"order":1234}'),
    )


def test_a_recorded_openai_stream() -> None:
    response = folded(*stream_chunks())
    assert orjson.loads(response.answer.text or "") == {
        "answer": "Santa Claus is a popular figure in Christmas."
    }
