"""Promised error rates and coverage, simulated; `benchmarks/simulations.py` prints them."""

import pytest
from simulations import (
    ALPHA,
    ANSWERS,
    BOUNDARIES,
    bootstrapped,
    claims_in_order_of_time,
    clustered_coverage,
    clustered_false_passes,
    excess_coverage,
    relative_records,
    repeated_fixed_test,
    sequential_claims,
    sequential_claims_of_a_log,
    sequential_claims_of_clusters,
    sequential_claims_of_mixed_clusters,
    tango_coverage,
)

from harness.analysis.stats.noninferiority import Conclusion


def runs(short: int, long: int) -> pytest.MarkDecorator:
    """The short form runs in CI, the long one by `make test-slow`."""
    return pytest.mark.parametrize(
        "count", [pytest.param(short, id="short"), pytest.param(long, id="long", marks=pytest.mark.slow)]
    )


@runs(150, 3000)
@pytest.mark.parametrize(("discordant", "margin"), BOUNDARIES)
def test_looking_after_every_record_keeps_the_error_rate(
    discordant: float, margin: float, count: int
) -> None:
    claims = sequential_claims(discordant, margin, runs=count, records=3000, seed=11)
    for claim in (Conclusion.NON_INFERIOR, Conclusion.INFERIOR):
        assert claims[claim].value <= ALPHA + 2 * claims[claim].error
    assert claims[Conclusion.UNDECIDED].hits > count / 2


@runs(200, 4000)
def test_clusters_with_a_bet_each_keep_the_error_rate(count: int) -> None:
    joined = sequential_claims_of_clusters(runs=count, clusters=600, seed=12)
    mixed = sequential_claims_of_mixed_clusters(runs=count // 2, clusters=300, seed=13)
    assert joined.value <= ALPHA + 2 * joined.error
    assert mixed.value <= ALPHA + 2 * mixed.error


@runs(150, 3000)
def test_a_log_drawn_to_its_end_keeps_the_error_rate(count: int) -> None:
    found = sequential_claims_of_a_log(runs=count, seed=14)
    assert found.value <= ALPHA + 2 * found.error


@runs(60, 1000)
def test_a_bet_per_record_of_a_cluster_does_not(count: int) -> None:
    assert sequential_claims_of_clusters(runs=count, clusters=600, seed=15, one_bet=False).value > 0.4


def test_nor_does_the_order_of_time() -> None:
    assert claims_in_order_of_time(runs=20, seed=16).value == 1.0


@runs(400, 10_000)
def test_nor_does_a_fixed_test_done_again_and_again(count: int) -> None:
    assert repeated_fixed_test(runs=count, seed=17).value == pytest.approx(0.21, abs=0.05)


@runs(40, 1000)
@pytest.mark.parametrize(
    ("mean", "low", "high"), [(0.03, 0.15, 0.4), (0.0, 0.7, 1.3), (-0.015, 1.8, 2.8), (-0.09, 0.1, 0.3)]
)
def test_records_of_a_sequential_over_a_fixed_run(mean: float, low: float, high: float, count: int) -> None:
    records, undecided = relative_records(mean, runs=count, seed=18)
    assert low < 3 * (records.value or 0) < high
    assert (undecided.value > 0.2) == (mean == -0.015)


@pytest.mark.parametrize(
    ("n", "gain", "loss"), [(30, 0.05, 0.05), (40, 0.02, 0.10), (50, 0.15, 0.20), (60, 0.01, 0.01)]
)
def test_tangos_interval_covers(n: int, gain: float, loss: float) -> None:
    assert tango_coverage(n, gain, loss) > 0.94


@runs(500, 5000)
@pytest.mark.parametrize(("clusters", "least"), [(15, 0.93), (80, 0.925)])
def test_the_clustered_interval_covers(clusters: int, least: float, count: int) -> None:
    assert clustered_coverage(clusters, runs=count, seed=19).value > least


@runs(150, 2000)
def test_the_bootstrap_covers(count: int) -> None:
    assert clustered_coverage(80, runs=count, seed=20, interval=bootstrapped).value > 0.9


@runs(500, 5000)
@pytest.mark.parametrize("clusters", [20, 100, 600])
def test_rare_losses_of_whole_clusters_do_not_pass(clusters: int, count: int) -> None:
    found = clustered_false_passes(clusters, runs=count, seed=21)
    assert found.value <= ALPHA + 2 * found.error + 0.01


@runs(400, 4000)
@pytest.mark.parametrize("answers", ANSWERS)
def test_the_excess_disagreement_covers(answers: str, count: int) -> None:
    found = excess_coverage(ANSWERS[answers], records=200, runs=count, seed=22)
    assert found.value >= 0.94 - found.error
