"""Builds records.jsonl.gz and outputs.jsonl.gz of this dataset from the upstream rows.

    .venv/bin/python datasets/claims-packets/build.py ROWS.jsonl.gz

ROWS.jsonl.gz has one document a line: id, doc_type, input.text, input.fields, gold (a list of records),
outputs (model -> JSON list), repeats (model -> further runs). SOURCE.md says where they come from.
"""

import sys
from pathlib import Path
from typing import Any

from harness.dataset.rows import read_rows, write_rows

HERE = Path(__file__).resolve().parent
MODEL = "gpt-5.5"
KINDS = {
    "driver_mvr_request_and_roster": ("driver records", "one for each driver"),
    "driver_schedule_spreadsheet_export": ("driver schedule", "one for each driver of the schedule"),
    "vehicle_schedule_spreadsheet_export": ("vehicle schedule", "one for each vehicle of the schedule"),
    "ifta_tax_return_inquiry_detail": ("fuel-tax inquiry", "one for each field of each section"),
    "ifta_tax_return_summary": ("fuel-tax summary", "one for each jurisdiction of each return"),
    "ifta_return_schedule_details": ("fuel-tax schedule", "one for each line of each schedule"),
    "ifta_multisection_return_packet": ("fuel-tax packet", "one for each jurisdiction of each return"),
    "loss_run_external": ("loss run", "one for each claim"),
    "claim_crosspage_multihop": ("claim file", "one for each incident"),
}
SYSTEM = """You read documents of commercial trucking insurance and return the records they hold.

Answer with a JSON list and nothing else: {what}, in the order of the document. Leave no record out.
Each record is an object with these fields: {fields}.
Copy values as they stand. Where the document has no value, use an empty text."""


def main(upstream: Path) -> None:
    """Write both files beside this script."""
    rows = list(read_rows(upstream))
    write_rows(HERE / "records.jsonl.gz", map(record, rows))
    write_rows(HERE / "outputs.jsonl.gz", map(outputs, rows))


def record(row: dict[str, Any]) -> dict[str, Any]:
    """One document as a request; the instruction is ours."""
    kind, what = KINDS[row["doc_type"]]
    system = SYSTEM.format(what=what, fields=", ".join(row["input"]["fields"]))
    messages = [{"role": "system", "content": system}, {"role": "user", "content": row["input"]["text"]}]
    return {
        "custom_id": row["id"],
        "body": {"model": MODEL, "messages": messages},
        "expected": row["gold"],
        "tags": {"document": kind, "lines": size(len(row["gold"])), "language": "en-US"},
    }


def size(lines: int) -> str:
    """How many records the document holds, in three groups."""
    if lines < 300:
        return "under 300"
    return "300 to 500" if lines <= 500 else "over 500"


def outputs(row: dict[str, Any]) -> dict[str, Any]:
    """The answers of each model; a model that ran more than once has a list of them."""
    answers: dict[str, Any] = dict(row["outputs"])
    for model, runs in row["repeats"].items():
        answers[model] = [answers[model], *(run["text"] for run in runs)]
    return {"custom_id": row["id"], "outputs": answers}


if __name__ == "__main__":
    main(Path(sys.argv[1]))
