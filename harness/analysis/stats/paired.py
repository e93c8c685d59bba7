"""The difference of two shares measured on the same records."""

from math import copysign, exp, inf, log, sqrt

from scipy.optimize import brentq
from scipy.special import bdtr, gammaln, ndtri

from harness.analysis.stats.intervals import nothing
from harness.domain.estimate import Estimate

TANGO = "Tango score, paired"
_EDGE = 1 - 1e-12


def net_difference(gains: int, losses: int, n: int, *, level: float = 0.95) -> Estimate:
    """The candidate's share of right answers minus the incumbent's, with Tango's score interval.

    Source: Tango, Statistics in Medicine 17 (1998) 891-908.

    Args:
        gains: Records only the candidate has right.
        losses: Records only the incumbent has right.
        n: Records on which both were judged.
        level: Confidence level.

    Raises:
        ValueError: The counts do not fit into n.
    """
    if min(gains, losses) < 0 or gains + losses > n:
        raise ValueError(f"gains and losses must fit into n, got {gains} + {losses} of {n}")
    if n == 0:
        return nothing(TANGO, level=level)
    z = float(ndtri((1 + level) / 2))
    return Estimate(
        value=(gains - losses) / n,
        low=_limit(gains, losses, n, z),
        high=_limit(gains, losses, n, -z),
        level=level,
        n=n,
        method=TANGO,
    )


def _limit(n12: int, n21: int, n: int, target: float) -> float:
    """Where the score statistic reaches `target`; -1 or 1 where it never does."""

    def distance(difference: float) -> float:
        return max(-1e9, min(1e9, _score(n12, n21, n, difference) - target))

    if distance(-_EDGE) <= 0:
        return -1.0
    if distance(_EDGE) >= 0:
        return 1.0
    return float(brentq(distance, -_EDGE, _EDGE, xtol=1e-12))


def _score(n12: int, n21: int, n: int, difference: float) -> float:
    """Tango's statistic under the hypothesis that the true difference is `difference`."""
    a = 2 * n
    b = -n12 - n21 + (2 * n - n12 + n21) * difference
    c = -n21 * difference * (1 - difference)
    q = (sqrt(max(0.0, b * b - 4 * a * c)) - b) / (2 * a)
    variance = n * (2 * q + difference * (1 - difference))
    excess = n12 - n21 - n * difference
    if variance <= 0:
        return copysign(inf, excess)
    return excess / sqrt(variance)


def mcnemar_mid_p(gains: int, losses: int) -> float:
    """Two-sided mid-p of McNemar's exact test that gains and losses are equally likely.

    Source: Fagerland, Lydersen, Laake, BMC Medical Research Methodology 13 (2013) 91.
    """
    n, least = gains + losses, min(gains, losses)
    if n == 0:
        return 1.0
    at_least = exp(float(gammaln(n + 1) - gammaln(least + 1) - gammaln(n - least + 1)) - n * log(2))
    if gains == losses:
        return 1 - at_least / 2
    return min(1.0, 2 * float(bdtr(least, n, 0.5)) - at_least)
