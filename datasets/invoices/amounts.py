"""Draws what an invoice charges, with sums that are right to the cent."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import TypeVar

from vendors import BUYERS, Vendor
from words import GOODS, PLACES, Good

T = TypeVar("T")
CENT = Decimal("0.01")


class Draw:
    """Seeded choices; only `random()` is used, whose sequence Python promises to keep."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def share(self) -> float:
        """A number from 0 (included) to 1 (excluded)."""
        return self._random.random()

    def between(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`, both included."""
        return low + int(self.share() * (high - low + 1))

    def pick(self, choices: Sequence[T]) -> T:
        """One of the choices."""
        return choices[self.between(0, len(choices) - 1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line item; `amount` is quantity x price less the discount, rounded to the cent."""

    article: str
    description: str
    quantity: Decimal
    unit: str
    price: Decimal
    discount: Decimal | None
    rate: Decimal
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoice:
    """An invoice or credit note; amounts are positive in both."""

    vendor: Vendor
    number: str
    credit: bool
    refers_to: str
    issued: date
    due: date | None
    buyer: str
    customer: str
    lines: tuple[Line, ...]

    @property
    def net(self) -> Decimal:
        """Sum of the lines."""
        return sum((line.amount for line in self.lines), Decimal(0))

    @property
    def by_rate(self) -> dict[Decimal, tuple[Decimal, Decimal]]:
        """VAT rate -> its base and its tax, rounded to the cent per rate; highest first."""
        bases: dict[Decimal, Decimal] = {}
        for line in self.lines:
            bases[line.rate] = bases.get(line.rate, Decimal(0)) + line.amount
        return {rate: (bases[rate], cents(bases[rate] * rate / 100)) for rate in sorted(bases, reverse=True)}

    @property
    def vat(self) -> Decimal:
        """Sum of the taxes."""
        return sum((tax for _, tax in self.by_rate.values()), Decimal(0))


def cents(value: Decimal) -> Decimal:
    """Rounded to the cent, halves up."""
    return value.quantize(CENT, ROUND_HALF_UP)


def draw_invoice(draw: Draw, vendor: Vendor, lines: int, *, credit: bool) -> Invoice:
    """An invoice with that many lines."""
    issued = date(2025, 1, 1) + timedelta(days=draw.between(0, 545))
    days = draw.pick((0, 10, 14, 30, 30, 45, 60))
    serial = draw.between(1000, 98999)
    styles = ("{y}-{n:05}", "{n:06}", "RG{y}{n:05}", "{y}/{n:05}/L", "INV-{n:06}")
    style = styles[serial % 5 if vendor.ruled == "bar" else len(vendor.name) % 5]
    return Invoice(
        vendor=vendor,
        number=style.format(y=issued.year, n=serial),
        credit=credit,
        refers_to=style.format(y=issued.year, n=serial - draw.between(11, 400)) if credit else "",
        issued=issued,
        due=issued + timedelta(days=days) if days and not credit else None,
        buyer=draw.pick(BUYERS[vendor.language]),
        customer=f"K{draw.between(10000, 99999)}",
        lines=_lines(draw, vendor, lines),
    )


def _lines(draw: Draw, vendor: Vendor, count: int) -> tuple[Line, ...]:
    found: list[Line] = []
    taken: set[tuple[str, Decimal]] = set()
    while len(found) < count:
        line = _line(draw, vendor)
        # Two lines alike in text and amount could not be told apart by any reader.
        if (line.description, line.amount) not in taken and line.amount >= Decimal("0.50"):
            taken.add((line.description, line.amount))
            found.append(line)
    return tuple(found)


def _line(draw: Draw, vendor: Vendor) -> Line:
    good = draw.pick(GOODS)
    price = _price(draw, good)
    quantity = _quantity(draw, good, price)
    discounted = "r" in vendor.columns and draw.share() < 0.25
    discount = Decimal(draw.pick(("2.5", "5", "7.5", "10", "12", "15"))) if discounted else None
    full = quantity * price
    return Line(
        article=f"{draw.pick('ABDKLST')}{draw.between(100, 9999):04}",
        description=_description(draw, good, vendor.language),
        quantity=quantity,
        unit=good.unit,
        price=price,
        discount=discount,
        rate=_rate(draw, good, vendor),
        amount=cents(full * (100 - discount) / 100 if discount else full),
    )


def _price(draw: Draw, good: Good) -> Decimal:
    places = Decimal("0.0001") if good.unit in {"kg", "km"} and draw.share() < 0.5 else CENT
    return Decimal(str(good.lowest + draw.share() * (good.highest - good.lowest))).quantize(places)


def _quantity(draw: Draw, good: Good, price: Decimal) -> Decimal:
    if good.unit == "flat":
        return Decimal(1)
    if good.unit == "h":
        return Decimal(draw.between(2, 40)) / 4
    if good.unit in {"kg", "km"}:
        return Decimal(draw.between(45, 2400))
    most = 4 if price > 500 else 24 if price > 20 else 480
    return Decimal(draw.between(1, most))


def _description(draw: Draw, good: Good, language: str) -> str:
    name = good.names[language]
    extra = draw.between(0, 3)
    if extra == 1:
        return f"{name} {draw.pick(PLACES)}"
    if extra == 2:
        return f"{name}, {draw.pick(PLACES)}, AWB {draw.between(1000000, 9999999)}"
    return name


def _rate(draw: Draw, good: Good, vendor: Vendor) -> Decimal:
    standard, reduced = vendor.rates
    if good.reduced:
        return reduced
    # Cross-border freight is often exempt.
    return Decimal(0) if draw.share() < 0.08 else standard
