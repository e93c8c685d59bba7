"""Builds records.jsonl.gz and outputs.jsonl.gz of this dataset from the upstream rows.

    .venv/bin/python datasets/policy-topics/build.py ROWS.jsonl.gz

ROWS.jsonl.gz has one act a line: id, language, input.text, gold (topic code), outputs (model -> code).
SOURCE.md says where the acts and the codes come from.
"""

import sys
from pathlib import Path
from typing import Any

import orjson

from harness.dataset.rows import read_rows, write_rows

HERE = Path(__file__).resolve().parent
MODEL = "gpt-4o-2024-11-20"
SYSTEM = """You classify acts of parliament by policy topic for an archive.

Read the title or summary of the act below. It may be in English, French, Spanish, Italian, Dutch or Danish.
Choose the one topic that the act is mainly about:

{topics}

Answer with the code of the topic only: a number, no words."""


def main(upstream: Path) -> None:
    """Write both files beside this script."""
    rows = list(read_rows(upstream))
    labels = orjson.loads((HERE / "labels.json").read_bytes())
    system = SYSTEM.format(topics="\n".join(f"{code} {name}" for code, name in labels.items()))
    write_rows(HERE / "records.jsonl.gz", (record(row, system) for row in rows))
    write_rows(
        HERE / "outputs.jsonl.gz", ({"custom_id": row["id"], "outputs": row["outputs"]} for row in rows)
    )


def record(row: dict[str, Any], system: str) -> dict[str, Any]:
    """One act as a request; the reference in the prompt keeps acts of the same wording apart."""
    reference = row["id"].removeprefix("policy-")
    messages = [
        {"role": "system", "content": system},
        {"role": "user", "content": f"Act {reference}\n\n{row['input']['text']}"},
    ]
    tags = {"language": row["language"]}
    if row["gold_label"] is not None:  # two acts have a code without a topic
        tags["topic"] = row["gold_label"]
    return {
        "custom_id": row["id"],
        "body": {"model": MODEL, "temperature": 0, "max_tokens": 8, "messages": messages},
        "expected": row["gold"],
        "tags": tags,
    }


if __name__ == "__main__":
    main(Path(sys.argv[1]))
