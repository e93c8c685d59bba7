"""Builds records.jsonl.gz and outputs.jsonl.gz of this dataset from the upstream rows.

    .venv/bin/python datasets/word-problems/build.py ROWS.jsonl.gz

ROWS.jsonl.gz has one problem a line: id, input.messages, gold ("# 18"), outputs (model -> text).
SOURCE.md says where they come from.
"""

import re
import sys
from pathlib import Path
from typing import Any

from harness.dataset.rows import read_rows, write_rows

HERE = Path(__file__).resolve().parent
MODEL = "gpt-4o-2024-08-06"
NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


def main(upstream: Path) -> None:
    """Write both files beside this script."""
    rows = list(read_rows(upstream))
    write_rows(HERE / "records.jsonl.gz", map(record, rows))
    write_rows(
        HERE / "outputs.jsonl.gz", ({"custom_id": name(row), "outputs": row["outputs"]} for row in rows)
    )


def name(row: dict[str, Any]) -> str:
    """Our id: gsm8k-main-test-#7 becomes gsm8k-0007."""
    return f"gsm8k-{int(row['id'].rpartition('#')[2]):04}"


def record(row: dict[str, Any]) -> dict[str, Any]:
    """One problem as a request; its tags say what it is about and how many numbers it names."""
    prompt = row["input"]["messages"][0]["content"]
    question = prompt[prompt.index("## Question:") : prompt.index("## Instruction")]
    numbers = len(NUMBER.findall(question))
    return {
        "custom_id": name(row),
        "body": {
            "model": MODEL,
            "temperature": 0,
            "top_p": 1,
            "max_tokens": 4096,
            "messages": row["input"]["messages"],
        },
        "expected": {"answer": row["gold"].removeprefix("# ").replace(",", "")},
        "tags": {"money": "$" in question, "numbers": size(numbers), "percent": "%" in question},
    }


def size(numbers: int) -> str:
    """How many numbers the question names, in three groups."""
    if numbers <= 3:
        return "up to 3"
    return "4 to 6" if numbers <= 6 else "7 or more"


if __name__ == "__main__":
    main(Path(sys.argv[1]))
