"""Scores answers that name one label out of a set."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from harness.domain.chat import Answer
from harness.domain.score import Score
from harness.scorers.answer_text import answer_text, wrong_answer
from harness.scorers.base import ScoringContext
from harness.scorers.json_values import label_key

# A longer answer is prose; it is not searched for a label.
_LONGEST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """One label, case, spaces, quotes and punctuation aside.

    Attributes:
        labels: The label set; without one, any label is allowed.
        aliases: Other names to the label they stand for.
    """

    labels: tuple[str, ...] = ()
    aliases: Mapping[str, str] = field(default_factory=dict)
    _known: Mapping[str, str] = field(init=False, repr=False, compare=False)

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
        """1.0 for the same label, else 0.0; None where the reference is none of the labels."""
        wanted, got = self._label(reference), self._label(answer)
        if label_key(wanted) == label_key(got):
            return Score(value=1.0, reason="The same label.")
        if not self._is_known(wanted):
            return Score(value=None, reason="The reference is none of the labels.")
        if not self._is_known(got):
            finding = wrong_answer("unknown_label", answer, reference)
            return Score(value=0.0, reason="The answer is none of the labels.", findings=(finding,))
        finding = wrong_answer("wrong_label", answer, reference)
        return Score(value=0.0, reason="Another label.", findings=(finding,))

    def _label(self, answer: Answer) -> str:
        text = answer_text(answer).strip()
        return self._known.get(label_key(text), text) if len(text) <= _LONGEST else text

    def _is_known(self, label: str) -> bool:
        return not self.labels or label in self._known.values()
