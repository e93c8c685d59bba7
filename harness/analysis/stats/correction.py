"""Corrections for asking several questions at once."""

from collections.abc import Sequence

import numpy
from numpy.typing import NDArray
from scipy.stats import false_discovery_control


def bonferroni(p_values: Sequence[float]) -> tuple[float, ...]:
    """Adjusted p-values, in the order given: every one times their number, at most 1."""
    checked = _checked(p_values)
    return tuple(numpy.minimum(checked * len(checked), 1.0).tolist())


def holm(p_values: Sequence[float]) -> tuple[float, ...]:
    """Adjusted p-values, in the order given, that keep the chance of any false claim at the level.

    For one statement that covers several workloads. Uniformly better than Bonferroni's.

    Source: Holm, Scandinavian Journal of Statistics 6 (1979) 65-70.

    Raises:
        ValueError: A p-value is not within 0 to 1.
    """
    checked = _checked(p_values)
    order = numpy.argsort(checked, kind="stable")
    steps = checked[order] * numpy.arange(len(checked), 0, -1)
    adjusted = numpy.empty(len(checked))
    adjusted[order] = numpy.minimum(numpy.maximum.accumulate(steps), 1.0)
    return tuple(adjusted.tolist())


def benjamini_hochberg(p_values: Sequence[float]) -> tuple[float, ...]:
    """Adjusted p-values, in the order given, that bound the share of false claims.

    Of the claims with an adjusted p up to q, a share q at most is expected to be false. For lists that are
    searched, such as slices.

    Source: Benjamini and Hochberg, Journal of the Royal Statistical Society B 57 (1995) 289-300.

    Raises:
        ValueError: A p-value is not within 0 to 1.
    """
    checked = _checked(p_values)
    return tuple(false_discovery_control(checked).tolist()) if len(checked) else ()


def e_benjamini_hochberg(e_values: Sequence[float], q: float) -> tuple[bool, ...]:
    """Which hypotheses are rejected, in the order given, so that a share q at most is expected to be false.

    The k largest, with k maximal so that the k-th largest of m is at least m / (k q). Holds under any
    dependence between the e-values.

    Source: Wang and Ramdas, Journal of the Royal Statistical Society B 84 (2022) 822-852.

    Raises:
        ValueError: An e-value is negative or not a number, or q is not within 0 to 1.
    """
    values = numpy.asarray(e_values, dtype=numpy.float64)
    if not (values >= 0).all() or not 0 < q < 1:
        raise ValueError(f"e-values must not be negative and q must lie between 0 and 1, got q = {q}")
    m = len(values)
    largest = numpy.sort(values)[::-1]
    ranks = numpy.arange(1, m + 1)
    passing = ranks[largest * ranks * q >= m * (1 - 1e-12)]
    if not len(passing):
        return (False,) * m
    least = largest[passing[-1] - 1]
    return tuple((values >= least).tolist())


def _checked(p_values: Sequence[float]) -> NDArray[numpy.float64]:
    values = numpy.asarray(p_values, dtype=numpy.float64)
    if not ((values >= 0) & (values <= 1)).all():
        raise ValueError("p-values must lie between 0 and 1")
    return values
