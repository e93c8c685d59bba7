from math import sqrt

import pytest
from scipy.stats import binomtest, t

from harness.analysis.stats.intervals import RunningMean, severe_rate_bound, share


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_limits_of_newcombe_1998(hits: int, n: int, low: float, high: float) -> None:
    estimate = share(hits, n)
    assert estimate.low == pytest.approx(low, abs=5e-5)
    assert estimate.high == pytest.approx(high, abs=5e-5)
    assert estimate.value == hits / n
    assert (estimate.n, estimate.level, estimate.method) == (n, 0.95, "Wilson score")


def test_share_of_nothing_has_no_value() -> None:
    estimate = share(0, 0)
    assert (estimate.value, estimate.low, estimate.high, estimate.n) == (None, None, None, 0)


@pytest.mark.parametrize(("hits", "n"), [(-1, 5), (6, 5)])
def test_impossible_share(hits: int, n: int) -> None:
    with pytest.raises(ValueError, match=f"a share needs 0 <= hits <= n, got {hits} of {n}"):
        share(hits, n)


def test_share_is_symmetric() -> None:
    low, high = share(7, 40), share(33, 40)
    assert low.low == pytest.approx(1 - (high.high or 0))


def test_mean_against_the_formula() -> None:
    values = [0.2, 0.9, 1.0, 0.75, 0.4]
    running = RunningMean()
    for value in values:
        running.add(value)
    estimate = running.estimate()
    centre = sum(values) / 5
    error = sqrt(sum((value - centre) ** 2 for value in values) / 4 / 5)
    assert estimate.value == pytest.approx(centre)
    assert estimate.low == pytest.approx(centre - t.ppf(0.975, 4) * error)
    assert estimate.high == 1.0  # cut to the range of a score
    assert estimate.n == 5


def test_mean_of_none_and_of_one() -> None:
    running = RunningMean()
    assert running.estimate().value is None
    running.add(0.5)
    one = running.estimate()
    assert (one.value, one.low, one.high) == (0.5, 0.0, 1.0)


@pytest.mark.parametrize("n", [1, 10, 100, 1000, 100_000])
def test_zero_in_n_bounds_the_rate_by_three_in_n(n: int) -> None:
    found = severe_rate_bound(n)
    assert found.high == pytest.approx(1 - 0.05 ** (1 / n))
    assert (found.value, found.low, found.n) == (0.0, 0.0, n)
    assert found.high is not None
    assert found.high < 3 / n
    if n >= 100:
        assert found.high == pytest.approx(3 / n, rel=0.02)


def test_the_bound_with_events_is_that_of_clopper_and_pearson() -> None:
    found = severe_rate_bound(50, events=2, level=0.975)
    assert found.high == pytest.approx(binomtest(2, 50).proportion_ci(0.95, method="exact").high)
    assert severe_rate_bound(5, events=5).high == 1.0
    assert severe_rate_bound(0).value is None
    with pytest.raises(ValueError, match="a rate needs 0 <= events <= n, got 3 of 2"):
        severe_rate_bound(2, events=3)
