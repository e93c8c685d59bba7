"""What a wrong answer did to a value: the third part of a failure's signature, after kind and path."""

import re
import unicodedata
from collections.abc import Callable
from decimal import Decimal, InvalidOperation

from harness.analysis.failure.differing_words import changed_words
from harness.analysis.features.catalog import readable
from harness.domain.failure import KINDS
from harness.domain.score import Finding
from harness.domain.telling_words import MODALS, NEGATIONS

FREE_TEXT = "(free text)"
"""The edit of a finding that only its words tell apart."""

_LONGEST_NAME = 40
# A value of so many characters or words is prose: "another value" would say nothing about it.
_PROSE_CHARACTERS = 40
_PROSE_WORDS = 5
_COMPARED = 5000
_FACTOR = re.compile(r"\d+ times too (?:large|small)")
_ERROR_NAME = re.compile(r"[a-z_]{3,30}(?=:)")
_KEYWORD = re.compile(r"[A-Za-z]{3,30}(?=:)")
_ISO_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_DIGITS = re.compile(r"\d+")
_NO_LETTERS = re.compile(r"[\W_]+")
_LOOK_ALIKES = str.maketrans("OoQDIlL|SsBZz", "0000111155822")


def edit_of(finding: Finding) -> str:
    """The type of edit in a few words; "" where the kind says it all, `FREE_TEXT` where only words do.

    Bounded work for any texts; the values in it are shortened and free of control characters.
    """
    if finding.kind in _BY_KIND:
        return _BY_KIND[finding.kind](finding)
    if finding.kind in _VALUE_KINDS:
        if finding.expected is None or finding.actual is None:
            return FREE_TEXT if finding.note else ""
        return _value_edit(finding.expected[:_COMPARED], finding.actual[:_COMPARED])
    if finding.kind in KINDS and finding.kind not in _FREE_KINDS:
        return ""
    says_more = finding.note or finding.expected or finding.actual
    return FREE_TEXT if says_more else ""


def _factor(finding: Finding) -> str:
    found = _FACTOR.search(finding.note[:200])
    return found[0] if found else ""


def _swap(finding: Finding) -> str:
    """Which value was taken for which."""
    if finding.expected is None or finding.actual is None:
        return ""
    if max(len(finding.expected), len(finding.actual)) > 4 * _LONGEST_NAME:
        return "a whole text instead of a label"
    actual, expected = (readable(text, _LONGEST_NAME) for text in (finding.actual, finding.expected))
    return f'"{actual}" for "{expected}"'


def _one_value(finding: Finding) -> str:
    return readable(finding.expected or finding.actual or "", _LONGEST_NAME)


def _invalid(finding: Finding) -> str:
    if "ends in the middle" in finding.note:
        return "cut off in the middle"
    has_json = any(bracket in (finding.actual or "") for bracket in "{[")
    return "JSON with a mistake" if has_json else "no JSON at all"


def _around(finding: Finding) -> str:
    return "code fence" if "code fence" in finding.note else "other text"


def _error(finding: Finding) -> str:
    found = _ERROR_NAME.match(finding.note)
    return found[0].replace("_", " ") if found else ""


def _broken_keyword(finding: Finding) -> str:
    found = _KEYWORD.match(finding.note)
    return found[0] if found else ""


def _call(finding: Finding) -> str:
    if finding.actual is None and finding.expected is not None:
        return "left out"
    return "one too many" if finding.expected is None and finding.actual is not None else ""


def _quote(finding: Finding) -> str:
    """What changed between the source and the quote, the gravest first."""
    if finding.expected is None or finding.actual is None:
        return ""
    before, after = (
        words.lower() for words in changed_words(finding.expected[:_COMPARED], finding.actual[:_COMPARED])
    )
    if _DIGITS.findall(before) != _DIGITS.findall(after):
        return "a number changed"
    first, second = (frozenset(_NO_LETTERS.split(words)) for words in (before, after))
    if first & NEGATIONS != second & NEGATIONS:
        return "a negation changed"
    return "a modal verb changed" if first & MODALS != second & MODALS else "other words"


def _value_edit(expected: str, actual: str) -> str:
    if not expected.strip() or not actual.strip():
        return "another value"
    numbers = _number(expected), _number(actual)
    if numbers[0] is not None and numbers[1] is not None:
        return _number_edit(numbers[0], numbers[1])
    dates = _ISO_DATE.fullmatch(expected.strip()), _ISO_DATE.fullmatch(actual.strip())
    if dates[0] and dates[1]:
        return _date_edit(dates[0].groups(), dates[1].groups())
    return _text_edit(" ".join(expected.split()), " ".join(actual.split()))


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text.strip()) if len(text) <= _LONGEST_NAME else None
    except InvalidOperation:
        return None
    # A leading zero belongs to an id.
    is_id = text.strip().startswith("0") and text.strip()[1:2].isdecimal()
    return number if number is not None and number.is_finite() and not is_id else None


def _number_edit(expected: Decimal, actual: Decimal) -> str:
    if not actual:
        return "zero instead"
    if max(abs(expected.adjusted()), abs(actual.adjusted())) > _LONGEST_NAME:
        return "another number"
    if abs(expected - actual) == 1:
        return "off by one"
    exponent = actual.as_tuple().exponent
    if (
        isinstance(exponent, int)
        and _places(actual) < _places(expected)
        and abs(expected - actual) < Decimal((0, (1,), exponent))
    ):
        return "rounded"
    return "another number"


def _places(number: Decimal) -> int:
    exponent = number.as_tuple().exponent
    return -exponent if isinstance(exponent, int) else 0


def _date_edit(expected: tuple[str | None, ...], actual: tuple[str | None, ...]) -> str:
    parts = zip(("year", "month", "day"), expected, actual, strict=True)
    changed = [name for name, first, second in parts if first != second]
    return f"another {changed[0]}" if len(changed) == 1 else "another date"


def _text_edit(expected: str, actual: str) -> str:
    for name, alike in _TEXT_EDITS:
        if alike(expected, actual):
            return name
    longest = max(expected, actual, key=len)
    is_prose = len(longest) > _PROSE_CHARACTERS or longest.count(" ") >= _PROSE_WORDS
    return FREE_TEXT if is_prose else "another value"


def _same_letters(expected: str, actual: str) -> bool:
    first = _NO_LETTERS.sub("", expected).casefold()
    return bool(first) and first == _NO_LETTERS.sub("", actual).casefold()


def _without_accents(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def _end_lost(expected: str, actual: str) -> bool:
    kept = actual.rstrip(".… ")
    return bool(kept) and expected.startswith(kept)


def _only_digits_differ(expected: str, actual: str) -> bool:
    return _DIGITS.sub("0", expected) == _DIGITS.sub("0", actual)


def _one_character(expected: str, actual: str) -> bool:
    return len(expected) == len(actual) and sum(map(str.__ne__, expected, actual)) == 1


# The first that holds; each test takes time in proportion to the texts.
_TEXT_EDITS: tuple[tuple[str, Callable[[str, str], bool]], ...] = (
    ("capitals only", lambda first, second: first.casefold() == second.casefold()),
    ("spaces or punctuation only", _same_letters),
    ("accents lost", lambda first, second: _without_accents(first) == _without_accents(second)),
    ("leading zeros lost", lambda first, second: first.lstrip("0") == second != first),
    ("leading zeros added", lambda first, second: second.lstrip("0") == first != second),
    ("end lost", _end_lost),
    ("start lost", lambda first, second: first.endswith(second)),
    ("more at the end", lambda first, second: second.startswith(first)),
    ("more at the start", lambda first, second: second.endswith(first)),
    ("words around it", lambda first, second: first in second),
    ("a part of it", lambda first, second: second in first),
    ("look-alike characters", lambda first, second: _read_alike(first) == _read_alike(second)),
    ("other digits", _only_digits_differ),
    ("one character", _one_character),
    ("other word order", lambda first, second: sorted(first.split()) == sorted(second.split())),
)


def _read_alike(text: str) -> str:
    return text.translate(_LOOK_ALIKES)


_BY_KIND: dict[str, Callable[[Finding], str]] = {
    "decimal_misread": _factor,
    "wrong_label": _swap,
    "unknown_label": _swap,
    "wrong_currency": _swap,
    "language_drift": _swap,
    "label_missing": _one_value,
    "label_surplus": _one_value,
    "invalid_json": _invalid,
    "repairable_json": _invalid,
    "prose_around_json": _around,
    "call_failed": _error,
    "schema_violation": _broken_keyword,
    "wrong_tool_call": _call,
    "misquoted_reference": _quote,
}
_VALUE_KINDS = frozenset({"wrong_value", "text_differs"})
_FREE_KINDS = frozenset({"judged_worse"})
