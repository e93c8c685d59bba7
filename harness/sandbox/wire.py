"""Bodies of the OpenAI chat-completions API: whole answers, stream chunks, errors. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from harness.sandbox.behavior import Played

MOST_CHUNKS = 24
LEAST_CHARACTERS = 12
DONE = b"data: [DONE]\n\n"

STATUS_TYPES: Mapping[int, tuple[str, str | None]] = {
    400: ("invalid_request_error", "invalid_value"),
    401: ("invalid_request_error", "invalid_api_key"),
    403: ("invalid_request_error", "unsupported_country_region_territory"),
    404: ("invalid_request_error", "model_not_found"),
    408: ("server_error", "timeout"),
    409: ("server_error", "conflict"),
    413: ("invalid_request_error", "request_too_large"),
    422: ("invalid_request_error", "unprocessable_entity"),
    429: ("requests", "rate_limit_exceeded"),
    500: ("server_error", None),
    502: ("server_error", None),
    503: ("server_error", "overloaded"),
    504: ("server_error", "timeout"),
    529: ("server_error", "overloaded"),
}
"""HTTP status -> type and code of the error object."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """What all parts of one answer share."""

    id: str
    created: int
    model: str
    mark: str

    def body(self, kind: str) -> dict[str, Any]:
        """The fields around the choices."""
        return {
            "id": self.id,
            "object": kind,
            "created": self.created,
            "model": self.model,
            "system_fingerprint": self.mark,
        }


def completion(envelope: Envelope, played: Played) -> dict[str, Any]:
    """The answer in one piece; without a usage object where none is known."""
    message: dict[str, Any] = {"role": "assistant", "content": played.text, "refusal": played.refusal}
    message["annotations"] = []
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": played.finish_reason}
    body = {**envelope.body("chat.completion"), "choices": [choice]}
    if played.usage is not None:
        body["usage"] = dict(played.usage)
    return body


def content_chunks(envelope: Envelope, played: Played, *, include_usage: bool) -> Iterator[bytes]:
    """The role chunk, then the content (or the refusal) in pieces of a few tokens."""
    yield _chunk(envelope, {"role": "assistant", "content": ""}, None, include_usage)
    field = "content" if played.refusal is None else "refusal"
    for piece in pieces(played.text or played.refusal or ""):
        yield _chunk(envelope, {field: piece}, None, include_usage)


def last_chunks(envelope: Envelope, played: Played, *, include_usage: bool) -> Iterator[bytes]:
    """The finish chunk, the usage chunk where asked for and known, and [DONE]."""
    yield _chunk(envelope, {}, played.finish_reason, include_usage)
    if include_usage and played.usage is not None:
        body = {**envelope.body("chat.completion.chunk"), "choices": [], "usage": dict(played.usage)}
        yield event(body)
    yield DONE


def pieces(text: str) -> list[str]:
    """The text in at most 24 parts, of 12 characters or more but for the last."""
    size = max(LEAST_CHARACTERS, -(-len(text) // MOST_CHUNKS))
    return [text[start : start + size] for start in range(0, len(text), size)]


def event(body: Mapping[str, Any]) -> bytes:
    """One server-sent event."""
    return b"data: " + orjson.dumps(body) + b"\n\n"


def error(status: int, message: str, code: str | None = None) -> dict[str, Any]:
    """The body of an error answer."""
    kind, usual = STATUS_TYPES.get(status, ("server_error", None))
    return {"error": {"message": message, "type": kind, "param": None, "code": code or usual}}


def _chunk(
    envelope: Envelope, delta: Mapping[str, Any], finish_reason: str | None, include_usage: bool
) -> bytes:
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}
    body = {**envelope.body("chat.completion.chunk"), "choices": [choice]}
    if include_usage:
        body["usage"] = None
    return event(body)
