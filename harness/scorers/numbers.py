"""Finds the numbers in a text, with the unit that stands beside each."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from harness.scorers.notation import groups_with_spaces, read_number

_SPACE = "[ \u00a0\u202f\u2009]"
_SIGN = "[-\u2212\u2013+]"
_CURRENCY = "[€£$¥₹]"
_UNIT = rf"%|‰|°{_SPACE}?[CFK]?|{_CURRENCY}|[^\W\d_]{{1,15}}(?:/[^\W\d_]{{1,15}})?[²³]?"
_MARK = "[.,'\u2019\u00a0\u202f]"
_BODY = rf"\d+(?:{_MARK}\d+)*|\.\d+(?![\d.])"


def _pattern(body: str) -> re.Pattern[str]:
    # A sign counts only where no word stands before it: "2020-24" and "3-5" hold no negative number.
    return re.compile(
        rf"(?<!\w)(?<!\d[.,])(?P<sign>{_SIGN}(?=[€£$¥₹.\d]))?(?P<currency>US\$|{_CURRENCY})?{_SPACE}?"
        rf"(?P<inner>{_SIGN}(?=[.\d]))?(?P<body>{body})(?P<exponent>[eE][+-]?\d{{1,3}}(?!\w))?"
        rf"(?:{_SPACE}?(?P<unit>{_UNIT}))?"
    )


_TIGHT = _pattern(_BODY)
_SPACED = _pattern(rf"[1-9]\d{{0,2}}(?: \d{{3}}(?!\d))+(?:,\d+)?|{_BODY}")


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundNumber:
    """A number as it stands in a text.

    Attributes:
        value: None where it cannot be read without doubt ("1,234" in no language).
        written: The number as written, without unit.
        unit: The currency sign before it, else the word or sign after it, else "".
    """

    value: Decimal | None
    written: str
    unit: str


def numbers_in(text: str, language: str = "") -> Iterator[FoundNumber]:
    """The numbers of a text, in order. Digits within a word ("A4") are none; a date gives its parts.

    Args:
        text: Any text.
        language: A language tag, "" where unknown; says what points, commas and spaces mean.
    """
    pattern = _SPACED if groups_with_spaces(language) else _TIGHT
    for match in pattern.finditer(text):
        yield _found(match, language)


def _found(match: re.Match[str], language: str) -> FoundNumber:
    body, exponent = match["body"], match["exponent"] or ""
    value = read_number(
        f"0{body}" if body.startswith(".") else body, "" if body.startswith(".") else language
    )
    if value is not None and exponent:
        value = Decimal(f"{value:f}{exponent}")
    negative = (match["sign"] or match["inner"] or "+") != "+"
    if value is not None and negative:
        value = -value
    written = f"{'-' if negative else ''}{body}{exponent}"
    return FoundNumber(value=value, written=written, unit=match["currency"] or match["unit"] or "")
