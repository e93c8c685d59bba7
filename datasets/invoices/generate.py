"""Writes records.jsonl.gz: the usable real invoices and generated ones, 300 in all.

    .venv/bin/python datasets/invoices/generate.py [--out FILE]

Seeded: the same records each time. SOURCE.md says what is real and what is made.
"""

import argparse
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import zugferd
from amounts import Draw, Invoice, draw_invoice
from layouts import document
from vendors import VENDORS

from harness.dataset.rows import read_rows, write_rows

COMMA = re.compile(r"\d,\d\d(?!\d)")
POINT = re.compile(r"\d\.\d\d(?![\d.])")
HERE = Path(__file__).resolve().parent
RECORDS = 300
SEED = 20261123
CREDIT_SHARE = 0.12
COLLECTIVE = (8, 5)
"""Every eighth generated document, from the fifth on, is a collective credit note of a German vendor."""
LENGTHS = ((0.42, 1, 6), (0.74, 7, 18), (0.88, 19, 30), (1.0, 31, 60))
"""Share of invoices up to here, fewest and most line items."""

SYSTEM = """You extract data from invoices and credit notes of transport and logistics suppliers.
The text comes from the PDF's text layer, so columns may run together and pages are parted by form feeds.

Rules:
- Copy names, numbers and descriptions as they are written. Join a description that runs over two lines.
  Leave article numbers out of descriptions.
- Dates as YYYY-MM-DD. Mind the country: a supplier in the United States writes month/day/year,
  the others day/month/year. due_date is null where none is printed.
- Amounts as numbers with a decimal point, without thousands separators or currency signs.
- currency is the ISO 4217 code.
- One entry in line_items for each charged line, in the order of the document. Carried-forward sums,
  subtotals and VAT lines are no line items. discount_percent is null without a discount on that line.
- vat_rate in percent. amount is the line's net amount after discount.
- For a credit note give all amounts and quantities as positive numbers and kind as credit_note.
- seller.vat_id is null where none is printed.
Answer with the JSON object only."""


def _object(**properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": list(properties),
        "properties": properties,
    }


TEXT, NUMBER = {"type": "string"}, {"type": "number"}
SCHEMA = _object(
    invoice_number=TEXT,
    kind={"type": "string", "enum": ["invoice", "credit_note"]},
    issue_date=TEXT,
    due_date={"type": ["string", "null"]},
    currency=TEXT,
    seller=_object(name=TEXT, vat_id={"type": ["string", "null"]}),
    buyer=_object(name=TEXT),
    line_items={
        "type": "array",
        "items": _object(
            description=TEXT,
            quantity=NUMBER,
            unit_price=NUMBER,
            discount_percent={"type": ["number", "null"]},
            vat_rate=NUMBER,
            amount=NUMBER,
        ),
    },
    totals=_object(net=NUMBER, vat=NUMBER, gross=NUMBER),
)
RESPONSE_FORMAT = {
    "type": "json_schema",
    "json_schema": {"name": "invoice", "strict": True, "schema": SCHEMA},
}


def main() -> None:
    """Write the records."""
    parser = argparse.ArgumentParser(description="Writes the records of the invoices dataset.")
    parser.add_argument("--out", type=Path, default=HERE / "records.jsonl.gz")
    write_rows(parser.parse_args().out, records())


def records() -> Iterator[dict[str, Any]]:
    """The real invoices first, then the generated ones."""
    real = list(real_records())
    yield from real
    for number in range(1, RECORDS - len(real) + 1):
        yield generated_record(number)


def real_records() -> Iterator[dict[str, Any]]:
    """The rows of the corpus that can be used."""
    for row in read_rows(HERE / "zugferd.jsonl.gz"):
        answer = zugferd.expected(row)
        if answer is not None:
            pages = row["text"].count("\f") + 1
            tags = {"origin": "real", "language": row["language"], "pages": str(pages)}
            decimal = (
                "comma" if len(COMMA.findall(row["text"])) > len(POINT.findall(row["text"])) else "point"
            )
            yield record(row["id"], row["text"], answer, {**tags, "decimal": decimal})


def generated_record(number: int) -> dict[str, Any]:
    """The generated invoice with that number, from 1."""
    draw = Draw(SEED * 1000 + number)
    # Language by turns, then one of its vendors, so that languages are even.
    language = ("en", "de", "fr", "es")[number % 4]
    vendor = draw.pick([vendor for vendor in VENDORS if vendor.language == language])
    lines, credit = _length(number, draw), draw.share() < CREDIT_SHARE
    if number % COLLECTIVE[0] == COLLECTIVE[1]:
        lines, credit = draw.between(41, 60), True
    invoice = draw_invoice(draw, vendor, lines, credit=credit)
    text, pages = document(invoice)
    decimal = "comma" if vendor.numbers.endswith(",56") else "point"
    tags = {"origin": "generated", "language": language, "pages": str(pages), "decimal": decimal}
    return record(f"generated-{number:03}", text, answer_of(invoice), tags)


def _length(number: int, draw: Draw) -> int:
    """How many line items; the first two records have the fewest and the most."""
    if number <= 2:
        return (1, 60)[number - 1]
    share = draw.share()
    low, high = next((low, high) for up_to, low, high in LENGTHS if share < up_to)
    return draw.between(low, high)


def answer_of(invoice: Invoice) -> dict[str, Any]:
    """The expected answer to a generated invoice."""
    return {
        "invoice_number": invoice.number,
        "kind": "credit_note" if invoice.credit else "invoice",
        "issue_date": invoice.issued.isoformat(),
        "due_date": invoice.due.isoformat() if invoice.due else None,
        "currency": invoice.vendor.currency,
        "seller": {"name": invoice.vendor.name, "vat_id": invoice.vendor.vat_id},
        "buyer": {"name": invoice.buyer},
        "line_items": [
            {
                "description": line.description,
                "quantity": _number(line.quantity),
                "unit_price": _number(line.price),
                "discount_percent": None if line.discount is None else _number(line.discount),
                "vat_rate": _number(line.rate),
                "amount": _number(line.amount),
            }
            for line in invoice.lines
        ],
        "totals": {
            "net": _number(invoice.net),
            "vat": _number(invoice.vat),
            "gross": _number(invoice.net + invoice.vat),
        },
    }


def record(custom_id: str, text: str, answer: dict[str, Any], tags: dict[str, str]) -> dict[str, Any]:
    """One line of records.jsonl."""
    body = {
        "model": "gpt-4o",
        "temperature": 0,
        "max_tokens": 8192,
        "response_format": RESPONSE_FORMAT,
        "messages": [{"role": "system", "content": SYSTEM}, {"role": "user", "content": text}],
    }
    facts = {
        "vendor": answer["seller"]["name"],
        "lines": str(len(answer["line_items"])),
        "kind": answer["kind"],
    }
    return {"custom_id": custom_id, "body": body, "expected": answer, "tags": {**tags, **facts}}


def _number(value: Decimal) -> float:
    return float(value)


if __name__ == "__main__":
    main()
