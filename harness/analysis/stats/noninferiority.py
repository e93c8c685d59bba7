"""Whether the candidate loses no more than the margin allows."""

from dataclasses import dataclass
from enum import StrEnum

from scipy.special import ndtr, stdtr

from harness.analysis.stats.clustered import Sums, cluster_spread
from harness.analysis.stats.paired import tango_z
from harness.analysis.stats.power import records_for
from harness.analysis.stats.spread import MANY, Spread

TANGO_TEST = "Tango score test, one-sided"
CLUSTERED_TEST = "cluster-robust test, one-sided"


class Conclusion(StrEnum):
    """What is shown about the candidate's loss."""

    NON_INFERIOR = "non_inferior"
    """The loss is smaller than the margin."""
    INFERIOR = "inferior"
    """The loss is larger than the margin."""
    UNDECIDED = "undecided"
    """Neither is shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NonInferiority:
    """A non-inferiority test, looked at once, when all records are there.

    Attributes:
        margin: Largest acceptable loss in the share of right answers.
        alpha: Level of each of the two one-sided tests.
        power: Probability of success that `more_records` plans for.
        p_value: Of the hypothesis that the loss is the margin or more; small shows non-inferiority.
        p_inferior: Of the hypothesis that the loss is the margin or less; small shows inferiority.
        conclusion: What is shown.
        method: Name of the test.
        n: Records it rests on.
        clusters: Clusters they come from; None where every record stands for itself.
        assumed_difference: The true difference that `more_records` plans with: the observed one, at most 0,
            so that a lucky sample promises nothing. None where there is no plan, and in a run that could end
            early: it plans with records just like those seen.
        assumed_variance: Variance of one record's difference that it plans with, design effect of clusters
            included.
        more_records: Further records like these until non-inferiority would be shown with probability
            `power`, in a run that could end early about one half. None where it is decided, where there is no
            record, or where it is `hopeless`.
        hopeless: Undecided, and the observed loss is the margin or more: no number of further records like
            these would be expected to show non-inferiority.
    """

    margin: float
    alpha: float
    power: float
    p_value: float
    p_inferior: float
    conclusion: Conclusion
    method: str
    n: int
    clusters: int | None
    assumed_difference: float | None
    assumed_variance: float | None
    more_records: int | None
    hopeless: bool


def noninferiority(
    gains: int, losses: int, n: int, *, margin: float, alpha: float = 0.025, power: float = 0.8
) -> NonInferiority:
    """Test with Tango's score statistic at a difference of -margin.

    Source: Tango, Statistics in Medicine 17 (1998) 891-908.

    Args:
        gains: Records only the candidate has right.
        losses: Records only the incumbent has right.
        n: Records on which both were judged.
        margin: Largest acceptable loss, above 0 and below 1.
        alpha: One-sided level.
        power: For `more_records`.

    Raises:
        ValueError: The counts do not fit into n, or the margin is not within 0 to 1.
    """
    _check_margin(margin)
    if min(gains, losses) < 0 or gains + losses > n:
        raise ValueError(f"gains and losses must fit into n, got {gains} + {losses} of {n}")
    if n == 0:
        return _nothing(margin, alpha, power, TANGO_TEST)
    z = tango_z(gains, losses, n, -margin)
    difference, discordant = (gains - losses) / n, (gains + losses) / n
    return _plan(
        _Tested(p_value=float(ndtr(-z)), p_inferior=float(ndtr(z)), method=TANGO_TEST, n=n, clusters=None),
        _Asked(margin=margin, alpha=alpha, power=power),
        difference=difference,
        variance=max(discordant - difference**2, margin * (1 - margin)),
    )


def noninferiority_clustered(
    sums: Sums, *, margin: float, alpha: float = 0.025, power: float = 0.8
) -> NonInferiority:
    """Test records that come in clusters, or scores that are not only right and wrong.

    The mean difference plus the margin over its cluster-robust standard error, with Student's distribution
    below 40 clusters. The error is never taken smaller than the margin itself implies, so that few or no
    losses in few documents do not pass as certainty.

    Args:
        sums: Per cluster the sum of differences and the number of records.
        margin: Largest acceptable loss of the mean score, above 0 and below 1.
        alpha: One-sided level.
        power: For `more_records`, which counts records in clusters like these.

    Raises:
        ValueError: A cluster has no record or a sum that does not fit its size, or the margin is not within 0
            to 1.
    """
    _check_margin(margin)
    if not sums:
        return _nothing(margin, alpha, power, CLUSTERED_TEST, clusters=0)
    spread, clusters = cluster_spread(sums), len(sums)
    error = spread.error_at(-margin)
    p_value, p_inferior = _tails(spread, error, clusters, margin)
    return _plan(
        _Tested(p_value=p_value, p_inferior=p_inferior, method=CLUSTERED_TEST, n=spread.n, clusters=clusters),
        _Asked(margin=margin, alpha=alpha, power=power),
        difference=spread.mean,
        variance=error**2 * spread.n,
    )


def _tails(spread: Spread, error: float, clusters: int, margin: float) -> tuple[float, float]:
    if clusters == 1:
        return 1.0, 1.0  # one cluster says nothing about the next
    z = (spread.mean + margin) / error
    if clusters < MANY:
        return float(stdtr(clusters - 1, -z)), float(stdtr(clusters - 1, z))
    return float(ndtr(-z)), float(ndtr(z))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    margin: float
    alpha: float
    power: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tested:
    p_value: float
    p_inferior: float
    method: str
    n: int
    clusters: int | None


def _plan(tested: _Tested, asked: _Asked, *, difference: float, variance: float) -> NonInferiority:
    conclusion = Conclusion.UNDECIDED
    if tested.p_value < asked.alpha:
        conclusion = Conclusion.NON_INFERIOR
    elif tested.p_inferior < asked.alpha:
        conclusion = Conclusion.INFERIOR
    undecided = conclusion is Conclusion.UNDECIDED
    assumed = min(difference, 0.0)
    room = asked.margin + assumed
    planned = undecided and room > 0
    more: int | None = None
    if planned:
        needed = records_for(variance=variance, room=room, alpha=asked.alpha, power=asked.power)
        more = max(1, needed - tested.n)
    return NonInferiority(
        margin=asked.margin,
        alpha=asked.alpha,
        power=asked.power,
        p_value=tested.p_value,
        p_inferior=tested.p_inferior,
        conclusion=conclusion,
        method=tested.method,
        n=tested.n,
        clusters=tested.clusters,
        assumed_difference=assumed if planned else None,
        assumed_variance=variance if planned else None,
        more_records=more,
        hopeless=undecided and room <= 0,
    )


def _nothing(
    margin: float, alpha: float, power: float, method: str, clusters: int | None = None
) -> NonInferiority:
    return NonInferiority(
        margin=margin,
        alpha=alpha,
        power=power,
        p_value=1.0,
        p_inferior=1.0,
        conclusion=Conclusion.UNDECIDED,
        method=method,
        n=0,
        clusters=clusters,
        assumed_difference=None,
        assumed_variance=None,
        more_records=None,
        hopeless=False,
    )


def _check_margin(margin: float) -> None:
    if not 0 < margin < 1:
        raise ValueError(f"a margin must lie between 0 and 1, got {margin}")
