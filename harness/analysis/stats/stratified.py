"""Shares and differences of a stratified sample, weighted back to traffic."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from harness.analysis.stats.intervals import nothing, share
from harness.analysis.stats.paired import net_difference
from harness.domain.estimate import Estimate

WEIGHTED_SHARE = "Wilson score, strata squared and added"
WEIGHTED_DIFFERENCE = "Tango score, strata squared and added"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stratum:
    """What was seen in one stratum of the sample.

    Attributes:
        weight: Its part of the traffic, in any unit: a share or a number of requests.
        n: Records of it in the sample.
        hits: How many of them have what is counted; for `weighted_share`.
        gains, losses: Records only the candidate, only the incumbent has right; for `weighted_difference`.
    """

    weight: float
    n: int
    hits: int = 0
    gains: int = 0
    losses: int = 0


def weighted_share(strata: Sequence[Stratum], *, level: float = 0.95) -> Estimate:
    """The share of the traffic that has what is counted, from a sample that took some strata more often.

    The interval adds the squared distances from each stratum's share to its Wilson limits (MOVER: Zou and
    Donner, Statistics in Medicine 27 (2008) 1693-1702). Without a value where a stratum with traffic has no
    record: the sample then does not tell.

    Raises:
        ValueError: A weight is negative, all are 0, or hits do not fit into n.
    """
    parts = [share(stratum.hits, stratum.n, level=level) for stratum in strata]
    return _weighted(strata, parts, WEIGHTED_SHARE, level)


def weighted_difference(strata: Sequence[Stratum], *, level: float = 0.95) -> Estimate:
    """The net difference over the traffic, candidate minus incumbent; as `weighted_share`, from Tango limits.

    Raises:
        ValueError: A weight is negative, all are 0, or gains and losses do not fit into n.
    """
    parts = [net_difference(stratum.gains, stratum.losses, stratum.n, level=level) for stratum in strata]
    return _weighted(strata, parts, WEIGHTED_DIFFERENCE, level)


def _weighted(strata: Sequence[Stratum], parts: Sequence[Estimate], method: str, level: float) -> Estimate:
    if not strata:
        return nothing(method, level=level)
    total = sum(stratum.weight for stratum in strata)
    if min(stratum.weight for stratum in strata) < 0 or not 0 < total < float("inf"):
        raise ValueError("weights of strata must not be negative and not all 0")
    value = below = above = 0.0
    for stratum, part in zip(strata, parts, strict=True):
        weight = stratum.weight / total
        if not weight:
            continue
        if part.value is None or part.low is None or part.high is None:
            return nothing(method, level=level)
        value += weight * part.value
        below += (weight * (part.value - part.low)) ** 2
        above += (weight * (part.high - part.value)) ** 2
    return Estimate(
        value=value,
        low=value - sqrt(below),
        high=value + sqrt(above),
        level=level,
        n=sum(stratum.n for stratum in strata),
        method=method,
    )
