"""What a mistake does, as the rest of a sentence that begins with the model's name."""

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal, InvalidOperation

from harness.analysis.failure.difference_sentence import difference
from harness.analysis.failure.differing_words import LONGEST, changed_words, differing_words
from harness.analysis.failure.phrases import (
    CLAUSE_NUMBER,
    LONGEST_CLAUSE,
    Phrase,
    clause,
    field_of,
    ours,
    theirs,
    value_of,
    where,
)
from harness.domain.chat import Answer
from harness.domain.failure import is_failure, kind_of, primary
from harness.domain.score import Finding

# A model can write any number: larger ones are not told as money.
_MOST_MONEY = 1e15


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


def sentence(
    findings: Sequence[Finding], expected_lines: int | None = None, *, against_other: bool = False
) -> tuple[Phrase, ...]:
    """The most harmful mistake in words, and how many more there are.

    Args:
        findings: All findings of a wrong answer.
        expected_lines: How many lines the expected answer has, None where that is unknown.
        against_other: Whether nobody knows who is right: then two answers differ, and none is wrong.
    """
    first = primary(tuple(findings))
    if first is None:
        return (ours("differs" if against_other else "is wrong"),)
    alike = [finding for finding in findings if finding.kind == first.kind]
    if first.kind in _WHOLE:
        return _whole(first)
    if against_other:
        more = 0 if first.kind in _LINES else len(alike) - 1
        told = difference(first, len(alike)) or _value(first)
        return (*told, *_more(more, first.kind), *_others(findings, {first.kind}))
    if first.kind in _LINES:
        return _lines(findings, expected_lines)
    return (*_value(first), *_more(len(alike) - 1, first.kind), *_others(findings, {first.kind}))


def _whole(finding: Finding) -> tuple[Phrase, ...]:
    begin = ours(_WHOLE[finding.kind])
    if finding.path:
        return (begin, *where(finding, " at "))
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
    return (ours(joined), *_others(findings, set(_LINES)))


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
        return (ours(reading or f"is wrong ({kind_of(finding.kind).title.lower()})"), *where(finding))
    if reading:
        # "the wrong currency in currency" says nothing more.
        said = finding.kind == "wrong_currency" and finding.path.endswith("currency")
        at = () if said else where(finding)
        return (ours(reading), *at, ours(": "), *_instead(finding), *_off(finding))
    if max(len(finding.expected), len(finding.actual)) > LONGEST:
        return (ours("wrote another text"), *where(finding), ours(": "), *_instead(finding))
    return (ours("wrote "), *_instead(finding), *where(finding), *_off(finding))


def _instead(finding: Finding) -> tuple[Phrase, ...]:
    """What is there instead of what; of long texts the words that differ."""
    expected, actual = finding.expected or "", finding.actual or ""
    if max(len(expected), len(actual)) <= LONGEST or not (expected.strip() and actual.strip()):
        return (value_of(actual), ours(" instead of "), value_of(expected))
    before, after = (Phrase(text=text, foreign=True) for text in differing_words(expected, actual))
    return (ours('"'), after, ours('" instead of "'), before, ours('"'))


def _off(finding: Finding) -> tuple[Phrase, ...]:
    """By how much money the value is off; a flipped sign or decimal sign says it already."""
    if finding.amount is None or finding.kind in ("sign_flipped", "decimal_misread"):
        return ()
    expected, actual = _number(finding.expected), _number(finding.actual)
    if expected is None or actual is None or not 0 < abs(actual - expected) < _MOST_MONEY:
        return ()
    return (ours(f", {abs(actual - expected):.2f} too {'much' if actual > expected else 'little'}"),)


def _number(text: str | None) -> Decimal | None:
    try:
        number = Decimal((text or "").strip()[:LONGEST])
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number.adjusted()) < LONGEST else None


def _chose(finding: Finding) -> tuple[Phrase, ...]:
    if finding.expected is None or finding.actual is None:
        return (ours("chose the wrong label"), *where(finding, " as "))
    stray = ours(", which is no label,") if finding.kind == "unknown_label" else ours("")
    told = (value_of(finding.actual), stray, ours(" instead of "), value_of(finding.expected))
    verb = "chose " if finding.kind == "wrong_label" else "wrote "
    return (ours(verb), *(phrase for phrase in told if phrase.text), *where(finding, " as "))


def _hallucinated(finding: Finding) -> tuple[Phrase, ...]:
    if finding.actual is not None and len(finding.actual) > LONGEST_CLAUSE:
        return (ours('quoted "'), theirs(finding.actual), ours('", which the source does not say'))
    return (ours("cited "), *clause(finding.actual), ours(", which does not exist"))


def _misattributed(finding: Finding) -> tuple[Phrase, ...]:
    stands = (ours(", but it stands in "), *clause(finding.expected)) if finding.expected else ()
    return (ours("quoted "), *clause(finding.actual), *(stands or (ours(" with words from elsewhere"),)))


def _misquoted(finding: Finding) -> tuple[Phrase, ...]:
    of = clause(finding.path) if CLAUSE_NUMBER.match(finding.path) else (ours("the source"),)
    said = (ours("quoted "), *of, ours(" with another wording"))
    if finding.expected is None or finding.actual is None:
        return said
    before, after = changed_words(finding.expected, finding.actual)
    if not before or not after:
        did, words = ("left out ", before) if before else ("added ", after)
        return (*said, ours(f': {did}"'), theirs(words), ours('"'))
    return (*said, ours(': "'), theirs(before), ours('" became "'), theirs(after), ours('"'))


def _arithmetic(finding: Finding) -> tuple[Phrase, ...]:
    begin = (ours("has amounts that do not add up"), *where(finding))
    if finding.expected is not None and finding.actual is not None:
        return (*begin, ours(": "), *_instead(finding), *_off(finding))
    return (*begin, ours(": "), theirs(finding.note)) if finding.note else begin


def _drifted(finding: Finding) -> tuple[Phrase, ...]:
    if finding.expected is None or finding.actual is None:
        return (ours("answered in another language"), *where(finding))
    return (ours("answered in another language"), *where(finding), ours(": "), *_instead(finding))


def _called(finding: Finding) -> tuple[Phrase, ...]:
    if finding.expected is None and finding.actual is None:
        return (ours("made a wrong tool call"), *where(finding))
    if finding.actual is None:
        return (ours("left "), theirs(finding.expected or ""), ours(" out of its tool calls"))
    if finding.expected is None:
        return (ours("put "), theirs(finding.actual), ours(" into its tool calls, where none belongs"))
    return (ours("made a wrong tool call"), *where(finding), ours(": "), *_instead(finding))


def _judged(finding: Finding) -> tuple[Phrase, ...]:
    begin = ours("gave the worse answer, says the judge")
    return (begin, ours(": "), theirs(finding.note)) if finding.note else (begin,)


_TOLD: dict[str, Callable[[Finding], tuple[Phrase, ...]]] = {
    "no_finding": lambda finding: (ours("is wrong; the scorer gives no finding"),),
    "wrong_label": _chose,
    "unknown_label": _chose,
    "field_missing": lambda finding: field_of("left out ", finding.expected, finding.path),
    "field_invented": lambda finding: field_of("made up ", finding.actual, finding.path),
    "label_missing": lambda finding: (
        ours("left out the label "),
        theirs(finding.expected or finding.path),
    ),
    "label_surplus": lambda finding: (
        ours("added the label "),
        theirs(finding.actual or finding.path),
    ),
    "reference_missing": lambda finding: (ours("did not cite "), *clause(finding.expected)),
    "reference_surplus": lambda finding: (
        ours("cited "),
        *clause(finding.actual),
        ours(", which does not apply"),
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
    return (ours(f", and {count} more {noun}{'s' if count > 1 else ''} the same way"),)


def _others(findings: Iterable[Finding], told: set[str]) -> tuple[Phrase, ...]:
    count = sum(is_failure(finding) and finding.kind not in told for finding in findings)
    if not count:
        return ()
    return (ours(f"; {count} more {'difference' if count == 1 else 'differences'}"),)


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
