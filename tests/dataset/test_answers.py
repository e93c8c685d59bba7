from typing import Any

import pytest

from harness.dataset.answers import Recording, expected_line, expected_of, recording_line, recording_of
from harness.dataset.shape import ShapeError
from harness.domain.chat import Answer, Response, ToolCall, Usage
from harness.domain.observation import Timing

CALL = ToolCall(id="c1", name="weather", arguments='{"city":"Oslo"}')
CALL_LINE = {"id": "c1", "type": "function", "function": {"name": "weather", "arguments": '{"city":"Oslo"}'}}


def body(**message: Any) -> dict[str, Any]:
    return {"choices": [{"message": {"content": "hi", **message}, "finish_reason": "stop"}]}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("", ""),
        ("Zürich", "Zürich"),
        (12, "12"),
        (0.1, "0.1"),
        (False, "false"),
        ([1, None], "[1,null]"),
        ({"z": 1, "a": {"é": 2}}, '{"z":1,"a":{"é":2}}'),
        ({"tool_calls": [], "other": 1}, '{"tool_calls":[],"other":1}'),
    ],
)
def test_expected_values_become_text(value: object, text: str) -> None:
    assert expected_of(value) == Answer(text=text)


def test_expected_null_is_unknown() -> None:
    assert expected_of(None) is None


def test_expected_tool_calls() -> None:
    short = {"function": {"name": "weather", "arguments": {"city": "Oslo"}}}
    answer = expected_of({"tool_calls": [CALL_LINE, short]})
    assert answer == Answer(tool_calls=(CALL, ToolCall(id="", name="weather", arguments='{"city":"Oslo"}')))


@pytest.mark.parametrize(
    ("value", "what"),
    [
        ({"tool_calls": []}, "expected.tool_calls is empty"),
        ({"tool_calls": {}}, "expected.tool_calls must be an array, but is an object"),
        ({"tool_calls": [1]}, "expected.tool_calls[0] must be an object, but is a number"),
        ({"tool_calls": [{}]}, "expected.tool_calls[0].function must be an object, but is null"),
        (
            {"tool_calls": [{"id": 1, "function": {}}]},
            "expected.tool_calls[0].id must be a string or null, but is a number",
        ),
        (
            {"tool_calls": [{"function": {"arguments": "{}"}}]},
            "expected.tool_calls[0].function.name must be a string, but is null",
        ),
        (
            {"tool_calls": [{"function": {"name": "f", "arguments": []}}]},
            "expected.tool_calls[0].function.arguments must be a string, but is an array",
        ),
    ],
)
def test_wrong_expected_tool_calls_are_told(value: object, what: str) -> None:
    with pytest.raises(ShapeError) as caught:
        expected_of(value)
    assert caught.value.what == what


@pytest.mark.parametrize(
    ("answer", "line"),
    [
        (Answer(text="plain"), "plain"),
        (Answer(text='{"a":1}'), {"a": 1}),
        (Answer(text='{"a": 1}'), '{"a": 1}'),  # other spacing would be lost in an object
        (Answer(text="{broken"), "{broken"),
        (Answer(text='["x"]'), ["x"]),
        (Answer(text='{"tool_calls":[]}'), '{"tool_calls":[]}'),
        (Answer(text="12"), "12"),
        (Answer(tool_calls=(CALL,)), {"tool_calls": [CALL_LINE]}),
    ],
)
def test_expected_is_written_so_that_it_reads_the_same(answer: Answer, line: object) -> None:
    assert expected_line(answer) == line
    assert expected_of(line) == answer


@pytest.mark.parametrize(
    "answer", [Answer(), Answer(text="x", tool_calls=(CALL,)), Answer(text="x", refusal="no")]
)
def test_expected_that_cannot_be_written_is_refused(answer: Answer) -> None:
    with pytest.raises(ShapeError, match="expected must have either text or tool calls"):
        expected_line(answer)


RECORDINGS = [
    Recording(response=Response(answer=Answer(text=None)), timing=None),
    Recording(response=Response(answer=Answer(text="", refusal="no")), timing=Timing()),
    Recording(
        response=Response(
            answer=Answer(text="hi", tool_calls=(CALL,)),
            usage=Usage(input_tokens=9, output_tokens=0, cached_tokens=0, reasoning_tokens=3),
            finish_reason="tool_calls",
            model="m",
            id="chatcmpl-1",
            system_fingerprint="fp_1",
        ),
        timing=Timing(started_at_s=5.0, queue_s=0.5, backoff_s=1.0, ttft_s=0.0, latency_s=2.0, retries=2),
    ),
]


@pytest.mark.parametrize("recording", RECORDINGS)
def test_recordings_round_trip(recording: Recording) -> None:
    assert recording_of(recording_line(recording)) == recording


def test_unknown_fields_of_a_response_are_ignored() -> None:
    value = {**body(annotations=[], reasoning="…"), "created": 1, "service_tier": "default", "x_groq": {}}
    recording = recording_of({**value, "usage": {"total_tokens": 3, "prompt_tokens_details": None}})
    assert recording is not None
    assert recording.response == Response(answer=Answer(text="hi"), finish_reason="stop")


def test_a_function_call_of_the_old_form_is_a_tool_call() -> None:
    recording = recording_of(body(content=None, function_call={"name": "f", "arguments": "{}"}))
    assert recording is not None
    assert recording.response.answer == Answer(tool_calls=(ToolCall(id="", name="f", arguments="{}"),))


@pytest.mark.parametrize(
    ("value", "what"),
    [
        ("hi", "recorded must be an object, but is a string"),
        (
            {"text": "hi"},
            "recorded has no `choices`: it is not an OpenAI chat-completion response",
        ),
        ({"choices": []}, "recorded has no `choices`: it is not an OpenAI chat-completion response"),
        ({"error": {"message": "x"}}, "recorded is an error, not an answer"),
        ({"response": {"body": {}}, "error": None}, "recorded is a whole Batch output line"),
        ({"choices": ["x"]}, "recorded.choices[0] must be an object, but is a string"),
        ({"choices": [{}]}, "recorded.choices[0].message must be an object, but is null"),
        (body(content=[]), "recorded.choices[0].message.content must be a string or null, but is an array"),
        (body(refusal=1), "recorded.choices[0].message.refusal must be a string or null, but is a number"),
        ({**body(), "model": 1}, "recorded.model must be a string or null, but is a number"),
        ({**body(), "usage": []}, "recorded.usage must be an object, but is an array"),
        (
            {**body(), "usage": {"prompt_tokens": -1}},
            "recorded.usage.prompt_tokens is -1; it cannot be less than 0",
        ),
        (
            {**body(), "usage": {"prompt_tokens_details": 1}},
            "recorded.usage.prompt_tokens_details must be an object, but is a number",
        ),
        ({**body(), "timing": 1.5}, "recorded.timing must be an object, but is a number"),
        (
            {**body(), "timing": {"latency": 1}},
            'recorded.timing has no key "latency"; did you mean "latency_s"?',
        ),
        (
            {**body(), "timing": {"ttft_s": "1"}},
            "recorded.timing.ttft_s must be a number of seconds or null, but is a string",
        ),
    ],
)
def test_wrong_recordings_are_told(value: object, what: str) -> None:
    with pytest.raises(ShapeError) as caught:
        recording_of(value)
    assert caught.value.what == what
