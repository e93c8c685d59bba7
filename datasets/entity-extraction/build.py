"""Builds records.jsonl.gz and outputs.jsonl.gz of this dataset from the upstream rows.

    .venv/bin/python datasets/entity-extraction/build.py ROWS.jsonl.gz

ROWS.jsonl.gz has one sentence a line: id, input.messages, gold (type -> text), outputs (model -> text).
SOURCE.md says where they come from.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from harness.dataset.rows import read_rows, write_rows

HERE = Path(__file__).resolve().parent
MODEL = "gpt-4"


def main(upstream: Path) -> None:
    """Write both files beside this script."""
    rows = list(read_rows(upstream))
    write_rows(HERE / "records.jsonl.gz", records(rows))
    write_rows(
        HERE / "outputs.jsonl.gz", ({"custom_id": name(row), "outputs": row["outputs"]} for row in rows)
    )


def name(row: dict[str, Any]) -> str:
    """Our id: lawbench-2-6-0007 becomes sentence-007."""
    return f"sentence-{int(row['id'].rpartition('-')[2]):03}"


def records(rows: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The sentences as requests; one that occurred before gets its id, so that a prompt names one record."""
    seen: set[str] = set()
    for row in rows:
        prompt = row["input"]["messages"][0]["content"]
        sentence = prompt.partition("句子:")[2]
        again = prompt in seen
        seen.add(prompt)
        content = f"{prompt}\n({name(row)})" if again else prompt
        yield {
            "custom_id": name(row),
            "body": {"model": MODEL, "messages": [{"role": "user", "content": content}]},
            "expected": row["gold"],
            "tags": {"language": "zh", "entities": size(len(row["gold"])), "sentence": length(len(sentence))},
        }


def size(types: int) -> str:
    """How many entity types the sentence has, in four groups."""
    if types == 0:
        return "none"
    if types <= 2:
        return "1 or 2"
    return "3 or 4" if types <= 4 else "5 or more"


def length(characters: int) -> str:
    """The length of the sentence, in three groups."""
    if characters <= 40:
        return "up to 40 characters"
    return "41 to 80 characters" if characters <= 80 else "over 80 characters"


if __name__ == "__main__":
    main(Path(sys.argv[1]))
