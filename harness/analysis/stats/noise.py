"""How much of a disagreement is noise: two calls of each model on the same records.

Outputs are mapped to canonical answers before they are compared; raw texts of one model differ too often to
tell anything (Atil et al., arXiv 2408.04667).
"""

from array import array
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from math import sqrt
from typing import TypeAlias

import numpy
from numpy.typing import NDArray
from scipy.special import stdtrit

from harness.analysis.stats.clustered import cluster_key
from harness.analysis.stats.intervals import nothing, share
from harness.analysis.stats.spread import Spread
from harness.domain.estimate import Estimate

STUDENT_SCORE = "Student t, score where little differs"
DELTA = "delta method"
_LEAST_TELLING = 10
_WEIGHTS = numpy.array([0.5, 0.5, -1.0])

_Array: TypeAlias = NDArray[numpy.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoiseFloor:
    """What two calls of each model on the same records tell.

    Attributes:
        n: Records called twice.
        incumbent_self: How often the incumbent gives its own answer again.
        candidate_self: How often the candidate does.
        cross: How often the models agree, over the four pairs of one call each.
        excess: Mean of both self-agreements minus `cross`: half the mean squared distance between the two
            models' answer distributions. 0 only where these are the same on every record. The estimate is
            unbiased, so it may be slightly negative; a lower end above 0 shows that the models differ by more
            than noise.
        normalised: `cross` over the geometric mean of both self-agreements, 1 where the models differ by
            noise only; without a value where a model never repeats itself.
    """

    n: int
    incumbent_self: Estimate
    candidate_self: Estimate
    cross: Estimate
    excess: Estimate
    normalised: Estimate


@dataclass(slots=True)
class NoiseTally:
    """Counts records called twice on both models; 20 counters, and 32 bytes a cluster beside its name."""

    kinds: Counter[tuple[bool, bool, int]] = field(default_factory=Counter)
    places: dict[str, int] = field(default_factory=dict)
    clusters: "array[int]" = field(default_factory=lambda: array("q"))

    def add(
        self,
        incumbent_same: bool,
        candidate_same: bool,
        cross: tuple[bool, bool, bool, bool],
        cluster: str | None = None,
    ) -> None:
        """Take one record.

        Args:
            incumbent_same: The incumbent's two answers agree.
            candidate_same: The candidate's two answers agree.
            cross: Whether they agree between the models, for the four pairs of one call each.
            cluster: The document or customer it comes from; None where every record stands for itself.
        """
        seen = (bool(incumbent_same), bool(candidate_same), sum(map(bool, cross)))
        if cluster is None:
            self.kinds[seen] += 1
            return
        start = self.places.setdefault(cluster_key(cluster), len(self.clusters))
        if start == len(self.clusters):
            self.clusters.extend((0, 0, 0, 0))
        for offset, value in enumerate((*seen, 1)):
            self.clusters[start + offset] += value

    def summary(self, level: float = 0.95) -> NoiseFloor:
        """Shares, excess disagreement and normalised agreement with their intervals."""
        sums, counts = self._sums()
        n = round(float(counts @ sums[:, 3])) if len(counts) else 0
        if n == 0:
            none = nothing(level=level)
            return NoiseFloor(
                n=0, incumbent_self=none, candidate_self=none, cross=none, excess=none, normalised=none
            )
        units = _Units(sums=sums, counts=counts, n=n, level=level)
        ones = numpy.eye(3)
        return NoiseFloor(
            n=n,
            incumbent_self=units.agreement(ones[0]) if self.places else self._share(0, n, level),
            candidate_self=units.agreement(ones[1]) if self.places else self._share(1, n, level),
            cross=units.agreement(ones[2]),
            excess=units.mean(_WEIGHTS, lowest=-1.0),
            normalised=units.normalised(),
        )

    def _share(self, place: int, n: int, level: float) -> Estimate:
        return share(sum(count for kind, count in self.kinds.items() if kind[place]), n, level=level)

    def _sums(self) -> tuple[_Array, _Array]:
        """Per kind of unit the sums of both self-agreements, cross and records; and its number of units."""
        rows = [(*kind, 1) for kind in sorted(self.kinds)]
        single = numpy.array(rows, dtype=numpy.float64).reshape(-1, 4)
        joined = numpy.array(self.clusters, dtype=numpy.float64).reshape(-1, 4)
        sums = numpy.concatenate([single, joined])
        sums[:, 2] /= 4
        counts = [self.kinds[kind] for kind in sorted(self.kinds)] + [1] * len(joined)
        return sums, numpy.array(counts, dtype=numpy.float64)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Units:
    """Sums per unit (record or cluster), with the number of units alike."""

    sums: _Array
    counts: _Array
    n: int
    level: float

    def _means(self) -> _Array:
        means: _Array = self.counts @ self.sums[:, :3] / self.n
        return means

    def _reach(self, totals: _Array) -> float | None:
        """Student's quantile; None for one unit, which says nothing about the next.

        Where most units are 0 the others alone tell the spread, so they alone give degrees of freedom.
        """
        units = float(self.counts.sum())
        telling = float(self.counts @ (totals != 0)) or units
        freedom = min(units, max(telling, _LEAST_TELLING)) - 1
        return float(stdtrit(freedom, (1 + self.level) / 2)) if units > 1 else None

    def _covariance(self) -> _Array:
        units = float(self.counts.sum())
        moves = self.sums[:, :3] - numpy.outer(self.sums[:, 3], self._means())
        covariance: _Array = (moves.T * self.counts) @ moves / self.n**2 * units / (units - 1)
        return covariance

    def mean(self, weights: _Array, *, lowest: float, offset: float = 0.0) -> Estimate:
        """The mean of `offset` plus a weighted sum, from `lowest` to 1."""
        value = offset + float(weights @ self._means())
        totals = offset * self.sums[:, 3] + self.sums[:, :3] @ weights
        reach = self._reach(totals)
        low, high = lowest, 1.0
        if reach is not None:
            moved = float(self.counts @ numpy.abs(totals))
            sized = totals if moved else self.sums[:, 3]
            spread = Spread(
                mean=value,
                error=sqrt(max(0.0, float(weights @ self._covariance() @ weights))),
                n=self.n,
                moved=moved / self.n,
                burst=float(self.counts @ sized**2) / (moved or self.n),
            )
            low, high = spread.limits(reach, lowest=lowest)
        return Estimate(value=value, low=low, high=high, level=self.level, n=self.n, method=STUDENT_SCORE)

    def agreement(self, weights: _Array) -> Estimate:
        """A share of agreement; its interval is that of the disagreement, which is the rare event."""
        differing = self.mean(-weights, lowest=0.0, offset=1.0)
        low, high, value = differing.high or 0.0, differing.low or 0.0, differing.value or 0.0
        return replace(differing, value=1 - value, low=1 - low, high=1 - high)

    def normalised(self) -> Estimate:
        """Cross agreement over the geometric mean of the self-agreements."""
        incumbent, candidate, cross = (float(mean) for mean in self._means())
        both = incumbent * candidate
        if both <= 0:
            return Estimate(value=None, low=None, high=None, level=self.level, n=self.n, method=DELTA)
        value = cross / sqrt(both)
        reach = self._reach(self.sums[:, 3] - self.sums[:, 2])
        low, high = 0.0, max(1.0, value)
        if reach is not None:
            slopes = numpy.array([-value / 2 / incumbent, -value / 2 / candidate, 1 / sqrt(both)])
            error = sqrt(max(0.0, float(slopes @ self._covariance() @ slopes)))
            low, high = max(0.0, value - reach * error), min(high, value + reach * error)
            if error < 1e-12:
                missing = max(0.0, 1 - value)
                spread = Spread(mean=missing, error=0.0, n=self.n, moved=missing, burst=1.0)
                ends = spread.limits(reach, lowest=0.0)
                low, high = 1 - ends[1], 1 - ends[0]
        return Estimate(value=value, low=low, high=high, level=self.level, n=self.n, method=DELTA)


def identical_share(runs: Iterable[Sequence[str]], *, level: float = 0.95) -> Estimate:
    """The share of items whose runs all gave one and the same output.

    Args:
        runs: Per item its outputs, one per run; canonical answers rather than raw texts. Items without an
            output are left out.
        level: Confidence level.
    """
    alike = Counter(len(set(outputs)) == 1 for outputs in runs if outputs)
    return share(alike[True], alike.total(), level=level)


def corrected_accuracy(observed: Estimate, eta: float) -> Estimate:
    """The accuracy behind one measured with labels that are wrong for a share `eta` of the records.

    `(observed - eta) / (1 - 2 eta)`, for wrong labels independent of the answers and right-or-wrong records,
    cut to 0 to 1.

    Raises:
        ValueError: `eta` is not within 0 to below one half.
    """
    return _stretched(observed, shift=eta, eta=eta, lowest=0.0)


def corrected_difference(observed: Estimate, eta: float) -> Estimate:
    """The difference of two accuracies behind one measured with such labels: `observed / (1 - 2 eta)`.

    Raises:
        ValueError: `eta` is not within 0 to below one half.
    """
    return _stretched(observed, shift=0.0, eta=eta, lowest=-1.0)


def _stretched(observed: Estimate, *, shift: float, eta: float, lowest: float) -> Estimate:
    if not 0 <= eta < 0.5:
        raise ValueError(f"the share of wrong labels must lie between 0 and below 0.5, got {eta}")

    def stretch(value: float | None) -> float | None:
        return None if value is None else min(1.0, max(lowest, (value - shift) / (1 - 2 * eta)))

    return replace(
        observed,
        value=stretch(observed.value),
        low=stretch(observed.low),
        high=stretch(observed.high),
        method=f"{observed.method}, corrected for label noise",
    )
