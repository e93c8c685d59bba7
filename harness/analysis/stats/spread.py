"""Limits of a mean of bounded differences, also where few of them differ."""

from dataclasses import dataclass

from scipy.optimize import brentq
from scipy.special import ndtri, stdtrit

from harness.analysis.stats.paired import tango_error

MANY = 40
"""From so many units on, Student's quantile is taken to be that of the normal distribution."""


def quantile(units: int, *, level: float) -> float:
    """Standard errors from the middle to the end of a two-sided interval over so many independent units.

    Below 40 units Student's quantile with one degree of freedom less than units, else the normal one.
    """
    tail = (1 + level) / 2
    return float(stdtrit(units - 1, tail) if units < MANY else ndtri(tail))


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """What a mean of differences from -1 to 1 rests on.

    Attributes:
        mean: The observed mean.
        error: Its standard error.
        n: Records.
        moved: The mean size of what differed, at least the size of the mean: for right or wrong answers the
            share of records on which only one model is right.
        burst: How large one event is, in records: the sum of squares over the sum of sizes of what differed.
            1 for right or wrong answers that fail one by one, k where they fail k at a time.
    """

    mean: float
    error: float
    n: int
    moved: float
    burst: float

    def error_at(self, hypothesis: float) -> float:
        """The standard error if the true mean were `hypothesis`, never below the observed one.

        Where nothing or little differed, the observed spread is too small to be believed. Then it is Tango's,
        with n / burst records in the place of n: as if every event were one record.
        """
        events = self.n / self.burst
        gains = events * (self.moved + self.mean) / 2
        losses = events * (self.moved - self.mean) / 2
        return max(self.error, tango_error(gains, max(0.0, losses), events, hypothesis))

    def limits(self, reach: float, *, lowest: float = -1.0) -> tuple[float, float]:
        """Ends beyond which the mean is more than `reach` standard errors away, from `lowest` to 1."""
        return self._end(-1, lowest, reach), self._end(1, 1.0, reach)

    def _end(self, side: int, bound: float, reach: float) -> float:
        def missing(end: float) -> float:
            return side * (end - self.mean) - reach * self.error_at(end)

        # Not from the mean itself: at -1, 0 and 1 the assumed variance is 0, and so is the distance.
        start = self.mean + side * 1e-9
        if side * (bound - start) <= 0 or missing(bound) <= 0:
            return bound
        return self.mean if missing(start) >= 0 else float(brentq(missing, start, bound, xtol=1e-12))
