"""Compares two values of a field by what they mean: a number as a number, a date as a date.

String similarity is used for texts alone; 1284.50 and 1234.50 are 86 % alike and still wrong.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from decimal import Context, Decimal, localcontext
from enum import StrEnum
from functools import lru_cache
from typing import Any, TypeAlias

from rapidfuzz.distance import Indel

from harness.domain.score import Verdict
from harness.scorers.notation import YearMonthDay, currency_codes, looks_like_money, read_date, read_number

JsonValue: TypeAlias = Any

# Numbers of an answer are untrusted: nothing traps, so 1e999999 / 1e-999999 is Infinity, not an exception.
ARITHMETIC = Context(prec=40, traps=[])
_CANONICAL_NUMBER = re.compile(r"-?\d{1,18}\.\d+")
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}(?:$|[T ]\d{2}:\d{2})")
_ID_KEY = re.compile(r"(?:^|_)(?:id|ids|number|no|nr|iban|bic|code|sku|ean|uuid)$|^id$", re.IGNORECASE)
# Digits alone are an id, but for these: "1000" and "1.000" are one total.
_AMOUNT_KEY = re.compile(
    r"(?:^|_)(?:amount|total|subtotal|sum|net|gross|price|betrag|montant|importe|importo)(?:_|$)",
    re.IGNORECASE,
)
_CURRENCY_KEY = re.compile(r"currency(?:_code)?$", re.IGNORECASE)
_DIGITS = re.compile(r"\d+")
_WIDEST_MISREAD = 9
# A text that shares less than half of its characters is another text, not a variant.
_ANOTHER_TEXT = 0.5
_LOOK_ALIKES = {
    **dict.fromkeys(map(ord, "\u2018\u2019\u201a\u201b"), "'"),
    **dict.fromkeys(map(ord, "\u201c\u201d\u201e\u201f"), '"'),
    **dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2212"), "-"),
}


class FieldType(StrEnum):
    """How a field is compared."""

    MONEY = "money"
    NUMBER = "number"
    DATE = "date"
    CURRENCY = "currency"
    ID = "id"
    TEXT = "text"
    LABEL = "label"
    BOOLEAN = "boolean"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How values are read: the record's language, and what still counts as equal.

    Attributes:
        language: A language tag, "" where unknown.
        tolerance: Largest absolute difference of two equal numbers.
        text_at: Similarity from which two texts count as equal, 0 to 1.
    """

    language: str = ""
    tolerance: Decimal = Decimal(0)
    text_at: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """How two values differ.

    Attributes:
        kind: Name of the failure kind.
        verdict: What the report draws.
        magnitude: Relative size of a number's error, 0 for anything else.
        note: One short sentence, or "".
    """

    kind: str
    verdict: Verdict = Verdict.CHANGED
    magnitude: float = 0.0
    note: str = ""


def inferred_type(expected: JsonValue, key: str) -> FieldType:
    """The type a field most likely has, by its expected value and its name."""
    if isinstance(expected, bool):
        return FieldType.BOOLEAN
    if isinstance(expected, (int, Decimal)):
        return FieldType.NUMBER
    if not isinstance(expected, str):
        return FieldType.TEXT
    return _type_of_text(expected, key)


@lru_cache(maxsize=4096)
def _type_of_text(text: str, key: str) -> FieldType:
    if _ISO_DATE.match(text) or read_date(text, "de"):
        return FieldType.DATE
    if _CURRENCY_KEY.search(key):
        return FieldType.CURRENCY
    if _ID_KEY.search(key) or (text.isdecimal() and not _AMOUNT_KEY.search(key)):
        return FieldType.ID
    if text.isdecimal() or _CANONICAL_NUMBER.fullmatch(text) or (len(text) < 40 and looks_like_money(text)):
        return FieldType.NUMBER
    return FieldType.TEXT


def is_absent(value: JsonValue) -> bool:
    """Whether a value says nothing: null, "" or an empty container."""
    return value is None or value in ("", [], {})


def compare_values(
    expected: JsonValue, actual: JsonValue, field_type: FieldType, reading: Reading
) -> Difference | None:
    """How two values differ, None where they are the same as they stand."""
    if expected == actual and isinstance(expected, bool) is isinstance(actual, bool):
        return None
    if is_absent(expected) or is_absent(actual):
        return _compare_presence(expected, actual)
    if isinstance(expected, (dict, list)) or isinstance(actual, (dict, list)):
        return Difference(kind="wrong_value", note=f"{_noun(expected)} was expected, not {_noun(actual)}.")
    return _COMPARISONS[field_type](expected, actual, reading)


def canonical(value: JsonValue, field_type: FieldType, reading: Reading) -> JsonValue:
    """A hashable stand-in that is equal for values that mean the same."""
    if isinstance(value, bool) or not isinstance(value, str):
        return (str(type(value)), str(value)) if isinstance(value, (bool, list, dict)) else value
    if field_type in (FieldType.NUMBER, FieldType.MONEY):
        number = read_number(value, reading.language)
        return value if number is None else number
    if field_type is FieldType.DATE:
        return next(iter(read_date(value, reading.language)), value)
    if field_type is FieldType.CURRENCY:
        return min(currency_codes(value), default=value)
    if field_type is FieldType.ID:
        return "".join(value.split())
    return normalized(value)


@lru_cache(maxsize=4096)
def normalized(text: str) -> str:
    """A text without the differences nobody reads: case, spaces, typographic quotes and dashes."""
    return " ".join(unicodedata.normalize("NFKC", text).translate(_LOOK_ALIKES).casefold().split())


def _compare_presence(expected: JsonValue, actual: JsonValue) -> Difference:
    if not is_absent(actual):
        return Difference(kind="field_invented", verdict=Verdict.INVENTED)
    if not is_absent(expected):
        return Difference(kind="field_missing", verdict=Verdict.MISSING)
    return _format_only("Both are empty.")


def _format_only(note: str = "") -> Difference:
    return Difference(kind="format_only", verdict=Verdict.FORMAT_ONLY, note=note)


def _noun(value: JsonValue) -> str:
    if isinstance(value, dict):
        return "an object"
    return "a list" if isinstance(value, list) else "a single value"


def number_of(value: JsonValue, language: str) -> Decimal | None:
    """The one number a value stands for; None for anything else, and for true and false."""
    if isinstance(value, str):
        return read_number(value, language)
    is_number = isinstance(value, (int, Decimal)) and not isinstance(value, bool)
    return Decimal(value) if is_number else None


def _compare_numbers(expected: JsonValue, actual: JsonValue, reading: Reading) -> Difference | None:
    if _is_written_so(expected, actual):
        return _format_only()
    wanted, got = number_of(expected, reading.language), number_of(actual, reading.language)
    if wanted is None or got is None:
        if (
            isinstance(expected, str)
            and isinstance(actual, str)
            and normalized(expected) == normalized(actual)
        ):
            return _format_only()
        readable = "The number cannot be read without doubt." if isinstance(actual, str) else ""
        return Difference(kind="wrong_value", magnitude=1.0, note=readable)
    with localcontext(ARITHMETIC):
        if abs(wanted - got) <= reading.tolerance:
            return _same_number(expected, actual)
        return number_error(wanted, got)


def _is_written_so(expected: JsonValue, actual: JsonValue) -> bool:
    # A number that only got quotes: 1.899 is no 1899 in German either.
    is_number = isinstance(expected, (int, Decimal)) and not isinstance(expected, bool)
    return is_number and isinstance(actual, str) and actual.strip() == str(expected)


def _same_number(expected: JsonValue, actual: JsonValue) -> Difference | None:
    if isinstance(expected, str) or isinstance(actual, str):
        if isinstance(expected, str) and isinstance(actual, str) and _two_currencies(expected, actual):
            return Difference(kind="wrong_currency")
        return _format_only()
    return None


def _two_currencies(expected: str, actual: str) -> bool:
    first, second = (currency_codes(re.sub(r"[\d.,'\u2019+\-()\s]", "", text)) for text in (expected, actual))
    return bool(first and second) and not first & second


def number_error(expected: Decimal, actual: Decimal) -> Difference:
    """What kind of mistake turns one number into the other; call it in the context ARITHMETIC."""
    error = abs(actual - expected) / (abs(expected) or Decimal(1))
    magnitude = float(error) if error.is_finite() else float("inf")
    if expected == -actual:
        return Difference(kind="sign_flipped", magnitude=magnitude)
    power = misread_power(expected, actual)
    if power:
        factor = f"{10 ** abs(power)} times too {'large' if power > 0 else 'small'}."
        return Difference(kind="decimal_misread", magnitude=magnitude, note=factor)
    if _digits_swapped(expected, actual):
        return Difference(kind="digits_swapped", magnitude=magnitude)
    return Difference(kind="wrong_value", magnitude=magnitude)


def misread_power(expected: Decimal, actual: Decimal) -> int:
    """The power of ten by which a misread point or comma explains the number; 0 where none does.

    1234.56 read as 123456 or 1.23456 keeps its digits. Read as 1.234 or 1.23 it lost the tail: it
    then equals the shifted number cut or rounded to its own places, and keeps two digits or more.
    """
    if not expected or not actual or (expected < 0) != (actual < 0):
        return 0
    power = actual.adjusted() - expected.adjusted()
    if abs(power) > _WIDEST_MISREAD:
        return 0
    digits, kept = _significant(expected), _significant(actual)
    if digits == kept:
        return power
    rounded = round(Decimal(digits[: len(kept) + 1]) / 10) if len(kept) < len(digits) else None
    cut = digits.startswith(kept) or (rounded is not None and str(rounded) == kept)
    return power if power <= -2 and len(kept) >= 2 and cut else 0


def _significant(number: Decimal) -> str:
    return "".join(map(str, number.as_tuple().digits)).strip("0")


def _digits_swapped(expected: Decimal, actual: Decimal) -> bool:
    if (expected < 0) != (actual < 0) or abs(expected.adjusted()) > 40 or abs(actual.adjusted()) > 40:
        return False
    first, second = _written(expected), _written(actual)
    places = max(len(first.partition(".")[2]), len(second.partition(".")[2]))
    aligned = [
        whole + fraction.ljust(places, "0")
        for whole, _, fraction in (text.partition(".") for text in (first, second))
    ]
    width = max(map(len, aligned))
    return is_adjacent_swap(aligned[0].zfill(width), aligned[1].zfill(width))


def _written(number: Decimal) -> str:
    return format(abs(number), "f")


def is_adjacent_swap(first: str, second: str) -> bool:
    """Whether two texts differ by one pair of neighbouring digits that changed places."""
    if len(first) != len(second):
        return False
    places = [place for place, (one, other) in enumerate(zip(first, second, strict=True)) if one != other]
    if len(places) != 2 or places[1] != places[0] + 1:
        return False
    left, right = places
    pair = first[left], first[right]
    return pair == (second[right], second[left]) and all(digit.isdecimal() for digit in pair)


def _compare_dates(expected: JsonValue, actual: JsonValue, reading: Reading) -> Difference | None:
    wanted, got = _dates(expected, reading.language), _dates(actual, reading.language)
    # One reading of the reference, or two different days would both be right.
    if wanted and wanted[0] in got:
        return _format_only()
    swapped = {(year, day, month) for year, month, day in wanted[:1]}
    if swapped & set(got) or (isinstance(actual, str) and _swapped_text(actual, swapped)):
        return Difference(kind="date_order")
    if wanted or got:
        return Difference(kind="wrong_value")
    return _compare_moments(expected, actual)


def _dates(value: JsonValue, language: str) -> tuple[YearMonthDay, ...]:
    return read_date(value, language) if isinstance(value, str) else ()


def _swapped_text(actual: str, swapped: set[YearMonthDay]) -> bool:
    """Whether a text is no calendar day because its day and month changed places."""
    return any(actual.strip() == f"{year:04}-{month:02}-{day:02}" for year, month, day in swapped)


def _compare_moments(expected: JsonValue, actual: JsonValue) -> Difference:
    first, second = str(expected), str(actual)
    same = normalized(first) == normalized(second) or _same_moment(first, second)
    return _format_only() if same else Difference(kind="wrong_value")


def _same_moment(first: str, second: str) -> bool:
    try:
        return datetime.fromisoformat(first) == datetime.fromisoformat(second)
    except ValueError:
        return False


def _compare_currencies(expected: JsonValue, actual: JsonValue, reading: Reading) -> Difference | None:
    codes = currency_codes(str(expected)) & currency_codes(str(actual))
    return _format_only() if codes else Difference(kind="wrong_currency")


def _compare_ids(expected: JsonValue, actual: JsonValue, reading: Reading) -> Difference | None:
    first, second = "".join(str(expected).split()), "".join(str(actual).split())
    if first == second:
        return _format_only()
    return Difference(kind="digits_swapped" if is_adjacent_swap(first, second) else "wrong_value")


def _compare_labels(expected: JsonValue, actual: JsonValue, reading: Reading) -> Difference | None:
    first, second = label_key(str(expected)), label_key(str(actual))
    return _format_only() if first == second else Difference(kind="wrong_label")


@lru_cache(maxsize=4096)
def label_key(text: str) -> str:
    """A label without case, spaces and punctuation, which no label set tells apart."""
    words = re.sub(r"[\W_]+", " ", unicodedata.normalize("NFKC", text).casefold())
    return words.strip() or text.strip()


def _compare_booleans(expected: JsonValue, actual: JsonValue, reading: Reading) -> Difference | None:
    if isinstance(actual, str) and actual.strip().casefold() == str(expected).casefold():
        return _format_only()
    return Difference(kind="wrong_value")


def _compare_texts(expected: JsonValue, actual: JsonValue, reading: Reading) -> Difference | None:
    if not isinstance(expected, str) or not isinstance(actual, str):
        return _format_only() if str(expected) == str(actual) else Difference(kind="wrong_value")
    first, second = normalized(expected), normalized(actual)
    if first == second:
        return _format_only()
    alike = Indel.normalized_similarity(first, second, score_cutoff=min(reading.text_at, _ANOTHER_TEXT))
    if alike >= reading.text_at and _DIGITS.findall(first) == _DIGITS.findall(second):
        return _format_only(f"{alike:.0%} of the text is the same.")
    if alike < _ANOTHER_TEXT:
        return Difference(kind="wrong_value", note="Another text.")
    return Difference(kind="text_differs", note=f"{alike:.0%} of the text is the same.")


_COMPARISONS = {
    FieldType.MONEY: _compare_numbers,
    FieldType.NUMBER: _compare_numbers,
    FieldType.DATE: _compare_dates,
    FieldType.CURRENCY: _compare_currencies,
    FieldType.ID: _compare_ids,
    FieldType.LABEL: _compare_labels,
    FieldType.BOOLEAN: _compare_booleans,
    FieldType.TEXT: _compare_texts,
}
