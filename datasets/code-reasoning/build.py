"""Builds records.jsonl.gz and outputs.jsonl.gz of this dataset from the upstream rows.

    .venv/bin/python datasets/code-reasoning/build.py ROWS.jsonl.gz

ROWS.jsonl.gz has one question a line: id, input.messages, gold (a Python literal), outputs (model -> text).
SOURCE.md says where they come from.
"""

import ast
import sys
from pathlib import Path
from typing import Any

from harness.dataset.rows import read_rows, write_rows

HERE = Path(__file__).resolve().parent
MODEL = "gpt-4o-2024-08-06"
RETURNS = {"str": "text", "list": "list", "int": "number", "float": "number", "dict": "dict", "bool": "bool"}
LOOPS = (ast.For, ast.While, ast.comprehension)


def main(upstream: Path) -> None:
    """Write both files beside this script."""
    rows = list(read_rows(upstream))
    write_rows(HERE / "records.jsonl.gz", map(record, rows))
    write_rows(
        HERE / "outputs.jsonl.gz", ({"custom_id": name(row), "outputs": row["outputs"]} for row in rows)
    )


def name(row: dict[str, Any]) -> str:
    """Our id: crux-test-#7 becomes crux-007."""
    return f"crux-{int(row['id'].rpartition('#')[2]):03}"


def record(row: dict[str, Any]) -> dict[str, Any]:
    """One question as a request; its tags say what the function returns and how it is written."""
    prompt = row["input"]["messages"][0]["content"]
    code = prompt[prompt.index("[PYTHON]") + len("[PYTHON]") : prompt.index("\nassert f(")]
    loops = sum(isinstance(node, LOOPS) for node in ast.walk(ast.parse(code)))
    returns = RETURNS.get(type(ast.literal_eval(row["gold"])).__name__, "other")
    return {
        "custom_id": name(row),
        "body": {
            "model": MODEL,
            "temperature": 0,
            "top_p": 1,
            "max_tokens": 4096,
            "messages": row["input"]["messages"],
        },
        "expected": {"answer": row["gold"]},
        "tags": {"returns": returns, "loops": ["none", "one", "several"][min(loops, 2)]},
    }


if __name__ == "__main__":
    main(Path(sys.argv[1]))
