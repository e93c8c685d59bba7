import pytest

from harness.sandbox.behavior import Played
from harness.sandbox.wire import (
    STATUS_TYPES,
    Envelope,
    completion,
    content_chunks,
    error,
    last_chunks,
    pieces,
)

ENVELOPE = Envelope(id="chatcmpl-1", created=5, model="m", mark="RECORDED")


@pytest.mark.parametrize("length", [0, 1, 12, 13, 288, 289, 10_000])
def test_pieces_are_few_and_complete(length: int) -> None:
    text = "".join(chr(97 + number % 26) for number in range(length))
    assert "".join(pieces(text)) == text
    assert len(pieces(text)) <= 24
    assert all(len(piece) >= 12 for piece in pieces(text)[:-1])


def test_usage_is_left_out_where_unknown() -> None:
    assert "usage" not in completion(ENVELOPE, Played(text="x"))
    assert completion(ENVELOPE, Played(text="x", usage={"total_tokens": 3}))["usage"] == {"total_tokens": 3}
    assert len(list(last_chunks(ENVELOPE, Played(text="x"), include_usage=True))) == 2


def test_a_refusal_streams_as_refusal() -> None:
    chunks = list(content_chunks(ENVELOPE, Played(text=None, refusal="I'm sorry."), include_usage=False))
    assert b'"delta":{"refusal":"I\'m sorry."}' in chunks[1]


def test_errors_have_the_four_keys() -> None:
    for status in STATUS_TYPES:
        assert set(error(status, "m")["error"]) == {"message", "type", "param", "code"}
    assert error(429, "m", "insufficient_quota")["error"]["code"] == "insufficient_quota"
    assert error(599, "m")["error"]["type"] == "server_error"
