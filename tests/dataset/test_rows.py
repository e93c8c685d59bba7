from pathlib import Path
from typing import Any

import pytest

from harness.dataset.rows import read_rows, write_rows
from harness.errors import DatasetError

ROWS: list[dict[str, Any]] = [{"custom_id": "a", "text": "Grüße"}, {"custom_id": "b", "n": 1.5}]


@pytest.mark.parametrize("name", ["rows.jsonl", "rows.jsonl.gz"])
def test_rows_read_as_they_were_written_and_the_bytes_are_always_the_same(tmp_path: Path, name: str) -> None:
    write_rows(tmp_path / name, iter(ROWS))
    write_rows(tmp_path / f"again-{name}", ROWS)
    assert list(read_rows(tmp_path / name)) == ROWS
    assert (tmp_path / name).read_bytes() == (tmp_path / f"again-{name}").read_bytes()


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"rows\.jsonl"):
        list(read_rows(tmp_path / "rows.jsonl"))
