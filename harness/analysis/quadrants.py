"""Counts of pairs by quadrant."""

from collections import Counter
from dataclasses import dataclass

from harness.analysis.harm import UNSCORED
from harness.analysis.outcome import QUADRANTS, Basis, Quadrant
from harness.analysis.stats.intervals import share
from harness.domain.estimate import Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class QuadrantCount:
    """How many pairs fall into a quadrant.

    Attributes:
        share: Of the compared pairs; of all pairs for `unscored`.
    """

    count: int
    share: Estimate


def quadrant_counts(
    counts: Counter[Quadrant], basis: Basis, *, pairs: int, level: float
) -> dict[str, QuadrantCount]:
    """The quadrants of that basis by name, and `unscored` last.

    Args:
        counts: Compared pairs by quadrant.
        basis: What answers are compared with.
        pairs: All pairs of the run.
        level: Confidence level of the shares.
    """
    compared = counts.total()
    named = {
        quadrant.value: QuadrantCount(
            count=counts[quadrant], share=share(counts[quadrant], compared, level=level)
        )
        for quadrant in QUADRANTS[basis]
    }
    left = pairs - compared
    return named | {UNSCORED: QuadrantCount(count=left, share=share(left, pairs, level=level))}
