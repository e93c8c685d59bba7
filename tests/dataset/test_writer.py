import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest
from factories import record, request, response

from harness.dataset.reader import check_records, read_records
from harness.dataset.writer import write_records
from harness.domain.chat import Answer
from harness.domain.record import Record
from harness.errors import DatasetError

RECORDS = [
    record("a", "Grüße 🎉", expected="x", tags={"k": "v"}),
    record("b", expected=Answer(text='{"n":1}'), recorded=response("y")),
]


@pytest.mark.parametrize("name", ["records.jsonl", "records.jsonl.gz"])
def test_what_is_written_reads_the_same_and_the_bytes_are_always_the_same(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    digest = write_records(path, RECORDS)
    first = path.read_bytes()
    assert list(read_records(path)) == RECORDS
    assert check_records(path).sha256 == digest
    assert write_records(tmp_path / f"2-{name}", iter(RECORDS)) == digest
    assert (tmp_path / f"2-{name}").read_bytes() == first
    if name.endswith(".gz"):
        assert gzip.decompress(first).count(b"\n") == 2


def failing() -> Iterator[Record]:
    yield RECORDS[0]
    raise RuntimeError("source broke")


def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "records.jsonl"
    path.write_bytes(b"old")
    with pytest.raises(RuntimeError, match="source broke"):
        write_records(path, failing())
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_records_that_cannot_be_written_are_told(tmp_path: Path) -> None:
    path = tmp_path / "records.jsonl"
    with pytest.raises(DatasetError, match='record "a": expected must have either text or tool calls'):
        write_records(path, [record("a", expected=Answer())])
    with pytest.raises(DatasetError, match='record "a" cannot be written as JSON'):
        write_records(
            path, [Record(id="a", request=request("\ud83d"), recorded=None, expected=None, tags={})]
        )
    with pytest.raises(DatasetError, match="cannot be written: No such file or directory"):
        write_records(tmp_path / "no" / "records.jsonl", RECORDS)
