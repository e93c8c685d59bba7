"""The field table of a case, drawn from the scorers' findings; nothing is compared a second time."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

import orjson

from harness.analysis.cases import Case, CaseArm, CaseFinding, Clipped
from harness.analysis.outcome import Basis
from harness.domain.chat import Answer
from harness.domain.failure import is_failure, kind_of
from harness.domain.score import Finding, Verdict
from harness.report.model import FieldRow, Value
from harness.report.wording import NO_VALUE, amount, cut, visible

_WORDS = {
    Verdict.SAME: "same",
    Verdict.FORMAT_ONLY: "written differently",
    Verdict.CHANGED: "changed",
    Verdict.MISSING: "missing",
    Verdict.INVENTED: "invented",
}
_SAME = Value(text="same", state="same", word="")
_NOTHING = Value(text="not there", state="none", word="")
_NOT_SHOWN = Value(text="not shown here", state="none", word="")
_FINE = Value(text="nothing wrong", state="none", word="")
_NO_ANSWER = Value(text="no usable answer", state="none", word="")
_DIGITS = re.compile(r"(\d+)")
# These say that the answer as a whole could not be read, so nothing is known about its fields.
_UNREADABLE = frozenset(
    {"call_failed", "timed_out", "truncated", "refusal", "empty", "invalid_json", "repairable_json"}
)

_Key = tuple[str, bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldLimits:
    """How much of a field table is shown: rows, and characters of a value."""

    rows: int
    characters: int


def field_rows(case: Case, basis: Basis, limits: FieldLimits) -> tuple[tuple[FieldRow, ...], int]:
    """The rows, in the order of the document, and how many were left out."""
    incumbent, candidate = _by_place(case.incumbent), _by_place(case.candidate)
    keys = sorted({*incumbent, *candidate}, key=_order)
    if len(keys) > limits.rows:
        # Failing fields first, so that a cut never hides what the case is about.
        failing = [key for key in keys if _fails(incumbent.get(key)) or _fails(candidate.get(key))]
        chosen = {*(failing + [key for key in keys if key not in set(failing)])[: limits.rows]}
        shown = [key for key in keys if key in chosen]
    else:
        shown = keys
    rows = tuple(
        _row(key, (case.incumbent, incumbent.get(key)), (case.candidate, candidate.get(key)), basis, limits)
        for key in shown
    )
    left_out = len(keys) - len(shown) + case.incumbent.more_findings + case.candidate.more_findings
    return rows, left_out


def _by_place(arm: CaseArm) -> Mapping[_Key, list[CaseFinding]]:
    found: dict[_Key, list[CaseFinding]] = {}
    for finding in arm.findings:
        # An invented line counts its place in the answer, all others in the reference.
        found.setdefault((finding.path, finding.verdict is Verdict.INVENTED), []).append(finding)
    return found


def _order(key: _Key) -> tuple[list[tuple[int, str]], bool]:
    parts = [(int(part), "") if part.isdigit() else (-1, part) for part in _DIGITS.split(key[0])]
    return parts, key[1]


def _fails(findings: Iterable[CaseFinding] | None) -> bool:
    return any(is_failure(Finding(kind=finding.kind)) for finding in findings or ())


def _row(
    key: _Key,
    incumbent: tuple[CaseArm, list[CaseFinding] | None],
    candidate: tuple[CaseArm, list[CaseFinding] | None],
    basis: Basis,
    limits: FieldLimits,
) -> FieldRow:
    known = next((f.expected for _, found in (incumbent, candidate) for f in found or () if f.expected), None)
    reference = _plain(known, limits.characters)
    if basis is Basis.AGREEMENT and incumbent[1] is None:
        return FieldRow(
            path=cut(key[0], 200)[0] or "whole answer",
            expected=None,
            incumbent=reference,
            candidate=_value(candidate, key, limits.characters, reference_known=known is not None),
        )
    return FieldRow(
        path=cut(key[0], 200)[0] or "whole answer",
        expected=None if basis is Basis.AGREEMENT else reference,
        incumbent=_value(incumbent, key, limits.characters, reference_known=known is not None),
        candidate=_value(candidate, key, limits.characters, reference_known=known is not None),
    )


def _plain(text: Clipped | None, limit: int) -> Value:
    if text is None:
        return Value(text=NO_VALUE, state="none", word="")
    shown, note = cut(text.text, limit, text.characters)
    return Value(text=shown, state="plain", word="", note=note)


def _value(
    side: tuple[CaseArm, list[CaseFinding] | None], key: _Key, limit: int, *, reference_known: bool
) -> Value:
    arm, findings = side
    if not findings:
        if any(finding.kind in _UNREADABLE and not finding.path for finding in arm.findings):
            return _NO_ANSWER
        if not key[0] and not reference_known:
            return _FINE
        if arm.more_findings:
            return _NOT_SHOWN  # it may be among the findings that were cut
        return _NOTHING if key[1] else _SAME
    first = max(findings, key=lambda finding: (kind_of(finding.kind).severity, finding.note != ""))
    text, note = ("", "") if first.actual is None else cut(first.actual.text, limit, first.actual.characters)
    if first.kind in _UNREADABLE and not key[0]:
        # The answer itself stands below, as received.
        text, note = kind_of(first.kind).title, ""
    if not text:
        # A kind is what a scorer calls it: a plugin may have taken it from an answer.
        title = cut(kind_of(first.kind).title, limit)[0]
        text = _WORDS[first.verdict] if first.verdict is not Verdict.CHANGED else title
    notes = (cut(first.note, 240)[0], note, _also(findings, first))
    return Value(
        text=text,
        state=first.verdict.value,
        word=_WORDS[first.verdict],
        note=" · ".join(part for part in notes if part),
    )


def _also(findings: list[CaseFinding], first: CaseFinding) -> str:
    others = {kind_of(finding.kind).title.lower() for finding in findings if finding.kind != first.kind}
    return "also: " + visible(", ".join(sorted(others))) if others else ""


def same_fields(expected: Answer | None, rows: tuple[FieldRow, ...], left_out: int) -> str:
    """How many fields of the expected answer no finding touches, as a note; "" where it is no JSON object."""
    notes = [f"{amount(left_out, 'more difference')} not shown here."] if left_out else []
    leaves = _leaves(expected)
    if leaves and not left_out:
        paths = {row.path for row in rows}
        untouched = sum(not _touched(leaf, paths) for leaf in leaves)
        if untouched and "whole answer" not in paths:
            verb = "is" if untouched == 1 else "are"
            notes.append(f"{amount(untouched, 'more field')} {verb} the same on both sides.")
    return " ".join(notes)


def _touched(leaf: str, paths: set[str]) -> bool:
    return any(
        leaf == path or (leaf.startswith(path) and leaf[len(path) : len(path) + 1] in (".", "["))
        for path in paths
    )


def _leaves(expected: Answer | None, limit: int = 2000) -> list[str]:
    if expected is None or not expected.text or not expected.text.lstrip().startswith("{"):
        return []
    try:
        value = orjson.loads(expected.text)
    except (orjson.JSONDecodeError, ValueError):
        return []
    found = list(islice(_walk(value), limit + 1))
    return found if len(found) <= limit else []


def _walk(value: Any) -> Iterator[str]:
    """The path of every leaf; without recursion, as records may be nested as deep as a parser goes."""
    open_branches = [iter([("", value)])]
    while open_branches:
        path, item = next(open_branches[-1], (None, None))
        if path is None:
            open_branches.pop()
        elif isinstance(item, dict | list):
            open_branches.append(_children(path, item))
        else:
            yield path


def _children(path: str, value: dict[str, Any] | list[Any]) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        return ((f"{path}.{name}" if path else name, item) for name, item in value.items())
    return ((f"{path}[{place}]", item) for place, item in enumerate(value))
