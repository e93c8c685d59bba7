from math import exp, inf, log

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.analysis.stats.noninferiority import Conclusion
from harness.analysis.stats.paired import net_difference
from harness.analysis.stats.sequential import (
    EProcess,
    clustered_confidence_sequence,
    confidence_sequence,
    e_value_counts,
    log_e_value_counts,
    sign_e_value,
)

BETS = [float(value) for value in numpy.linspace(0.02, 0.98, 25) ** 2]
SINGLES = st.lists(st.sampled_from([-1.0, 0.0, 1.0]), max_size=60)


def after(process: EProcess, differences: list[float]) -> EProcess:
    for difference in differences:
        process.add([difference])
    return process


def test_published_confidence_sequence() -> None:
    found = confidence_sequence(100, 9700, 200, level=0.95)
    assert found.low == pytest.approx(-0.01590, abs=5e-6)
    assert found.high == pytest.approx(-0.00436, abs=5e-6)
    assert (found.value, found.n) == (-0.01, 10_000)


def test_published_sign_e_value() -> None:
    assert sign_e_value(16, 6) == pytest.approx(2.444, abs=5e-4)
    assert sign_e_value(6, 16) == pytest.approx(2.444, abs=5e-4)
    assert sign_e_value(0, 0) == pytest.approx(1)
    assert sign_e_value(5000, 0) == inf


def test_the_e_value_by_its_formula() -> None:
    plus, zero, minus, m = 7, 80, 3, -0.05
    mu = (m + 1) / 2
    by_hand = numpy.mean(
        [(1 + c * (1 / mu - 1)) ** plus * (1 + c * (0.5 / mu - 1)) ** zero * (1 - c) ** minus for c in BETS]
    )
    assert e_value_counts(plus, zero, minus, m) == pytest.approx(float(by_hand))


@given(SINGLES, st.sampled_from([0.01, 0.05, 0.3]))
def test_the_process_reaches_the_e_values_of_its_counts(differences: list[float], margin: float) -> None:
    plus, zero, minus = (differences.count(value) for value in (1.0, 0.0, -1.0))
    process = after(EProcess(margin=margin, alpha=0.05), differences)
    assert process.log_e_noninferior == pytest.approx(
        log_e_value_counts(plus, zero, minus, -margin), abs=1e-9
    )
    assert process.log_e_inferior == pytest.approx(log_e_value_counts(minus, zero, plus, margin), abs=1e-9)
    assert (process.n, process.clusters) == (len(differences), len(differences))


@given(st.lists(st.lists(st.floats(-1, 1), min_size=1, max_size=4), max_size=20))
def test_one_bet_per_cluster_by_its_formula(clusters: list[list[float]]) -> None:
    margin, largest = 0.1, 4
    process = EProcess(margin=margin, alpha=0.05, largest_cluster=largest)
    capital = [1.0] * len(BETS)
    for cluster in clusters:
        process.add(cluster)
        y = sum(d + margin for d in cluster) / (largest * (1 - margin))
        capital = [value * (1 + c * y) for value, c in zip(capital, BETS, strict=True)]
    assert process.log_e_noninferior == pytest.approx(log(sum(capital) / len(BETS)), abs=1e-9)
    assert process.n == sum(map(len, clusters))


@given(plus=st.integers(0, 300), zero=st.integers(0, 3000), minus=st.integers(0, 300))
def test_the_e_value_falls_with_the_hypothesis(plus: int, zero: int, minus: int) -> None:
    values = [log_e_value_counts(plus, zero, minus, m) for m in (-0.9, -0.3, -0.05, 0.0, 0.05, 0.3, 0.9)]
    assert values == sorted(values, reverse=True)


@given(plus=st.integers(0, 200), zero=st.integers(0, 2000), minus=st.integers(0, 200))
def test_the_confidence_sequence_holds_the_value_and_costs_something(
    plus: int, zero: int, minus: int
) -> None:
    found, flipped = confidence_sequence(plus, zero, minus), confidence_sequence(minus, zero, plus)
    if found.value is None or found.low is None or found.high is None:
        assert plus + zero + minus == 0
        return
    assert -1 <= found.low <= found.value <= found.high <= 1
    assert found.low == pytest.approx(-(flipped.high or 0), abs=1e-9)
    fixed = net_difference(plus, minus, found.n)
    assert found.high - found.low >= (fixed.high or 0) - (fixed.low or 0) - 1e-9
    wider = confidence_sequence(plus, zero, minus, level=0.99)
    assert (wider.low or -1) <= found.low
    if found.low > -1:
        assert log_e_value_counts(plus, zero, minus, found.low) == pytest.approx(log(40), abs=1e-5)


def test_clusters_of_one_give_the_sequence_of_counts() -> None:
    sums = [(1.0, 1)] * 10 + [(0.0, 1)] * 970 + [(-1.0, 1)] * 20
    one, other = confidence_sequence(10, 970, 20), clustered_confidence_sequence(sums, largest_cluster=1)
    assert (one.low, one.high, one.value) == pytest.approx((other.low, other.high, other.value))


def test_clusters_as_one_widen_the_sequence() -> None:
    joined = clustered_confidence_sequence(
        [(10.0, 10)] * 10 + [(0.0, 10)] * 970 + [(-10.0, 10)] * 20, largest_cluster=10
    )
    single = confidence_sequence(10, 970, 20)
    assert (joined.low, joined.high) == pytest.approx((single.low, single.high))
    assert joined.n == 10_000
    careless = clustered_confidence_sequence([(0.0, 2)] * 500, largest_cluster=50)
    exact = clustered_confidence_sequence([(0.0, 2)] * 500, largest_cluster=2)
    assert (careless.high or 0) > (exact.high or 0)


@pytest.mark.parametrize("sums", [[(0.0, 3)], [(0.0, 0)], [(2.0, 1)], [(float("nan"), 1)]])
def test_impossible_clusters(sums: list[tuple[float, int]]) -> None:
    with pytest.raises(ValueError, match="every cluster needs 1 to 2 records"):
        clustered_confidence_sequence(sums, largest_cluster=2)


def test_nothing_seen_is_no_claim() -> None:
    assert confidence_sequence(0, 0, 0).value is None
    assert clustered_confidence_sequence([], largest_cluster=3).value is None
    process = EProcess(margin=0.02, alpha=0.05)
    process.add([])
    assert (process.n, process.log_e_noninferior, process.conclusion) == (0, 0.0, Conclusion.UNDECIDED)


def test_equal_models_are_shown_so_and_it_stays() -> None:
    process = after(EProcess(margin=0.05, alpha=0.025), [0.0] * 500)
    assert process.conclusion is Conclusion.NON_INFERIOR
    assert process.decided_after is not None
    assert process.decided_after_clusters == process.decided_after < 200
    # The record before has not reached capital 40: it is the first crossing that is remembered.
    before = EProcess(margin=0.05, alpha=0.025)
    after(before, [0.0] * (process.decided_after - 1))
    assert before.conclusion is Conclusion.UNDECIDED
    assert exp(before.log_e_noninferior) < 40
    decided = process.decided_after
    after(process, [-1.0] * 300)
    assert (process.conclusion, process.decided_after) == (Conclusion.NON_INFERIOR, decided)
    assert process.log_e_inferior > log(40)


@pytest.mark.parametrize(
    ("differences", "margin"),
    [([0.0] * 19 + [-1.0], 0.1), ([0.0] * 8 + [1.0, -1.0], 0.05), ([0.0] * 50, 0.02)],
)
def test_as_many_more_records_like_those_seen_decide(differences: list[float], margin: float) -> None:
    process = after(EProcess(margin=margin, alpha=0.025), differences)
    more = process.more_records()
    assert more is not None
    # The last loss before the end comes at once, so the goal is reached a little before the count.
    whole = after(process, differences * (2 + more // len(differences)))
    assert whole.conclusion is Conclusion.NON_INFERIOR
    assert whole.decided_after == pytest.approx(len(differences) + more, rel=0.12)
    assert whole.more_records() == 0


def test_a_loss_beyond_the_margin_has_no_number_of_records() -> None:
    assert after(EProcess(margin=0.02, alpha=0.025), [0.0] * 9 + [-1.0]).more_records() is None
    assert EProcess(margin=0.02, alpha=0.025).more_records() is None


def test_a_worse_candidate_is_shown_so() -> None:
    process = after(EProcess(margin=0.02, alpha=0.025), [-1.0, 0.0, 0.0, 0.0] * 50)
    assert process.conclusion is Conclusion.INFERIOR
    assert process.log_e_noninferior < 0


def test_a_loss_of_exactly_the_margin_stays_open() -> None:
    process = after(EProcess(margin=0.02, alpha=0.05), ([0.0] * 49 + [-1.0]) * 60)
    assert process.conclusion is Conclusion.UNDECIDED


def test_no_number_grows_too_large() -> None:
    process = after(EProcess(margin=0.5, alpha=0.05), [1.0] * 20_000)
    assert 1000 < process.log_e_noninferior < inf
    assert e_value_counts(20_000, 0, 0, -0.5) == inf


def test_a_log_drawn_to_its_end_is_known_for_certain() -> None:
    values = [float(value) for value in numpy.random.default_rng(1).permutation([-1.0] * 8 + [0.0] * 492)]
    process = after(EProcess(margin=0.02, alpha=0.001, population=500), values)
    assert process.log_e_noninferior == inf
    assert process.conclusion is Conclusion.NON_INFERIOR
    with_replacement = after(EProcess(margin=0.02, alpha=0.001), values)
    assert with_replacement.conclusion is Conclusion.UNDECIDED
    worse = after(EProcess(margin=0.01, alpha=0.001, population=500), values)
    assert worse.log_e_inferior == inf


@given(st.integers(0, 2**32 - 1))
def test_a_log_with_exactly_the_margins_loss_is_never_certain(seed: int) -> None:
    values = [float(v) for v in numpy.random.default_rng(seed).permutation([-1.0] * 3 + [0.0] * 96 + [1.0])]
    process = after(EProcess(margin=0.02, alpha=0.001, population=100), values)
    assert process.log_e_noninferior < inf
    assert process.log_e_inferior < inf


def test_a_large_log_is_about_drawing_with_replacement() -> None:
    values = [0.0, 0.0, -1.0, 0.0, 1.0] * 20
    drawn = after(EProcess(margin=0.05, alpha=0.05, population=10**9), values)
    assert drawn.log_e_noninferior == pytest.approx(log_e_value_counts(20, 60, 20, -0.05), abs=1e-4)


@pytest.mark.parametrize("differences", [[1.5], [-1.01], [float("nan")], [0.0, 0.0, 0.0]])
def test_bets_that_would_break_the_promise(differences: list[float]) -> None:
    process = EProcess(margin=0.02, alpha=0.05, largest_cluster=2)
    with pytest.raises(ValueError, match=r"differences of scores|larger than the cap of 2"):
        process.add(differences)
    assert (process.n, process.log_e_noninferior) == (0, 0.0)


def test_more_different_scores_than_are_kept() -> None:
    scores = [float(score) for score in numpy.linspace(-0.4, 0.4, 3001)]
    twice = after(EProcess(margin=0.1, alpha=1e-9), scores * 2)
    by_formula = [2 * sum(numpy.log1p(c * (d + 0.1) / 0.9) for d in scores) for c in BETS]
    assert twice.log_e_noninferior == pytest.approx(float(numpy.logaddexp.reduce(by_formula)) - log(25))


def test_more_records_than_the_log_has() -> None:
    process = after(EProcess(margin=0.02, alpha=0.05, population=3), [0.0] * 3)
    with pytest.raises(ValueError, match="the population has 3 records"):
        process.add([0.0])


@pytest.mark.parametrize(
    ("margin", "alpha", "largest", "population"),
    [
        (0.0, 0.05, 1, None),
        (1.0, 0.05, 1, None),
        (0.02, 0.0, 1, None),
        (0.02, 0.05, 0, None),
        (0.02, 0.05, 2, 100),
        (0.02, 0.05, 1, 0),
    ],
)
def test_impossible_settings(margin: float, alpha: float, largest: int, population: int | None) -> None:
    with pytest.raises(ValueError, match=r"margin and alpha|at least one record"):
        EProcess(margin=margin, alpha=alpha, largest_cluster=largest, population=population)


def test_negative_counts() -> None:
    with pytest.raises(ValueError, match="counts must not be negative"):
        confidence_sequence(1, -1, 1)
    with pytest.raises(ValueError, match="counts must not be negative"):
        sign_e_value(-1, 1)
    with pytest.raises(ValueError, match="must lie between -1 and 1"):
        log_e_value_counts(1, 1, 1, -1.0)
