"""Plants known faults into synthetic invoices and counts how many are found by kind."""

import copy
import json
import random
from collections import Counter
from collections.abc import Callable
from typing import Any

from factories import record

from harness.domain.chat import Answer
from harness.domain.failure import is_failure
from harness.scorers.base import ScoringContext
from harness.scorers.json_fields import JsonFields

WORDS = ["Hosting", "Support", "Backup", "Monitoring", "Consulting", "Travel", "Training", "Cable", "Desk"]
Invoice = dict[str, Any]


def invoice(draw: random.Random) -> Invoice:
    lines: list[dict[str, Any]] = []
    for _ in range(draw.randint(3, 12)):
        quantity, price = draw.randint(1, 12), draw.randint(1100, 200_000) / 100
        words = f"{draw.choice(WORDS)} {draw.choice(WORDS).lower()} {draw.randint(10, 99)}"
        amount = round(quantity * price, 2)
        lines.append(
            {
                "description": words,
                "quantity": quantity,
                "unit_price": price,
                "vat_rate": 19,
                "amount": amount,
            }
        )
    net = round(sum(line["amount"] for line in lines), 2)
    return {
        "invoice_number": f"R-{draw.randint(10_000, 99_999)}",
        "issue_date": f"2024-{draw.randint(1, 6):02}-{draw.randint(7, 12):02}",
        "currency": draw.choice(["EUR", "CHF"]),
        "line_items": lines,
        "totals": {"net": net, "gross": round(net * 1.19, 2)},
    }


def missing(value: Invoice, draw: random.Random) -> None:
    value["line_items"].pop(draw.randrange(len(value["line_items"])))


def invented(value: Invoice, draw: random.Random) -> None:
    value["line_items"].insert(
        1, {"description": "Surcharge", "quantity": 1, "unit_price": 7.77, "amount": 7.77}
    )


def merged(value: Invoice, draw: random.Random) -> None:
    lines = value["line_items"]
    gone = lines.pop(1)
    lines[0]["amount"] = round(lines[0]["amount"] + gone["amount"], 2)
    if draw.random() < 0.5:
        lines[0]["description"] += f" / {gone['description']}"


def split(value: Invoice, draw: random.Random) -> None:
    line = value["line_items"][-1]
    part = {**line, "amount": round(line["amount"] * 0.37, 2), "quantity": 1}
    line["amount"] = round(line["amount"] - part["amount"], 2)
    value["line_items"].append(part)


def swapped(value: Invoice, draw: random.Random) -> None:
    # Two neighbouring digits that differ, the first ones so that no power of ten comes of it.
    digits = str(round(value["totals"]["gross"] * 100))
    place = next(at for at in range(1, len(digits)) if digits[at] != digits[at - 1] and digits[at] != "0")
    digits = digits[: place - 1] + digits[place] + digits[place - 1] + digits[place + 1 :]
    value["totals"]["gross"] = int(digits) / 100


def misread(value: Invoice, draw: random.Random) -> None:
    line = draw.choice(value["line_items"])
    line["amount"] = draw.choice([round(line["amount"] * 100), round(line["amount"] / 1000, 5)])


def currency(value: Invoice, draw: random.Random) -> None:
    value["currency"] = "USD"


def date(value: Invoice, draw: random.Random) -> None:
    year, month, day = value["issue_date"].split("-")
    value["issue_date"] = f"{year}-{day}-{month}"


def notation(value: Invoice, draw: random.Random) -> None:
    value["totals"]["net"] = f"{value['totals']['net']:,.2f}".translate(str.maketrans(",.", ".,"))


def moved(value: Invoice, draw: random.Random) -> None:
    value["line_items"].append(value["line_items"].pop(0))


PLANTS: dict[str, Callable[[Invoice, random.Random], None]] = {
    "line_missing": missing,
    "line_invented": invented,
    "line_merged": merged,
    "line_split": split,
    "digits_swapped": swapped,
    "decimal_misread": misread,
    "wrong_currency": currency,
    "date_order": date,
    "format_only": notation,
    "moved": moved,
}


def test_planted_faults_are_found_by_kind_and_nothing_else_is() -> None:
    draw = random.Random(11)
    context = ScoringContext(record=record(tags={"language": "de"}), seed=7)
    hits: Counter[str] = Counter()
    false: Counter[str] = Counter()
    planted = 200
    for _ in range(planted):
        reference = invoice(draw)
        for kind, plant in PLANTS.items():
            value = copy.deepcopy(reference)
            plant(value, draw)
            result = JsonFields().score(
                Answer(text=json.dumps(value)), Answer(text=json.dumps(reference)), context
            )
            hits[kind] += kind in {finding.kind for finding in result.findings}
            false.update({finding.kind for finding in result.findings if is_failure(finding)} - {kind})
    assert {kind: hits[kind] / planted for kind in PLANTS if hits[kind] < 0.98 * planted} == {}
    assert {kind: count for kind, count in false.items() if count > 0.01 * planted} == {}
