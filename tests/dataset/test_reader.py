import gzip
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from harness.dataset.reader import MAX_TAG_NAMES, MAX_TAG_VALUES, check_records, read_records
from harness.errors import DatasetError

MESSAGES = [{"role": "user", "content": "hello"}]


def line(custom_id: str, **changes: Any) -> str:
    return json.dumps({"custom_id": custom_id, "body": {"messages": MESSAGES}, **changes})


def written(folder: Path, *lines: str | bytes) -> Path:
    path = folder / "records.jsonl"
    path.write_bytes(b"".join((text.encode() if isinstance(text, str) else text) + b"\n" for text in lines))
    return path


def trouble(path: Path) -> DatasetError:
    with pytest.raises(DatasetError) as caught:
        check_records(path)
    assert caught.value.exit_code == 2
    return caught.value


def test_records_come_in_order_from_file_folder_and_gzip(tmp_path: Path) -> None:
    path = written(tmp_path, line("a"), "", line("b", expected="x"), "")
    packed = tmp_path / "packed" / "records.jsonl.gz"
    packed.parent.mkdir()
    packed.write_bytes(gzip.compress(path.read_bytes()))
    for place in (path, tmp_path, packed, packed.parent):
        assert [record.id for record in read_records(place)] == ["a", "b"]
    assert check_records(path) == check_records(packed)


def test_reading_is_lazy(tmp_path: Path) -> None:
    records = read_records(written(tmp_path, line("a"), "broken"))
    assert next(records).id == "a"
    with pytest.raises(DatasetError, match=r"records\.jsonl:2: not valid JSON at character 1"):
        next(records)


def test_facts(tmp_path: Path) -> None:
    recorded = {"choices": [{"message": {"content": "x"}}]}
    path = written(
        tmp_path,
        line("a", expected="", tags={"language": "de", "pages": 1}),
        line("b", recorded=recorded, tags={"language": "fr"}),
        line("c", tags={"language": "de"}),
    )
    facts = check_records(path)
    assert facts.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert (facts.records, facts.with_expected, facts.with_recorded, facts.characters) == (3, 1, 1, 15)
    assert facts.tags == {"language": 2, "pages": 1}


def test_tags_are_counted_up_to_a_limit(tmp_path: Path) -> None:
    names = {f"n{number}": "x" for number in range(MAX_TAG_NAMES + 5)}
    lines = [line("first", tags={"id": "x"}), line("many", tags=names)]
    lines += [line(f"r{number}", tags={"id": number}) for number in range(MAX_TAG_VALUES + 5)]
    facts = check_records(written(tmp_path, *lines))
    assert len(facts.tags) == MAX_TAG_NAMES
    assert facts.tags["id"] == MAX_TAG_VALUES


def test_an_id_used_twice_is_told_with_both_lines(tmp_path: Path) -> None:
    path = written(tmp_path, "", line("a"), line("x"), line("b"), line("x"), "broken")
    error = trouble(path)
    assert error.message == f'{path}:5: custom_id "x" was already used in line 3'
    assert error.hint == "Give every record an id of its own."


def test_an_empty_file_is_told(tmp_path: Path) -> None:
    for content in ([], ["", "  "]):
        path = written(tmp_path, *content)
        assert trouble(path).message == f"{path}: holds no records"
    with pytest.raises(DatasetError, match="holds no records"):
        list(read_records(path))


DEEP = '{"custom_id":"a","body":{"messages":[{"role":"user"}],"x":' + "[" * 198 + "]" * 198 + "}}"
DEEPER = DEEP.replace("[]", "[[]]")


def test_nesting_up_to_the_limit_is_read(tmp_path: Path) -> None:
    wide = line("wide", body={"messages": MESSAGES, "tools": [{"a": {}}] * 300})
    assert check_records(written(tmp_path, DEEP, wide)).records == 2


@pytest.mark.parametrize(
    ("bad", "what"),
    [
        ("{", "not valid JSON at character "),
        ('{"custom_id": "a"} x', "not valid JSON at character 20: unexpected content after document"),
        ('{"custom_id": NaN}', "not valid JSON at character 15: NaN is not JSON"),
        ('{"custom_id": -Infinity}', "Infinity is not JSON"),
        ('{"custom_id": 1e999}', "not valid JSON at character "),
        ('{"custom_id": "\\ud83d"}', "half a surrogate pair, such as \\ud83d alone"),
        (b'{"custom_id": "\xff\xfe"}', "not UTF-8: byte 16 of the line is 0xff"),
        ("[" * 100_000, "the JSON is nested deeper than 200 levels"),
        (DEEPER, "the JSON is nested deeper than 200 levels"),
        (
            line("a", expected=12345678901234567890123),
            'the integer "12345678901234567890123" has more than 64 bits',
        ),
        (line("a", expected=-(2**63) - 1), 'the integer "-9223372036854775809" has more than 64 bits'),
        (line("a", expcted="x"), 'unknown key "expcted"; did you mean "expected"?'),
        ("[1]", "a line must be an object, but is an array"),
    ],
)
def test_a_bad_line_is_told_with_its_number(tmp_path: Path, bad: str | bytes, what: str) -> None:
    path = written(tmp_path, line("ok"), bad)
    message = trouble(path).message
    assert message.startswith(f"{path}:2: ")
    assert what in message
    assert "line 1 column" not in message


def test_long_digits_in_text_and_the_largest_integers_are_read(tmp_path: Path) -> None:
    path = written(tmp_path, line("a", expected={"iban": "1" * 40, "n": 2**64 - 1, "m": -(2**63)}))
    record = next(read_records(path))
    assert record.expected is not None
    assert f'"n":{2**64 - 1},"m":{-(2**63)}' in (record.expected.text or "")


def test_a_key_used_twice_in_a_line_counts_as_its_last(tmp_path: Path) -> None:
    path = written(tmp_path, '{"custom_id":"a","custom_id":"b","body":{"messages":[{"role":"user"}]}}')
    assert [record.id for record in read_records(path)] == ["b"]
