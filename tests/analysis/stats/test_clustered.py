from math import sqrt

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm, t
from statsmodels.regression.linear_model import OLS

from harness.analysis.stats.clustered import (
    ClusterTally,
    bootstrap_difference,
    cluster_spread,
    clustered_difference,
)
from harness.analysis.stats.paired import net_difference, wald
from harness.domain.estimate import Estimate

Sums = list[tuple[float, int]]


def reach(estimate: Estimate) -> float:
    assert estimate.low is not None
    assert estimate.high is not None
    return (estimate.high - estimate.low) / 2


def drawn(clusters: int, seed: int = 3) -> tuple[list[str], list[float]]:
    generator = numpy.random.default_rng(seed)
    names, differences = [], []
    for cluster in range(clusters):
        chance = generator.dirichlet([1.0, 6.0, 0.7])
        for value in generator.choice([-1.0, 0.0, 1.0], size=generator.integers(1, 9), p=chance):
            names.append(f"document {cluster}")
            differences.append(float(value))
    return names, differences


def tallied(names: list[str], differences: list[float]) -> tuple[tuple[float, int], ...]:
    tally = ClusterTally()
    for name, difference in zip(names, differences, strict=True):
        tally.add(name, difference)
    return tally.sums()


@pytest.mark.parametrize("clusters", [60, 300])
def test_the_standard_error_is_that_of_statsmodels(clusters: int) -> None:
    names, differences = drawn(clusters)
    groups = [int(name.split()[1]) for name in names]
    fitted = OLS(differences, numpy.ones(len(differences))).fit(
        cov_type="cluster", cov_kwds={"groups": groups, "use_correction": False}
    )
    sums = tallied(names, differences)
    found = clustered_difference(sums)
    assert cluster_spread(sums).error == pytest.approx(fitted.bse[0], rel=1e-9)
    assert found.value == pytest.approx(fitted.params[0])
    assert (found.low, found.high) == pytest.approx(tuple(fitted.conf_int()[0]), rel=1e-9)
    assert (found.n, found.method) == (len(differences), "cluster-robust, normal")


def test_below_forty_clusters_student_with_one_less() -> None:
    sums = tallied(*drawn(20))
    found = clustered_difference(sums)
    assert found.method == "cluster-robust, Student t"
    assert reach(found) == pytest.approx(t.ppf(0.975, 19) * cluster_spread(sums).error)


def test_records_for_themselves_give_the_plain_paired_error() -> None:
    sums: Sums = [(1.0, 1)] * 742 + [(-1.0, 1)] * 2496 + [(0.0, 1)] * (8816 + 1983)
    found, plain = clustered_difference(sums), wald(8816, 742, 2496, 1983)
    assert (found.low, found.high) == pytest.approx((plain.low, plain.high))
    assert cluster_spread(sums).error == pytest.approx(0.0039, abs=5e-5)


def test_clusters_that_fail_as_one_widen_the_interval_by_the_root_of_their_size() -> None:
    single = clustered_difference([(-1.0, 1)] * 30 + [(1.0, 1)] * 15 + [(0.0, 1)] * 255)
    tens = clustered_difference([(-10.0, 10)] * 30 + [(10.0, 10)] * 15 + [(0.0, 10)] * 255)
    assert reach(tens) == pytest.approx(reach(single))
    spread = clustered_difference([(-1.0, 1)] * 300 + [(1.0, 1)] * 150 + [(0.0, 1)] * 2550)
    assert reach(tens) == pytest.approx(sqrt(10) * reach(spread))


@given(
    st.lists(
        st.integers(1, 6).flatmap(lambda size: st.tuples(st.integers(-size, size), st.just(size))),
        min_size=1,
        max_size=60,
    )
)
def test_swapping_the_arms_flips_the_sign(drawn_sums: list[tuple[int, int]]) -> None:
    sums: Sums = [(float(total), size) for total, size in drawn_sums]
    one, other = clustered_difference(sums), clustered_difference([(-total, size) for total, size in sums])
    again = clustered_difference(list(reversed(sums)))
    assert one.low is not None
    assert one.high is not None
    assert one.value is not None
    assert -1 <= one.low <= one.value <= one.high <= 1
    assert one.value == pytest.approx(-(other.value or 0))
    assert one.low == pytest.approx(-(other.high or 0), abs=1e-8)
    assert (again.low, again.high) == pytest.approx((one.low, one.high), abs=1e-8)


def test_where_nothing_differs_the_doubt_stays() -> None:
    singles = clustered_difference([(0.0, 1)] * 100)
    tango = net_difference(0, 0, 100)
    assert (singles.low, singles.high) == pytest.approx((tango.low, tango.high), abs=1e-6)
    assert singles.method == "cluster-robust, score"
    # Nothing tells whether the ten records of a document would fail together.
    tens = clustered_difference([(0.0, 10)] * 100)
    assert (tens.low, tens.high) == pytest.approx((tango.low, tango.high), abs=1e-6)


@pytest.mark.parametrize(("gains", "losses"), [(0, 1), (0, 5), (2, 4)])
def test_few_differing_records_give_about_tangos_interval(gains: int, losses: int) -> None:
    sums: Sums = [(1.0, 1)] * gains + [(-1.0, 1)] * losses + [(0.0, 1)] * (300 - gains - losses)
    found, tango = clustered_difference(sums), net_difference(gains, losses, 300)
    assert found.low == pytest.approx(tango.low, abs=0.0005)
    assert found.high == pytest.approx(tango.high, abs=0.002)


def test_one_cluster_says_nothing_and_none_even_less() -> None:
    one = clustered_difference([(-2.0, 9)])
    assert one.value == pytest.approx(-2 / 9)
    assert (one.low, one.high, one.n) == (-1.0, 1.0, 9)
    assert clustered_difference([]).value is None


@pytest.mark.parametrize("sums", [[(0.0, 0)], [(2.0, 1)], [(float("nan"), 1)]])
def test_impossible_sums(sums: Sums) -> None:
    with pytest.raises(ValueError, match="every cluster needs at least one record"):
        clustered_difference(sums)


def test_names_may_be_anything_and_are_not_kept_when_long() -> None:
    tally = ClusterTally()
    for name in ("", "\ud800", "x" * 1_000_000, "x" * 1_000_000, "x" * 999_999):
        tally.add(name, 0.5)
    assert tally.sums() == ((0.5, 1), (0.5, 1), (1.0, 2), (0.5, 1))
    assert max(len(name) for name in tally.places) < 100


def test_the_bootstrap_agrees_with_the_standard_error() -> None:
    sums = tallied(*drawn(400))
    found, robust = bootstrap_difference(sums, seed=5), clustered_difference(sums)
    assert found.low == pytest.approx(robust.low, abs=0.006)
    assert found.high == pytest.approx(robust.high, abs=0.006)
    assert (found.value, found.n, found.method) == (robust.value, robust.n, "paired cluster bootstrap")


def test_the_bootstrap_follows_its_seed_only() -> None:
    sums = tallied(*drawn(50))
    one = bootstrap_difference(sums, seed=5)
    assert bootstrap_difference(sums, seed=5) == one
    assert bootstrap_difference(list(reversed(sums)), seed=5) == one
    assert bootstrap_difference(sums, seed=6) != one


def test_the_bootstrap_of_scores_in_several_blocks() -> None:
    generator = numpy.random.default_rng(1)
    differences = generator.normal(-0.02, 0.1, size=3000).clip(-1, 1)
    found = bootstrap_difference([(float(value), 1) for value in differences], seed=1, draws=1000)
    error = differences.std() / sqrt(3000)
    assert found.low == pytest.approx(differences.mean() - norm.ppf(0.975) * error, abs=error / 4)
    assert found.high == pytest.approx(differences.mean() + norm.ppf(0.975) * error, abs=error / 4)


def test_the_bootstrap_does_not_call_sameness_certainty() -> None:
    sums: Sums = [(0.0, 2)] * 30
    assert bootstrap_difference(sums, seed=1) == clustered_difference(sums)
    assert bootstrap_difference([], seed=1).value is None
