"""What would change the finding: groups whose repair brings the candidate inside the margin, or the way out.

The question is put to the very test that the finding comes from, clustered or sequential, on the pairs with
these regressions changed. Nothing is approximated.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

import numpy
from numpy.typing import NDArray

from harness.analysis.comparison import ComparisonTally
from harness.analysis.failure.clusters import Cluster
from harness.analysis.stats.noninferiority import Conclusion, NonInferiority
from harness.domain.estimate import Estimate

Rows = NDArray[numpy.bool_]

NOTHING_TO_MEND = "no group has a regression that could be mended"
NOT_ENOUGH = "not even with every group mended: the other regressions have nothing in common"
TOO_FEW = "not even without any regression: it takes more pairs to show it"
BY_CLUSTER = "how many more regressions it takes depends on how many of them come from one cluster"
BY_ORDER = "how many more regressions it takes depends on where they come in the order of the run"
NEVER = "not even if every pair on which the two are alike were a regression"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tipping:
    """The nearest change that would turn the non-inferiority finding.

    A mended regression counts as right on both arms; gains and everything else stay.

    Attributes:
        inside: Whether the finding is that the candidate loses less than the margin.
        groups: Where it is not: ids of the groups to mend, those with the most regressions first. Taken in
            that order they are the fewest that do it. () where it is inside, or where none do.
        regressions: Of these groups together.
        net: The net difference then; None without groups.
        noninferiority: The test then; None without groups.
        more_regressions: Where it is inside: the fewest further regressions, on pairs that are alike now,
            after which it would not be; None where that cannot be told.
        reason: Why neither groups nor a number is given; "" where one is.
    """

    inside: bool
    groups: tuple[str, ...] = ()
    regressions: int = 0
    net: Estimate | None = None
    noninferiority: NonInferiority | None = None
    more_regressions: int | None = None
    reason: str = ""


def tipping_point(
    comparison: ComparisonTally, clusters: Sequence[Cluster], of_row: NDArray[numpy.int32]
) -> Tipping:
    """What would change the finding.

    Args:
        comparison: Of all compared pairs.
        clusters: Groups of alike failures.
        of_row: For each compared pair the position of its group, -1 where the candidate is right.
    """
    if _is_inside(comparison):
        return _further(comparison)
    if not comparison.losses:
        return Tipping(inside=False, reason=TOO_FEW)
    named = [place for place, cluster in enumerate(clusters) if cluster.regressions and not cluster.is_rest]
    named.sort(key=lambda place: (-clusters[place].regressions, clusters[place].id))
    return _mended(comparison, [clusters[place] for place in named], [of_row == place for place in named])


def _is_inside(comparison: ComparisonTally) -> bool:
    return comparison.noninferiority().conclusion is Conclusion.NON_INFERIOR


def _mended(comparison: ComparisonTally, ranked: Sequence[Cluster], rows: Sequence[Rows]) -> Tipping:
    """The fewest of the ranked groups that bring it inside."""
    if not ranked:
        return Tipping(inside=False, reason=NOTHING_TO_MEND)

    def with_first(count: int) -> ComparisonTally:
        return comparison.with_mended(numpy.any(rows[:count], axis=0))

    counts = range(1, len(ranked) + 1)
    if comparison.settings.sequential:
        # Every bet wins more with a loss less, so what is shown with some groups is shown with more of them.
        place = bisect_left(counts, True, key=lambda count: _is_inside(with_first(count)))
        enough = counts[place] if place < len(counts) else None
    else:
        enough = next((count for count in counts if _is_inside(with_first(count))), None)
    if enough is None:
        whole = comparison.losses - sum(cluster.regressions for cluster in ranked)
        return Tipping(inside=False, reason=NOT_ENOUGH if whole else TOO_FEW)
    then = with_first(enough)
    return Tipping(
        inside=False,
        groups=tuple(cluster.id for cluster in ranked[:enough]),
        regressions=comparison.losses - then.losses,
        net=then.net(),
        noninferiority=then.noninferiority(),
    )


def _further(comparison: ComparisonTally) -> Tipping:
    """How many more regressions would take it out."""
    if comparison.settings.sequential:
        return Tipping(inside=True, reason=BY_ORDER)
    if comparison.settings.cluster is not None:
        return Tipping(inside=True, reason=BY_CLUSTER)
    alike = comparison.n - comparison.gains - comparison.losses
    counts = range(1, alike + 1)
    place = bisect_left(counts, True, key=lambda count: not _is_inside(comparison.with_further_losses(count)))
    if place == len(counts):
        return Tipping(inside=True, reason=NEVER)
    return Tipping(inside=True, more_regressions=counts[place])
