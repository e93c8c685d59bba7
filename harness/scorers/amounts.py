"""Finds the amounts of an invoice, a receipt or an order in its JSON, by path or by the usual names."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from harness.scorers.json_member import member, steps_of
from harness.scorers.json_values import number_of

# What a field is usually called, most exact name first.
USUAL_NAMES: Mapping[str, tuple[str, ...]] = {
    "quantity": ("quantity", "qty", "count", "units", "cnt", "menge", "anzahl", "quantite", "cantidad"),
    "unit_price": (
        "unit_price", "unitprice", "price_per_unit", "net_price", "price", "einzelpreis", "prix_unitaire",
        "precio_unitario", "precio",
    ),
    "amount": (
        "amount", "line_total", "line_amount", "net_amount", "total_price", "total", "subtotal", "betrag",
        "montant", "importe",
    ),
    "discount_percent": ("discount_percent", "discount_rate", "discount_pct", "rabatt_prozent"),
    "discount": ("discount", "discount_amount", "allowance", "rabatt", "remise", "descuento"),
    "per": ("price_base", "base_quantity", "price_per"),
    "vat_rate": ("vat_rate", "tax_rate", "vat_percent", "tax_percent", "mwst_satz", "taux_tva", "tipo_iva"),
    "net": (
        "net", "net_total", "total_net", "net_amount", "subtotal", "sub_total", "subtotal_price", "tax_basis",
        "netto",
    ),
    "vat": (
        "vat", "vat_amount", "total_vat", "tax", "tax_amount", "total_tax", "tax_price", "mwst", "ust", "tva",
        "iva",
    ),
    "gross": (
        "gross", "gross_total", "total_gross", "grand_total", "total_amount", "invoice_total", "total_price",
        "total", "brutto",
    ),
    "allowances": ("allowances", "discounts", "total_discount", "discount", "discount_amount"),
    "charges": ("charges", "surcharges", "shipping", "freight", "service_charge", "delivery_fee"),
}  # fmt: skip
_OF_LINES = ("quantity", "unit_price", "amount", "discount_percent", "discount", "per", "vat_rate")
_OF_TOTALS = ("net", "vat", "gross", "vat_rate", "allowances", "charges")
_NO_LINES = frozenset((*USUAL_NAMES["allowances"], *USUAL_NAMES["charges"]))
_PLAIN = re.compile(r"[\W_]+")
_DEEPEST = 4
_MOST_LINES = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """A number with its place.

    Attributes:
        text: As the answer has it.
    """

    value: Decimal
    path: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Amounts:
    """What an answer says of amounts; each by the name of its part, absent where the answer lacks it.

    Attributes:
        lines: One mapping for each line item.
        totals: Of the whole document.
    """

    lines: tuple[Mapping[str, Amount], ...] = ()
    totals: Mapping[str, Amount] = field(default_factory=dict)


def amounts_of(value: Any, paths: Mapping[str, str], language: str) -> Amounts:
    """The amounts of a document.

    Args:
        value: The parsed answer.
        paths: Part to path, as "line_items" for `lines` and "totals.net" for `net`; parts of a line within
            the line. A part without a path is looked for under its usual names.
        language: How numbers in texts are written.
    """
    where, items = _lines(value, paths)
    lines = tuple(
        _line(item, f"{where}[{place}]", paths, language) for place, item in enumerate(items[:_MOST_LINES])
    )
    totals: dict[str, Amount] = {}
    for part in _OF_TOTALS:
        given = paths.get(part)
        found = _given(value, given, language) if given else _usual(value, where, part, language)
        if found is not None:
            totals[part] = found
    return Amounts(lines=lines, totals=totals)


def _lines(value: Any, paths: Mapping[str, str]) -> tuple[str, list[Any]]:
    given = paths.get("lines")
    if given:
        held = member(value, steps_of(given))
        return given, held if isinstance(held, list) else []
    found = [(path, items) for path, items in _lists(value, "", 0) if _looks_like_lines(items)]
    return max(found, key=lambda one: len(one[1]), default=("", []))


def _lists(value: Any, path: str, depth: int) -> Iterator[tuple[str, list[Any]]]:
    if not isinstance(value, dict) or depth > _DEEPEST:
        return
    for key, inner in value.items():
        place = f"{path}.{key}" if path else key
        if isinstance(inner, list) and _plain(key) not in _NO_LINES:
            yield place, inner
        else:
            yield from _lists(inner, place, depth + 1)


def _looks_like_lines(items: list[Any]) -> bool:
    first = items[0] if items else None
    return isinstance(first, dict) and any(_plain(key) in USUAL_NAMES["amount"] for key in first)


def _line(item: Any, path: str, paths: Mapping[str, str], language: str) -> dict[str, Amount]:
    if not isinstance(item, dict):
        return {}
    found: dict[str, Amount] = {}
    for part in _OF_LINES:
        given = paths.get(part) if part != "vat_rate" else None
        amount = _given(item, given, language, path) if given else _named(item, path, part, language)
        if amount is not None:
            found[part] = amount
    return found


def _given(value: Any, path: str, language: str, within: str = "") -> Amount | None:
    return _amount(member(value, steps_of(path)), f"{within}.{path}" if within else path, language)


def _usual(value: Any, lines: str, part: str, language: str) -> Amount | None:
    """The part of the whole document: of the object with most of the totals, the outermost first."""
    holders = sorted(_objects(value, "", 0), key=lambda one: -_totals_in(one[1]))
    for path, holder in holders:
        rest = {key: inner for key, inner in holder.items() if (f"{path}.{key}" if path else key) != lines}
        found = _named(rest, path, part, language)
        if found is not None:
            return found
    return None


def _objects(value: Any, path: str, depth: int) -> Iterator[tuple[str, dict[str, Any]]]:
    if not isinstance(value, dict) or depth > _DEEPEST:
        return
    yield path, value
    for key, inner in value.items():
        yield from _objects(inner, f"{path}.{key}" if path else key, depth + 1)


def _totals_in(holder: dict[str, Any]) -> int:
    names = {_plain(key) for key in holder}
    return sum(any(name in names for name in USUAL_NAMES[part]) for part in ("net", "vat", "gross"))


def _named(holder: dict[str, Any], path: str, part: str, language: str) -> Amount | None:
    by_name = {_plain(key): key for key in holder}
    for name in USUAL_NAMES[part]:
        key = by_name.get(name)
        if key is not None:
            amount = _amount(holder[key], f"{path}.{key}" if path else key, language)
            if amount is not None:
                return amount
    return None


def _amount(value: Any, path: str, language: str) -> Amount | None:
    if isinstance(value, list):
        return _sum(value, path, language)
    number = number_of(value, language)
    if number is None or not number.is_finite() or abs(number.adjusted()) > 30:
        return None
    return Amount(value=number, path=path, text=str(value))


def _sum(values: list[Any], path: str, language: str) -> Amount | None:
    """The sum of a list of allowances or charges, given as numbers or as objects with an amount."""
    parts = [
        _named(one, path, "amount", language) if isinstance(one, dict) else _amount(one, path, language)
        for one in values[:_MOST_LINES]
        if not isinstance(one, list)
    ]
    if not parts or len(parts) != len(values) or None in parts:
        return None
    total = sum((part.value for part in parts if part), Decimal(0))
    return Amount(value=total, path=path, text=str(total))


def _plain(key: str) -> str:
    return _PLAIN.sub("_", key.casefold()).strip("_")
