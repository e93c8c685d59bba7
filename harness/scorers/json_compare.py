"""Walks a reference and an answer side by side and notes every difference."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from harness.domain.failure import Severity, is_failure, kind_of
from harness.domain.score import Finding, Verdict
from harness.scorers.json_lines import Alignment, LineRules, align_lines
from harness.scorers.json_money import MoneyFields
from harness.scorers.json_parse import shown
from harness.scorers.json_paths import PathRules, joined
from harness.scorers.json_values import Difference, FieldType, Reading, compare_values, is_absent


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldVerdict:
    """How one field or one line differs from the reference.

    Attributes:
        path: As in Finding: index in the reference, in the answer for an invented line.
        expected, actual: Values as short texts, None where there is none.
        is_line: Whether this is a whole line; its fields follow it.
    """

    path: str
    verdict: Verdict
    expected: str | None
    actual: str | None
    is_line: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What the comparison goes by.

    Attributes:
        paths: Declared types and ignored fields.
        reading: How values are read.
        match_at: Similarity from which two lines are the same line.
        format_only_fails: Whether a value written differently counts as wrong.
    """

    paths: PathRules
    reading: Reading
    match_at: float
    format_only_fails: bool = False


class Comparison:
    """Compares on construction; holds what was found.

    Attributes:
        findings: With the relative size of the number's error, 0 for anything else.
        verdicts: Every field and line, the same ones too; filled only where asked for.
        right: Fields that are right.
        missed: Fields of the reference that the answer lacks or has wrong.
        surplus: Fields of the answer that the reference lacks or has otherwise.
        places: Per list of lines, the reference index of each answer index.
    """

    def __init__(self, expected: Any, actual: Any, rules: Rules, *, with_verdicts: bool = False) -> None:
        self.findings: list[tuple[Finding, float]] = []
        self.verdicts: list[FieldVerdict] = []
        self.right = 0
        self.missed = 0
        self.surplus = 0
        self.places: dict[str, dict[int, int]] = {}
        self._rules = rules
        self._with_verdicts = with_verdicts
        self._money = MoneyFields(rules.paths, expected, rules.reading.language)
        self._any(rules.paths.without_ignored(expected), rules.paths.without_ignored(actual), "", "")

    def _any(self, expected: Any, actual: Any, path: str, pattern: str) -> None:
        if isinstance(expected, dict) and isinstance(actual, dict):
            self._objects(expected, actual, path, pattern)
        elif isinstance(expected, list) and isinstance(actual, list) and (expected or actual):
            self._lists(expected, actual, path, pattern)
        else:
            self._leaves(expected, actual, path, pattern)

    def _objects(self, expected: dict[str, Any], actual: dict[str, Any], path: str, pattern: str) -> None:
        for key, value in expected.items():
            self._any(value, actual.get(key), joined(path, key), joined(pattern, key))
        for key, value in actual.items():
            if key not in expected:
                self._any(None, value, joined(path, key), joined(pattern, key))

    def _lists(self, expected: list[Any], actual: list[Any], path: str, pattern: str) -> None:
        kinds = {type(item) for item in expected} | {type(item) for item in actual}
        if kinds == {dict}:
            self._lines(expected, actual, path, pattern)
            return
        if kinds == {str}:
            actual = _in_order_of(expected, actual)
        for index in range(max(len(expected), len(actual))):
            one, other = (side[index] if index < len(side) else None for side in (expected, actual))
            self._any(one, other, f"{path}[{index}]", pattern)

    def _leaves(self, expected: Any, actual: Any, path: str, pattern: str) -> None:
        field_type = self._rules.paths.type_of(pattern, actual if expected is None else expected)
        difference = compare_values(expected, actual, field_type, self._rules.reading)
        if difference is None:
            self.right += 1
            self._tell(path, Verdict.SAME, expected, actual)
            return
        finding = Finding(
            kind=difference.kind,
            path=path,
            expected=_shown(expected),
            actual=_shown(actual),
            note=difference.note,
            verdict=difference.verdict,
        )
        if difference.kind == "format_only" and self._rules.format_only_fails:
            finding = replace(finding, kind="wrong_value", note="The same value, but the notation counts.")
        if is_failure(finding):
            finding = replace(finding, amount=self._money.at_risk(expected, actual, pattern))
        self._note(finding, difference)
        self._tell(path, difference.verdict, expected, actual)
        self._count(is_failure(finding), expected, actual)

    def _count(self, failing: bool, expected: Any, actual: Any) -> None:
        if failing:
            self.missed += 0 if is_absent(expected) else _leaf_count(expected)
            self.surplus += 0 if is_absent(actual) else _leaf_count(actual)
        else:
            self.right += 1

    def _note(self, finding: Finding, difference: Difference | None = None) -> None:
        self.findings.append((finding, difference.magnitude if difference else 0.0))

    def _tell(
        self, path: str, verdict: Verdict, expected: Any, actual: Any, *, is_line: bool = False
    ) -> None:
        if self._with_verdicts:
            self.verdicts.append(
                FieldVerdict(
                    path=path,
                    verdict=verdict,
                    expected=_shown(expected),
                    actual=_shown(actual),
                    is_line=is_line,
                )
            )

    def _lines(self, expected: list[Any], actual: list[Any], path: str, pattern: str) -> None:
        paths = self._rules.paths

        def type_of(key: str, value: Any) -> FieldType:
            return paths.type_of(joined(pattern, key), value)

        rules = LineRules(type_of=type_of, reading=self._rules.reading, match_at=self._rules.match_at)
        alignment = align_lines(expected, actual, rules)
        self.places[path] = {place: index for index, place in alignment.pairs}
        for index, place in alignment.pairs:
            if index in alignment.identical and not self._with_verdicts:
                self.right += _leaf_count(expected[index])
            else:
                self._matched(expected[index], actual[place], f"{path}[{index}]", pattern)
        self._unmatched(alignment, expected, actual, (path, pattern))
        self._regrouped(alignment, expected, actual, path)
        for index, place in alignment.moved:
            note = f"Was line {index + 1}, is line {place + 1}."
            text = shown(expected[index])
            where = f"{path}[{index}]"
            self._note(
                Finding(kind="moved", path=where, expected=text, actual=text, note=note, verdict=Verdict.SAME)
            )

    def _matched(self, expected: Any, actual: Any, path: str, pattern: str) -> None:
        before, place = len(self.findings), len(self.verdicts)
        self._objects(expected, actual, path, pattern)
        if self._with_verdicts:
            found = [finding for finding, _ in self.findings[before:]]
            verdict = _verdict_of(found)
            line = FieldVerdict(
                path=path, verdict=verdict, expected=shown(expected), actual=shown(actual), is_line=True
            )
            self.verdicts.insert(place, line)

    def _unmatched(
        self, alignment: Alignment, expected: Sequence[Any], actual: Sequence[Any], at: tuple[str, str]
    ) -> None:
        path, pattern = at
        for index in alignment.missing:
            self._line("line_missing", (f"{path}[{index}]", pattern), expected=expected[index])
        for place in alignment.invented:
            self._line("line_invented", (f"{path}[{place}]", pattern), actual=actual[place])
        for place, index in alignment.duplicated:
            note = f"Repeats line {index + 1}."
            self._line("line_duplicated", (f"{path}[{place}]", pattern), actual=actual[place], note=note)

    def _line(
        self, kind: str, at: tuple[str, str], *, expected: Any = None, actual: Any = None, note: str = ""
    ) -> None:
        path, pattern = at
        verdict = Verdict.INVENTED if expected is None else Verdict.MISSING
        self._note(
            Finding(
                kind=kind,
                path=path,
                expected=_shown(expected),
                actual=_shown(actual),
                note=note,
                verdict=verdict,
                amount=self._money.line(actual if expected is None else expected, pattern),
            )
        )
        self._tell(path, verdict, expected, actual, is_line=True)
        for key, value in (actual if expected is None else expected).items():
            one, other = (None, value) if expected is None else (value, None)
            self._tell(joined(path, key), verdict, one, other)
        self.missed += 0 if expected is None else _leaf_count(expected)
        self.surplus += 0 if actual is None else _leaf_count(actual)

    def _regrouped(
        self, alignment: Alignment, expected: Sequence[Any], actual: Sequence[Any], path: str
    ) -> None:
        for indexes, place in alignment.merged:
            note = f"Lines {_listed(indexes)} became line {place + 1} of the answer."
            self._group("line_merged", path, note, [(i, expected[i]) for i in indexes], [actual[place]])
        for index, places in alignment.split:
            note = f"Line {index + 1} became lines {_listed(places)} of the answer."
            self._group("line_split", path, note, [(index, expected[index])], [actual[j] for j in places])

    def _group(
        self, kind: str, path: str, note: str, expected: Sequence[tuple[int, Any]], actual: Sequence[Any]
    ) -> None:
        lines = [line for _, line in expected]
        wanted, got = (" | ".join(shown(line) for line in side) for side in (lines, actual))
        where = f"{path}[{expected[0][0]}]"
        self._note(Finding(kind=kind, path=where, expected=shown(wanted), actual=shown(got), note=note))
        for index, line in expected:
            self._tell(f"{path}[{index}]", Verdict.CHANGED, line, got, is_line=True)
        self.missed += sum(_leaf_count(line) for line in lines)
        self.surplus += sum(_leaf_count(line) for line in actual)


def _verdict_of(findings: Sequence[Finding]) -> Verdict:
    if any(kind_of(finding.kind).severity > Severity.NONE for finding in findings):
        return Verdict.CHANGED
    return Verdict.FORMAT_ONLY if findings else Verdict.SAME


def _shown(value: Any) -> str | None:
    return None if value is None else shown(value)


def _listed(indexes: Sequence[int]) -> str:
    numbers = [str(index + 1) for index in indexes]
    return f"{', '.join(numbers[:-1])} and {numbers[-1]}"


def _leaf_count(value: Any) -> int:
    if isinstance(value, dict):
        return sum(map(_leaf_count, value.values())) or 1
    if isinstance(value, list):
        return sum(map(_leaf_count, value)) or 1
    return 1


def _in_order_of(expected: Sequence[str], actual: Sequence[str]) -> list[str | None]:
    """The texts of the answer, each that the reference has too in the reference's place."""
    left = Counter(actual)
    placed: list[str | None] = []
    for text in expected:
        left[text] -= 1
        placed.append(text if left[text] >= 0 else None)
    # Sorted, so that the order of the answer decides nothing.
    rest = iter(sorted((+left).elements()))
    filled = [next(rest, None) if text is None else text for text in placed]
    return [*filled, *rest]
