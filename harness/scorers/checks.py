"""Checks that need no expected answer: language, length, loops, and the schema that was asked for."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from harness.domain.chat import Answer
from harness.domain.record import Record
from harness.domain.score import Finding, Score
from harness.language import language_of, word_count
from harness.scorers.answer_text import answer_text
from harness.scorers.base import ScoringContext
from harness.scorers.json_parse import json_text, parse_json, shown
from harness.scorers.json_paths import joined
from harness.scorers.json_schema import Violation, requested_schema, violations

# The language of fewer words cannot be told for certain.
_LEAST_WORDS = 20
_LONGEST = 200_000
_MOST_VALUES = 5_000
# Shorter lines repeat in any text: brackets, rules, list marks.
_LEAST_OF_A_LINE = 4
_LONGEST_LOOP = 200
_SHORTEST_TAIL = 100
# Too alike to be told apart for certain.
_ALIKE = (
    {"no", "nb", "nn", "da"},
    {"hr", "sr", "bs"},
    {"id", "ms"},
    {"cs", "sk"},
    {"gl", "pt"},
    {"af", "nl"},
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checks:
    """The language, the length and the form of an answer.

    Attributes:
        language: The language of answers: a code such as "de", "input" (that of the last user message) or
            "off"; "" takes that of the record's tag, else that of the expected answer.
        language_tag: The record's tag that holds the language.
        longest: Most words or characters an answer may have, 0 for any number.
        unit: What `longest` counts.
        times: How many times the characters of the expected answer an answer may have, 0 for any.
        schema: Whether the answer must be the JSON that the request's `response_format` asks for.
        repeats: How often a line may occur, or the end of a text repeat, before it is a loop; 0 for any.
    """

    language: str = ""
    language_tag: str = "language"
    longest: int = 0
    unit: Literal["words", "characters"] = "words"
    times: float = 0.0
    schema: bool = True
    repeats: int = 20
    needs_reference: ClassVar[bool] = False

    def __post_init__(self) -> None:
        for name in ("longest", "times", "repeats"):
            if not 0 <= getattr(self, name) < float("inf"):
                raise ValueError(f"{name} must be 0 or more, not {getattr(self, name)}")

    def score(self, answer: Answer, reference: Answer, context: ScoringContext) -> Score:
        """The share of checks that the answer passes; None where there is nothing to check."""
        record = context.record
        checked = [
            self._language(answer, reference, record),
            self._length(answer, reference),
            self._form(answer, record),
            self._loops(answer),
        ]
        done = [findings for findings in checked if findings is not None]
        if not done:
            return Score(value=None, reason="There is nothing to check.")
        passed = sum(not findings for findings in done)
        findings = tuple(finding for found in done for finding in found)
        reason = f"{passed} of {len(done)} checks passed."
        return Score(value=passed / len(done), reason=reason, findings=findings)

    def _language(self, answer: Answer, reference: Answer, record: Record) -> list[Finding] | None:
        if self.language == "off":
            return None
        wanted = self._wanted(reference, record)
        got = language_of(_prose(answer), least_words=_LEAST_WORDS) if wanted else ""
        if not wanted or not got:
            return None
        if wanted == got or any({wanted, got} <= group for group in _ALIKE):
            return []
        if got == language_of(_prose(reference), least_words=_LEAST_WORDS):
            return []  # as the expected answer is
        note = f"The answer is in {got}, not in {wanted}."
        return [Finding(kind="language_drift", expected=wanted, actual=got, note=note)]

    def _wanted(self, reference: Answer, record: Record) -> str:
        if self.language == "input":
            turns = [message.text for message in record.request.messages if message.role == "user"]
            return language_of(turns[-1], least_words=_LEAST_WORDS) if turns else ""
        if self.language:
            return _base(self.language)
        tagged = record.tags.get(self.language_tag, "")
        return _base(tagged) if tagged else language_of(_prose(reference), least_words=_LEAST_WORDS)

    def _length(self, answer: Answer, reference: Answer) -> list[Finding] | None:
        text, model = answer_text(answer), answer_text(reference)
        compares = self.times > 0 and model.strip() != ""
        if not self.longest and not compares:
            return None
        findings = []
        size = word_count(text) if self.unit == "words" else len(text)
        if self.longest and size > self.longest:
            note = f"The answer has {size:,} {self.unit}; {self.longest:,} are allowed."
            findings.append(Finding(kind="over_long", actual=shown(text), note=note))
        if compares and len(text) > self.times * len(model):
            note = f"The answer is {len(text) / len(model):.1f} times as long as the expected one."
            findings.append(Finding(kind="over_long", expected=shown(model), actual=shown(text), note=note))
        return findings

    def _form(self, answer: Answer, record: Record) -> list[Finding] | None:
        wanted = record.request.body.get("response_format")
        if not self.schema or not isinstance(wanted, Mapping) or wanted.get("type") == "text":
            return None
        parsed = parse_json(json_text(answer))
        findings = list(parsed.findings)
        schema = requested_schema(record.request)
        if parsed.is_valid and schema is not None:
            findings += map(_violated, violations(schema, parsed.source))
        return findings

    def _loops(self, answer: Answer) -> list[Finding] | None:
        if not self.repeats:
            return None
        text = answer_text(answer)[:_LONGEST]
        ending = _loop_at_the_end(text, self.repeats)
        # Lines of printed JSON repeat for good reason.
        repeated = "" if parse_json(json_text(answer)).is_valid else _repeated_line(text, self.repeats)
        if ending:
            note = f"It ends in a loop: {shown(ending)}"
        elif repeated:
            note = f"One line occurs {self.repeats} times or more: {shown(repeated)}"
        else:
            return []
        return [Finding(kind="over_long", actual=shown(ending or repeated), note=shown(note))]


def _base(language: str) -> str:
    return language.replace("_", "-").split("-")[0].strip().lower()


def _prose(answer: Answer) -> str:
    """The words of an answer: of JSON the texts in it, names of members left out."""
    text = json_text(answer)
    parsed = parse_json(text)
    if not parsed.is_valid or not isinstance(parsed.value, (dict, list)):
        return text[:_LONGEST]
    return "\n".join(_texts(parsed.value))[:_LONGEST]


def _texts(value: Any) -> Iterator[str]:
    layer = [value]
    seen = 0
    while layer and seen < _MOST_VALUES:
        one = layer.pop()
        seen += 1
        if isinstance(one, str):
            yield one
        elif isinstance(one, dict):
            layer += reversed(one.values())
        elif isinstance(one, list):
            layer += reversed(one)


def _violated(violation: Violation) -> Finding:
    path = ""
    for step in violation.steps:
        path = f"{path}[{step}]" if isinstance(step, int) else joined(path, step)
    note = shown(f"{violation.keyword}: {violation.message}")
    return Finding(kind="schema_violation", path=shown(path), note=note)


def _repeated_line(text: str, least: int) -> str:
    lines = (line.strip() for line in text.splitlines())
    counted = Counter(line for line in lines if sum(map(str.isalnum, line)) >= _LEAST_OF_A_LINE)
    line, count = counted.most_common(1)[0] if counted else ("", 0)
    return line if count >= least else ""


def _loop_at_the_end(text: str, least: int) -> str:
    """What a text repeats until it ends, "" where it does not."""
    text = text.rstrip()
    for length in range(1, _LONGEST_LOOP + 1):
        size = length * least
        if size > len(text):
            return ""
        unit = text[-length:]
        if size >= _SHORTEST_TAIL and any(map(str.isalnum, unit)) and text.endswith(unit * least):
            return unit
    return ""
