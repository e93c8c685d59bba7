"""Which of the slices found is told first: the rule that explains the errors, not a lucky fragment of it."""

import numpy as np
from scipy.special import xlogy

from harness.analysis.failure.slice_search import Criterion, Floats, slice_score


def explained(*, total: float, rows: int, predicates: int) -> Criterion:
    """The log likelihood a slice explains, less log(predicates) for each of its predicates.

    SliceLine's score finds what is worth a look, yet its best slice is mostly a small fragment of the true
    one, in which chance made the rate a little higher still. So a slice must have a score above 0, and among
    those the likelihood of two rates (inside, elsewhere) against one decides. The deduction is what one
    choice among so many predicates can gain by chance: a longer rule must earn each of its predicates.

    Source: Kulldorff, Communications in Statistics 26 (1997) 1481-1496, for the likelihood ratio of the
    Bernoulli model.

    Args:
        total: Rows with an error among all; errors are 0 or 1.
        rows: All rows.
        predicates: How many predicates a rule can choose from.
    """
    price = float(np.log(max(2, predicates)))

    def worth(errors: Floats, sizes: Floats, length: int) -> Floats:
        score = slice_score(errors, sizes, total=total, rows=rows)
        gain = _fit(errors, sizes) + _fit(total - errors, rows - sizes) - _fit(total, rows)
        found: Floats = np.where(score > 0, gain - length * price, 0.0)
        return found

    return worth


def _fit(errors: Floats | float, sizes: Floats | float) -> Floats:
    """Log likelihood of errors among rows at their own rate."""
    errors, sizes = np.asarray(errors), np.asarray(sizes)
    rate = errors / np.maximum(sizes, 1.0)
    fit: Floats = xlogy(errors, rate) + xlogy(sizes - errors, 1 - rate)
    return fit
