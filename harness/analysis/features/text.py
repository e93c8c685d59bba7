"""Features of a text: size, language, figures, tables and how clean it is."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from harness.analysis.features.shape import Shape, shape_of
from harness.language import language_of

LOOKED_AT = 20_000
"""Characters of a text whose patterns are counted; its length and lines are counted on all of it."""

Value: TypeAlias = str | float | None
"""A text is a category, a number a quantity; None where the record has no such thing."""

_CODES = frozenset(
    b"EUR USD GBP CHF JPY CNY RMB PLN SEK NOK DKK CZK HUF INR MYR RM SGD AUD CAD BRL MXN ZAR KRW HKD".split()
)
_SIGNS = {"€": "EUR", "$": "USD", "£": "GBP", "¥": "¥", "₹": "INR", "元": "CNY", "₩": "KRW"}
_SAME_CURRENCY = {"RM": "MYR", "RMB": "CNY"}
_LETTERS = bytes(byte if byte > 127 or bytes([byte]).isalpha() else 32 for byte in range(256))
_UPPER = bytes(range(65, 91))
_LOWER = bytes(range(97, 123))
_DIGITS = bytes(range(48, 58))
# ASCII, bytes within a character, and first bytes of accented Latin letters, signs and emoji.
_NO_LEAD = bytes(byte for byte in range(256) if byte < 0xCE or byte in b"\xe2\xef" or byte > 0xED)
_LEADS = {
    "Greek": b"\xce\xcf",
    "Cyrillic": bytes(range(0xD0, 0xD4)),
    "Hebrew": b"\xd6\xd7",
    "Arabic": bytes(range(0xD8, 0xDC)),
    "Indic": b"\xe0",
    "Chinese": bytes(range(0xE4, 0xEA)),
    "Korean": bytes(range(0xEA, 0xEE)),
}
_KANA = (b"\xe3\x81", b"\xe3\x82", b"\xe3\x83")
_THAI = (b"\xe0\xb8", b"\xe0\xb9")
_LEAST_CHARACTERS_PER_WORD = 8
# Twice as many take twice the time, and tell the language of two in 300 invoices more.
_TOLD_BY = 1000


def text_features(text: str, *, with_language: bool = True) -> dict[str, Value]:
    """The features of one text; the language is None where it cannot be told.

    Args:
        text: Any text, hostile ones too; time grows linearly with its length, and only with that of
            its first 20,000 characters beyond a count of lines.
        with_language: Whether to tell the language, which takes as long as all the others and 77 MB.
    """
    start = text[:LOOKED_AT]
    data = start.encode("utf-8", "replace")
    shape = shape_of(data)
    words = data.translate(_LETTERS).split()
    upper, lower = _count(data, _UPPER), _count(data, _LOWER)
    return {
        "length": float(len(text)),
        "lines": float(text.count("\n") + 1) if text else 0.0,
        "longest_line": float(max(map(len, start.split("\n")))),
        "pages": float(text.count("\f") + 1),
        "language": (language_of(start[:_TOLD_BY]) or None) if with_language else None,
        "script": _script(data, upper + lower),
        "numbers": float(shape.numbers),
        "amounts": float(shape.commas + shape.points),
        "item_lines": float(shape.item_lines),
        "negative_amounts": float(shape.negatives),
        "number_format": _number_format(shape),
        "currency": _currency(start, words),
        "percentages": float(data.count(b"%")),
        "dates": float(sum(shape.dates.values())),
        "date_format": _most(shape.dates),
        "table": _table(start),
        "markup": _markup(start),
        "questions": float(start.count("?") + start.count("\uff1f")),
        "noise": _noise(shape.odd_words, len(words), len(start)),
        "uppercase": upper / (upper + lower) if upper + lower else None,
        "digits": _count(data, _DIGITS) / len(start) if start else None,
    }


def _count(data: bytes, of: bytes) -> int:
    return len(data) - len(data.translate(None, of))


def _most(counts: Mapping[str, int]) -> str | None:
    name = max(counts, key=lambda key: counts[key], default=None)
    return name if name and counts[name] else None


def _script(data: bytes, latin: int) -> str | None:
    """The script most letters are of; told by the first byte of each character in UTF-8."""
    leads = data.translate(None, _NO_LEAD)
    if not leads:
        return "Latin" if latin else None
    counts = {name: _count(leads, first) for name, first in _LEADS.items()}
    counts["Latin"] = latin
    kana = sum(data.count(pair) for pair in _KANA)
    counts["Thai"] = sum(data.count(pair) for pair in _THAI)
    counts["Indic"] -= counts["Thai"]
    if kana > counts["Chinese"] // 10:
        counts["Japanese"] = counts.pop("Chinese") + kana
    return _most(counts)


def _number_format(shape: Shape) -> str:
    commas, points = shape.commas, shape.points
    if not commas + points:
        return "none"
    if min(commas, points) > (commas + points) // 5:
        return "mixed"
    return "comma" if commas > points else "point"


def _currency(text: str, words: Sequence[bytes]) -> str | None:
    """The currency named most often, by sign or by code."""
    counts: dict[str, int] = {}
    for sign, code in _SIGNS.items():
        if sign in text:
            counts[code] = text.count(sign)
    for word in _CODES.intersection(words):
        code = word.decode()
        code = _SAME_CURRENCY.get(code, code)
        counts[code] = counts.get(code, 0) + words.count(word)
    return min(counts, key=lambda code: (-counts[code], code), default=None)


def _table(text: str) -> str:
    """How rows are set, by the first layout of which there are at least three rows."""
    if "|" in text and sum(line.count("|") > 1 for line in text.split("\n")) > 2:
        return "pipes"
    if "<" in text and ("<td" in text or "<TD" in text):
        return "html"
    if "\t" in text and sum("\t" in line.strip() for line in text.split("\n")) > 2:
        return "tabs"
    if "   " in text and sum("   " in line.strip() for line in text.split("\n")) > 2:
        return "aligned"
    return "none"


def _markup(text: str) -> str:
    begin = text[:200].lstrip()
    if begin.startswith(("{", "[{", '["')):
        return "json"
    if "<" in text and "</" in text:
        return "tags"
    if "`" in text and "```" in text:
        return "fenced"
    return "none"


def _noise(odd: int, words: int, characters: int) -> float:
    """Odd words over all words; a script without blanks counts a word per eight characters."""
    words = max(words, characters // _LEAST_CHARACTERS_PER_WORD)
    return min(1.0, odd / words) if words else 0.0
