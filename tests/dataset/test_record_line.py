from typing import Any

import pytest
from factories import record, response

from harness.dataset.record_line import line_of, record_of
from harness.dataset.shape import ShapeError
from harness.domain.chat import Answer
from harness.domain.observation import Timing

MESSAGES = [{"role": "user", "content": "hello"}]


def line(**changes: Any) -> dict[str, Any]:
    return {"custom_id": "r1", "body": {"messages": MESSAGES}, **changes}


def test_a_batch_line_is_a_record() -> None:
    body = {"model": "m", "messages": MESSAGES, "seed": 7, "tools": [{"type": "function"}]}
    found = record_of({"custom_id": "a", "method": "POST", "url": "/v1/chat/completions", "body": body})
    assert found.id == "a"
    assert found.request.body == body
    assert (found.recorded, found.expected, found.tags, found.recorded_timing) == (None, None, {}, None)


def test_optional_keys_may_be_null() -> None:
    assert record_of(line(recorded=None, expected=None, tags=None, method=None, url=None)) == record()


def test_tags_become_text() -> None:
    tags = {"language": "de", "pages": 2, "share": 0.5, "vip": True, "new": False, "empty": ""}
    texts = {"language": "de", "pages": "2", "share": "0.5", "vip": "true", "new": "false", "empty": ""}
    assert record_of(line(tags=tags)).tags == texts


def test_content_may_be_parts_null_or_absent() -> None:
    messages = [
        {"role": "user", "content": [{"type": "text", "text": "a"}]},
        {"role": "assistant", "content": None},
    ]
    assert record_of(line(body={"messages": [*messages, {"role": "tool"}]})).request.body["messages"][2] == {
        "role": "tool"
    }


def test_records_round_trip() -> None:
    full = record(
        expected=Answer(text='{"a":1}'),
        recorded=response("x"),
        tags={"a": "b"},
        recorded_timing=Timing(latency_s=1.5),
    )
    assert record_of(line_of(full)) == full
    assert record_of(line_of(record())) == record()


@pytest.mark.parametrize(
    ("value", "what"),
    [
        ([], "a line must be an object, but is an array"),
        (line(expcted="x"), 'unknown key "expcted"; did you mean "expected"?'),
        (line(zzzzz="x"), 'unknown key "zzzzz"'),
        (
            {"id": "batch_req_1", "custom_id": "a", "response": {"body": {}}, "error": None},
            "this is a line of a Batch output file, which has no request",
        ),
        ({"model": "m", "messages": MESSAGES}, "the request stands at the top of the line"),
        ({"body": {"messages": MESSAGES}}, "custom_id is missing"),
        (line(custom_id=None), "custom_id must be a string, but is null"),
        (line(custom_id=7), "custom_id must be a string, but is a number"),
        (line(custom_id=""), "custom_id is empty"),
        (line(custom_id="x" * 513), "custom_id is 513 characters long"),
        (line(custom_id="a\nb"), 'custom_id "a\\u000ab" has a control character'),
        (line(custom_id="a\x85b"), 'custom_id "a\\u0085b" has a control character'),
        (line(method="GET"), 'method is "GET"'),
        (line(method=1), "method must be a string or null, but is a number"),
        (line(url="/v1/embeddings"), 'url is "/v1/embeddings"'),
        (line(url=1), "url must be a string or null, but is a number"),
        ({"custom_id": "r1"}, "body is missing"),
        (line(body="x"), "body must be an object, but is a string"),
        (line(body={}), "body.messages is missing"),
        (line(body={"messages": "x"}), "body.messages must be an array, but is a string"),
        (line(body={"messages": []}), "body.messages is empty"),
        (line(body={"messages": ["x"]}), "body.messages[0] must be an object, but is a string"),
        (line(body={"messages": [*MESSAGES, {"content": "x"}]}), "body.messages[1].role is missing"),
        (line(body={"messages": [{"role": 1}]}), "body.messages[0].role must be a string, but is a number"),
        (
            line(body={"messages": [{"role": "user", "content": 5}]}),
            "body.messages[0].content must be a string, an array of parts or null, but is a number",
        ),
        (
            line(body={"messages": MESSAGES, "model": 1}),
            "body.model must be a string or null, but is a number",
        ),
        (line(tags=[]), "tags must be an object, but is an array"),
        (line(tags={"": "x"}), "a tag has an empty name"),
        (line(tags={"a": None}), 'tag "a" must be a string, a number or a boolean, but is null'),
        (line(tags={"a": ["x"]}), 'tag "a" must be a string, a number or a boolean, but is an array'),
    ],
)
def test_wrong_lines_are_told(value: object, what: str) -> None:
    with pytest.raises(ShapeError) as caught:
        record_of(value)
    assert caught.value.what == what


def test_what_is_supported_is_said() -> None:
    with pytest.raises(ShapeError) as caught:
        record_of(line(url="/v1/embeddings"))
    assert caught.value.mend == 'Only chat completions can be replayed: "/v1/chat/completions".'
    with pytest.raises(ShapeError) as caught:
        record_of(line(expcted=1))
    assert caught.value.mend == "Known keys: custom_id, method, url, body, recorded, expected, tags."
