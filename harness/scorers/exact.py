"""Scores an answer by whether it is the reference, character by character."""

from dataclasses import dataclass

from harness.domain.chat import Answer
from harness.domain.score import Score
from harness.scorers.answer_text import answer_text, wrong_answer
from harness.scorers.base import ScoringContext


@dataclass(frozen=True, slots=True, kw_only=True)
class Exact:
    """The same text, or not.

    Attributes:
        ignore_case: Whether capitals and small letters count as equal.
        ignore_space: Whether only the words count, whatever the spaces and line breaks between them.
    """

    ignore_case: bool = False
    ignore_space: bool = False

    def score(self, answer: Answer, reference: Answer, context: ScoringContext) -> Score:
        """1.0 for the same text, else 0.0."""
        if self._comparable(answer) == self._comparable(reference):
            return Score(value=1.0, reason="The same text.")
        finding = wrong_answer("wrong_value", answer, reference)
        return Score(value=0.0, reason="Not the same text.", findings=(finding,))

    def _comparable(self, answer: Answer) -> str:
        text = answer_text(answer)
        text = " ".join(text.split()) if self.ignore_space else text
        return text.casefold() if self.ignore_case else text
