"""How far raters or models agree, raw and beyond chance.

No gate stands on kappa: it collapses where one category dominates. Read it beside the raw agreement and AC1.

All chance-corrected intervals are mean +- t standard errors, the variance linearised over the units and t
Student's quantile with one degree of freedom less than units (Gwet, Handbook of Inter-Rater Reliability, 4th
edition, 2014; British Journal of Mathematical and Statistical Psychology 61 (2008) 29-48). Where no spread is
seen at all, as where every unit agrees, the score limits of the raw agreement are corrected for chance
instead.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import sqrt
from typing import TypeAlias

import numpy
from numpy.typing import NDArray
from scipy.special import stdtrit

from harness.analysis.stats.intervals import nothing, share
from harness.domain.estimate import Estimate

KAPPA = "Cohen kappa, linearised"
AC1 = "Gwet AC1, linearised"
FLEISS = "Fleiss kappa, linearised"
CONGER = "Conger kappa, linearised"
ALPHA = "Krippendorff alpha, linearised"
BRENNAN_PREDIGER = "Brennan-Prediger, linearised"

Table: TypeAlias = Sequence[Sequence[int]]
Ratings: TypeAlias = Sequence[Sequence[int | None]]
_Array: TypeAlias = NDArray[numpy.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Parts:
    """A coefficient (agreement - chance) / (1 - chance), and how each kind of unit moves both terms.

    `spent` is what the variance takes off the number of units: 0 in the published formulas of two-rater
    tables, 1 in those of several raters.
    """

    agreement: float
    chance: float
    agreement_moves: _Array
    chance_moves: _Array
    weights: _Array
    spent: int = 1

    @property
    def units(self) -> int:
        return int(self.weights.sum())


def percent(table: Table, *, level: float = 0.95) -> Estimate:
    """The share of units on which two raters agree, with Wilson's interval.

    Args:
        table: Square; row = category of the first rater, column = of the second, cell = units.
        level: Confidence level.

    Raises:
        ValueError: The table is not square or has a negative count.
    """
    counts = _square(table)
    return share(int(numpy.trace(counts)), int(counts.sum()), level=level)


def cohen_kappa(table: Table, *, level: float = 0.95) -> Estimate:
    """Cohen's kappa of two raters; without a value where both use one and the same category only.

    Source: Cohen, Educational and Psychological Measurement 20 (1960) 37-46; variance: Fleiss, Cohen and
        Everitt, Psychological Bulletin 72 (1969) 323-327.

    Args:
        table: Square; row = category of the first rater, column = of the second, cell = units.
        level: Confidence level.

    Raises:
        ValueError: The table is not square or has a negative count.
    """
    counts = _square(table)
    rows, columns = numpy.nonzero(counts)
    chosen = numpy.stack([_one_hot(rows, len(counts)), _one_hot(columns, len(counts))], axis=1)
    return _by_rater(chosen, counts[rows, columns], KAPPA, level, spent=0)


def gwet_ac1(table: Table, *, level: float = 0.95) -> Estimate:
    """Gwet's AC1 of two raters, which stays near the raw agreement where one category dominates.

    Args:
        table: Square; row = category of the first rater, column = of the second, cell = units. Categories
            that nobody chose count too.
        level: Confidence level.

    Raises:
        ValueError: The table is not square or has a negative count.
    """
    counts = _square(table)
    rows, columns = numpy.nonzero(counts)
    chosen = _one_hot(rows, len(counts)) + _one_hot(columns, len(counts))
    return _ac1(chosen, counts[rows, columns], level, spent=0)


def gwet_ac1_many(counts: Table, *, level: float = 0.95) -> Estimate:
    """Gwet's AC1 of several raters, some of whom may have left units out.

    Args:
        counts: Row = unit, column = category, cell = raters who chose it; see `counts_of`.
        level: Confidence level.

    Raises:
        ValueError: Rows differ in length, or a count is negative.
    """
    chosen = _counts(counts)
    return _ac1(chosen, numpy.ones(len(chosen)), level, spent=1)


def _ac1(chosen: _Array, weights: _Array, level: float, *, spent: int) -> Estimate:
    if not len(chosen) or chosen.shape[1] < 2:
        return _undefined(int(weights.sum()), AC1, level)
    shares, means = _shares(chosen, weights)
    chance = float((means * (1 - means)).sum()) / (chosen.shape[1] - 1)
    moves = (shares - means) @ (1 - 2 * means) / (chosen.shape[1] - 1)
    return _coefficient(replace(_agreeing(chosen, weights, chance, moves), spent=spent), AC1, level)


def fleiss_kappa(counts: Table, *, level: float = 0.95) -> Estimate:
    """Fleiss' kappa of several raters; chance from the shares of the categories over all raters.

    Source: Fleiss, Psychological Bulletin 76 (1971) 378-382.

    Args:
        counts: Row = unit, column = category, cell = raters who chose it; see `counts_of`.
        level: Confidence level.

    Raises:
        ValueError: Rows differ in length, or a count is negative.
    """
    chosen = _counts(counts)
    weights = numpy.ones(len(chosen))
    if not len(chosen):
        return nothing(FLEISS, level=level)
    shares, means = _shares(chosen, weights)
    moves = 2 * (shares - means) @ means
    return _coefficient(_agreeing(chosen, weights, float((means**2).sum()), moves), FLEISS, level)


def brennan_prediger(counts: Table, *, level: float = 0.95) -> Estimate:
    """The coefficient whose chance is one over the number of categories.

    Source: Brennan and Prediger, Educational and Psychological Measurement 41 (1981) 687-699.

    Args:
        counts: Row = unit, column = category, cell = raters who chose it; see `counts_of`. Categories that
            nobody chose count too.
        level: Confidence level.

    Raises:
        ValueError: Rows differ in length, or a count is negative.
    """
    chosen = _counts(counts)
    if not len(chosen):
        return nothing(BRENNAN_PREDIGER, level=level)
    weights, moves = numpy.ones(len(chosen)), numpy.zeros(len(chosen))
    return _coefficient(_agreeing(chosen, weights, 1 / chosen.shape[1], moves), BRENNAN_PREDIGER, level)


def krippendorff_alpha(counts: Table, *, level: float = 0.95) -> Estimate:
    """Krippendorff's alpha for categories; units with one rating are left out.

    Source: Krippendorff, Content Analysis, 3rd edition, 2012, chapter 12.

    Args:
        counts: Row = unit, column = category, cell = raters who chose it; see `counts_of`.
        level: Confidence level.

    Raises:
        ValueError: Rows differ in length, or a count is negative.
    """
    chosen = _counts(counts)
    chosen = chosen[chosen.sum(axis=1) >= 2]
    if not len(chosen):
        return nothing(ALPHA, level=level)
    raters = chosen.sum(axis=1)
    mean_raters, small = float(raters.mean()), 1 / float(raters.sum())
    agreeing = (chosen * (chosen - 1)).sum(axis=1) / (raters - 1)
    raw = float(agreeing.mean()) / mean_raters
    means = chosen.mean(axis=0) / mean_raters
    parts = _Parts(
        agreement=(1 - small) * raw + small,
        chance=float((means**2).sum()),
        # Without the factor 1 - small, as Gwet's irrCAC has it: a slightly wider interval.
        agreement_moves=(agreeing - raw * raters) / mean_raters,
        chance_moves=2 * ((chosen - numpy.outer(raters, means)) / mean_raters) @ means,
        weights=numpy.ones(len(chosen)),
    )
    return _coefficient(parts, ALPHA, level)


def conger_kappa(ratings: Ratings, categories: int, *, level: float = 0.95) -> Estimate:
    """Conger's kappa of several raters, Cohen's for two; it needs to know who rated what.

    Source: Conger, Psychological Bulletin 88 (1980) 322-328.

    Args:
        ratings: Row = unit, column = rater, cell = category from 0, None where the rater left it out.
        categories: How many there are.
        level: Confidence level.

    Raises:
        ValueError: Rows differ in length, or a rating is no category.
    """
    chosen = _chosen(ratings, categories)
    return _by_rater(chosen, numpy.ones(len(chosen)), CONGER, level, spent=1)


def counts_of(ratings: Ratings, categories: int) -> tuple[tuple[int, ...], ...]:
    """Ratings by rater as the counts the other functions take: row = unit, column = category.

    Args:
        ratings: Row = unit, column = rater, cell = category from 0, None where the rater left it out.
        categories: How many there are.

    Raises:
        ValueError: Rows differ in length, or a rating is no category.
    """
    return tuple(tuple(int(count) for count in unit) for unit in _chosen(ratings, categories).sum(axis=1))


def _by_rater(chosen: _Array, weights: _Array, method: str, level: float, *, spent: int) -> Estimate:
    """Conger's kappa from units x raters x categories."""
    rated = chosen.sum(axis=(1, 2)) > 0
    chosen, weights = chosen[rated], weights[rated]
    # A rater who rated nothing has no shares and takes no part.
    chosen = chosen[:, chosen.sum(axis=(0, 2)) > 0]
    units, raters = weights.sum(), chosen.shape[1]
    if raters < 2:
        return _undefined(int(units), method, level)
    has = chosen.sum(axis=2)
    per_rater = weights @ has
    by_rater = numpy.tensordot(weights, chosen, axes=1) / per_rater[:, None]
    over_all = by_rater.sum(axis=0)
    pairs = raters * (raters - 1)
    chance = float((over_all**2).sum() - (by_rater**2).sum()) / pairs
    moves = (chosen - by_rater * has[:, :, None]) * (units / per_rater)[None, :, None]
    chance_moves = 2 * (moves * (over_all - by_rater)).sum(axis=(1, 2)) / pairs
    parts = _agreeing(chosen.sum(axis=1), weights, chance, chance_moves)
    return _coefficient(replace(parts, spent=spent), method, level)


def _agreeing(chosen: _Array, weights: _Array, chance: float, chance_moves: _Array) -> _Parts:
    """The mean share of agreeing pairs of raters, over the units that two or more rated."""
    raters = chosen.sum(axis=1)
    several = raters >= 2
    pairs = numpy.where(several, raters * (raters - 1), 1)
    agreeing = (chosen * (chosen - 1)).sum(axis=1) / pairs
    units, compared = weights.sum(), weights[several].sum()
    agreement = float(weights @ agreeing / compared) if compared else float("nan")
    return _Parts(
        agreement=agreement,
        chance=chance,
        agreement_moves=(agreeing - chance * several) * (units / max(compared, 1)) - (agreement - chance),
        chance_moves=chance_moves,
        weights=weights,
    )


def _coefficient(parts: _Parts, method: str, level: float) -> Estimate:
    room, units = 1 - parts.chance, parts.units
    if room <= 1e-12 or numpy.isnan(parts.agreement):
        return _undefined(units, method, level)
    value = (parts.agreement - parts.chance) / room
    low, high = -1.0, 1.0
    if units > 1:
        moves = (parts.agreement_moves - (1 - value) * parts.chance_moves) / room
        error = sqrt(float(parts.weights @ moves**2) / units / (units - parts.spent))
        reach = float(stdtrit(units - 1, (1 + level) / 2))
        low, high = value - reach * error, value + reach * error
        if error < 1e-9:
            raw = share(round(parts.agreement * units), units, level=level)
            low, high = (((end or 0.0) - parts.chance) / room for end in (raw.low, raw.high))
    return Estimate(value=value, low=max(-1.0, low), high=min(1.0, high), level=level, n=units, method=method)


def _undefined(units: int, method: str, level: float) -> Estimate:
    return Estimate(value=None, low=None, high=None, level=level, n=units, method=method)


def _shares(chosen: _Array, weights: _Array) -> tuple[_Array, _Array]:
    shares = chosen / chosen.sum(axis=1, keepdims=True)
    return shares, weights @ shares / weights.sum()


def _one_hot(places: NDArray[numpy.intp], categories: int) -> _Array:
    hot: _Array = numpy.eye(categories)[places]
    return hot


def _square(table: Table) -> _Array:
    counts = _matrix(table)
    if counts.ndim != 2 or counts.shape[0] != counts.shape[1] or (counts < 0).any():
        raise ValueError("a table of two raters must be square, without negative counts")
    return counts


def _counts(counts: Table) -> _Array:
    chosen = _matrix(counts)
    if not chosen.size:
        return numpy.empty((0, 0))
    if (chosen < 0).any():
        raise ValueError("counts of raters must not be negative")
    rated: _Array = chosen[chosen.sum(axis=1) > 0]
    return rated


def _matrix(rows: Table) -> _Array:
    if len({len(row) for row in rows}) > 1:
        raise ValueError("every row must have the same length")
    return numpy.array([list(row) for row in rows], dtype=numpy.float64)


def _chosen(ratings: Ratings, categories: int) -> _Array:
    if len({len(row) for row in ratings}) > 1:
        raise ValueError("every row must have the same length")
    raters = len(ratings[0]) if len(ratings) else 0
    chosen = numpy.zeros((len(ratings), raters, categories))
    for unit, row in enumerate(ratings):
        for rater, rating in enumerate(row):
            if rating is None:
                continue
            if not 0 <= rating < categories:
                raise ValueError(f"a rating must be a category from 0 to {categories - 1}, got {rating}")
            chosen[unit, rater, rating] = 1
    return chosen
