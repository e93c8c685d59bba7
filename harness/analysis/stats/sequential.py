"""Looking after every record: tests by betting that hold whenever one stops.

Source: Waudby-Smith and Ramdas, Estimating means of bounded random variables by betting, Journal of the Royal
    Statistical Society B 86 (2024) 1-27 (arXiv 2010.09686). Each bet multiplies the capital by a factor that
    is never negative and has mean at most 1 under the hypothesis, so by Ville's inequality the capital ever
    reaches 1 / alpha with probability at most alpha.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import ceil, exp, inf, isinf, log

import numpy
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import betaln

from harness.analysis.stats.clustered import Sums
from harness.analysis.stats.intervals import nothing
from harness.analysis.stats.noninferiority import Conclusion
from harness.domain.estimate import Estimate

BETTING = "confidence sequence by betting"
_BETS: NDArray[numpy.float64] = numpy.linspace(0.02, 0.98, 25) ** 2
_KNOWN = 2048  # factors kept: 0.8 MB
_NEAR = 1e-9


@dataclass(slots=True)
class EProcess:
    """A non-inferiority test that may be looked at after every record; a pure state machine.

    Two games are played. One bets against "the mean difference is -margin or less" and, won, shows
    non-inferiority; the other bets against "-margin or more" and shows inferiority. Each is mixed over 25
    fixed bet sizes and won at capital 1 / alpha. What is decided stays decided.

    It holds only if records come in random order under a seed that was fixed before, nothing is left out for
    its outcome, and records that hang together are one bet.

    Attributes:
        margin: Largest acceptable loss of the mean score, above 0 and below 1.
        alpha: Chance of a wrong claim, of each of the two games.
        largest_cluster: Most records of one cluster, fixed before the run; the smaller, the faster the test.
        population: Records in the log, where they are drawn from it without replacement; the claim is then
            about that log only. Needs single records.
        n, clusters: Records and clusters seen.
        conclusion: What is shown so far.
        decided_after: Records seen when it was first shown; None while undecided.
        decided_after_clusters: Clusters seen then.
    """

    margin: float
    alpha: float
    largest_cluster: int = 1
    population: int | None = None
    n: int = field(default=0, init=False)
    clusters: int = field(default=0, init=False)
    conclusion: Conclusion = field(default=Conclusion.UNDECIDED, init=False)
    decided_after: int | None = field(default=None, init=False)
    decided_after_clusters: int | None = field(default=None, init=False)
    _capital: NDArray[numpy.float64] = field(init=False, repr=False)
    _known: dict[tuple[float, int], NDArray[numpy.float64]] = field(init=False, repr=False)
    _total: float = field(default=0.0, init=False, repr=False)

    def __post_init__(self) -> None:
        """Refuse settings under which the test would not hold.

        Raises:
            ValueError: A setting is out of its range.
        """
        if not 0 < self.margin < 1 or not 0 < self.alpha < 1:
            raise ValueError(f"margin and alpha must lie between 0 and 1, got {self.margin} and {self.alpha}")
        if self.largest_cluster < 1:
            raise ValueError(f"a cluster has at least one record, got {self.largest_cluster}")
        if self.population is not None and (self.largest_cluster != 1 or self.population < 1):
            raise ValueError("a population needs at least one record, and bets on single records")
        self._capital = numpy.zeros((2, len(_BETS)))
        self._known = {}

    @property
    def log_e_noninferior(self) -> float:
        """Logarithm of the capital against "the loss is the margin or more"; log(1 / alpha) wins."""
        return _log_mean(self._capital[0])

    @property
    def log_e_inferior(self) -> float:
        """Logarithm of the capital against "the loss is the margin or less"."""
        return _log_mean(self._capital[1])

    def more_records(self) -> int | None:
        """Further records until non-inferiority would be shown, if they were just like those seen.

        None where it would not be: the bets have lost so far, or there is no record. For planning only: about
        half of all runs need more.
        """
        goal, capital = -log(self.alpha), self._capital[0]
        if capital.max() <= 0:
            return None
        if self.log_e_noninferior >= goal:
            return 0
        enough = (goal + log(len(capital))) / float(capital.max())
        times = brentq(lambda times: _log_mean(times * capital) - goal, 1, enough + 1)
        return ceil(self.n * (float(times) - 1))

    def add(self, differences: Sequence[float]) -> None:
        """Bet on one cluster, or on one record that stands for itself.

        Args:
            differences: The candidate's score minus the incumbent's, of all its records.

        Raises:
            ValueError: A difference is not within -1 to 1, the cluster is larger than `largest_cluster`, or
                there are more records than the population has.
        """
        size = len(differences)
        if size == 0:
            return
        if size > self.largest_cluster:
            raise ValueError(
                f"a cluster of {size} records is larger than the cap of {self.largest_cluster} set before"
            )
        if not all(-1 <= difference <= 1 for difference in differences):
            raise ValueError("differences of scores must lie between -1 and 1")
        if self.population is None:
            self._capital += self._growth(float(sum(differences)), size)
        else:
            self._draw(float(differences[0]), self.population)
        self.n += size
        self.clusters += 1
        if self.conclusion is Conclusion.UNDECIDED:
            self._look()

    def _growth(self, total: float, size: int) -> NDArray[numpy.float64]:
        """Log factors of both games for one cluster."""
        known = self._known.get((total, size))
        if known is None:
            above = total + self.margin * size
            # The least that can come, every record lost, is a stake of exactly -1.
            stakes = numpy.array(
                [
                    above / (self.largest_cluster * (1 - self.margin)),
                    -above / (self.largest_cluster * (1 + self.margin)),
                ]
            )
            known = numpy.log1p(numpy.outer(stakes, _BETS))
            if len(self._known) < _KNOWN:
                self._known[total, size] = known
        return known

    def _draw(self, difference: float, population: int) -> None:
        """Bet on one record drawn without replacement, against what the hypothesis leaves for the rest."""
        if self.n >= population:
            raise ValueError(f"the population has {population} records, all of which were drawn")
        for game, sign in enumerate((1, -1)):
            mean = (1 - sign * self.margin) / 2
            seen = (self.n + sign * self._total) / 2
            self._capital[game] += _rest_growth(
                (1 + sign * difference) / 2, population * mean - seen, population - self.n
            )
        self._total += difference

    def _look(self) -> None:
        goal = -log(self.alpha)
        if self._capital.max() < goal:
            return
        if self.log_e_noninferior >= goal:
            self.conclusion = Conclusion.NON_INFERIOR
        elif self.log_e_inferior >= goal:
            self.conclusion = Conclusion.INFERIOR
        else:
            return
        self.decided_after, self.decided_after_clusters = self.n, self.clusters


def _rest_growth(score: float, lacking: float, left: int) -> NDArray[numpy.float64] | float:
    """Log factors for one draw of `score` where `left` records may sum to `lacking` at most."""
    if lacking < -_NEAR or (lacking < _NEAR and score > 0):
        return inf  # what was seen already contradicts the hypothesis
    if lacking < _NEAR or lacking >= left:
        return 0.0  # nothing can contradict it any more, or only a draw above: no bet
    growth: NDArray[numpy.float64] = numpy.log1p(_BETS * (score * left / lacking - 1))
    return growth


def _log_mean(logs: NDArray[numpy.float64]) -> float:
    top = float(logs.max())
    return top if isinf(top) else top + log(float(numpy.exp(logs - top).mean()))


def log_e_value_counts(plus: int, zero: int, minus: int, m: float) -> float:
    """Logarithm of the e-value against "the mean difference is m or less", from counts of +1, 0 and -1.

    The same number `EProcess` reaches after these records in any order, at m = -margin; for its other game
    swap plus and minus and take m = margin.

    Raises:
        ValueError: A count is negative or m is not within -1 to 1.
    """
    return _log_e(_of_counts(plus, zero, minus), 1, m)


def e_value_counts(plus: int, zero: int, minus: int, m: float) -> float:
    """The e-value of `log_e_value_counts`; infinite where it is too large for a float."""
    return _exponential(log_e_value_counts(plus, zero, minus, m))


def sign_e_value(losses: int, gains: int) -> float:
    """E-value against "gains and losses are equally likely", from discordant records: 2^n B(b + 1, g + 1).

    The Bayes factor of a uniform prior, which is also an e-process. Infinite where it is too large for a
    float.

    Raises:
        ValueError: A count is negative.
    """
    if min(losses, gains) < 0:
        raise ValueError(f"counts must not be negative, got {losses} and {gains}")
    return _exponential((losses + gains) * log(2) + float(betaln(losses + 1, gains + 1)))


def confidence_sequence(plus: int, zero: int, minus: int, *, level: float = 0.95) -> Estimate:
    """The net difference with an interval that holds at every moment of a run, from counts of +1, 0 and -1.

    Every mean against which one of the two games reaches 2 / (1 - level) is outside. Records in random order,
    each for itself.

    Raises:
        ValueError: A count is negative.
    """
    return _sequence(_of_counts(plus, zero, minus), 1, level)


def clustered_confidence_sequence(sums: Sums, *, largest_cluster: int, level: float = 0.95) -> Estimate:
    """As `confidence_sequence`, for clusters in random order or for scores that are not only right and wrong.

    Args:
        sums: Per cluster the sum of differences and the number of records.
        largest_cluster: Most records of one cluster, fixed before the run.
        level: Confidence level.

    Raises:
        ValueError: A cluster is empty, larger than the cap, or has a sum that does not fit its size.
    """
    table = numpy.asarray(sums, dtype=numpy.float64).reshape(-1, 2)
    sizes = table[:, 1]
    fitting = (sizes >= 1) & (sizes <= largest_cluster) & (numpy.abs(table[:, 0]) <= sizes * (1 + _NEAR))
    if not fitting.all():
        raise ValueError(
            f"every cluster needs 1 to {largest_cluster} records and a sum of differences from -size to size"
        )
    kinds, counts = numpy.unique(table, axis=0, return_counts=True)
    return _sequence(numpy.column_stack([kinds, counts]), largest_cluster, level)


def _sequence(kinds: NDArray[numpy.float64], largest: int, level: float) -> Estimate:
    """From rows of sum, size and number of clusters alike."""
    n = round(float(kinds[:, 1] @ kinds[:, 2]))
    if n == 0:
        return nothing(BETTING, level=level)
    value = float(kinds[:, 0] @ kinds[:, 2]) / n
    flipped = kinds * numpy.array([-1.0, 1.0, 1.0])
    return Estimate(
        value=value,
        low=_lower_end(kinds, largest, value, level),
        high=-_lower_end(flipped, largest, -value, level),
        level=level,
        n=n,
        method=BETTING,
    )


def _lower_end(kinds: NDArray[numpy.float64], largest: int, value: float, level: float) -> float:
    """The largest mean still contradicted; the e-value falls with the mean, to 1 or less at `value`."""
    goal = log(2 / (1 - level))

    def beyond(mean: float) -> float:
        return _log_e(kinds, largest, mean) - goal

    least = -1 + _NEAR
    if value <= least or beyond(least) <= 0:
        return -1.0
    return float(brentq(beyond, least, value, xtol=1e-12))


def _log_e(kinds: NDArray[numpy.float64], largest: int, m: float) -> float:
    if not -1 < m <= 1:
        raise ValueError(f"a mean difference must lie between -1 and 1, got {m}")
    stakes = (kinds[:, 0] - m * kinds[:, 1]) / (largest * (1 + m))
    return _log_mean(kinds[:, 2] @ numpy.log1p(numpy.outer(stakes, _BETS)))


def _of_counts(plus: int, zero: int, minus: int) -> NDArray[numpy.float64]:
    if min(plus, zero, minus) < 0:
        raise ValueError(f"counts must not be negative, got {(plus, zero, minus)}")
    return numpy.array([[1, 1, plus], [0, 1, zero], [-1, 1, minus]], dtype=numpy.float64)


def _exponential(logarithm: float) -> float:
    return exp(logarithm) if logarithm < 709 else inf
