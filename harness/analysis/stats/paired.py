"""The difference of two shares measured on the same records."""

from math import copysign, exp, inf, log, sqrt

from scipy.optimize import brentq
from scipy.special import bdtr, gammaln, ndtr, ndtri

from harness.analysis.stats.intervals import nothing, share
from harness.domain.estimate import Estimate

TANGO = "Tango score, paired"
NEWCOMBE = "Newcombe square-and-add, paired"
WALD = "Wald, paired"
BONETT_PRICE = "Bonett-Price, paired"
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
    _check(gains, losses, n)
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
        return max(-1e9, min(1e9, tango_z(n12, n21, n, difference) - target))

    if distance(-_EDGE) <= 0:
        return -1.0
    if distance(_EDGE) >= 0:
        return 1.0
    return float(brentq(distance, -_EDGE, _EDGE, xtol=1e-12))


def tango_z(gains: float, losses: float, n: float, difference: float) -> float:
    """Tango's score statistic, standard normal where the true difference is `difference`.

    Args:
        gains: Records only the candidate has right.
        losses: Records only the incumbent has right.
        n: Records on which both were judged, more than 0.
        difference: The hypothesis, from -1 to 1.
    """
    excess = (gains - losses) / n - difference
    error = tango_error(gains, losses, n, difference)
    return excess / error if error > 0 else copysign(inf, excess)


def tango_error(n12: float, n21: float, n: float, difference: float) -> float:
    """Standard error of the net difference if the true one is `difference`, from the likeliest such table.

    Args:
        n12: Gains: records only the candidate has right.
        n21: Losses: records only the incumbent has right.
        n: Records on which both were judged, more than 0.
        difference: The hypothesis, from -1 to 1.
    """
    a = 2 * n
    b = -n12 - n21 + (2 * n - n12 + n21) * difference
    c = -n21 * difference * (1 - difference)
    q = (sqrt(max(0.0, b * b - 4 * a * c)) - b) / (2 * a)
    return sqrt(max(0.0, 2 * q + difference * (1 - difference)) / n)


def newcombe(both_right: int, gains: int, losses: int, both_wrong: int, *, level: float = 0.95) -> Estimate:
    """The net difference with Newcombe's interval from Wilson limits of both shares.

    Source: Newcombe, Statistics in Medicine 17 (1998) 2635-2650, method 10, with the phi coefficient
        corrected for continuity; without the correction the published limits are missed.

    Raises:
        ValueError: A count is negative.
    """
    n = _total(both_right, gains, losses, both_wrong)
    if n == 0:
        return nothing(NEWCOMBE, level=level)
    candidate, incumbent = both_right + gains, both_right + losses
    low1, high1 = _wilson_reach(candidate, n, level)
    low2, high2 = _wilson_reach(incumbent, n, level)
    phi = _corrected_phi(both_right, gains, losses, both_wrong)
    below = sqrt(max(0.0, low1**2 - 2 * phi * low1 * high2 + high2**2))
    above = sqrt(max(0.0, high1**2 - 2 * phi * high1 * low2 + low2**2))
    difference = (gains - losses) / n
    return _estimate(difference, (difference - below, difference + above), n, level, NEWCOMBE)


def _wilson_reach(hits: int, n: int, level: float) -> tuple[float, float]:
    found = share(hits, n, level=level)
    return hits / n - (found.low or 0.0), (found.high or 0.0) - hits / n


def _corrected_phi(both_right: int, gains: int, losses: int, both_wrong: int) -> float:
    n = both_right + gains + losses + both_wrong
    candidate, incumbent = both_right + gains, both_right + losses
    margins = candidate * incumbent * (n - candidate) * (n - incumbent)
    if margins == 0:
        return 0.0
    excess = float(both_right * both_wrong - gains * losses)
    if excess > 0:
        excess = max(excess - n / 2, 0.0)
    return excess / sqrt(margins)


def wald(both_right: int, gains: int, losses: int, both_wrong: int, *, level: float = 0.95) -> Estimate:
    """The net difference with the plain normal interval; for comparison only, it is too short for few losses.

    Raises:
        ValueError: A count is negative.
    """
    n = _total(both_right, gains, losses, both_wrong)
    if n == 0:
        return nothing(WALD, level=level)
    difference = (gains - losses) / n
    reach = float(ndtri((1 + level) / 2)) * sqrt((gains + losses) / n - difference**2) / sqrt(n)
    return _estimate(difference, (difference - reach, difference + reach), n, level, WALD)


def bonett_price(
    both_right: int, gains: int, losses: int, both_wrong: int, *, level: float = 0.95
) -> Estimate:
    """The net difference with the Wald interval of the table with one more gain and one more loss.

    Source: Bonett and Price, Journal of Educational and Behavioral Statistics 37 (2012) 479-488.

    Raises:
        ValueError: A count is negative.
    """
    n = _total(both_right, gains, losses, both_wrong)
    if n == 0:
        return nothing(BONETT_PRICE, level=level)
    gained, lost = (gains + 1) / (n + 2), (losses + 1) / (n + 2)
    centre = gained - lost
    reach = float(ndtri((1 + level) / 2)) * sqrt((gained + lost - centre**2) / (n + 2))
    return _estimate((gains - losses) / n, (centre - reach, centre + reach), n, level, BONETT_PRICE)


def _estimate(value: float, ends: tuple[float, float], n: int, level: float, method: str) -> Estimate:
    low, high = max(-1.0, ends[0]), min(1.0, ends[1])
    return Estimate(value=value, low=low, high=high, level=level, n=n, method=method)


def _check(gains: int, losses: int, n: int) -> None:
    if min(gains, losses) < 0 or gains + losses > n:
        raise ValueError(f"gains and losses must fit into n, got {gains} + {losses} of {n}")


def _total(both_right: int, gains: int, losses: int, both_wrong: int) -> int:
    counts = (both_right, gains, losses, both_wrong)
    if min(counts) < 0:
        raise ValueError(f"counts of a table must not be negative, got {counts}")
    return sum(counts)


def mcnemar_z(gains: int, losses: int, *, corrected: bool = False) -> tuple[float, float]:
    """McNemar's asymptotic test that gains and losses are equally likely: (z, two-sided p).

    z is negative where the candidate loses. `corrected` takes Edwards' continuity correction. For comparison
    with other programs; decide by the mid-p test.

    Source: McNemar, Psychometrika 12 (1947) 153-157; Edwards, Psychometrika 13 (1948) 185-187.
    """
    if gains + losses == 0:
        return 0.0, 1.0
    excess = abs(gains - losses) - (1 if corrected else 0)
    z = copysign(max(excess, 0) / sqrt(gains + losses), gains - losses)
    return z, 2 * float(ndtr(-abs(z)))


def mcnemar_exact_p(gains: int, losses: int) -> float:
    """Two-sided p of McNemar's exact test that gains and losses are equally likely; conservative.

    Source: Fagerland, Lydersen, Laake, BMC Medical Research Methodology 13 (2013) 91.
    """
    n, least = gains + losses, min(gains, losses)
    return 1.0 if n == 0 else min(1.0, 2 * float(bdtr(least, n, 0.5)))


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
