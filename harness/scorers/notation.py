"""Reads numbers, dates and currencies out of the ways people write them.

A number has one reading, a date may have several ("05/01/2024"). There is none where the notation is
ambiguous and no language helps.
"""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from babel.dates import get_date_format, get_month_names
from babel.numbers import (
    NumberFormatError,
    get_decimal_symbol,
    get_group_symbol,
    list_currencies,
    parse_decimal,
)

YearMonthDay = tuple[int, int, int]

# Longer texts are prose, not a number or a date.
_LONGEST = 60

_SPACES = " \u00a0\u202f\u2009"
_APOSTROPHES = "'\u2019\u02bc"
_MINUS = "\\-\u2212\u2013"
_SYMBOL_CODES: dict[str, frozenset[str]] = {
    "€": frozenset({"EUR"}),
    "£": frozenset({"GBP"}),
    "¥": frozenset({"JPY", "CNY"}),
    "₹": frozenset({"INR"}),
    "₩": frozenset({"KRW"}),
    "₽": frozenset({"RUB"}),
    "₺": frozenset({"TRY"}),
    "₴": frozenset({"UAH"}),
    "zł": frozenset({"PLN"}),
    "kč": frozenset({"CZK"}),
    "ft": frozenset({"HUF"}),
    "r$": frozenset({"BRL"}),
    "us$": frozenset({"USD"}),
    "$": frozenset({"USD", "CAD", "AUD", "NZD", "SGD", "HKD", "MXN"}),
    "kr": frozenset({"SEK", "NOK", "DKK", "ISK"}),
    "kr.": frozenset({"SEK", "NOK", "DKK", "ISK"}),
    "fr.": frozenset({"CHF"}),
    "sfr": frozenset({"CHF"}),
    "sfr.": frozenset({"CHF"}),
    "euro": frozenset({"EUR"}),
    "euros": frozenset({"EUR"}),
    "us dollar": frozenset({"USD"}),
    "us dollars": frozenset({"USD"}),
    "pound sterling": frozenset({"GBP"}),
    "pounds sterling": frozenset({"GBP"}),
    "swiss franc": frozenset({"CHF"}),
    "swiss francs": frozenset({"CHF"}),
    "schweizer franken": frozenset({"CHF"}),
}
_CODE = re.compile(r"[A-Za-z]{3}")
_NUMBER = re.compile(
    rf"(?P<open>\()?[{_SPACES}]*(?P<before>[^\d\s.,{_MINUS}+()]{{1,4}})?[{_SPACES}]*"
    rf"(?P<sign>[{_MINUS}+])?[{_SPACES}]*(?P<inner>[^\d\s.,{_MINUS}+()]{{1,4}})?[{_SPACES}]*"
    rf"(?P<body>\d(?:[\d.,{_SPACES}{_APOSTROPHES}]*\d)?)"
    rf"(?P<tail>[{_MINUS}])?[{_SPACES}]*(?P<after>[^\d\s.,{_MINUS}+()]{{1,4}}\.?)?[{_SPACES}]*(?P<close>\))?"
)
_PLAIN = re.compile(r"\d+(?:\.\d+)?")
_THREES = re.compile(
    rf"[1-9]\d{{0,2}}(?:(?P<group>[.,{_SPACES}{_APOSTROPHES}])\d{{3}})(?:(?P=group)\d{{3}})*"
)
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]00:00(?::00(?:\.0+)?)?(?:Z|\+00:00)?)?")
_YEAR_FIRST = re.compile(r"(\d{4})[./](\d{1,2})[./](\d{1,2})\.?")
_YEAR_LAST = re.compile(r"(\d{1,2})([./-]) ?(\d{1,2})\2 ?(\d{4}|\d{2})")
_DAY_MONTH = re.compile(
    r"(\d{1,2})(?:\.|st|nd|rd|th|er|º)?(?: de| of)? ([^\W\d_]{3,12})\.?,?(?: de| del)? (\d{4})"
)
_MONTH_DAY = re.compile(r"([^\W\d_]{3,12})\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})")


@dataclass(frozen=True, slots=True)
class _Marks:
    """How a language writes numbers."""

    locale: Locale
    decimal: str
    group: str


@lru_cache(maxsize=256)
def _locale(language: str) -> Locale | None:
    try:
        return Locale.parse(language.strip().replace("-", "_"))
    except (UnknownLocaleError, ValueError, TypeError):
        return None


@lru_cache(maxsize=256)
def _marks(language: str) -> _Marks | None:
    locale = _locale(language)
    if locale is None:
        return None
    return _Marks(locale=locale, decimal=get_decimal_symbol(locale), group=get_group_symbol(locale))


def read_number(text: str, language: str = "") -> Decimal | None:
    """The one number a text stands for: as its language writes it, else as JSON does.

    A text never has two readings: they would differ by 1000 times, and both would count as right. The
    language comes first, as a number in a text is most often copied from the document.

    Args:
        text: One number, with a currency, a sign or brackets around it if need be.
        language: A language tag such as "de" or "fr-CH", "" where unknown.

    Returns:
        "1.234" is 1234 in German, 1.234 in English and without a language. None where the text is no
        number, or where it is ambiguous without a language ("1,234").
    """
    match = _NUMBER.fullmatch(text.strip()) if len(text) <= _LONGEST else None
    if match is None or (match["open"] is None) != (match["close"] is None):
        return None
    if not all(_is_currency(match[part]) for part in ("before", "inner", "after")):
        return None
    negative = match["open"] or (match["sign"] or "+") != "+" or match["tail"]
    reading = _in_language(match["body"], language)
    if reading is None:
        reading = _unambiguous(match["body"])
    return -reading if negative and reading is not None else reading


def _is_currency(word: str | None) -> bool:
    # Capitals only, so that "Net 30" stays a text.
    return word is None or word.lower() in _SYMBOL_CODES or word.removesuffix(".") in _iso_codes()


@lru_cache(maxsize=1)
def _iso_codes() -> frozenset[str]:
    return frozenset(list_currencies())


def _in_language(body: str, language: str) -> Decimal | None:
    marks = _marks(language) if language else None
    if marks is None:
        return None
    if marks.group in _SPACES + _APOSTROPHES:
        similar = _SPACES if marks.group in _SPACES else _APOSTROPHES
        body = re.sub(f"[{similar}]", marks.group, body)
    whole, _, fraction = body.partition(marks.decimal)
    grouped = _THREES.fullmatch(whole)
    # Babel's strict reading rejects "1.234,56" in Spanish, which groups from five digits only.
    if (whole.isdecimal() or (grouped and grouped["group"] == marks.group)) and _is_fraction(fraction):
        return Decimal(f"{whole.replace(marks.group, '')}.{fraction}".rstrip("."))
    try:
        return parse_decimal(body, locale=marks.locale, strict=True)
    except (NumberFormatError, InvalidOperation):
        return None


def _is_fraction(text: str) -> bool:
    return text == "" or text.isdecimal()


def _unambiguous(body: str) -> Decimal | None:
    if _PLAIN.fullmatch(body):
        return Decimal(body)
    place = max(body.rfind("."), body.rfind(","))
    whole, mark, fraction = body[:place], body[place : place + 1], body[place + 1 :]
    if place < 0 or not fraction.isdecimal():
        grouped = _THREES.fullmatch(body)
        return Decimal(re.sub(r"\D", "", body)) if grouped and grouped["group"] not in ".," else None
    if whole.isdecimal():
        return Decimal(f"{whole}.{fraction}") if len(fraction) != 3 or len(whole) > 3 else None
    grouped = _THREES.fullmatch(whole)
    if grouped is None:
        return None
    digits = re.sub(r"\D", "", whole)
    if grouped["group"] == mark:  # 1.234.567
        return Decimal(digits + fraction) if len(fraction) == 3 else None
    return Decimal(f"{digits}.{fraction}")


@lru_cache(maxsize=256)
def groups_with_spaces(language: str) -> bool:
    """Whether a language parts thousands with spaces, as French and Swedish do."""
    marks = _marks(language) if language else None
    return marks is not None and marks.group in _SPACES


def looks_like_money(text: str) -> bool:
    """Whether a text is a number with a fraction, a thousands mark or a currency: never a plain id."""
    return not text.strip().isdecimal() and any(
        read_number(text, language) is not None for language in ("", "de")
    )


def currency_codes(text: str) -> frozenset[str]:
    """The ISO codes a currency text may stand for; "$" and "kr" stand for several."""
    word = text.strip().lower()
    known = _SYMBOL_CODES.get(word)
    if known is not None:
        return known
    return frozenset({word.upper()}) if _CODE.fullmatch(word) else frozenset()


def read_date(text: str, language: str = "") -> tuple[YearMonthDay, ...]:
    """The (year, month, day) a text may stand for, valid calendar days only.

    Args:
        text: An ISO date, or day, month and year with dots, slashes, hyphens or a month's name.
        language: A language tag; decides whether day or month comes first. A language without a
            country allows both orders, as its countries differ.
    """
    text = " ".join(text.split()) if len(text) <= _LONGEST else ""
    for pattern in (_ISO, _YEAR_FIRST):
        match = pattern.fullmatch(text)
        if match:
            return _valid((int(match[1]), int(match[2]), int(match[3])))
    match = _YEAR_LAST.fullmatch(text)
    if match:
        return _year_last(match, language)
    return _with_month_name(text, language)


def _year_last(match: re.Match[str], language: str) -> tuple[YearMonthDay, ...]:
    first, second = int(match[1]), int(match[3])
    year = int(match[4]) if len(match[4]) == 4 else 2000 + int(match[4])
    day_first, month_first = (year, second, first), (year, first, second)
    orders = _orders(language) if match[2] != "." else "d"
    readings = _valid(*({"d": day_first, "m": month_first}[order] for order in orders or "dm"))
    # Without a language two different readings are a guess.
    return readings if orders or len(set(readings)) == 1 else ()


@lru_cache(maxsize=256)
def _orders(language: str) -> str:
    locale = _locale(language) if language else None
    if locale is None:
        return ""
    first = next((sign.lower() for sign in get_date_format("short", locale).pattern if sign in "dM"), "d")
    if locale.territory is None and first == "m":
        return "md"
    return first


def _with_month_name(text: str, language: str) -> tuple[YearMonthDay, ...]:
    match = _DAY_MONTH.fullmatch(text)
    if match:
        day, name, year = match[1], match[2], match[3]
    else:
        match = _MONTH_DAY.fullmatch(text)
        if match is None:
            return ()
        name, day, year = match[1], match[2], match[3]
    month = _months("en").get(name.lower()) or _months(language).get(name.lower())
    return _valid((int(year), month, int(day))) if month else ()


@lru_cache(maxsize=64)
def _months(language: str) -> dict[str, int]:
    locale = _locale(language) if language else None
    if locale is None:
        return {}
    return {
        name.lower().rstrip("."): month
        for context in ("format", "stand-alone")
        for width in ("wide", "abbreviated")
        for month, name in get_month_names(width, context, locale).items()
    }


def _valid(*readings: YearMonthDay) -> tuple[YearMonthDay, ...]:
    return tuple(dict.fromkeys(reading for reading in readings if _is_day(reading)))


def _is_day(reading: YearMonthDay) -> bool:
    try:
        date(*reading)
    except ValueError:
        return False
    return True
