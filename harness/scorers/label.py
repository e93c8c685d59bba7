"""Scores answers that name labels out of a set."""

import dataclasses
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from harness.domain.chat import Answer
from harness.domain.score import Finding, Score, Verdict
from harness.scorers.answer_text import answer_text
from harness.scorers.base import ScoringContext
from harness.scorers.json_member import member, steps_of
from harness.scorers.json_parse import json_text, parse_json, shown
from harness.scorers.json_values import label_key

# A longer answer is prose; it is not searched for a label.
_LONGEST = 200
_LONGEST_LIST = 20_000
_MOST = 500
_SEPARATOR = re.compile(r"[,;\n]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """One label, or several; case, spaces, quotes and punctuation aside.

    Attributes:
        labels: The label set; without one, any label is allowed.
        aliases: Other names to the label they stand for.
        field: Path of the JSON member that holds the label; "" where the answer is the label.
        several: Whether answers name several labels: a JSON list, or parted by comma, semicolon or line.
    """

    labels: tuple[str, ...] = ()
    aliases: Mapping[str, str] = dataclasses.field(default_factory=dict)
    field: str = ""
    several: bool = False
    _known: Mapping[str, str] = dataclasses.field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        known: dict[str, str] = {}
        for label in self.labels:
            if label_key(label) in known:
                raise ValueError(f'labels: "{known[label_key(label)]}" and "{label}" cannot be told apart')
            known[label_key(label)] = label
        for alias, label in self.aliases.items():
            if self.labels and label_key(label) not in known:
                raise ValueError(f'aliases: "{alias}" stands for "{label}", which is not among the labels')
        known.update((label_key(alias), label) for alias, label in self.aliases.items())
        object.__setattr__(self, "_known", known)

    def score(self, answer: Answer, reference: Answer, context: ScoringContext) -> Score:
        """1.0 for the same label; of several, F1. None where the reference is none of the labels."""
        wanted = self._read(reference, is_reference=True)
        if isinstance(wanted, Finding):
            return Score(value=None, reason=f"The reference has no label. {wanted.note}", findings=(wanted,))
        if answer_text(answer) == answer_text(reference):
            return Score(value=1.0, reason="The same text.")
        got = self._read(answer)
        if isinstance(got, Finding):
            return Score(value=0.0, reason=got.note, findings=(got,))
        if set(map(label_key, wanted)) == set(map(label_key, got)):
            return Score(value=1.0, reason=f"The same {'labels' if self.several else 'label'}.")
        if not all(map(self._is_known, wanted)):
            outside = Finding(kind="unknown_label", path=self.field, actual=shown(", ".join(wanted)))
            return Score(value=None, reason="The reference is none of the labels.", findings=(outside,))
        return self._several(wanted, got) if self.several else self._single(wanted[0], got[0])

    def _single(self, wanted: str, got: str) -> Score:
        known = self._is_known(got)
        finding = Finding(
            kind="wrong_label" if known else "unknown_label",
            path=self.field,
            expected=shown(wanted),
            actual=shown(got),
        )
        reason = "Another label." if known else "The answer is none of the labels."
        return Score(value=0.0, reason=reason, findings=(finding,))

    def _several(self, wanted: Sequence[str], got: Sequence[str]) -> Score:
        wanted_keys, got_keys = set(map(label_key, wanted)), set(map(label_key, got))
        findings = [
            Finding(kind="label_missing", path=self.field, expected=shown(label), verdict=Verdict.MISSING)
            for label in wanted
            if label_key(label) not in got_keys
        ]
        findings += [
            Finding(
                kind="label_surplus" if self._is_known(label) else "unknown_label",
                path=self.field,
                actual=shown(label),
                verdict=Verdict.INVENTED,
            )
            for label in got
            if label_key(label) not in wanted_keys
        ]
        right = len(wanted_keys & got_keys)
        value = 2 * right / (len(wanted_keys) + len(got_keys))
        reason = f"{right} of {len(wanted)} labels, {len(got) - right} too many."
        return Score(value=value, reason=reason, findings=tuple(findings))

    def _read(self, answer: Answer, *, is_reference: bool = False) -> tuple[str, ...] | Finding:
        """The labels an answer names, each once, as the label set writes them; or why there is none."""
        held: object = answer_text(answer)
        if self.field:
            parsed = parse_json(json_text(answer))
            if parsed.is_valid and isinstance(parsed.value, dict):
                held = member(parsed.value, steps_of(self.field))
            elif not is_reference:
                return parsed.findings[0] if not parsed.is_valid else self._missing(answer)
        if held is None:
            return self._missing(answer)
        return self._labels(held)

    def _missing(self, answer: Answer) -> Finding:
        note = f'The answer has no "{self.field}".'
        return Finding(kind="field_missing", path=self.field, actual=shown(json_text(answer)), note=note)

    def _labels(self, held: object) -> tuple[str, ...]:
        if self.several and isinstance(held, str):
            parsed = parse_json(held)
            held = parsed.value if isinstance(parsed.value, list) else held
        if isinstance(held, list):
            texts = [one if isinstance(one, str) else shown(one) for one in held[:_MOST]]
            if not self.several:
                texts = [", ".join(texts)]
        elif self.several and isinstance(held, str):
            texts = [one for one in _SEPARATOR.split(held[:_LONGEST_LIST])[:_MOST] if one.strip()]
        else:
            texts = [held if isinstance(held, str) else shown(held)]
        labels = {label_key(label): label for label in map(self._label, texts)}
        return tuple(labels.values())

    def _label(self, text: str) -> str:
        text = text.strip()
        return self._known.get(label_key(text), text) if len(text) <= _LONGEST else text

    def _is_known(self, label: str) -> bool:
        return not self.labels or label in self._known.values()
