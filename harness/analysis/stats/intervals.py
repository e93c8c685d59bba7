"""Intervals of a share and of a mean."""

from dataclasses import dataclass
from math import sqrt

from scipy.special import betaincinv, ndtri, stdtrit

from harness.domain.estimate import Estimate

WILSON = "Wilson score"
STUDENT = "Student t"
EXACT_BOUND = "Clopper-Pearson, one-sided"
NO_DATA = "no data"


def share(hits: int, n: int, *, level: float = 0.95) -> Estimate:
    """The share `hits / n` with Wilson's score interval without continuity correction.

    Source: Newcombe, Statistics in Medicine 17 (1998) 857-872, method 3.

    Raises:
        ValueError: `hits` is not within 0 to n.
    """
    if not 0 <= hits <= n:
        raise ValueError(f"a share needs 0 <= hits <= n, got {hits} of {n}")
    if n == 0:
        return nothing(WILSON, level=level)
    # The formula itself: scipy.stats has it, but is slow and large to import for these three lines.
    z, p = float(ndtri((1 + level) / 2)), hits / n
    centre = (p + z * z / (2 * n)) / (1 + z * z / n)
    reach = z / (1 + z * z / n) * sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return Estimate(
        value=p,
        low=max(0.0, centre - reach) if hits else 0.0,
        high=min(1.0, centre + reach) if hits < n else 1.0,
        level=level,
        n=n,
        method=WILSON,
    )


def nothing(method: str = NO_DATA, *, level: float = 0.95) -> Estimate:
    """The estimate that rests on no record."""
    return Estimate(value=None, low=None, high=None, level=level, n=0, method=method)


def severe_rate_bound(n: int, *, events: int = 0, level: float = 0.95) -> Estimate:
    """How often a severe error may still happen, seen `events` times in n records.

    The upper end is the exact one-sided bound of Clopper and Pearson (Biometrika 26 (1934) 404-413). For none
    in n it is 1 - (1 - level)^(1/n), just below the "rule of three" 3 / n at 95 % (Hanley and Lippman-Hand,
    JAMA 249 (1983) 1743). The lower end is 0: only the upper one is claimed.

    Raises:
        ValueError: `events` is not within 0 to n.
    """
    if not 0 <= events <= n:
        raise ValueError(f"a rate needs 0 <= events <= n, got {events} of {n}")
    if n == 0:
        return nothing(EXACT_BOUND, level=level)
    high = 1.0 if events == n else float(betaincinv(events + 1, n - events, level))
    return Estimate(value=events / n, low=0.0, high=high, level=level, n=n, method=EXACT_BOUND)


@dataclass(slots=True)
class RunningMean:
    """Mean and spread of numbers that come one by one (Welford); constant memory."""

    n: int = 0
    mean: float = 0.0
    squares: float = 0.0

    def add(self, value: float) -> None:
        """Take one more number."""
        self.n += 1
        step = value - self.mean
        self.mean += step / self.n
        self.squares += step * (value - self.mean)

    def estimate(self, *, level: float = 0.95) -> Estimate:
        """The mean of scores from 0 to 1 with Student's interval, cut to 0 to 1.

        One number alone says nothing about its spread: the whole range 0 to 1 is given.
        """
        if self.n == 0:
            return nothing(STUDENT, level=level)
        if self.n == 1:
            return Estimate(value=self.mean, low=0.0, high=1.0, level=level, n=1, method=STUDENT)
        error = sqrt(max(0.0, self.squares) / (self.n - 1) / self.n)
        reach = float(stdtrit(self.n - 1, (1 + level) / 2)) * error
        return Estimate(
            value=self.mean,
            low=max(0.0, self.mean - reach),
            high=min(1.0, self.mean + reach),
            level=level,
            n=self.n,
            method=STUDENT,
        )
