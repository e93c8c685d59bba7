from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wire_samples import samples

from harness.errors import Malformed
from harness.providers.sse import EventParser


def parse(*chunks: bytes) -> list[bytes]:
    parser = EventParser()
    return [event for chunk in chunks for event in parser.feed(chunk)] + parser.flush()


def parse_all(parser: EventParser, chunks: list[bytes]) -> None:
    for chunk in chunks:
        parser.feed(chunk)


def cut(data: bytes, places: list[int]) -> list[bytes]:
    edges = [0, *sorted(min(place, len(data)) for place in places), len(data)]
    return [data[start:end] for start, end in pairwise(edges)]


@pytest.mark.parametrize("line_end", [b"\n", b"\r\n", b"\r"])
def test_all_three_line_ends(line_end: bytes) -> None:
    stream = line_end.join([b"data: one", b"", b"event: x", b"data: two", b"", b""])
    assert parse(stream) == [b"one", b"two"]


def test_comments_and_other_fields_are_dropped() -> None:
    assert parse(b": OPENROUTER PROCESSING\n\n: ping\n\nid: 7\nretry: 5\n\ndata: x\n\n") == [b"x"]


def test_several_data_lines_are_joined() -> None:
    assert parse(b'data: {"a":\ndata: 1}\n\n') == [b'{"a":\n1}']


def test_data_may_lack_the_space_and_keeps_further_spaces() -> None:
    assert parse(b"data:x\n\ndata:  y\n\n") == [b"x", b" y"]


def test_unicode_line_separators_do_not_split() -> None:
    data = '{"text":"a\u2028b\u2029c\x85d\x0be\x0cf"}'.encode()
    assert parse(b"data: " + data + b"\n\n") == [data]


def test_a_byte_order_mark_is_dropped() -> None:
    assert parse(b"\xef", b"\xbb\xbfdata: x\n\n") == [b"x"]


def test_empty_events_are_dropped() -> None:
    assert parse(b"\n\n\n\ndata:\n\ndata: x\n\n\n\n") == [b"x"]


def test_the_last_event_may_lack_its_blank_line() -> None:
    parser = EventParser()
    assert parser.feed(b"data: x") == []
    assert parser.flush() == [b"x"]
    assert parser.flush() == []


def test_an_event_comes_out_with_the_chunk_that_completes_it() -> None:
    parser = EventParser()
    assert parser.feed(b"data: on") == []
    assert parser.feed(b"e\n\ndata: two\n") == [b"one"]
    assert parser.feed(b"\n") == [b"two"]


def test_an_endless_event_is_refused() -> None:
    parser = EventParser(max_event_bytes=1000)
    with pytest.raises(Malformed, match=r"one event of the stream is longer than 1,000 bytes"):
        parse_all(parser, [b"data: xxxx"] * 200)


lines = st.lists(
    st.one_of(
        st.sampled_from(["", "", ": comment", "event: x", "data:", "data", "datax: 1", "data: [DONE]"]),
        st.text(st.characters(exclude_characters="\r\n", codec="utf-8"), max_size=12).map("data: {}".format),
    ),
    max_size=20,
)


@given(
    lines, st.sampled_from(["\n", "\r\n", "\r"]), st.booleans(), st.lists(st.integers(0, 200), max_size=12)
)
def test_any_chunking_gives_the_same_events(
    rows: list[str], line_end: str, with_bom: bool, places: list[int]
) -> None:
    stream = ("\ufeff" * with_bom + line_end.join(rows)).encode()
    expected: list[bytes] = []
    data: list[str] = []
    for row in [*rows, ""]:
        if row.startswith("data:"):
            data.append(row[5:].removeprefix(" "))
        elif row == "":
            expected += [event] if (event := "\n".join(data).encode()) else []
            data = []
    assert parse(*cut(stream, places)) == expected
    assert parse(*(stream[i : i + 1] for i in range(len(stream)))) == expected


@given(st.data())
def test_any_chunking_of_recorded_streams_gives_the_same_events(data: st.DataObject) -> None:
    streams = [sample for sample in samples().values() if sample.streamed]
    body = data.draw(st.sampled_from(streams)).body
    places = data.draw(st.lists(st.integers(0, len(body)), max_size=20))
    assert parse(*cut(body, places)) == parse(body)
