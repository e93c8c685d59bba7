import gzip
import json
import tracemalloc
from pathlib import Path

import pytest

from harness.errors import DatasetError
from harness.sandbox.index import LineIndex, Row


def key(row: Row) -> bytes:
    return str(row["k"]).encode()


@pytest.fixture(params=["rows.jsonl", "rows.jsonl.gz"])
def rows(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = tmp_path / str(request.param)
    text = "".join(json.dumps({"k": f"k{number}", "n": number}) + "\n\n" for number in range(50)).encode()
    path.write_bytes(gzip.compress(text) if path.suffix == ".gz" else text)
    return path


def test_each_line_is_found_by_its_key(rows: Path) -> None:
    with LineIndex(rows, key) as index:
        assert len(index) == 50
        found = [index.find(f"k{number}".encode()) for number in range(50)]
        assert [one[1]["n"] for one in found if one] == list(range(50))
        assert sorted(one[0] for one in found if one) == list(range(50))
        assert index.find(b"k50") is None
        assert index.duplicates == 0


def test_of_equal_keys_the_first_is_found_and_the_others_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text('{"k":"a","n":1}\n{"k":"a","n":2}\n{"k":"b","n":3}')
    with LineIndex(path, key) as index:
        found = index.find(b"a")
        assert found is not None
        assert found[1]["n"] == 1
        assert index.duplicates == 1


@pytest.mark.parametrize(
    ("content", "message"), [(b'{"k":1}\n{"k"', "line 2 is not JSON"), (b"[1]\n", "line 1 is no JSON object")]
)
def test_a_wrong_line_is_told(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_bytes(content)
    with pytest.raises(DatasetError, match=message):
        LineIndex(path, key)


def test_a_missing_or_damaged_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="there is no such file"):
        LineIndex(tmp_path / "rows.jsonl", key)
    broken = tmp_path / "rows.jsonl.gz"
    broken.write_bytes(gzip.compress(b"x" * 1000)[:-9])
    with pytest.raises(DatasetError, match="cannot be read"):
        LineIndex(broken, key)


def test_many_lines_need_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(f'{{"k":"k{number}","text":"{"x" * 200}"}}\n' for number in range(20_000)))
    tracemalloc.start()
    try:
        with LineIndex(path, key) as index:
            held, _ = tracemalloc.get_traced_memory()
            assert len(index) == 20_000
    finally:
        tracemalloc.stop()
    assert held < 20_000 * 40
