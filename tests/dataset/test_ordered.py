import gzip
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from harness.dataset.ordered import OrderedRecords
from harness.dataset.reader import read_records
from harness.domain.ordering import cluster_of, order_key
from harness.domain.record import Record
from harness.errors import DatasetError


def key(record: Record) -> tuple[int, int]:
    return order_key(7, cluster_of(record.tags, "document"), record.id)


def lines(count: int) -> list[str]:
    return [
        json.dumps(
            {
                "custom_id": f"r{number}",
                "body": {"messages": [{"role": "user", "content": "ü" * (number % 9)}]},
                "tags": {"document": f"d{number // 3}"},
            },
            ensure_ascii=False,
        )
        for number in range(count)
    ]


def write(folder: Path, text: str, *, packed: bool = False) -> Path:
    folder.mkdir(exist_ok=True)
    if packed:
        (folder / "records.jsonl.gz").write_bytes(gzip.compress(text.encode()))
    else:
        (folder / "records.jsonl").write_bytes(text.encode())
    return folder


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("ends", ["\n", "\r\n", "\n\n \n"])
def test_the_same_records_come_in_the_order_of_the_key(tmp_path: Path, packed: bool, ends: str) -> None:
    folder = write(tmp_path / "d", "\ufeff" + ends.join(lines(50)), packed=packed)
    with OrderedRecords(folder, key) as ordered:
        assert len(ordered) == 50
        assert list(ordered) == sorted(read_records(folder), key=key)
        assert list(ordered) == list(ordered)
        assert [ordered.key(place) for place in range(50)] == [key(record) for record in ordered]
        assert sorted(ordered.cluster_sizes()) == [2] + [3] * 16


def test_only_the_first_lines(tmp_path: Path) -> None:
    folder = write(tmp_path / "d", "\n".join(lines(50)))
    with OrderedRecords(folder, key, limit=7) as ordered:
        assert {record.id for record in ordered} == {f"r{number}" for number in range(7)}
        assert list(ordered.cluster_sizes()).count(3) == 2


def test_a_broken_line_is_told_with_its_number(tmp_path: Path) -> None:
    folder = write(tmp_path / "d", "\n".join([*lines(3), "{"]))
    with pytest.raises(DatasetError, match=r"records\.jsonl:4: not valid JSON"):
        OrderedRecords(folder, key)


def test_a_file_that_changes_under_the_run_is_told(tmp_path: Path) -> None:
    folder = write(tmp_path / "d", "\n".join(lines(5)))
    with OrderedRecords(folder, key) as ordered:
        os.truncate(folder / "records.jsonl", 10)
        with pytest.raises(DatasetError, match=r"records\.jsonl:\d: not valid JSON"):
            list(ordered)


def test_memory_is_a_few_bytes_a_record(tmp_path: Path) -> None:
    folder = write(tmp_path / "d", "")
    long = "x" * 2000
    with (folder / "records.jsonl").open("w") as file:
        for number in range(20_000):
            body = {"messages": [{"role": "user", "content": long}]}
            file.write(json.dumps({"custom_id": f"r{number}", "body": body}) + "\n")
    code = (
        "import resource, sys; from pathlib import Path\n"
        "from harness.dataset.ordered import OrderedRecords\n"
        "from harness.domain.ordering import order_key\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "with OrderedRecords(Path(sys.argv[1]), lambda r: order_key(7, None, r.id)) as ordered:\n"
        "    assert sum(1 for _ in ordered) == 20_000\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(folder)], capture_output=True, text=True, check=True
    )
    assert int(done.stdout) < 12_000  # kB; the file is 40 MB
