"""Writes records.jsonl.gz from sroie.jsonl.gz, which holds the receipts and their labels.

    .venv/bin/python datasets/receipts/build.py [--out FILE]

SOURCE.md says what is left out and how dates and totals are read.
"""

import argparse
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from harness.dataset.rows import read_rows, write_rows

HERE = Path(__file__).resolve().parent
SOURCE = HERE / "sroie.jsonl.gz"
YEARS = range(2010, 2020)
"""The receipts are of these years; another one means that the date was read in the wrong order."""
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
PARTS = re.compile(r"\d+|[a-z]+", re.IGNORECASE)
ORDERS = ((2, 1, 0), (0, 1, 2), (2, 0, 1))
"""Places of year, month and day: day first, as in Malaysia; year first; month first."""

SYSTEM = """You read receipts of shops and restaurants in Malaysia. The text comes from an OCR engine.

Answer with one JSON object and nothing else:
- company: the seller's name as printed, without its registration number
- date: the day of sale as YYYY-MM-DD; receipts in Malaysia write the day before the month
- address: the seller's address as printed, its lines joined with a blank
- total: what was to be paid after tax and rounding, as a number without RM or $"""
TEXT = {"type": "string"}
SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "required": ["company", "date", "address", "total"],
    "properties": {"company": TEXT, "date": TEXT, "address": TEXT, "total": {"type": "number"}},
}
RESPONSE_FORMAT = {
    "type": "json_schema",
    "json_schema": {"name": "receipt", "strict": True, "schema": SCHEMA},
}


def main() -> None:
    """Write the records."""
    parser = argparse.ArgumentParser(description="Writes the records of the receipts dataset.")
    parser.add_argument("--out", type=Path, default=HERE / "records.jsonl.gz")
    write_rows(parser.parse_args().out, records())


def records() -> Iterator[dict[str, Any]]:
    """Every receipt that has all four labels, the same text only once."""
    seen: set[str] = set()
    for row in read_rows(SOURCE):
        gold = row["gold"]
        if all(gold.get(key) for key in ("company", "date", "address", "total")) and row["text"] not in seen:
            seen.add(row["text"])
            yield record(row)


def record(row: dict[str, Any]) -> dict[str, Any]:
    """One line of records.jsonl."""
    gold = row["gold"]
    day = read_day(gold["date"])
    expected = {
        "company": gold["company"],
        "date": day.isoformat(),
        "address": gold["address"],
        "total": float(re.sub(r"[RM$, ]", "", gold["total"])),
    }
    visible = row["gold_visible_in_text"]
    tags = {
        "language": "en",
        "company": gold["company"],
        "month": f"{day:%Y-%m}",
        "date_notation": notation(gold["date"]),
        "year": year_digits(gold["date"]),
        "sign": "RM" if "RM" in gold["total"] else "$" if "$" in gold["total"] else "none",
        "labels": "in the text" if all(visible.values()) else "not all in the text",
    }
    body = {
        "model": "gpt-4o",
        "temperature": 0,
        "max_tokens": 300,
        "response_format": RESPONSE_FORMAT,
        "messages": [{"role": "system", "content": SYSTEM}, {"role": "user", "content": row["text"]}],
    }
    return {"custom_id": row["id"], "body": body, "expected": expected, "tags": tags}


def read_day(text: str) -> date:
    """The day that a printed date means: day first, unless that gives no day of these years.

    Raises:
        ValueError: It means none.
    """
    if re.fullmatch(r"\d{8}", text):
        text = (
            f"{text[:4]}-{text[4:6]}-{text[6:]}" if text[:2] == "20" else f"{text[:2]}-{text[2:4]}-{text[4:]}"
        )
    parts = [_number(part) for part in PARTS.findall(text)]
    for year, month, day in ORDERS:
        full = parts[year] + 2000 if parts[year] < 100 else parts[year]
        try:
            found = date(full, parts[month], parts[day])
        except ValueError:
            continue
        if found.year in YEARS:
            return found
    raise ValueError(f"{text!r} is no date")


def _number(part: str) -> int:
    return int(part) if part.isdigit() else MONTHS.index(part[:3].lower()) + 1


def notation(text: str) -> str:
    """How a date is written: `dd/mm/yyyy`, `dd-mm-yy`, `dd mon yyyy`, ..."""
    if re.search("[a-z]", text, re.IGNORECASE):
        return "month in letters"
    match = re.fullmatch(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{2}|\d{4})", text.strip("()"))
    if match is None:
        return "year first" if text.startswith("20") else "digits only"
    return f"dd{match[2]}mm{match[2]}{'y' * len(match[4])}"


def year_digits(text: str) -> str:
    """Whether the year is written with two digits or four."""
    return "four digits" if re.search(r"20\d\d", text) else "two digits"


if __name__ == "__main__":
    main()
