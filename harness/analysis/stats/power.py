"""How many records a comparison needs, and what so many can show."""

from dataclasses import dataclass
from math import ceil, sqrt

from scipy.special import ndtri


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemSpread:
    """Variances of scores measured with repeats.

    Attributes:
        between: Variance over the records of the true mean difference of the two models.
        incumbent: Mean variance of the incumbent's score over calls of one record.
        candidate: Mean variance of the candidate's score over calls of one record.
    """

    between: float
    incumbent: float
    candidate: float


def records_needed(
    *, discordant: float, margin: float, alpha: float, power: float, true_difference: float = 0.0
) -> int:
    """Records for a non-inferiority test to succeed with probability `power`.

    `(z_{1-alpha} + z_{power})^2 v / (margin + d)^2` with v = discordant - d^2, at least margin (1 - margin):
    the score test assumes no less when it is asked about the margin.

    Args:
        discordant: Share of records on which exactly one model is right, from 0 to 1.
        margin: Largest acceptable loss in the share of right answers, above 0.
        alpha: One-sided level of the test.
        power: Probability of showing non-inferiority.
        true_difference: The assumed true difference d, candidate minus incumbent; above -margin.

    Raises:
        ValueError: `true_difference` is not above -margin: no number of records would show it.
    """
    room = margin + true_difference
    if room <= 0:
        raise ValueError(
            f"a true difference of {true_difference} is not better than the margin allows, {-margin}"
        )
    variance = max(discordant - true_difference**2, margin * (1 - margin))
    return records_for(variance=variance, room=room, alpha=alpha, power=power)


def records_for(*, variance: float, room: float, alpha: float, power: float) -> int:
    """Records until a mean is told from a hypothesis `room` away; the variance is that of one record."""
    return max(1, ceil(_reach(alpha, power) ** 2 * variance / room**2 - 1e-9))


def detectable_margin(*, n: int, discordant: float, alpha: float, power: float) -> float:
    """The smallest margin n records can be expected to show, if both models are equally good; at most 1.

    The inverse of `records_needed` at no true difference.
    """
    if n <= 0:
        return 1.0
    reach = _reach(alpha, power)
    return min(1.0, max(reach * sqrt(discordant / n), reach**2 / (n + reach**2)))


def records_needed_with_repeats(
    spread: ItemSpread,
    *,
    margin: float,
    alpha: float,
    power: float,
    incumbent_repeats: int = 1,
    candidate_repeats: int = 1,
) -> int:
    """Records for a two-sided test of a difference of `margin`, each called several times.

    `(z_{1-alpha/2} + z_{power})^2 (w^2 + s_I^2 / K_I + s_C^2 / K_C) / margin^2`: repeats help only while the
    variances within a record matter.

    Source: Miller, Adding Error Bars to Evals, arXiv 2411.00640.

    Args:
        spread: Variances between and within records.
        margin: The difference to be told from none.
        alpha: Two-sided level of the test.
        power: Probability of finding it.
        incumbent_repeats: Calls of the incumbent per record, K_I.
        candidate_repeats: Calls of the candidate per record, K_C.
    """
    within = spread.incumbent / incumbent_repeats + spread.candidate / candidate_repeats
    return records_for(variance=spread.between + within, room=margin, alpha=alpha / 2, power=power)


def _reach(alpha: float, power: float) -> float:
    return float(ndtri(1 - alpha) + ndtri(power))
