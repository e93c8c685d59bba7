"""Discovery and test on disjoint halves: what a slice's p-value rests on."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr
from scipy.stats import hypergeom

from harness.analysis.failure.slice_search import Rows

HYPERGEOMETRIC = "hypergeometric tail on the held-back half, Holm"
CLUSTERED = "hypergeometric tail and cluster-robust t on the held-back half, the greater, Holm"


@dataclass(frozen=True, slots=True, kw_only=True)
class Halves:
    """Which rows discover; the others test."""

    discovery: Rows

    @property
    def test(self) -> Rows:
        """The rows that were held back."""
        held: Rows = ~self.discovery
        return held


def halves(events: Rows, clusters: Sequence[str] | None, seed: int) -> Halves:
    """Two random halves.

    Without clusters each half gets half of the events and half of the rest; with clusters a cluster stays
    whole: they are dealt out from the largest on, each to the half that has fewer rows so far.
    """
    generator = np.random.default_rng(seed)
    if clusters is None:
        discovery = np.zeros(len(events), dtype=bool)
        for group in (np.flatnonzero(events), np.flatnonzero(~events)):
            discovery[generator.permutation(group)[: (len(group) + 1) // 2]] = True
        return Halves(discovery=discovery)
    names, of_row = np.unique(np.asarray(clusters, dtype=str), return_inverse=True)
    sizes = np.bincount(of_row)
    chosen = np.zeros(len(names), dtype=bool)
    filled = [0, 0]
    shuffled = generator.permutation(len(names))
    for place in shuffled[np.argsort(-sizes[shuffled], kind="stable")]:
        half = int(filled[1] < filled[0]) if filled[0] != filled[1] else int(generator.integers(2))
        chosen[place] = half == 0
        filled[half] += int(sizes[place])
    return Halves(discovery=chosen[of_row])


def excess_p(inside: Rows, events: Rows, clusters: NDArray[np.intp] | None) -> float:
    """One-sided p-value that events are no more frequent inside than among all these rows.

    The hypergeometric tail. Where rows of one cluster share their fate that is too small; then the greater
    of it and of a t-test on the clusters' sums of (inside - share inside)(event - share of events).

    Args:
        inside: Which rows are in the slice.
        events: Which rows have the event.
        clusters: Number of each row's cluster, None where rows are independent.
    """
    within = int((inside & events).sum())
    p = float(hypergeom.sf(within - 1, len(events), int(events.sum()), int(inside.sum())))
    return p if clusters is None else max(p, _clustered_p(inside, events, clusters))


def _clustered_p(inside: Rows, events: Rows, clusters: NDArray[np.intp]) -> float:
    products = (inside - inside.mean()) * (events - events.mean())
    sums = np.bincount(clusters, weights=products)
    touched = len(np.unique(clusters[inside]))
    spread = sqrt(float((sums**2).sum()))
    if touched < 2 or spread == 0:
        return 1.0
    return float(stdtr(touched - 1, -float(sums.sum()) / spread))
