import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from harness.analysis.stats.clustered import clustered_difference
from harness.analysis.stats.noninferiority import Conclusion, noninferiority, noninferiority_clustered
from harness.analysis.stats.paired import net_difference
from harness.analysis.stats.power import records_needed

Sums = list[tuple[float, int]]


@given(
    gains=st.integers(0, 80),
    losses=st.integers(0, 80),
    same=st.integers(0, 3000),
    margin=st.sampled_from([0.005, 0.02, 0.1, 0.3]),
)
def test_the_test_is_the_interval_seen_from_the_margin(
    gains: int, losses: int, same: int, margin: float
) -> None:
    n = gains + losses + same + 1
    found = noninferiority(gains, losses, n, margin=margin, alpha=0.025)
    interval = net_difference(gains, losses, n, level=0.95)
    assert interval.low is not None
    assert interval.high is not None
    if abs(found.p_value - 0.025) > 1e-6 and abs(found.p_inferior - 0.025) > 1e-6:
        assert (found.conclusion is Conclusion.NON_INFERIOR) == (interval.low > -margin)
        assert (found.conclusion is Conclusion.INFERIOR) == (interval.high < -margin)
    assert found.p_value + found.p_inferior == pytest.approx(1)


def test_p_of_a_table_by_hand() -> None:
    found = noninferiority(10, 14, 400, margin=0.05)
    a, b = 800, -10 - 14 + (800 - 10 + 14) * -0.05
    c = -14 * -0.05 * 1.05
    q = ((b * b - 4 * a * c) ** 0.5 - b) / (2 * a)
    z = (10 - 14 + 400 * 0.05) / (400 * (2 * q - 0.05 * 1.05)) ** 0.5
    assert found.p_value == pytest.approx(norm.sf(z), rel=1e-9)
    assert found.conclusion is Conclusion.NON_INFERIOR
    assert (found.method, found.n, found.clusters) == ("Tango score test, one-sided", 400, None)


def test_no_record_decides_nothing() -> None:
    for found in (noninferiority(0, 0, 0, margin=0.02), noninferiority_clustered([], margin=0.02)):
        assert (found.p_value, found.conclusion, found.n) == (1.0, Conclusion.UNDECIDED, 0)
        assert (found.more_records, found.hopeless) == (None, False)


def test_perfect_agreement_of_few_records_does_not_pass() -> None:
    assert noninferiority(0, 0, 150, margin=0.02).conclusion is Conclusion.UNDECIDED
    assert noninferiority(0, 0, 200, margin=0.02).conclusion is Conclusion.NON_INFERIOR
    few_documents: Sums = [(0.0, 10)] * 60
    assert noninferiority_clustered(few_documents, margin=0.02).conclusion is Conclusion.UNDECIDED


@given(
    gains=st.integers(0, 30),
    losses=st.integers(0, 30),
    same=st.integers(0, 600),
    margin=st.sampled_from([0.02, 0.05]),
)
def test_as_many_more_records_of_the_same_kind_decide(
    gains: int, losses: int, same: int, margin: float
) -> None:
    n = gains + losses + same + 1
    found = noninferiority(gains, losses, n, margin=margin, power=0.8)
    room = (gains - losses) / n + margin
    assert (found.more_records is not None) == (found.conclusion is Conclusion.UNDECIDED and room > 0)
    assert found.hopeless == (found.conclusion is Conclusion.UNDECIDED and room <= 0)
    if found.more_records is not None and room > margin / 10:
        times = 1 + found.more_records / n
        later = noninferiority(
            round(gains * times), round(losses * times), round(n * times) + 1, margin=margin
        )
        # Where losses are counted in single records rounding moves the result a little.
        assert later.p_value < 0.06


def test_the_plan_is_the_formula_at_the_observed_discordance() -> None:
    found = noninferiority(30, 31, 600, margin=0.02, alpha=0.05, power=0.9)
    assert found.assumed_difference == pytest.approx(-1 / 600)
    assert found.more_records is not None
    assert 600 + found.more_records == records_needed(
        discordant=61 / 600, margin=0.02, alpha=0.05, power=0.9, true_difference=-1 / 600
    )


def test_luck_is_not_planned_with() -> None:
    found = noninferiority(8, 4, 150, margin=0.02)
    assert found.conclusion is Conclusion.UNDECIDED
    assert found.assumed_difference == 0.0


def test_clusters_of_one_test_like_single_records() -> None:
    sums: Sums = [(1.0, 1)] * 30 + [(-1.0, 1)] * 41 + [(0.0, 1)] * 529
    found = noninferiority_clustered(sums, margin=0.03)
    single = noninferiority(30, 41, 600, margin=0.03)
    assert found.p_value == pytest.approx(single.p_value, abs=0.01)
    assert (found.n, found.clusters, found.method) == (600, 600, "cluster-robust test, one-sided")
    assert found.more_records == pytest.approx(single.more_records, rel=0.1)


def test_the_plan_counts_the_design_effect() -> None:
    singles: Sums = [(1.0, 1)] * 30 + [(-1.0, 1)] * 41 + [(0.0, 1)] * 529
    tens: Sums = [(10.0, 10)] * 30 + [(-10.0, 10)] * 41 + [(0.0, 10)] * 529
    one = noninferiority_clustered(singles, margin=0.03)
    ten = noninferiority_clustered(tens, margin=0.03)
    assert one.more_records is not None
    assert ten.more_records is not None
    assert ten.p_value == pytest.approx(one.p_value)
    assert ten.n + ten.more_records == pytest.approx(10 * (one.n + one.more_records), rel=0.01)


@given(
    st.lists(
        st.integers(1, 6).flatmap(lambda size: st.tuples(st.integers(-size, size), st.just(size))),
        min_size=1,
        max_size=80,
    ),
    st.sampled_from([0.02, 0.1, 0.4]),
)
def test_what_passes_also_has_its_interval_above_the_margin(
    drawn: list[tuple[int, int]], margin: float
) -> None:
    sums: Sums = [(float(total), size) for total, size in drawn]
    found = noninferiority_clustered(sums, margin=margin, alpha=0.025)
    interval = clustered_difference(sums, level=0.95)
    assert interval.low is not None
    assert interval.high is not None
    if found.conclusion is Conclusion.NON_INFERIOR:
        assert interval.low > -margin - 1e-9
    if found.conclusion is Conclusion.INFERIOR:
        assert interval.high < -margin + 1e-9


def test_clearly_worse_is_shown_and_one_cluster_shows_nothing() -> None:
    worse: Sums = [(-3.0, 10)] * 30 + [(-1.0, 10)] * 30
    assert noninferiority_clustered(worse, margin=0.02).conclusion is Conclusion.INFERIOR
    few: Sums = [(-3.0, 10)] * 10 + [(-1.0, 10)] * 10
    assert noninferiority_clustered(few, margin=0.02).conclusion is Conclusion.INFERIOR
    assert noninferiority_clustered([(-900.0, 1000)], margin=0.02).conclusion is Conclusion.UNDECIDED
    assert noninferiority(0, 90, 1000, margin=0.02).conclusion is Conclusion.INFERIOR


@pytest.mark.parametrize("margin", [0.0, 1.0, -0.1, float("nan")])
def test_a_margin_lies_between_0_and_1(margin: float) -> None:
    with pytest.raises(ValueError, match="a margin must lie between 0 and 1"):
        noninferiority(1, 1, 10, margin=margin)
    with pytest.raises(ValueError, match="a margin must lie between 0 and 1"):
        noninferiority_clustered([(0.0, 1)], margin=margin)


def test_counts_must_fit() -> None:
    with pytest.raises(ValueError, match=r"gains and losses must fit into n, got 3 \+ 3 of 5"):
        noninferiority(3, 3, 5, margin=0.02)
