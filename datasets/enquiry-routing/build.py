"""Builds records.jsonl.gz and outputs.jsonl.gz of this dataset from the upstream rows.

    .venv/bin/python datasets/enquiry-routing/build.py ROWS.jsonl.gz

ROWS.jsonl.gz has one enquiry a line: id, input.messages, gold (a category), outputs (model -> text).
SOURCE.md says where they come from.
"""

import sys
from pathlib import Path
from typing import Any

import orjson

from harness.dataset.rows import read_rows, write_rows

HERE = Path(__file__).resolve().parent
MODEL = "gpt-4"


def main(upstream: Path) -> None:
    """Write both files beside this script."""
    rows = list(read_rows(upstream))
    english = orjson.loads((HERE / "labels.json").read_bytes())
    write_rows(HERE / "records.jsonl.gz", (record(row, english) for row in rows))
    write_rows(
        HERE / "outputs.jsonl.gz", ({"custom_id": name(row), "outputs": row["outputs"]} for row in rows)
    )


def name(row: dict[str, Any]) -> str:
    """Our id: lawbench-2-4-0007 becomes enquiry-007."""
    return f"enquiry-{int(row['id'].rpartition('-')[2]):03}"


def record(row: dict[str, Any], english: dict[str, str]) -> dict[str, Any]:
    """One enquiry as a request; its tag is the category in English."""
    return {
        "custom_id": name(row),
        "body": {"model": MODEL, "messages": row["input"]["messages"]},
        "expected": row["gold"],
        "tags": {"category": english[row["gold"]], "language": "zh"},
    }


if __name__ == "__main__":
    main(Path(sys.argv[1]))
