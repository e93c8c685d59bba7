"""Goods and numbers of trade, from trade.toml."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from draw import Draw

LANGUAGES = ("en", "de", "fr", "es", "nl", "it")
DATA: dict[str, Any] = tomllib.loads(Path(__file__).with_name("trade.toml").read_text(encoding="utf-8"))
_THOUSANDS_AND_DECIMAL = {"en": ",.", "fr": " ,"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Good:
    """Goods with their six-digit code of the Harmonized System; names in the order of LANGUAGES."""

    code: str
    names: tuple[str, ...]
    price: float
    kilos: float


GOODS = tuple(Good(**good) for good in DATA["goods"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Goods of a shipment: `packages` cartons or pallets with `each` pieces in each."""

    good: Good
    packages: int
    each: int

    @property
    def pieces(self) -> int:
        """How many pieces."""
        return self.packages * self.each

    @property
    def net(self) -> float:
        """Net weight in kilograms."""
        return round(self.pieces * self.good.kilos, 1)

    @property
    def gross(self) -> float:
        """Gross weight in kilograms: 1.5 kg for each package."""
        return round(self.net + self.packages * 1.5, 1)

    @property
    def amount(self) -> float:
        """Price of all pieces."""
        return round(self.pieces * self.good.price, 2)


def draw_lines(draw: Draw, count: int) -> list[Line]:
    """So many lines of goods."""
    return [
        Line(good=draw.pick(GOODS), packages=draw.between(1, 24), each=draw.pick((4, 6, 10, 12, 24, 40)))
        for _ in range(count)
    ]


def party(draw: Draw, language: str) -> list[str]:
    """Name and address of a company."""
    return [draw.pick(DATA["companies"][language]), draw.pick(DATA["cities"][language])]


def other_language(draw: Draw, language: str) -> str:
    """The language of the other party, most often another one."""
    return draw.pick([*[one for one in LANGUAGES if one != language], language])


def container_number(draw: Draw, owner: str) -> str:
    """A container number with its check digit."""
    body = owner + draw.digits(6)
    return body + str(check_digit(body))


def check_digit(body: str) -> int:
    """The check digit of the first ten characters of a container number.

    Source: ISO 6346: letters are 10 to 38 without the multiples of 11, weights 2**place, modulo 11.
    """
    values = [value for value in range(10, 39) if value % 11]
    numbers = [int(one) if one.isdigit() else values[ord(one) - ord("A")] for one in body]
    return sum(number * 2**place for place, number in enumerate(numbers)) % 11 % 10


def air_waybill_number(draw: Draw, prefix: str) -> str:
    """An air waybill number: airline prefix, seven digits and their check digit (modulo 7)."""
    serial = draw.digits(7)
    return f"{prefix}-{serial[:4]} {serial[4:]}{int(serial) % 7}"


def written(value: float, places: int, language: str) -> str:
    """A number as that language writes it."""
    return f"{value:,.{places}f}".translate(str.maketrans(",.", _THOUSANDS_AND_DECIMAL.get(language, ".,")))
