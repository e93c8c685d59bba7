"""The real invoices: rows of the ZUGFeRD corpus, kept only where the answer can be read in the text.

The rule, in order:

1. Line items without any content (`{}`: notes of the ZUGFeRD 1.0 files) are taken out.
2. A row is left out unless every line has description, quantity, unit price, VAT rate and amount.
3. A row is left out unless number, issue date, net, VAT, gross, and every unit price and amount
   stand in the text in some local form.
4. Names: lines of numbers (GLN, Lief-Nr, Kunden-Nr) and the salutation are taken off. Descriptions:
   lines of article numbers and packaging are taken off.
5. `due_date` is the date of the XML where it stands in the text, else the date after "netto bis" or
   "Fälligkeit", else null. `vat_id` is null where the text lacks it.
6. A document of negative total is a credit note with positive amounts, as the prompt asks.
7. `discount_percent` is null: the XML gives prices after discount. One row is corrected by reading it.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

CREDIT_CODES = ("381",)
_NOISE = re.compile(
    r"(GLN|GTIN|Lief-Nr|Kunden-Nr|Unsere Art\.-Nr|Art-Nr-Lieferant|Verpackung|VKE/Geb)\b.*|Herrn?$",
    re.IGNORECASE,
)
_DUE = re.compile(r"(?:netto bis|Fälligkeit) (\d\d)\.(\d\d)\.(\d{4})")

CORRECTIONS: Mapping[str, Mapping[str, Any]] = {
    # The text reads "5Unit(s) 4,55 € 10% -20,48 €"; the XML has the price after discount, rounded to 4.10.
    "zugferd-030": {"line": 0, "unit_price": 4.55, "discount_percent": 10.0},
}


def expected(row: Mapping[str, Any]) -> dict[str, Any] | None:
    """The answer to a row, or None where the row is left out."""
    gold, text = row["gold"], row["text"]
    lines = [line for line in gold.get("line_items", ()) if line]
    if not lines or not all(_complete(line) for line in lines) or not _readable(gold, lines, text):
        return None
    credit = gold["type_code"] in CREDIT_CODES or gold["totals"]["gross"] < 0
    sign = -1 if gold["totals"]["gross"] < 0 else 1
    answer = {
        "invoice_number": gold["invoice_number"],
        "kind": "credit_note" if credit else "invoice",
        "issue_date": gold["issue_date"],
        "due_date": _due(gold, text),
        "currency": gold["currency"],
        "seller": {"name": _name(gold["seller"]["name"]), "vat_id": _vat_id(gold, text)},
        "buyer": {"name": _name(gold["buyer"]["name"])},
        "line_items": [_line(line, sign) for line in lines],
        "totals": {
            "net": sign * gold["totals"]["net"],
            "vat": sign * gold["totals"]["tax"],
            "gross": sign * gold["totals"]["gross"],
        },
    }
    if row["id"] in CORRECTIONS:
        correction = dict(CORRECTIONS[row["id"]])
        answer["line_items"][correction.pop("line")].update(correction)
    return answer


def _complete(line: Mapping[str, Any]) -> bool:
    needed = ("description", "quantity", "unit_price_net", "tax_rate", "line_total_net")
    return all(line.get(key) is not None for key in needed)


def _readable(gold: Mapping[str, Any], lines: Iterable[Mapping[str, Any]], text: str) -> bool:
    totals = gold["totals"]
    amounts = [totals["net"], totals["tax"], totals["gross"]]
    amounts += [value for line in lines for value in (line["unit_price_net"], line["line_total_net"])]
    texts = [[gold["invoice_number"]], _written_dates(gold["issue_date"]), *map(_written, amounts)]
    return bool(gold.get("currency")) and all(any(form in text for form in forms) for forms in texts)


def _written(value: float) -> list[str]:
    points = [f"{abs(value):,.2f}", f"{abs(value):.2f}", f"{abs(value):.4f}", f"{abs(value):.3f}"]
    return [*points, *(point.translate(str.maketrans(",.", ".,")) for point in points)]


def _written_dates(value: str) -> list[str]:
    year, month, day = value.split("-")
    return [f"{day}.{month}.{year}", f"{day}/{month}/{year}", f"{month}/{day}/{year}", value]


def _due(gold: Mapping[str, Any], text: str) -> str | None:
    due = gold.get("due_date")
    if due and any(form in text for form in _written_dates(due)):
        return str(due)
    found = None if due else _DUE.search(text)
    return f"{found[3]}-{found[2]}-{found[1]}" if found else None


def _vat_id(gold: Mapping[str, Any], text: str) -> str | None:
    vat_id = gold["seller"].get("vat_id")
    return vat_id if vat_id and vat_id in text else None


def _name(name: str) -> str:
    kept = [part.strip() for part in name.split("\n") if not _NOISE.match(part.strip())]
    return " ".join(part for part in kept if part)


def _line(line: Mapping[str, Any], sign: int) -> dict[str, Any]:
    return {
        "description": _name(line["description"]),
        "quantity": sign * line["quantity"],
        "unit_price": line["unit_price_net"],
        "discount_percent": None,
        "vat_rate": line["tax_rate"],
        "amount": sign * line["line_total_net"],
    }
