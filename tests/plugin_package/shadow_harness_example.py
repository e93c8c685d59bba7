"""A scorer that lives in a package of its own."""

from dataclasses import dataclass

from harness import Answer, Score, ScoringContext


@dataclass(frozen=True)
class WordCount:
    """As many words as the reference."""

    slack: int = 0

    def score(self, answer: Answer, reference: Answer, context: ScoringContext) -> Score:
        """1.0 where the numbers of words differ by `slack` at most, else 0.0."""
        counts = [len((side.text or "").split()) for side in (answer, reference)]
        return Score(value=float(abs(counts[0] - counts[1]) <= self.slack))
