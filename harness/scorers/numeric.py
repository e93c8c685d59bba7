"""Scores answers by one number in them."""

import math
from dataclasses import dataclass
from decimal import Decimal, localcontext
from typing import Literal

from harness.domain.chat import Answer
from harness.domain.score import Finding, Score, Verdict
from harness.scorers.answer_text import answer_text, wrong_answer
from harness.scorers.base import ScoringContext
from harness.scorers.json_member import lenient_member, member, steps_of
from harness.scorers.json_parse import ParsedJson, json_text, parse_json, shown
from harness.scorers.json_values import ARITHMETIC, normalized, number_error
from harness.scorers.notation import currency_codes
from harness.scorers.numbers import FoundNumber, numbers_in

# The end (or the start) of a longer text is looked at.
_LONGEST = 100_000
_WHICH = Literal["last", "first", "only"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Numeric:
    """One number, by its value: wherever it stands in the answer and however it is written.

    Attributes:
        which: Which number of the text: "last", "first", or "only" (several are wrong).
        marker: Text after which the number stands, such as "####"; its last occurrence counts.
        field: Path of the JSON member that holds the number, such as "answer".
        lenient: Whether the member is read out of broken JSON too.
        tolerance: Largest absolute difference that is still right.
        relative: Largest difference that is still right, as a share of the reference.
        unit: Whether the unit or currency beside the number must be that of the reference.
        language: Language of the numbers where the record has no tag.
        language_tag: The record's tag that holds the language numbers are written in.
    """

    which: _WHICH = "last"
    marker: str = ""
    field: str = ""
    lenient: bool = False
    tolerance: float = 0.0
    relative: float = 0.0
    unit: Literal["ignored", "required"] = "ignored"
    language: str = ""
    language_tag: str = "language"

    def __post_init__(self) -> None:
        for name in ("tolerance", "relative"):
            if not 0.0 <= getattr(self, name) < float("inf"):
                raise ValueError(f"{name} must be 0 or more, not {getattr(self, name)}")
        if self.lenient and not self.field:
            raise ValueError('lenient needs a field, such as field = "answer"')

    def score(self, answer: Answer, reference: Answer, context: ScoringContext) -> Score:
        """1.0 for the same number, else 0.0; None where the reference holds none."""
        language = context.record.tags.get(self.language_tag, self.language)
        wanted = self._wanted(reference, language)
        if wanted is None or wanted.value is None:
            return Score(value=None, reason="The reference holds no number that can be read without doubt.")
        if answer_text(answer) == answer_text(reference):
            return Score(value=1.0, reason="The same text.")
        got = self._got(answer, language)
        if isinstance(got, Finding):
            return Score(value=0.0, reason=shown(got.note), findings=(got,))
        if got is None or got.value is None:
            note = "The answer holds no number." if got is None else "It cannot be read without doubt."
            found = _finding("wrong_value", wanted, got, note) if got else None
            found = found or wrong_answer("wrong_value", answer, reference, note)
            return Score(value=0.0, reason=note, findings=(found,))
        return self._compared(wanted, got)

    def _compared(self, wanted: FoundNumber, got: FoundNumber) -> Score:
        expected, actual = wanted.value or Decimal(0), got.value or Decimal(0)
        with localcontext(ARITHMETIC):
            allowed = max(Decimal(str(self.tolerance)), Decimal(str(self.relative)) * abs(expected))
            if not abs(expected - actual) <= allowed:
                error = number_error(expected, actual)
                finding = _finding(error.kind, wanted, got, error.note, self.field)
                return Score(value=0.0, reason="Another number.", findings=(finding,))
        wrong_unit = self._unit_finding(wanted, got)
        if wrong_unit is not None:
            return Score(value=0.0, reason=wrong_unit.note, findings=(wrong_unit,))
        if wanted.written == got.written:
            return Score(value=1.0, reason="The same number.")
        finding = _finding("format_only", wanted, got, "", self.field)
        return Score(value=1.0, reason="The same number, written differently.", findings=(finding,))

    def _unit_finding(self, wanted: FoundNumber, got: FoundNumber) -> Finding | None:
        if self.unit == "ignored" or not wanted.unit or _same_unit(wanted.unit, got.unit):
            return None
        both = currency_codes(wanted.unit) and currency_codes(got.unit)
        kind = "wrong_currency" if both else "wrong_value"
        note = f"The unit is {got.unit or 'missing'}, not {wanted.unit}."
        return _finding(kind, wanted, got, note, self.field)

    def _wanted(self, reference: Answer, language: str) -> FoundNumber | None:
        text = answer_text(reference)
        if self.field:
            parsed, held = self._read(json_text(reference))
            if held is not None:
                return self._of_value(held, language)
            if isinstance(parsed.value, dict):
                return None
        return self._of_text(text.rpartition(self.marker)[2] if self.marker else text, language)

    def _got(self, answer: Answer, language: str) -> FoundNumber | Finding | None:
        if self.field:
            return self._of_member(answer, language)
        text = answer_text(answer)
        if self.marker and self.marker not in text:
            return wrong_answer("field_missing", answer, Answer(), f'The answer has no "{self.marker}".')
        return self._of_text(text.rpartition(self.marker)[2] if self.marker else text, language)

    def _of_member(self, answer: Answer, language: str) -> FoundNumber | Finding | None:
        text = json_text(answer)
        parsed, held = self._read(text)
        if held is None and not parsed.is_valid:
            return parsed.findings[0]
        if held is None:
            note = f'The answer has no "{self.field}".'
            return Finding(kind="field_missing", path=self.field, actual=shown(text), note=note)
        return self._of_value(held, language)

    def _read(self, text: str) -> tuple[ParsedJson, object]:
        if self.lenient:
            return lenient_member(text, self.field)
        parsed = parse_json(text)
        return parsed, member(parsed.value, steps_of(self.field))

    def _of_value(self, held: object, language: str) -> FoundNumber | None:
        if isinstance(held, str):
            return self._of_text(held, language)
        if isinstance(held, bool) or not isinstance(held, (int, float, Decimal)):
            return None
        if isinstance(held, float) and not math.isfinite(held):
            return None
        return FoundNumber(value=Decimal(str(held)), written=shown(str(held)), unit="")

    def _of_text(self, text: str, language: str) -> FoundNumber | None:
        text = text[:_LONGEST] if self.which == "first" else text[-_LONGEST:]
        found = list(numbers_in(text, language))
        if self.which == "only" and len({number.value for number in found}) > 1:
            written = ", ".join(number.written for number in found[:5])
            return FoundNumber(value=None, written=written, unit="")
        return found[0 if self.which == "first" else -1] if found else None


def _same_unit(wanted: str, got: str) -> bool:
    codes = currency_codes(wanted) & currency_codes(got)
    return bool(codes) or normalized(wanted).removesuffix("s") == normalized(got).removesuffix("s")


def _finding(kind: str, wanted: FoundNumber, got: FoundNumber, note: str, path: str = "") -> Finding:
    """A finding that shows both numbers as they are written."""
    harmless = kind == "format_only"
    return Finding(
        kind=kind,
        path=path,
        expected=shown(wanted.written),
        actual=shown(got.written),
        note=note,
        verdict=Verdict.FORMAT_ONLY if harmless else Verdict.CHANGED,
    )
