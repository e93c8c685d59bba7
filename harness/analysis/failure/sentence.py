"""What a mistake does, as the rest of a sentence that begins with the model's name."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from harness.domain.chat import Answer
from harness.domain.failure import is_failure, kind_of, primary
from harness.domain.score import Finding

_VALUE_LIMIT = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """A piece of a sentence; `foreign` pieces come from records or models and are drawn apart."""

    text: str
    foreign: bool = False


def _ours(text: str) -> Phrase:
    return Phrase(text=text)


def _theirs(text: str) -> Phrase:
    text = " ".join(text[: _VALUE_LIMIT * 4].split())
    return Phrase(text=text if len(text) <= _VALUE_LIMIT else text[:_VALUE_LIMIT] + "…", foreign=True)


_WHOLE = {
    "call_failed": "gave no answer: the call failed",
    "timed_out": "gave no answer in time",
    "truncated": "was cut off before the answer was complete",
    "refusal": "refused to answer",
    "empty": "gave an empty answer",
    "invalid_json": "answered with text that is not valid JSON",
    "repairable_json": "wrote JSON with a mistake that no strict parser accepts",
    "prose_around_json": "wrote text around the JSON",
    "schema_violation": "broke the JSON schema",
}
_LINES = {
    "line_missing": "left out",
    "line_invented": "made up",
    "line_duplicated": "repeated",
    "line_merged": "merged",
    "line_split": "split",
}
_VALUES = {
    "decimal_misread": "misread the decimal sign",
    "sign_flipped": "flipped the sign",
    "digits_swapped": "swapped digits",
    "wrong_currency": "took the wrong currency",
    "date_order": "swapped day and month",
}


_SAID = {
    "hallucinated_reference": "cited {actual}, which the source does not have",
    "misattributed_reference": "cited {actual} for what stands in {expected}",
    "misquoted_reference": "quoted {actual} where the source says {expected}",
    "reference_missing": "did not cite {expected}",
    "reference_surplus": "cited {actual}, which is not expected",
    "arithmetic": "gave {actual} where its own amounts make {expected}",
    "language_drift": "answered in {actual} instead of {expected}",
    "over_long": "wrote far too much",
    "label_missing": "left out the label {expected}",
    "label_surplus": "added the label {actual}",
}
_PLACE = re.compile(r"\{(actual|expected)\}")


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
        return (begin, _ours(" at "), _theirs(finding.path))
    return (begin,)


def _lines(findings: Iterable[Finding], expected_lines: int | None) -> tuple[Phrase, ...]:
    """Line mistakes are told together: "left out 3 of 41 lines and made up 1"."""
    found = [finding.kind for finding in findings]
    counts = {kind: found.count(kind) for kind in _LINES if kind in found}
    parts = []
    for place, (kind, count) in enumerate(counts.items()):
        of_all = f" of {expected_lines}" if expected_lines and kind == "line_missing" else ""
        noun = f" {'line' if (expected_lines if of_all else count) == 1 else 'lines'}" if place == 0 else ""
        parts.append(f"{_LINES[kind]} {count}{of_all}{noun}")
    joined = " and ".join((", ".join(parts[:-1]), parts[-1])) if len(parts) > 1 else parts[0]
    return (_ours(joined), *_others(findings, set(_LINES)))


def _value(finding: Finding) -> tuple[Phrase, ...]:
    said = _SAID.get(finding.kind, "")
    values = {"actual": finding.actual, "expected": finding.expected}
    # Every second piece is the name of a value.
    pieces = _PLACE.split(said)
    if said and all(values[name] is not None for name in pieces[1::2]):
        phrases = (
            _theirs(values[piece] or "") if place % 2 else _ours(piece) for place, piece in enumerate(pieces)
        )
        return tuple(phrase for phrase in phrases if phrase.text)
    return _value_of_field(finding)


def _value_of_field(finding: Finding) -> tuple[Phrase, ...]:
    where = (_ours(" in "), _theirs(finding.path)) if finding.path else ()
    reading = _VALUES.get(finding.kind)
    if finding.expected is not None and finding.actual is not None:
        verb = "chose " if finding.kind == "wrong_label" else "wrote "
        begin = (_ours(reading), *where, _ours(": ")) if reading else (_ours(verb),)
        end = () if reading else where
        return (*begin, _theirs(finding.actual), _ours(" instead of "), _theirs(finding.expected), *end)
    if finding.kind == "no_finding":
        return (_ours("is wrong; the scorer gives no finding"),)
    told: dict[str, Callable[[], tuple[Phrase, ...]]] = {
        "field_missing": lambda: (_ours("left out "), _theirs(finding.path or "a field")),
        "field_invented": lambda: (_ours("made up "), _theirs(finding.path or "a field")),
    }
    if finding.kind in told:
        return told[finding.kind]()
    return (_ours(reading or f"is wrong ({kind_of(finding.kind).title.lower()})"), *where)


def _more(count: int, kind: str) -> tuple[Phrase, ...]:
    if count < 1:
        return ()
    noun = "field" if kind.startswith("field_") else "value"
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
        path: Such as `line_items[3]` or `document.line_items[3].amount`.
        decode: A JSON reader that raises ValueError on bad text.
    """
    if expected is None or not expected.text or "[" not in path:
        return None
    try:
        value = decode(expected.text)
    except ValueError:
        return None
    for name in path.split("[", 1)[0].split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return len(value) if isinstance(value, list) else None
