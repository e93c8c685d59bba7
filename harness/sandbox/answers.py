"""Finds the parts of an expected answer that faults can strike: lines, money, dates."""

import copy
import re
from collections.abc import Iterator, MutableMapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

AMOUNT_KEYS = ("amount", "line_total", "total", "net_amount")
DESCRIPTION_KEYS = ("description", "name", "text", "item")
REFERENCE_ID_KEYS = ("id", "clause", "clause_id", "section", "reference")
QUOTE_KEYS = ("quote", "quotation", "excerpt")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}\Z")
_NOT_MONEY = ("quantity", "percent", "rate")
"""Parts of the names of numbers that are no money."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """A value with its place: `holder[key]` is the value, `path` its name as findings write it."""

    holder: MutableMapping[str, Any]
    key: str
    path: str

    @property
    def value(self) -> Any:
        """The value at that place."""
        return self.holder[self.key]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """The list of line items of an answer; `amount` and `description` name the keys in each line."""

    path: str
    items: list[dict[str, Any]]
    amount: str
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A clause that an answer cites: one object of `holder`, with the keys of its number and its quote."""

    holder: list[dict[str, Any]]
    at: int
    path: str
    id_key: str
    quote_key: str

    @property
    def id(self) -> str:
        """The number of the clause."""
        return str(self.holder[self.at][self.id_key])

    @property
    def quote(self) -> str:
        """The words quoted."""
        return str(self.holder[self.at][self.quote_key])

    def set(self, *, id: str, quote: str) -> None:
        """Cite another clause or other words."""
        self.holder[self.at] |= {self.id_key: id, self.quote_key: quote}

    def remove(self) -> None:
        """Take the reference out of the answer; the object is of no use afterwards."""
        del self.holder[self.at]


def leaves(value: Any, path: str = "") -> Iterator[Leaf]:
    """Every value in nested objects and lists of objects, in order."""
    if isinstance(value, dict):
        for key, inner in value.items():
            place = f"{path}.{key}" if path else key
            if isinstance(inner, dict | list):
                yield from leaves(inner, place)
            else:
                yield Leaf(holder=value, key=key, path=place)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from leaves(inner, f"{path}[{index}]")


def money(value: Any) -> list[Leaf]:
    """The amounts of money: numbers that are neither a quantity nor a percentage, and not 0."""
    return [
        leaf
        for leaf in leaves(value)
        if isinstance(leaf.value, int | float)
        and not isinstance(leaf.value, bool)
        and leaf.value
        and not any(part in leaf.key for part in _NOT_MONEY)
    ]


def dates(value: Any) -> list[Leaf]:
    """The dates written as YYYY-MM-DD."""
    return [leaf for leaf in leaves(value) if isinstance(leaf.value, str) and _DATE.match(leaf.value)]


def lines_of(value: Any) -> Lines | None:
    """The longest list of objects that have an amount and a description, or None."""
    found = [one for one in _lists(value, "") if one is not None]
    return max(found, key=lambda lines: len(lines.items), default=None)


def references(value: Any) -> list[Reference]:
    """The clauses cited: every object of a list that has the number of a clause and a quote."""
    if not isinstance(value, dict):
        return []
    return [
        Reference(holder=inner, at=at, path=f"{key}[{at}]", id_key=names[0], quote_key=names[1])
        for key, inner in value.items()
        if isinstance(inner, list)
        for at, item in enumerate(inner)
        if isinstance(item, dict) and (names := _reference_keys(item))
    ]


def line_count(value: Any) -> int:
    """How many line items the answer has."""
    lines = lines_of(value)
    return len(lines.items) if lines else 0


def clone(value: Any) -> Any:
    """A copy that can be changed without touching the original."""
    return copy.deepcopy(value)


def decimal(value: float) -> Decimal:
    """The number as it is written, so that sums stay exact."""
    return Decimal(str(value))


def number(value: Decimal) -> float:
    """The number as JSON writes it."""
    return float(value)


def _lists(value: Any, path: str) -> Iterator[Lines | None]:
    if not isinstance(value, dict):
        return
    for key, inner in value.items():
        place = f"{path}.{key}" if path else key
        if isinstance(inner, list):
            yield _as_lines(inner, place)
        else:
            yield from _lists(inner, place)


def _reference_keys(item: dict[str, Any]) -> tuple[str, str] | None:
    id_key = next((key for key in REFERENCE_ID_KEYS if isinstance(item.get(key), str)), None)
    quote_key = next((key for key in QUOTE_KEYS if isinstance(item.get(key), str)), None)
    return (id_key, quote_key) if id_key and quote_key else None


def _as_lines(items: list[Any], path: str) -> Lines | None:
    if not items or not all(isinstance(item, dict) for item in items):
        return None
    amount = next((key for key in AMOUNT_KEYS if all(key in item for item in items)), None)
    description = next((key for key in DESCRIPTION_KEYS if all(key in item for item in items)), None)
    if amount is None or description is None:
        return None
    return Lines(path=path, items=items, amount=amount, description=description)
