"""What a mistake does, as the rest of a sentence that begins with the model's name."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from harness.analysis.failure.differing_words import LONGEST, changed_words, cut_at_word, differing_words
from harness.domain.chat import Answer
from harness.domain.failure import is_failure, kind_of, primary
from harness.domain.score import Finding

# A longer text is a quote, not the name of a clause.
_LONGEST_CLAUSE = 40
# A model can write any number: larger ones are not told as money.
_MOST_MONEY = 1e15


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """A piece of a sentence; `foreign` pieces come from records or models and are drawn apart."""

    text: str
    foreign: bool = False


def _ours(text: str) -> Phrase:
    return Phrase(text=text)


def _theirs(text: str) -> Phrase:
    return Phrase(text=cut_at_word(" ".join(text[: LONGEST * 4].split())), foreign=True)


def _value_of(text: str | None) -> Phrase:
    """A value: numbers with a real minus sign, and a word of ours where there is nothing to read."""
    if not (text and text.strip()):
        return _ours("nothing")
    plain = text.strip()
    return _theirs("\u2212" + plain[1:] if _NEGATIVE.fullmatch(plain) else text)


_WHOLE = {
    "call_failed": "gave no answer: the call failed",
    "timed_out": "gave no answer in time",
    "truncated": "was cut off before the answer was complete",
    "refusal": "refused to answer",
    "empty": "gave an empty answer",
    "invalid_json": "answered with text that is not valid JSON",
    "prose_around_json": "wrote text around the JSON",
    "schema_violation": "broke the JSON schema",
    "repairable_json": "answered with broken JSON that a repair tool can mend",
    "over_long": "wrote far more than was asked for",
    "inconsistent": "gave another answer when asked again",
}
_LINES = {
    "line_missing": "left out",
    "line_invented": "made up",
    "line_duplicated": "repeated",
    "line_merged": "merged lines in",
    "line_split": "split",
}
_VALUES = {
    "decimal_misread": "misread the decimal sign",
    "sign_flipped": "flipped the sign",
    "digits_swapped": "swapped digits",
    "wrong_currency": "took the wrong currency",
    "date_order": "swapped day and month",
}
_NOUNS = (("field_", "field"), ("reference", "reference"), ("label_", "label"), ("tool_call", "call"))
_CLAUSE_NUMBER = re.compile(r"§?\s*\d")
_NEGATIVE = re.compile(r"-\d[\d.,' ]{0,30}")
# A place in a list: the list, the position, the field of the entry.
_PLACE = re.compile(r"(?P<list>[^\[\]]*)\[(?P<at>\d{1,9})\](?:\.(?P<field>[^\[\]]+))?")
_LINE_LIST = re.compile(r"(?:^|[._])(?:\w*lines?|\w*items?|rows?|positions?|)$", re.IGNORECASE)


def sentence(findings: Sequence[Finding], expected_lines: int | None = None) -> tuple[Phrase, ...]:
    """The most harmful mistake in words, and how many more there are.

    Args:
        findings: All findings of a wrong answer.
        expected_lines: How many lines the expected answer has, None where that is unknown.
    """
    first = primary(tuple(findings))
    if first is None:
        return (_ours("is wrong"),)
    alike = [finding for finding in findings if finding.kind == first.kind]
    if first.kind in _WHOLE:
        return _whole(first)
    if first.kind in _LINES:
        return _lines(findings, expected_lines)
    return (*_value(first), *_more(len(alike) - 1, first.kind), *_others(findings, {first.kind}))


def _whole(finding: Finding) -> tuple[Phrase, ...]:
    begin = _ours(_WHOLE[finding.kind])
    if finding.path:
        return (begin, _ours(" at "), *_place(finding.path))
    return (begin,)


def _lines(findings: Iterable[Finding], expected_lines: int | None) -> tuple[Phrase, ...]:
    """Line mistakes are told together: "left out 3 of 41 lines worth 630.58 and made up 1"."""
    findings = tuple(findings)
    found = [finding.kind for finding in findings]
    counts = {kind: found.count(kind) for kind in _LINES if kind in found}
    first, parts = next(iter(counts)), []
    for place, (kind, count) in enumerate(counts.items()):
        of_all = f" of {expected_lines}" if expected_lines and kind == "line_missing" else ""
        thing = "place" if kind == "line_merged" else "line"
        many = "" if (expected_lines if of_all else count) == 1 else "s"
        noun = f" {thing}{many}" if place == 0 or "line_merged" in (kind, first) else ""
        worth = _worth([finding.amount for finding in findings if finding.kind == kind])
        parts.append(f"{_LINES[kind]} {count}{of_all}{noun}{worth}")
    joined = " and ".join((", ".join(parts[:-1]), parts[-1])) if len(parts) > 1 else parts[0]
    return (_ours(joined), *_others(findings, set(_LINES)))


def _worth(amounts: Sequence[float | None]) -> str:
    """What lines come to, where every one of them has an amount."""
    known = [amount for amount in amounts if amount is not None]
    if not known or len(known) < len(amounts) or not 0 < sum(known) < _MOST_MONEY:
        return ""
    return f" worth {sum(known):.2f}"


def _value(finding: Finding) -> tuple[Phrase, ...]:
    if finding.kind in _TOLD:
        return _TOLD[finding.kind](finding)
    reading = _VALUES.get(finding.kind)
    if finding.expected is None or finding.actual is None:
        return (_ours(reading or f"is wrong ({kind_of(finding.kind).title.lower()})"), *_where(finding))
    if reading:
        # "the wrong currency in currency" says nothing more.
        said = finding.kind == "wrong_currency" and finding.path.endswith("currency")
        where = () if said else _where(finding)
        return (_ours(reading), *where, _ours(": "), *_instead(finding), *_off(finding))
    if max(len(finding.expected), len(finding.actual)) > LONGEST:
        return (_ours("wrote another text"), *_where(finding), _ours(": "), *_instead(finding))
    return (_ours("wrote "), *_instead(finding), *_where(finding), *_off(finding))


def _where(finding: Finding, word: str = " in ") -> tuple[Phrase, ...]:
    return (_ours(word), *_place(finding.path)) if finding.path else ()


def _place(path: str) -> tuple[Phrase, ...]:
    """A field in words: `line_items[3].amount` is "amount of line 4", as the table counts."""
    found = _PLACE.fullmatch(path)
    if found is None:
        return (_theirs(path),)
    number, within, field = int(found["at"]) + 1, found["list"], found["field"]
    of = (_theirs(field), _ours(" of ")) if field else ()
    if _LINE_LIST.search(within):
        return (*of, _ours(f"line {number}"))
    return (*of, _ours(f"entry {number} of "), _theirs(within))


def _instead(finding: Finding) -> tuple[Phrase, ...]:
    """What is there instead of what; of long texts the words that differ."""
    expected, actual = finding.expected or "", finding.actual or ""
    if max(len(expected), len(actual)) <= LONGEST or not (expected.strip() and actual.strip()):
        return (_value_of(actual), _ours(" instead of "), _value_of(expected))
    before, after = (Phrase(text=text, foreign=True) for text in differing_words(expected, actual))
    return (_ours('"'), after, _ours('" instead of "'), before, _ours('"'))


def _off(finding: Finding) -> tuple[Phrase, ...]:
    """By how much money the value is off; a flipped sign or decimal sign says it already."""
    if finding.amount is None or finding.kind in ("sign_flipped", "decimal_misread"):
        return ()
    expected, actual = _number(finding.expected), _number(finding.actual)
    if expected is None or actual is None or not 0 < abs(actual - expected) < _MOST_MONEY:
        return ()
    return (_ours(f", {abs(actual - expected):.2f} too {'much' if actual > expected else 'little'}"),)


def _number(text: str | None) -> Decimal | None:
    try:
        number = Decimal((text or "").strip()[:LONGEST])
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number.adjusted()) < LONGEST else None


def _chose(finding: Finding) -> tuple[Phrase, ...]:
    if finding.expected is None or finding.actual is None:
        return (_ours("chose the wrong label"), *_where(finding, " as "))
    stray = _ours(", which is no label,") if finding.kind == "unknown_label" else _ours("")
    told = (_value_of(finding.actual), stray, _ours(" instead of "), _value_of(finding.expected))
    verb = "chose " if finding.kind == "wrong_label" else "wrote "
    return (_ours(verb), *(phrase for phrase in told if phrase.text), *_where(finding, " as "))


def _field_of(verb: str, value: str | None, path: str) -> tuple[Phrase, ...]:
    """A field that is there on one side only, with its value where that is short."""
    shown = value is not None and value.strip() and len(value) <= LONGEST
    place = _place(path) if path else (_ours("a field"),)
    return (_ours(verb), *place, *((_ours(" ("), _value_of(value), _ours(")")) if shown else ()))


def _clause(identifier: str | None) -> tuple[Phrase, ...]:
    """A cited place: "clause 7.3", but "Article 5" as it stands."""
    if not identifier:
        return (_ours("a clause"),)
    return (*((_ours("clause "),) if _CLAUSE_NUMBER.match(identifier) else ()), _theirs(identifier))


def _hallucinated(finding: Finding) -> tuple[Phrase, ...]:
    if finding.actual is not None and len(finding.actual) > _LONGEST_CLAUSE:
        return (_ours('quoted "'), _theirs(finding.actual), _ours('", which the source does not say'))
    return (_ours("cited "), *_clause(finding.actual), _ours(", which does not exist"))


def _misattributed(finding: Finding) -> tuple[Phrase, ...]:
    stands = (_ours(", but it stands in "), *_clause(finding.expected)) if finding.expected else ()
    return (_ours("quoted "), *_clause(finding.actual), *(stands or (_ours(" with words from elsewhere"),)))


def _misquoted(finding: Finding) -> tuple[Phrase, ...]:
    of = _clause(finding.path) if _CLAUSE_NUMBER.match(finding.path) else (_ours("the source"),)
    said = (_ours("quoted "), *of, _ours(" with another wording"))
    if finding.expected is None or finding.actual is None:
        return said
    before, after = changed_words(finding.expected, finding.actual)
    if not before or not after:
        did, words = ("left out ", before) if before else ("added ", after)
        return (*said, _ours(f': {did}"'), _theirs(words), _ours('"'))
    return (*said, _ours(': "'), _theirs(before), _ours('" became "'), _theirs(after), _ours('"'))


def _arithmetic(finding: Finding) -> tuple[Phrase, ...]:
    begin = (_ours("has amounts that do not add up"), *_where(finding))
    if finding.expected is not None and finding.actual is not None:
        return (*begin, _ours(": "), *_instead(finding), *_off(finding))
    return (*begin, _ours(": "), _theirs(finding.note)) if finding.note else begin


def _drifted(finding: Finding) -> tuple[Phrase, ...]:
    if finding.expected is None or finding.actual is None:
        return (_ours("answered in another language"), *_where(finding))
    return (_ours("answered in another language"), *_where(finding), _ours(": "), *_instead(finding))


def _called(finding: Finding) -> tuple[Phrase, ...]:
    if finding.expected is None and finding.actual is None:
        return (_ours("made a wrong tool call"), *_where(finding))
    if finding.actual is None:
        return (_ours("left "), _theirs(finding.expected or ""), _ours(" out of its tool calls"))
    if finding.expected is None:
        return (_ours("put "), _theirs(finding.actual), _ours(" into its tool calls, where none belongs"))
    return (_ours("made a wrong tool call"), *_where(finding), _ours(": "), *_instead(finding))


def _judged(finding: Finding) -> tuple[Phrase, ...]:
    begin = _ours("gave the worse answer, says the judge")
    return (begin, _ours(": "), _theirs(finding.note)) if finding.note else (begin,)


_TOLD: dict[str, Callable[[Finding], tuple[Phrase, ...]]] = {
    "no_finding": lambda finding: (_ours("is wrong; the scorer gives no finding"),),
    "wrong_label": _chose,
    "unknown_label": _chose,
    "field_missing": lambda finding: _field_of("left out ", finding.expected, finding.path),
    "field_invented": lambda finding: _field_of("made up ", finding.actual, finding.path),
    "label_missing": lambda finding: (
        _ours("left out the label "),
        _theirs(finding.expected or finding.path),
    ),
    "label_surplus": lambda finding: (
        _ours("added the label "),
        _theirs(finding.actual or finding.path),
    ),
    "reference_missing": lambda finding: (_ours("did not cite "), *_clause(finding.expected)),
    "reference_surplus": lambda finding: (
        _ours("cited "),
        *_clause(finding.actual),
        _ours(", which does not apply"),
    ),
    "hallucinated_reference": _hallucinated,
    "misattributed_reference": _misattributed,
    "misquoted_reference": _misquoted,
    "arithmetic": _arithmetic,
    "language_drift": _drifted,
    "wrong_tool_call": _called,
    "judged_worse": _judged,
}


def _more(count: int, kind: str) -> tuple[Phrase, ...]:
    if count < 1:
        return ()
    noun = next((noun for word, noun in _NOUNS if word in kind), "value")
    return (_ours(f", and {count} more {noun}{'s' if count > 1 else ''} the same way"),)


def _others(findings: Iterable[Finding], told: set[str]) -> tuple[Phrase, ...]:
    count = sum(is_failure(finding) and finding.kind not in told for finding in findings)
    if not count:
        return ()
    return (_ours(f"; {count} more {'difference' if count == 1 else 'differences'}"),)


def line_count(expected: Answer | None, path: str, decode: Callable[[str], object]) -> int | None:
    """How many lines the expected answer has at the list that `path` points into.

    Args:
        expected: The expected answer.
        path: Such as `line_items[3]`, `document.line_items[3].amount` or `[3]`.
        decode: A JSON reader that raises ValueError on bad text.
    """
    if expected is None or not expected.text or "[" not in path:
        return None
    try:
        value = decode(expected.text)
    except ValueError:
        return None
    within = path.split("[", 1)[0]
    for name in within.split(".") if within else ():
        value = value.get(name) if isinstance(value, dict) else None
    return len(value) if isinstance(value, list) else None
