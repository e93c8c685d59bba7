"""An invoice and dataset lines for the tests of the sandbox."""

import json
from pathlib import Path
from typing import Any

from harness.sandbox.behavior import Subject, answer, parsed
from harness.sandbox.settings import SandboxSettings
from harness.sandbox.sources import prompt_text

INVOICE: dict[str, Any] = {
    "invoice_number": "R-17",
    "kind": "invoice",
    "issue_date": "2025-03-05",
    "due_date": "2025-04-19",
    "currency": "EUR",
    "seller": {"name": "Nordkai", "vat_id": None},
    "line_items": [
        {
            "description": f"Freight {number}",
            "quantity": float(number + 2),
            "unit_price": 12.35,
            "discount_percent": None,
            "vat_rate": 19.0,
            "amount": round((number + 2) * 12.35, 2),
        }
        for number in range(1, 7)
    ],
    "totals": {"net": 407.55, "vat": 77.43, "gross": 484.98},
}

CONTRACT = """MASTER SERVICES AGREEMENT

7. TERM AND TERMINATION
7.1 This Agreement begins on the Effective Date and goes on for three years.
7.2 Either party may terminate this Agreement upon thirty (30) days' written notice to the other party.
7.3 Upon termination the Supplier shall return all materials within 10 business days.

8. LIABILITY
8.1 The Supplier shall not be liable for indirect damages.
8.2 The liability of the Supplier must not exceed the fees paid in the twelve months before the claim.
"""

ROUTED: dict[str, Any] = {
    "route": "legal",
    "clauses": [
        {"id": "7.2", "quote": "may terminate this Agreement upon thirty (30) days' written notice"},
        {"id": "7.3", "quote": "the Supplier shall return all materials within 10 business days"},
    ],
}


def write_lines(path: Path, rows: list[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def line(custom_id: str, text: str, expected: object) -> dict[str, Any]:
    body = {"messages": [{"role": "system", "content": "Extract."}, {"role": "user", "content": text}]}
    return {"custom_id": custom_id, "body": body, "expected": expected}


def planted(records: list[dict[str, Any]], settings: SandboxSettings, model: str) -> dict[str, set[str]]:
    """Record id → the kinds of what the sandbox plants in the model's answer (its labels have two names)."""
    found = {}
    for record in records:
        expected = record["expected"]
        subject = Subject(
            id=record["custom_id"],
            expected=parsed(expected) if isinstance(expected, str) else expected,
            prompt=prompt_text(record["body"]["messages"]),
            tags=record["tags"],
            labels=("one", "other"),
            label_field=settings.label_field,
        )
        played = answer(subject, settings.models[model], model=model, seed=settings.seed)
        found[subject.id] = {fault.kind for fault in played.planted}
    return found
