"""Scores an answer by how much of its text the reference shares."""

from dataclasses import dataclass

from rapidfuzz.distance import Indel

from harness.domain.chat import Answer
from harness.domain.score import Score
from harness.scorers.answer_text import answer_text, wrong_answer
from harness.scorers.base import ScoringContext

# The comparison grows with the square of the length: 0.1 s at this size.
_LONGEST = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """The share of characters two texts have in common, in order (normalised Indel similarity).

    A value below half of `pass_at` is not worked out and counts as 0, which is several times quicker.
    Not for numbers: 1284.50 and 1234.50 are 86 % alike.

    Attributes:
        pass_at: The similarity from which an answer counts as right, above 0 and up to 1.
    """

    pass_at: float = 0.9

    def __post_init__(self) -> None:
        if not 0.0 < self.pass_at <= 1.0:
            raise ValueError(f"pass_at must lie above 0 and be 1 at most, not {self.pass_at}")

    def score(self, answer: Answer, reference: Answer, context: ScoringContext) -> Score:
        """The similarity, spaces and line breaks taken as one space; of very long texts, of their start."""
        first, second = " ".join(answer_text(reference).split()), " ".join(answer_text(answer).split())
        cut = max(len(first), len(second)) > _LONGEST
        value = Indel.normalized_similarity(
            first[:_LONGEST], second[:_LONGEST], score_cutoff=self.pass_at / 2
        )
        reason = f"{value:.0%} alike{f' in the first {_LONGEST} characters' if cut else ''}."
        if value >= self.pass_at:
            return Score(value=value, reason=reason, pass_at=self.pass_at)
        finding = wrong_answer("text_differs", answer, reference, reason)
        return Score(value=value, reason=reason, findings=(finding,), pass_at=self.pass_at)
