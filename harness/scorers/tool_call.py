"""Scores the function calls of an answer: which functions, with which arguments.

The classes of mistakes are those of the Berkeley Function-Calling Leaderboard: count, name, missing or
unexpected parameter, type, value. Numbers are compared before texts: its rule for texts leaves out points,
so that "1.5" would equal "15".
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from typing import Any, Literal

from scipy.optimize import linear_sum_assignment

from harness.domain.chat import Answer
from harness.domain.score import Finding, Score, Verdict
from harness.scorers.base import ScoringContext
from harness.scorers.json_parse import shown
from harness.scorers.json_values import ARITHMETIC, normalized, number_of
from harness.scorers.tool_calls import Call, calls_of

_MOST_FINDINGS = 200
_PUNCTUATION = re.compile(r"[\W_]+")
_ID = re.compile(r"\s*0\d")
_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mistake:
    """What is wrong with a call: where below it, and which class of mistake it is."""

    kind: Literal["missing", "unexpected", "type", "value", "arguments"]
    path: str
    expected: object = None
    actual: object = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCalls:
    """Function calls, by name and by what their arguments mean.

    Attributes:
        match: "any order" pairs parallel calls so that most of them fit; "in order" takes them as they come.
        optional: Parameters that may be left out or added, as "unit" or "get_weather.unit".
        ignore: Parameters that are not compared.
        tolerance: Largest absolute difference of two equal numbers.
        alternatives: Whether each expected argument is a list of right values, "" among them where the
            parameter may be left out, as in the leaderboard's files.
    """

    match: Literal["any order", "in order"] = "any order"
    optional: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    tolerance: float = 0.0
    alternatives: bool = False

    def __post_init__(self) -> None:
        if not 0.0 <= self.tolerance < float("inf"):
            raise ValueError(f"tolerance must be 0 or more, not {self.tolerance}")

    def score(self, answer: Answer, reference: Answer, context: ScoringContext) -> Score:
        """The share of right calls; an answer without a call is right where none is expected."""
        wanted, got = calls_of(reference), calls_of(answer)
        if any(call.arguments is None for call in wanted):
            if reference.tool_calls == answer.tool_calls and answer.tool_calls:
                return Score(value=1.0, reason="The same calls.")
            return Score(value=None, reason="The arguments of the expected call are no JSON object.")
        if not wanted and not got:
            return Score(value=1.0, reason="No call, as expected.")
        findings: list[Finding] = []
        right = 0
        for place, other in self._pairs(wanted, got):
            found = list(self._compared(wanted[place], got[other], f"call[{place}]"))
            right += not found
            findings += found
        findings += self._unpaired(wanted, got)
        total = max(len(wanted), len(got))
        reason = f"{right} of {total} calls are right."
        return Score(value=right / total, reason=reason, findings=tuple(findings[:_MOST_FINDINGS]))

    def _pairs(self, wanted: Sequence[Call], got: Sequence[Call]) -> list[tuple[int, int]]:
        if self.match == "in order" or (len(wanted) == len(got) == 1):
            return [(place, place) for place in range(min(len(wanted), len(got)))]
        if not wanted or not got:
            return []
        costs = [[self._cost(one, other) for other in got] for one in wanted]
        rows, columns = linear_sum_assignment(costs)
        return [(int(row), int(column)) for row, column in zip(rows, columns, strict=True)]

    def _cost(self, wanted: Call, got: Call) -> float:
        """How little two calls have in common: 0 the same, above 1 another function."""
        if wanted.name != got.name:
            return 2.0
        wrong = sum(1 for _ in self._mistakes(wanted, got))
        return wrong / (wrong + len(wanted.arguments or {}) + 1)

    def _unpaired(self, wanted: Sequence[Call], got: Sequence[Call]) -> Iterator[Finding]:
        pairs = self._pairs(wanted, got)
        told = f"count: {len(got)} calls, {len(wanted)} expected."
        for place in sorted(set(range(len(wanted))) - {one for one, _ in pairs}):
            yield _finding(f"call[{place}]", wanted[place].name, None, told, Verdict.MISSING)
        for place in sorted(set(range(len(got))) - {other for _, other in pairs}):
            yield _finding(f"call[{place}]", None, got[place].name, told, Verdict.INVENTED)

    def _compared(self, wanted: Call, got: Call, path: str) -> Iterator[Finding]:
        if wanted.name != got.name:
            yield _finding(f"{path}.name", wanted.name, got.name, "name: another function.")
            return
        for mistake in self._mistakes(wanted, got):
            where = f"{path}.arguments{mistake.path}"
            verdict = {"missing": Verdict.MISSING, "unexpected": Verdict.INVENTED}.get(
                mistake.kind, Verdict.CHANGED
            )
            yield _finding(
                where, mistake.expected, mistake.actual, f"{mistake.kind}: {mistake.note}", verdict
            )

    def _mistakes(self, wanted: Call, got: Call) -> Iterator[_Mistake]:
        if got.arguments is None:
            yield _Mistake(kind="arguments", path="", actual=got.written, note=got.problem)
            return
        expected = wanted.arguments or {}
        for name, value in expected.items():
            if self._is_listed(self.ignore, wanted.name, name):
                continue
            yield from self._parameter(wanted.name, name, value, got.arguments)
        for name, value in got.arguments.items():
            free = self._is_listed((*self.ignore, *self.optional), wanted.name, name)
            if name not in expected and value is not None and not free:
                note = "the function was to be called without it."
                yield _Mistake(kind="unexpected", path=f".{name}", actual=value, note=note)

    def _parameter(self, call: str, name: str, value: Any, got: Mapping[str, Any]) -> Iterator[_Mistake]:
        # Against another model's call, a list is a list.
        choices = [*value, value] if self.alternatives and isinstance(value, list) else [value]
        actual = got.get(name)
        if actual is None:
            left_out = None in choices or (self.alternatives and "" in choices)
            if not left_out and not self._is_listed(self.optional, call, name):
                yield _Mistake(
                    kind="missing", path=f".{name}", expected=choices[0], note="the parameter is left out."
                )
            return
        found = [list(self._differences(choice, actual, f".{name}")) for choice in choices]
        if all(found):
            yield from min(found, key=len)

    def _differences(self, expected: Any, actual: Any, path: str) -> Iterator[_Mistake]:
        if isinstance(expected, dict) and isinstance(actual, dict):
            for name in {**expected, **actual}:
                yield from self._differences(expected.get(name), actual.get(name), f"{path}.{name}")
        elif isinstance(expected, list) and isinstance(actual, list):
            if len(expected) != len(actual):
                note = f"{len(actual)} items, {len(expected)} expected."
                yield _Mistake(kind="value", path=path, expected=expected, actual=actual, note=note)
                return
            for place, (one, other) in enumerate(zip(expected, actual, strict=True)):
                yield from self._differences(one, other, f"{path}[{place}]")
        elif _type(expected) != _type(actual):
            note = f"{_type(actual)}, not {_type(expected)}."
            yield _Mistake(kind="type", path=path, expected=expected, actual=actual, note=note)
        elif not self._are_equal(expected, actual):
            note = "another value."
            yield _Mistake(kind="value", path=path, expected=expected, actual=actual, note=note)

    def _are_equal(self, expected: Any, actual: Any) -> bool:
        if expected == actual or isinstance(expected, bool):
            return bool(expected == actual)
        wanted, got = _number(expected), _number(actual)
        if wanted is not None and got is not None:
            with localcontext(ARITHMETIC):
                return abs(wanted - got) <= Decimal(str(self.tolerance))
        if isinstance(expected, str) and isinstance(actual, str):
            return _key(expected) == _key(actual) and _DIGITS.findall(expected) == _DIGITS.findall(actual)
        return False

    def _is_listed(self, names: Sequence[str], call: str, parameter: str) -> bool:
        return parameter in names or f"{call}.{parameter}" in names


def _number(value: Any) -> Decimal | None:
    """The number a value stands for; a text such as "007" is an id."""
    return None if isinstance(value, str) and _ID.match(value) else number_of(value, "")


def _key(text: str) -> str:
    return _PUNCTUATION.sub("", normalized(text))


def _type(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, (int, float, Decimal)):
        return "a number"
    if isinstance(value, str):
        return "a text"
    return "a list" if isinstance(value, list) else "an object"


def _finding(
    path: str, expected: object, actual: object, note: str, verdict: Verdict = Verdict.CHANGED
) -> Finding:
    return Finding(
        kind="wrong_tool_call",
        path=shown(path),
        expected=None if expected is None else shown(expected),
        actual=None if actual is None else shown(actual),
        note=shown(note),
        verdict=verdict,
    )
