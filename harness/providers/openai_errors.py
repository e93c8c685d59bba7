"""What errors of OpenAI-style servers mean; pure.

`error` may be an object, a string, or the body itself (TensorRT-LLM, SGLang); `code` a string, an
integer or null; the body HTML, plain text or empty. An error may also stand inside a success.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from harness.errors import ProviderError, RateLimited, Refused, Unauthorized, Unavailable
from harness.providers.limits import duration_s, retry_after_s
from harness.providers.wire import dump_json, mapping_of, parse_json, plain_message

_QUOTA = {"insufficient_quota", "billing_hard_limit_reached", "insufficient_balance", "credits_exhausted"}
_KEY = {"invalid_api_key", "authentication_error", "api_key_invalid", "account_deactivated"}
_REQUEST = {"invalid_request_error", "badrequesterror", "context_length_exceeded", "content_filter"}
_PASSING = {408, 409, 425, 498}  # timeout upstream, conflict, too early, Groq's flex capacity


@dataclass(frozen=True, slots=True, kw_only=True)
class _Facts:
    """What an error says, whatever its shape."""

    message: str
    words: frozenset[str] = frozenset()
    status: int | None = None
    moderated: bool = False
    wait_s: float | None = None


def error_of(status: int, headers: Mapping[str, str], body: bytes) -> ProviderError:
    """The error that an answer with this status means."""
    facts = _facts_of_body(body)
    message = f"HTTP {status}: {facts.message}" if facts.message else f"HTTP {status} with an empty body"
    if 300 <= status < 400:
        where = plain_message(headers.get("location", "nowhere"))
        message = f"HTTP {status}: the server redirects to {where}; name that address in base_url"
    wait_s = retry_after_s(headers)
    return _class_of(status, facts)(
        message, http_status=status, retry_after_s=facts.wait_s if wait_s is None else wait_s
    )


def error_inside(payload: object) -> ProviderError | None:
    """The error that stands inside a success or a stream, or None where there is none."""
    body = mapping_of(_first(payload))
    error = body.get("error") or mapping_of(body.get("x_groq")).get("error")
    if not error and body.get("object") != "error":
        return None
    facts = _facts_of(error or body)
    return _class_of(facts.status or _status_of(facts.words), facts)(
        f"error inside the answer: {facts.message or 'without a message'}",
        http_status=200,
        retry_after_s=facts.wait_s,
    )


def _class_of(status: int, facts: _Facts) -> type[ProviderError]:
    if facts.words & _QUOTA:
        return Refused
    if facts.words & _KEY and status < 500:
        return Unauthorized
    if status == 429:
        return RateLimited
    if status in (401, 403):
        return Refused if facts.moderated else Unauthorized
    return Unavailable if status >= 500 or status in _PASSING else Refused


def _status_of(words: frozenset[str]) -> int:
    """The status that fits an error which names none."""
    if any("rate_limit" in word or "ratelimit" in word for word in words):
        return 429
    return 400 if words & _REQUEST else 500


def _facts_of_body(body: bytes) -> _Facts:
    try:
        payload = _first(parse_json(body))
    except ValueError:
        return _Facts(message=plain_message(body[:8000].decode("utf-8", "replace")))
    if isinstance(payload, Mapping):
        payload = payload.get("error") or payload
    return _facts_of(payload)


def _facts_of(error: object) -> _Facts:
    """The facts of an error object, an error string or a flat error."""
    if not isinstance(error, Mapping):
        return _Facts(message=plain_message(error if isinstance(error, str) else repr(error)))
    code = error.get("code")
    named = [str(word) for word in (code, error.get("type"), error.get("error_type")) if word is not None]
    metadata = mapping_of(error.get("metadata"))
    reasons = {
        str(detail.get("reason", "")).lower() for detail in _details(error) if isinstance(detail, Mapping)
    }
    return _Facts(
        message=plain_message(_message_of(error, metadata)),
        words=frozenset(word.lower() for word in named) | reasons,
        status=_status_code(code),
        moderated="flagged_input" in metadata or "reasons" in metadata,
        wait_s=_google_wait_s(error),
    )


def _message_of(error: Mapping[str, Any], metadata: Mapping[str, Any]) -> str:
    said = error.get("message") or error.get("detail") or error.get("msg")
    if isinstance(said, list) and said and isinstance(said[0], Mapping):
        said = said[0].get("msg") or said
    if said is None:
        return dump_json(error).decode()
    raw = metadata.get("raw")  # OpenRouter: what the provider behind it really said
    named = (word for word in (error.get("code"), error.get("type")) if isinstance(word, str))
    word = next((word for word in named if word and not word.isdigit()), None)
    text = said if isinstance(said, str) else repr(said)
    text = f"{text}: {raw}" if isinstance(raw, str) else text
    return f"{text} ({word})" if word else text


def _status_code(code: object) -> int | None:
    try:
        number = int(code) if isinstance(code, int | str) else 0
    except ValueError:
        return None
    return number if 400 <= number <= 599 else None


def _details(error: Mapping[str, Any]) -> list[Any]:
    details = error.get("details")
    return details if isinstance(details, list) else []


def _google_wait_s(error: Mapping[str, Any]) -> float | None:
    """Google says the wait in the body, not in a header."""
    waits = (mapping_of(detail).get("retryDelay") for detail in _details(error))
    return next((duration_s(wait) for wait in waits if isinstance(wait, str)), None)


def _first(payload: object) -> object:
    """Google wraps its error in a list."""
    return payload[0] if isinstance(payload, list) and payload else payload
