"""Writes records.jsonl.gz: cases about contracts, from contracts.jsonl.gz and cases.toml.

    .venv/bin/python datasets/exceptions/generate.py [--out FILE]

Seeded: the same records each time. SOURCE.md says what is real and what is made.
"""

import argparse
import random
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from harness.dataset.rows import read_rows, write_rows

HERE = Path(__file__).resolve().parent
SEED = 20251019
MONTHS = ("January", "February", "March", "April", "May", "June", "July", "September", "October", "November")
SENDERS = (
    "Account management", "Dispatch Rotterdam", "Warehouse Leipzig", "Accounts payable", "Purchasing",
    "Customer service", "Internal audit", "Sales, region south", "Branch office Lyon", "Project office",
)  # fmt: skip
START = "--- CONTRACT ---"

SYSTEM = """You route exceptions: e-mails about contracts that do not fit the usual process.

Read the case and the contract below it. Answer with one JSON object:
- route: the queue that handles the case:
  legal (law, courts, third parties, disputes over rights), claims (damages, liability, warranty),
  contract_management (term, renewal, termination, assignment, change of owner),
  procurement (exclusivity, quantities, prices, first refusal), finance (revenue shares, audits),
  compliance (insurance, competition, soliciting, public statements),
  intellectual_property (licences, ownership of results), operations (duties after the end)
- clauses: every clause that decides the case. id is its number as printed in the contract, such as "7.3",
  without letters of its items. quote is a passage of it, word for word, that decides the case.
- reason: one short sentence.
Cite only clauses that stand in the contract."""
ROUTES = (
    "legal",
    "claims",
    "contract_management",
    "procurement",
    "finance",
    "compliance",
    "intellectual_property",
    "operations",
)


def _object(**properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": list(properties),
        "properties": properties,
    }


TEXT = {"type": "string"}
SCHEMA = _object(
    route={"type": "string", "enum": list(ROUTES)},
    clauses={"type": "array", "items": _object(id=TEXT, quote=TEXT)},
    reason=TEXT,
)
RESPONSE_FORMAT = {
    "type": "json_schema",
    "json_schema": {"name": "routing", "strict": True, "schema": SCHEMA},
}


def main() -> None:
    """Write the records."""
    parser = argparse.ArgumentParser(description="Writes the records of the exceptions dataset.")
    parser.add_argument("--out", type=Path, default=HERE / "records.jsonl.gz")
    write_rows(parser.parse_args().out, records())


def records() -> Iterator[dict[str, Any]]:
    """One or two cases for each category of each contract."""
    categories = tomllib.loads((HERE / "cases.toml").read_text(encoding="utf-8"))
    for place, contract in enumerate(read_rows(HERE / "contracts.jsonl.gz")):
        for category in contract["clauses"]:
            texts = categories[category]["cases"]
            # Most questions come twice; which law governs would be every fourth case then.
            twice = len(texts) > 1 and place % 3 < 2 and category != "Governing Law"
            # Rotated, so that contracts do not all get the same e-mail.
            for turn in range(1 + twice):
                text = texts[(place + turn) % len(texts)]
                yield record(contract, category, categories[category], text, turn)


def record(
    contract: dict[str, Any], category: str, meaning: dict[str, Any], text: str, turn: int
) -> dict[str, Any]:
    """One case as a request."""
    slug = "".join(one if one.isalnum() else "-" for one in category.lower())
    custom_id = f"{contract['id']}-{slug}-{turn + 1}"
    draw = random.Random(f"{SEED}-{custom_id}")
    case = text.format(
        agreement=contract["agreement"],
        month=MONTHS[int(draw.random() * len(MONTHS))],
        ref=f"EX-{10000 + int(draw.random() * 89999)}",
    )
    sender = SENDERS[int(draw.random() * len(SENDERS))]
    references = contract["clauses"][category]
    user = f"CASE\nFrom: {sender}\n{case}\n\n{START}\n{contract['text']}"
    return {
        "custom_id": custom_id,
        "body": {
            "model": "gpt-4o",
            "temperature": 0,
            "max_tokens": 1024,
            "response_format": RESPONSE_FORMAT,
            "messages": [{"role": "system", "content": SYSTEM}, {"role": "user", "content": user}],
        },
        "expected": {"route": meaning["route"], "clauses": references, "reason": meaning["reason"]},
        "tags": {
            "contract": contract["id"],
            "category": category,
            "route": meaning["route"],
            "numbering": "nested" if any("." in one["id"] for one in references) else "flat",
            "clauses": str(len(references)),
            "contract_length": _length(len(contract["text"])),
        },
    }


def _length(characters: int) -> str:
    return "up to 10,000" if characters <= 10_000 else "to 20,000" if characters <= 20_000 else "above 20,000"


if __name__ == "__main__":
    main()
