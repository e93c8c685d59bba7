"""Net difference where records come in clusters: one document, conversation or customer."""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from math import sqrt
from typing import TypeAlias

import numpy
from numpy.typing import NDArray

from harness.analysis.stats.intervals import nothing
from harness.analysis.stats.spread import MANY, Spread, quantile
from harness.domain.estimate import Estimate

CLUSTERED = "cluster-robust, normal"
CLUSTERED_STUDENT = "cluster-robust, Student t"
CLUSTERED_RARE = "cluster-robust, score"
BOOTSTRAP = "paired cluster bootstrap"
_RARE = 10
_LONG_NAME = 64
_MANY_KINDS = 1_000  # beyond, a matrix of weights would take more memory and more time than index draws

Sums: TypeAlias = Sequence[tuple[float, int]]


@dataclass(slots=True)
class ClusterTally:
    """Sums differences per cluster; about 150 bytes a cluster, nothing a record.

    Long names are kept as a digest, so that no record can fill the memory.
    """

    places: dict[str, int] = field(default_factory=dict)
    differences: "array[float]" = field(default_factory=lambda: array("d"))
    sizes: "array[int]" = field(default_factory=lambda: array("q"))

    def add(self, cluster: str, difference: float) -> int:
        """Take one record: the candidate's score minus the incumbent's, from -1 to 1.

        Returns:
            The place of its cluster in `sums`.
        """
        key = cluster_key(cluster)
        place = self.places.setdefault(key, len(self.sizes))
        if place == len(self.sizes):
            self.differences.append(0.0)
            self.sizes.append(0)
        self.differences[place] += difference
        self.sizes[place] += 1
        return place

    def sums(self) -> tuple[tuple[float, int], ...]:
        """Per cluster, in order of appearance: the sum of differences and the number of records."""
        return tuple(zip(self.differences, self.sizes, strict=True))


def cluster_key(name: str) -> str:
    """The name, or a digest of it where it is long."""
    if len(name) <= _LONG_NAME:
        return name
    return blake2b(name.encode("utf-8", "surrogatepass"), digest_size=32).hexdigest() + "#"


def clustered_difference(sums: Sums, *, level: float = 0.95) -> Estimate:
    """The mean difference per record, where records of one cluster may depend on each other.

    The ratio estimator `sum d / sum size`; its standard error is `sqrt(sum over clusters (sum of
    residuals)^2) / n` (Liang and Zeger, Biometrika 73 (1986) 13-22; CR0), Student's quantile with G - 1
    degrees of freedom below 40 clusters. Where fewer than ten clusters differ at all, that error is too small
    to be believed, and score limits are taken, which for single records are about Tango's.

    Args:
        sums: Per cluster the sum of differences and the number of records.
        level: Confidence level.

    Raises:
        ValueError: A cluster has no record, or a sum that does not fit its size.
    """
    if not sums:
        return nothing(CLUSTERED, level=level)
    spread = cluster_spread(sums)
    if len(sums) == 1:
        # One cluster says nothing about the next.
        return _estimate(spread, (-1.0, 1.0), level, CLUSTERED_STUDENT)
    reach = quantile(len(sums), level=level)
    if sum(1 for difference, _ in sums if difference) < _RARE:
        return _estimate(spread, spread.limits(reach), level, CLUSTERED_RARE)
    ends = (spread.mean - reach * spread.error, spread.mean + reach * spread.error)
    return _estimate(spread, ends, level, CLUSTERED_STUDENT if len(sums) < MANY else CLUSTERED)


def clustered_share(sums: Sums, *, level: float = 0.95) -> Estimate:
    """The share of records with an event, where records of one cluster may depend on each other.

    `clustered_difference` of 0 and 1, cut to 0 to 1.

    Args:
        sums: Per cluster the number of events and of records.
        level: Confidence level.

    Raises:
        ValueError: A cluster has no record, or more events than records.
    """
    found = clustered_difference(sums, level=level)
    return found if found.low is None else replace(found, low=max(0.0, found.low))


def _estimate(spread: Spread, ends: tuple[float, float], level: float, method: str) -> Estimate:
    return Estimate(
        value=spread.mean,
        low=max(-1.0, ends[0]),
        high=min(1.0, ends[1]),
        level=level,
        n=spread.n,
        method=method,
    )


def cluster_spread(sums: Sums) -> Spread:
    """Mean, cluster-robust standard error, records and size of one event.

    Where no cluster differs nothing is known about how records hang together: an event is then taken to be a
        whole cluster.

    Raises:
        ValueError: There is no cluster, one has no record, or a sum does not fit its size.
    """
    totals, sizes = _columns(sums)
    n = int(sizes.sum())
    mean = float(totals.sum() / n)
    error = sqrt(float(((totals - mean * sizes) ** 2).sum())) / n
    moved = float(numpy.abs(totals).sum())
    weight = totals if moved else sizes
    burst = float((weight**2).sum()) / (moved or n)
    return Spread(mean=mean, error=error, n=n, moved=moved / n, burst=burst)


def _columns(sums: Sums) -> tuple[NDArray[numpy.float64], NDArray[numpy.float64]]:
    table = numpy.asarray(sums, dtype=numpy.float64).reshape(-1, 2)
    totals, sizes = table[:, 0], table[:, 1]
    if not len(table) or not (sizes >= 1).all() or not (numpy.abs(totals) <= sizes * (1 + 1e-9)).all():
        raise ValueError(
            "every cluster needs at least one record and a sum of differences from -size to size"
        )
    return totals, sizes


def bootstrap_difference(sums: Sums, *, seed: int, level: float = 0.95, draws: int = 2000) -> Estimate:
    """The mean difference per record with the percentile interval of whole clusters drawn again.

    Each draw gives the clusters multinomial weights and takes `sum d / sum size` (Davison and Hinkley,
    Bootstrap Methods and their Application, 1997, section 3.8). Same seed, same interval. With few clusters
    the interval is too short; below 40 prefer `clustered_difference`.

    Args:
        sums: Per cluster the sum of differences and the number of records.
        seed: Of the draws.
        level: Confidence level.
        draws: How often the clusters are drawn again.

    Raises:
        ValueError: A cluster has no record, or a sum that does not fit its size.
    """
    if not sums:
        return nothing(BOOTSTRAP, level=level)
    spread = cluster_spread(sums)
    if spread.error == 0:
        # All draws would be alike, as if there were no doubt.
        return clustered_difference(sums, level=level)
    totals, sizes = _columns(sums)
    means = _drawn_means(totals, sizes, numpy.random.default_rng(seed), draws)
    low, high = numpy.quantile(means, [(1 - level) / 2, (1 + level) / 2])
    return _estimate(spread, (float(low), float(high)), level, BOOTSTRAP)


def _drawn_means(
    totals: NDArray[numpy.float64],
    sizes: NDArray[numpy.float64],
    generator: numpy.random.Generator,
    draws: int,
) -> NDArray[numpy.float64]:
    # Clusters with the same sum and size are drawn as one kind: the same distribution, far fewer weights.
    kinds, counts = numpy.unique(numpy.column_stack([totals, sizes]), axis=0, return_counts=True)
    drawn = numpy.empty((draws, 2))
    if len(kinds) > _MANY_KINDS:
        rows = numpy.repeat(kinds, counts, axis=0)
        for draw in range(draws):
            chosen = generator.integers(len(rows), size=len(rows))
            drawn[draw] = numpy.bincount(chosen, minlength=len(rows)) @ rows
    else:
        clusters = int(counts.sum())
        drawn = generator.multinomial(clusters, counts / clusters, size=draws) @ kinds
    means: NDArray[numpy.float64] = drawn[:, 0] / drawn[:, 1]
    return means
