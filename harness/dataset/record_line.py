"""One line of a records file: a JSON object as a Record, and back."""

import re
from collections.abc import Mapping
from typing import Any

from harness.dataset.answers import Recording, expected_line, expected_of, recording_line, recording_of
from harness.dataset.shape import (
    ShapeError,
    a_text,
    an_array,
    an_object,
    kind_of,
    only_keys,
    quoted,
    text_or_none,
    wrong,
)
from harness.domain.chat import ChatRequest
from harness.domain.record import Record

KEYS = ("custom_id", "method", "url", "body", "recorded", "expected", "tags")
MAX_ID_CHARACTERS = 512

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")


def record_of(value: object) -> Record:
    """The record that a line's JSON value means.

    Raises:
        ShapeError: A key is missing or unknown, or a value is of the wrong type.
    """
    if not isinstance(value, dict):
        raise wrong(
            "a line", "an object", value, "The file holds one record per line, not one array of records."
        )
    _check_kind_of_line(value)
    only_keys(value, KEYS)
    _check_call(value)
    recording = recording_of(value.get("recorded"))
    return Record(
        id=_id(value),
        request=ChatRequest(body=_body(value)),
        recorded=recording.response if recording else None,
        expected=expected_of(value.get("expected")),
        tags=read_tags(value.get("tags")),
        recorded_timing=recording.timing if recording else None,
    )


def line_of(record: Record) -> dict[str, Any]:
    """The JSON object that `record_of` reads as this record.

    Raises:
        ShapeError: The record cannot be written as a line that can be read again.
    """
    line: dict[str, Any] = {"custom_id": record.id, "body": record.request.body}
    if record.recorded is not None:
        line["recorded"] = recording_line(Recording(response=record.recorded, timing=record.recorded_timing))
    if record.expected is not None:
        line["expected"] = expected_line(record.expected)
    if record.tags:
        line["tags"] = dict(record.tags)
    return line


def _check_kind_of_line(line: Mapping[str, Any]) -> None:
    """Recognize the lines of other files that are easily taken for records."""
    if "body" not in line and "response" in line:
        raise ShapeError(
            "this is a line of a Batch output file, which has no request",
            "Use the Batch request file; `recorded` takes the `response.body` of the output line.",
        )
    if "body" not in line and "messages" in line:
        raise ShapeError(
            "the request stands at the top of the line",
            'Put it into `body`: {"custom_id": "…", "body": {"messages": […]}}.',
        )


def _id(line: Mapping[str, Any]) -> str:
    if "custom_id" not in line:
        raise ShapeError("custom_id is missing", "Give every record an id of its own.")
    custom_id = a_text(line["custom_id"], "custom_id")
    if not custom_id:
        raise ShapeError("custom_id is empty", "Give every record an id of its own.")
    if len(custom_id) > MAX_ID_CHARACTERS:
        raise ShapeError(
            f"custom_id is {len(custom_id)} characters long", f"It can have up to {MAX_ID_CHARACTERS}."
        )
    if _CONTROL.search(custom_id):
        raise ShapeError(
            f"custom_id {quoted(custom_id)} has a control character", "Use printable characters."
        )
    return custom_id


def _check_call(line: Mapping[str, Any]) -> None:
    """`method` and `url` are what a Batch file has; they must mean a chat completion."""
    method = text_or_none(line.get("method"), "method")
    if method not in {None, "POST"}:
        raise ShapeError(f"method is {quoted(method or '')}", 'Only "POST" can be replayed.')
    url = text_or_none(line.get("url"), "url")
    if url is not None and not url.endswith("/chat/completions"):
        raise ShapeError(
            f"url is {quoted(url)}", 'Only chat completions can be replayed: "/v1/chat/completions".'
        )


def _body(line: Mapping[str, Any]) -> dict[str, Any]:
    if "body" not in line:
        raise ShapeError("body is missing", 'Give the chat-completions request: {"messages": […]}.')
    body = an_object(line["body"], "body")
    text_or_none(body.get("model"), "body.model")
    if "messages" not in body:
        raise ShapeError(
            "body.messages is missing", 'Give the conversation: [{"role": "user", "content": "…"}].'
        )
    messages = an_array(body["messages"], "body.messages")
    if not messages:
        raise ShapeError("body.messages is empty", "Give at least one message.")
    for place, message in enumerate(messages):
        _check_message(message, f"body.messages[{place}]")
    return body


def _check_message(value: object, where: str) -> None:
    message = an_object(value, where)
    if "role" not in message:
        raise ShapeError(f"{where}.role is missing", "Give system, user, assistant or tool.")
    a_text(message["role"], f"{where}.role")
    content = message.get("content")
    if content is not None and not isinstance(content, str | list):
        raise wrong(f"{where}.content", "a string, an array of parts or null", content)


def read_tags(value: object) -> dict[str, str]:
    """The tags of a line, all as texts.

    Raises:
        ShapeError: They are no table of texts, numbers and booleans.
    """
    if value is None:
        return {}
    return {name: _tag(name, tag) for name, tag in an_object(value, "tags").items()}


def _tag(name: str, value: object) -> str:
    if not name:
        raise ShapeError("a tag has an empty name", "Name it, or leave it out.")
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    raise ShapeError(
        f"tag {quoted(name)} must be a string, a number or a boolean, but is {kind_of(value)}",
        "Leave it out where it is unknown.",
    )
