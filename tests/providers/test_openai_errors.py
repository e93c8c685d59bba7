import json
from typing import Any

import pytest
from wire_samples import samples

from harness.errors import ProviderError, RateLimited, Refused, Unauthorized, Unavailable
from harness.providers.openai import OpenAIDialect
from harness.providers.openai_errors import error_inside, error_of

SAMPLES = samples()


def error(status: int, body: Any = None, headers: dict[str, str] | None = None) -> ProviderError:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return error_of(status, headers or {}, data)


@pytest.mark.parametrize(
    ("status", "fields", "kind"),
    [
        (400, {"code": "context_length_exceeded"}, Refused),
        (400, {"code": "content_filter"}, Refused),
        (400, {"code": "invalid_api_key"}, Unauthorized),
        (401, {"code": "invalid_api_key"}, Unauthorized),
        (402, {"code": 402}, Refused),
        (403, {"code": "unsupported_country_region_territory"}, Unauthorized),
        (403, {"metadata": {"flagged_input": "…", "reasons": ["violence"]}}, Refused),
        (404, {"code": "model_not_found"}, Refused),
        (408, {}, Unavailable),
        (409, {}, Unavailable),
        (413, {}, Refused),
        (422, {}, Refused),
        (429, {"code": "rate_limit_exceeded"}, RateLimited),
        (429, {"code": "insufficient_quota"}, Refused),
        (429, {"code": None, "type": "insufficient_quota"}, Refused),
        (429, {"error_type": "dynamic_request_limited"}, RateLimited),
        (498, {}, Unavailable),
        (500, {"type": "server_error"}, Unavailable),
        (503, {}, Unavailable),
        (529, {}, Unavailable),
    ],
)
def test_what_a_status_means(status: int, fields: dict[str, Any], kind: type[ProviderError]) -> None:
    found = error(status, {"error": {"message": "said", **fields}})
    assert type(found) is kind
    assert found.http_status == status
    assert str(found).startswith(f"HTTP {status}: said")


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"error": {"message": "gone", "code": "model_not_found"}}, "HTTP 404: gone (model_not_found)"),
        ({"error": {"message": "gone", "code": 404}}, "HTTP 404: gone"),
        ({"error": {"message": "gone", "code": "404"}}, "HTTP 404: gone"),
        ({"error": "Unauthorized"}, "HTTP 404: Unauthorized"),
        (
            {"object": "error", "message": "flat", "type": "T", "param": None, "code": 404},
            "HTTP 404: flat (T)",
        ),
        ({"detail": "Not Found"}, "HTTP 404: Not Found"),
        ({"detail": [{"type": "json_invalid", "msg": "JSON decode error"}]}, "HTTP 404: JSON decode error"),
        ({"detail": ["odd"]}, "HTTP 404: ['odd']"),
        ([{"error": {"code": 404, "message": "listed", "status": "NOT_FOUND"}}], "HTTP 404: listed"),
        ({"error": {"message": "up", "metadata": {"raw": "why"}}}, "HTTP 404: up: why"),
        ({"strange": 1}, 'HTTP 404: {"strange":1}'),
        (b"<html><title>404</title><h1>Not here</h1></html>", "HTTP 404: 404 Not here"),
        (b"Internal Server Error", "HTTP 404: Internal Server Error"),
        (b"", "HTTP 404 with an empty body"),
        (b"null", "HTTP 404: None"),
        (b"\xff\xfe", "HTTP 404: \ufffd\ufffd"),
        (b'{"cut": ', 'HTTP 404: {"cut":'),
        ({"error": {"message": "key sk-abcdefgh12345 is wrong"}}, "HTTP 404: key [key] is wrong"),
    ],
)
def test_the_message_is_found_in_any_body(body: Any, message: str) -> None:
    assert str(error(404, body)) == message


def test_a_long_message_is_cut() -> None:
    assert len(str(error(400, {"error": {"message": "x" * 5000}}))) < 320


def test_a_redirect_says_where() -> None:
    found = error(301, b"", {"location": "https://elsewhere/v1"})
    assert type(found) is Refused
    assert str(found) == (
        "HTTP 301: the server redirects to https://elsewhere/v1; name that address in base_url"
    )


def test_the_wait_is_read_from_headers_or_from_googles_body() -> None:
    assert error(429, {}, {"retry-after": "2"}).retry_after_s == 2.0
    details = [{"@type": "…RetryInfo", "retryDelay": "34s"}]
    assert error(429, {"error": {"message": "x", "details": details}}).retry_after_s == 34.0
    assert error(429, {"error": {"message": "x", "details": "odd"}}).retry_after_s is None


def test_googles_wrong_key_is_a_400() -> None:
    details = [{"@type": "…ErrorInfo", "reason": "API_KEY_INVALID"}]
    body = [{"error": {"code": 400, "message": "API key not valid.", "details": details}}]
    assert type(error(400, body)) is Unauthorized


@pytest.mark.parametrize(
    "payload", [{"choices": []}, {"error": None}, {"error": ""}, {"error": {}}, [], None]
)
def test_no_error_inside(payload: object) -> None:
    assert error_inside(payload) is None


def test_an_error_inside_keeps_the_real_status() -> None:
    found = error_inside({"error": {"code": 402, "message": "out of credits"}})
    assert type(found) is Refused
    assert found.http_status == 200
    assert str(found) == "error inside the answer: out of credits"


@pytest.mark.parametrize(
    "body", [{"error": {"code": 502, "message": "x"}}, {"object": "error", "message": "x"}]
)
def test_an_error_inside_a_whole_answer_is_raised(body: dict[str, Any]) -> None:
    with pytest.raises(Unavailable, match="error inside the answer: x"):
        OpenAIDialect().decode({**body, "choices": [{"message": {"content": "y"}}]})


RECORDED = {
    "vllm/error_model": (Refused, "The model `gone` does not exist."),
    "vllm/error_value": (Refused, "temperature must be non-negative"),
    "llama/error_malformed": (Unavailable, "Internal Server Error"),
    "transformers/error_model": (Refused, "Server is pinned to 'tiny'"),
    "transformers/error_malformed": (Refused, "JSON decode error"),
    "litellm/error_429": (RateLimited, "this is a mock rate limit error"),
    "litellm/error_500": (Unavailable, "this is a mock internal server error"),
    "litellm/error_timeout": (Unavailable, "mock timeout"),
    "litellm/error_key": (Refused, "No connected db."),
    "aimock/chat_429": (RateLimited, "Rate limit reached for requests"),
    "aimock/chat_quota": (Refused, "You exceeded your current quota"),
    "aimock/chat_401": (Unauthorized, "Incorrect API key provided"),
    "aimock/chat_503": (Unavailable, "overloaded"),
    "test_groq_test_tool_regular_error/0": (Refused, "`non-existent` does not exist"),
    "test_openrouter_test_openrouter_errors_raised/0": (RateLimited, "temporarily rate-limited upstream"),
}


@pytest.mark.parametrize("name", RECORDED)
def test_recorded_errors(name: str) -> None:
    kind, words = RECORDED[name]
    sample = SAMPLES[name]
    found = error_of(sample.status or 0, sample.headers, sample.body)
    assert type(found) is kind
    assert words in str(found)


@pytest.mark.parametrize("name", [n for n, s in SAMPLES.items() if s.status and s.status >= 400])
def test_every_recorded_error_has_a_message(name: str) -> None:
    sample = SAMPLES[name]
    assert len(str(error_of(sample.status or 0, sample.headers, sample.body))) > len("HTTP 500: ")
