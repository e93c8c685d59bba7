import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.providers.wire import count_of, dump_json, parse_json, plain_message, text_of, well_formed


def test_half_a_surrogate_pair_is_read() -> None:
    assert parse_json(b'"\\ud83d"') == "\ud83d"


@pytest.mark.parametrize("data", [b"", b"{malformed", b"[" * 100_000, b"\xff"])
def test_what_is_not_json(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_json(data)


@given(st.text(st.characters()))
def test_every_text_becomes_writable(text: str) -> None:
    assert well_formed(text).encode().decode() == well_formed(text)


def test_a_split_pair_is_joined_and_a_lone_half_replaced() -> None:
    assert well_formed("a" + "\ud83d" + "\ude9a") == "a🚚"
    assert well_formed("é\ud83d") == "é\ufffd"
    assert text_of(3) is None


def test_what_orjson_refuses_is_written_all_the_same() -> None:
    assert json.loads(dump_json({"a": "\ud83d", "n": 2**70})) == {"a": "\ud83d", "n": 2**70}


@pytest.mark.parametrize(
    ("value", "count"),
    [
        (3, 3),
        (3.0, 3),
        (0, 0),
        (3.5, None),
        (-1, None),
        (-1.0, None),
        (True, None),
        ("3", None),
        (None, None),
        (2**63 - 1, 2**63 - 1),
        (2**63, None),
        (1e25, None),
        (10**400, None),
        (float("nan"), None),
        (float("inf"), None),
    ],
)
def test_counts(value: object, count: int | None) -> None:
    assert count_of(value) == count


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("  two\n\nlines\t ", "two lines"),
        ("<html><style>a{}</style><h1>502 Bad\nGateway</h1></html>", "502 Bad Gateway"),
        ("\x1b[31mred\x1b[0m \u202eevil\x00", "[31mred [0m evil"),
        ("Incorrect API key provided: sk-abcDEF_123-456.", "Incorrect API key provided: [key]"),
        ("got Authorization: Bearer abc.def and more", "got Authorization: Bearer [key] and more"),
        ("AIzaSyA1234567890abcdef is wrong", "[key] is wrong"),
        ("half \ud83d", "half"),
    ],
)
def test_messages_are_one_clean_line(text: str, message: str) -> None:
    assert plain_message(text) == message


@given(st.text(st.characters(), max_size=2000))
def test_messages_are_short_and_printable(text: str) -> None:
    message = plain_message(text)
    assert len(message) <= 300
    assert all(c.isprintable() or c.isspace() for c in message)
    message.encode()
