"""One function per kind of failure: takes the right answer, returns a wrong one and what was planted.

Pure and seeded. A function returns None where its fault cannot be told on this record (a date such as
05-05 cannot be swapped); then nothing counts as planted. Apart from `format_only`, `moved` and `slow`
a planted fault always makes the answer wrong, and wrong in that one way only. Totals are left as they
were, so a dropped line is a dropped line and not a wrong sum as well.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from typing import Any

import orjson

from harness.sandbox.answers import Leaf, Lines, clone, dates, decimal, leaves, lines_of, money, number
from harness.sandbox.draw import Draw

_CENT = Decimal("0.01")
_CURRENCIES = ("EUR", "USD", "GBP", "CHF")
_INVENTED = (
    "Administrative surcharge",
    "Handling fee",
    "Seasonal supplement",
    "Document service",
    "Environmental levy",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Planted:
    """What is wrong with an answer on purpose.

    Attributes:
        path: The place, as findings write it: index in the expected answer, for an invented line
            in the answer given; "" for the whole answer.
    """

    kind: str
    path: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Damaged:
    """An answer with its fault: `value` is a changed copy."""

    value: Any
    planted: Planted


def line_missing(value: Any, draw: Draw) -> Damaged | None:
    """Leaves one of several lines out."""
    value = clone(value)
    lines = lines_of(value)
    if lines is None or len(lines.items) < 2:
        return None
    at = draw.below(len(lines.items))
    gone = lines.items.pop(at)
    return _damaged(value, "line_missing", f"{lines.path}[{at}]", f"left out {gone[lines.description]!r}")


def line_invented(value: Any, draw: Draw) -> Damaged | None:
    """Adds a line that the document does not have, at the end."""
    value = clone(value)
    lines = lines_of(value)
    if lines is None:
        return None
    taken = {item[lines.description] for item in lines.items}
    free = [name for name in _INVENTED if name not in taken]
    if not free:
        return None
    amount = _unused_amount(lines, draw)
    changes = {"quantity": 1.0, "unit_price": amount, "discount_percent": None}
    line = {**lines.items[-1], **{key: new for key, new in changes.items() if key in lines.items[-1]}}
    line |= {lines.description: draw.pick(free), lines.amount: amount}
    lines.items.append(line)
    place = f"{lines.path}[{len(lines.items) - 1}]"
    return _damaged(value, "line_invented", place, f"made up {line[lines.description]!r}")


def line_merged(value: Any, draw: Draw) -> Damaged | None:
    """Makes one line of two neighbours; the sum stays."""
    value = clone(value)
    lines = lines_of(value)
    if lines is None:
        return None
    pairs = [at for at in range(len(lines.items) - 1) if _may_merge(lines, at)]
    if not pairs:
        return None
    at = draw.pick(pairs)
    first, second = lines.items[at : at + 2]
    amount = number(decimal(first[lines.amount]) + decimal(second[lines.amount]))
    changes = {"quantity": 1.0, "unit_price": amount, "discount_percent": None}
    merged = {**first, **{key: new for key, new in changes.items() if key in first}}
    merged |= {
        lines.description: f"{first[lines.description]} / {second[lines.description]}",
        lines.amount: amount,
    }
    lines.items[at : at + 2] = [merged]
    return _damaged(value, "line_merged", f"{lines.path}[{at}]", f"lines {at + 1} and {at + 2} made one")


def line_split(value: Any, draw: Draw) -> Damaged | None:
    """Makes two lines of one, with unequal parts of its quantity; the sum stays."""
    value = clone(value)
    lines = lines_of(value)
    if lines is None:
        return None
    choices = [at for at, item in enumerate(lines.items) if _may_split(item, lines)]
    if not choices:
        return None
    at = draw.pick(choices)
    line = lines.items[at]
    quantity = int(line["quantity"])
    part = 1 + draw.below((quantity - 1) // 2)
    amount = (decimal(line[lines.amount]) * part / quantity).quantize(_CENT, ROUND_HALF_UP)
    rest = decimal(line[lines.amount]) - amount
    lines.items[at : at + 1] = [
        {**line, "quantity": float(part), lines.amount: number(amount)},
        {**line, "quantity": float(quantity - part), lines.amount: number(rest)},
    ]
    return _damaged(value, "line_split", f"{lines.path}[{at}]", f"line {at + 1} made two")


def digits_swapped(value: Any, draw: Draw) -> Damaged | None:
    """Swaps two neighbouring digits of an amount."""
    value = clone(value)
    choices = [(leaf, swapped) for leaf in money(value) for swapped in _swaps(leaf.value)]
    if not choices:
        return None
    leaf, swapped = draw.pick(choices)
    return _set(value, "digits_swapped", leaf, swapped)


def decimal_misread(value: Any, draw: Draw) -> Damaged | None:
    """Takes the comma for a thousands sign, or the thousands point for a decimal one."""
    value = clone(value)
    found = money(value)
    if not found:
        return None
    leaf = draw.pick(found)
    exact = decimal(leaf.value)
    misread = exact / 1000 if abs(exact) >= 1000 else exact * 100
    return _set(value, "decimal_misread", leaf, number(misread))


def wrong_currency(value: Any, draw: Draw) -> Damaged | None:
    """Puts another currency."""
    value = clone(value)
    for leaf in leaves(value):
        if "currency" in leaf.key and isinstance(leaf.value, str):
            others = [code for code in _CURRENCIES if code != leaf.value]
            return _set(value, "wrong_currency", leaf, draw.pick(others))
    return None


def date_order(value: Any, draw: Draw) -> Damaged | None:
    """Swaps day and month of a date where that gives another date."""
    value = clone(value)
    found = [leaf for leaf in dates(value) if leaf.value[5:7] != leaf.value[8:10] <= "12"]
    if not found:
        return None
    leaf = draw.pick(found)
    year, month, day = leaf.value.split("-")
    return _set(value, "date_order", leaf, f"{year}-{day}-{month}")


def format_only(value: Any, draw: Draw) -> Damaged | None:
    """Writes a date with a day above 12 as DD.MM.YYYY, or an amount as "1.234,56": the same value."""
    value = clone(value)
    plain = [leaf for leaf in dates(value) if leaf.value[8:10] > "12"]
    amounts = money(value)
    if plain and (draw.share() < 0.5 or not amounts):
        leaf = draw.pick(plain)
        year, month, day = leaf.value.split("-")
        return _set(value, "format_only", leaf, f"{day}.{month}.{year}")
    exact = [leaf for leaf in amounts if decimal(leaf.value) == decimal(leaf.value).quantize(_CENT)]
    if not exact:
        return None
    leaf = draw.pick(exact)
    written = f"{decimal(leaf.value):,.2f}".translate(str.maketrans(",.", ".,"))
    return _set(value, "format_only", leaf, written)


def moved(value: Any, draw: Draw) -> Damaged | None:
    """Lets two neighbouring lines change places."""
    value = clone(value)
    lines = lines_of(value)
    if lines is None:
        return None
    found = [at for at in range(len(lines.items) - 1) if lines.items[at] != lines.items[at + 1]]
    if not found:
        return None
    at = draw.pick(found)
    lines.items[at], lines.items[at + 1] = lines.items[at + 1], lines.items[at]
    return _damaged(value, "moved", f"{lines.path}[{at}]", f"lines {at + 1} and {at + 2} changed places")


def repairable_json(text: str, draw: Draw) -> str | None:
    """Forgets one comma between two members, so that no parser accepts the text."""
    commas = [at for at in _commas(text) if at > 0]
    if not commas:
        return None
    at = draw.pick(commas)
    return text[:at] + " " + text[at + 1 :]


def invalid_json(text: str, draw: Draw) -> str:
    """Tells the values in a sentence with braces in the wrong places, which no tool mends."""
    opening = draw.pick(("The document says", "I read the following", "These are the values"))
    words = [word for word in re.sub(r'[{}\[\]":,]+', " ", text).split() if word]
    half = 1 + draw.below(len(words)) if words else 0
    return f"{opening}: }} {' '.join(words[:half])} {{ {' '.join(words[half:])} }}."


def prose_around_json(text: str, draw: Draw) -> str:
    """Wraps the JSON in a sentence and a code fence."""
    opening = draw.pick(("Here is the extracted data:", "Sure! I have read the document.", "Result:"))
    closing = draw.pick(("", "\n\nLet me know if you need anything else.", "\n\nPlease check the totals."))
    return f"{opening}\n\n```json\n{text}\n```{closing}"


def truncated(text: str, draw: Draw) -> str:
    """Cuts the text between 40 and 90 % of its length."""
    return text[: max(1, int(len(text) * (0.4 + 0.5 * draw.share())))]


REFUSALS = (
    "I'm sorry, but I can't help with that.",
    "I'm unable to process this document because it may contain personal data.",
)

ValueFault = Callable[[Any, Draw], Damaged | None]

VALUE_FAULTS: Mapping[str, ValueFault] = {
    fault.__name__: fault
    for fault in (
        line_missing,
        line_invented,
        line_merged,
        line_split,
        digits_swapped,
        decimal_misread,
        wrong_currency,
        date_order,
        format_only,
        moved,
    )
}
"""Faults that work on the parsed answer, by kind."""


def _damaged(value: Any, kind: str, path: str, note: str) -> Damaged:
    return Damaged(value=value, planted=Planted(kind=kind, path=path, note=note))


def _set(value: Any, kind: str, leaf: Leaf, new: object) -> Damaged:
    note = f"{leaf.value} became {new}"
    leaf.holder[leaf.key] = new
    return _damaged(value, kind, leaf.path, note)


def _unused_amount(lines: Lines, draw: Draw) -> float:
    # Not any line's amount: an equal one would read as a line taken twice.
    taken = {item[lines.amount] for item in lines.items}
    while True:
        amount = (1500 + draw.below(20000)) / 100
        if amount not in taken:
            return amount


def _may_merge(lines: Lines, at: int) -> bool:
    first, second = lines.items[at : at + 2]
    same_vat = first.get("vat_rate") == second.get("vat_rate")
    return same_vat and bool(first[lines.amount]) and bool(second[lines.amount])


def _may_split(line: Mapping[str, Any], lines: Lines) -> bool:
    quantity, amount = line.get("quantity"), line[lines.amount]
    if not isinstance(quantity, int | float) or quantity < 3 or quantity != int(quantity):
        return False
    # Each part must still be worth a cent.
    return bool(abs(amount) >= max(1, quantity / 100))


def _swaps(value: float) -> list[float]:
    """The numbers that swapping two neighbouring digits gives, less those that read as another fault."""
    text = str(decimal(value))
    if "E" in text:
        return []
    found = []
    places = [at for at, character in enumerate(text) if character.isdigit()]
    for left, right in pairwise(places):
        if text[left] == text[right]:
            continue
        swapped = [*text]
        swapped[left], swapped[right] = swapped[right], swapped[left]
        candidate = "".join(swapped)
        if not candidate.lstrip("-").startswith("0") and not _power_of_ten(text, candidate):
            found.append(float(candidate))
    return found


def _power_of_ten(one: str, other: str) -> bool:
    return one.replace(".", "").strip("-0") == other.replace(".", "").strip("-0")


def _commas(text: str) -> list[int]:
    """Where commas between members stand; a comma in a string is none."""
    found, quoted, escaped = [], False, False
    for at, character in enumerate(text):
        if quoted:
            quoted = escaped or character != '"'
            escaped = character == "\\" and not escaped
        elif character == '"':
            quoted = True
        elif character == ",":
            found.append(at)
    return found


def as_text(value: Any) -> str:
    """An answer as a model writes it: compact JSON, or the text itself."""
    return value if isinstance(value, str) else orjson.dumps(value).decode()
