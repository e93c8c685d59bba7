from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.contingency_tables import mcnemar

from harness.analysis.stats.intervals import share
from harness.analysis.stats.paired import (
    bonett_price,
    mcnemar_exact_p,
    mcnemar_mid_p,
    mcnemar_z,
    net_difference,
    newcombe,
    tango_z,
    wald,
)
from harness.domain.estimate import Estimate

Interval = Callable[[int, int, int, int], Estimate]
CELLS = st.integers(0, 60)


@pytest.mark.parametrize(
    ("gains", "losses", "n", "low", "high"),
    [
        (6, 16, 161, -0.1240, -0.0054),  # Fagerland, Lydersen, Laake: [[59,6],[16,80]]
        (3, 0, 3, -0.1230, 1.0),
    ],
)
def test_tango_limits_as_published(gains: int, losses: int, n: int, low: float, high: float) -> None:
    estimate = net_difference(gains, losses, n)
    assert estimate.low == pytest.approx(low, abs=5e-5)
    assert estimate.high == pytest.approx(high, abs=5e-5)
    assert estimate.value == pytest.approx((gains - losses) / n)


@pytest.mark.parametrize(
    ("gains", "losses", "n"), [(4, 31, 300), (0, 0, 100), (0, 50, 50), (1, 0, 1), (1, 1, 2)]
)
def test_swapping_the_arms_flips_the_sign(gains: int, losses: int, n: int) -> None:
    one, other = net_difference(gains, losses, n), net_difference(losses, gains, n)
    assert one.low == pytest.approx(-(other.high or 0), abs=1e-9)
    assert one.high == pytest.approx(-(other.low or 0), abs=1e-9)
    assert one.low is not None
    assert one.high is not None
    assert -1 <= one.low <= (gains - losses) / n <= one.high <= 1


def test_no_discordant_pair_gives_z_squared_over_n_plus_z_squared() -> None:
    z2 = 1.959964**2
    assert net_difference(0, 0, 100).high == pytest.approx(z2 / (100 + z2), abs=1e-6)


def test_no_pairs_and_impossible_counts() -> None:
    assert net_difference(0, 0, 0).value is None
    with pytest.raises(ValueError, match="gains and losses must fit into n, got 3 \\+ 3 of 5"):
        net_difference(3, 3, 5)


def test_mcnemar_mid_p() -> None:
    assert mcnemar_mid_p(6, 16) == pytest.approx(0.034690, abs=5e-7)
    assert mcnemar_mid_p(0, 0) == 1.0
    assert mcnemar_mid_p(5, 5) == pytest.approx(1 - 252 / 1024 / 2)


@pytest.mark.parametrize(
    ("interval", "low", "high"),
    [(newcombe, -0.1186, -0.0046), (wald, -0.1184, -0.0058), (bonett_price, -0.1195, -0.0032)],
)
def test_other_intervals_as_published_for_59_6_16_80(interval: Interval, low: float, high: float) -> None:
    estimate = interval(59, 6, 16, 80)
    assert estimate.low == pytest.approx(low, abs=5e-5)
    assert estimate.high == pytest.approx(high, abs=5e-5)
    assert estimate.value == pytest.approx(-10 / 161)
    assert estimate.n == 161


def test_newcombe_of_two_records_needs_the_corrected_phi() -> None:
    estimate = newcombe(1, 0, 0, 1)
    assert estimate.low == pytest.approx(-0.5734, abs=5e-5)
    assert estimate.high == pytest.approx(0.5734, abs=5e-5)


@pytest.mark.parametrize("interval", [newcombe, wald, bonett_price])
@given(both_right=CELLS, gains=CELLS, losses=CELLS, both_wrong=CELLS)
def test_every_interval_flips_with_the_arms_and_holds_its_range(
    interval: Interval, both_right: int, gains: int, losses: int, both_wrong: int
) -> None:
    one = interval(both_right, gains, losses, both_wrong)
    other = interval(both_right, losses, gains, both_wrong)
    if one.value is None or one.low is None or one.high is None:
        assert both_right + gains + losses + both_wrong == 0
        return
    assert one.value == -(other.value or 0)
    assert one.low == pytest.approx(-(other.high or 0), abs=1e-12)
    assert -1 <= one.low <= one.high <= 1


@pytest.mark.parametrize("interval", [newcombe, wald, bonett_price])
def test_a_negative_count_is_refused(interval: Interval) -> None:
    with pytest.raises(ValueError, match="must not be negative"):
        interval(3, -1, 2, 4)


def test_mcnemar_as_published_for_6_and_16() -> None:
    z, p = mcnemar_z(6, 16)
    assert round(z, 3) == -2.132
    assert p == pytest.approx(0.033006, abs=5e-7)
    assert mcnemar_z(6, 16, corrected=True)[1] == pytest.approx(0.055009, abs=5e-7)
    assert mcnemar_exact_p(6, 16) == pytest.approx(0.052479, abs=5e-7)
    assert mcnemar_mid_p(6, 16) == pytest.approx(0.034690, abs=5e-7)


@given(gains=st.integers(0, 400), losses=st.integers(0, 400))
def test_mcnemar_against_statsmodels(gains: int, losses: int) -> None:
    table = [[5, gains], [losses, 5]]
    if gains + losses:
        assert mcnemar_exact_p(gains, losses) == pytest.approx(
            min(1.0, mcnemar(table, exact=True).pvalue), rel=1e-9
        )
        assert mcnemar_z(gains, losses)[1] == pytest.approx(
            mcnemar(table, exact=False, correction=False).pvalue, rel=1e-9
        )
    assert 0 < mcnemar_mid_p(gains, losses) <= mcnemar_exact_p(gains, losses) <= 1
    assert mcnemar_z(gains, losses)[0] == -mcnemar_z(losses, gains)[0]


def test_no_discordant_record_tells_nothing() -> None:
    assert mcnemar_exact_p(0, 0) == 1.0
    assert mcnemar_z(0, 0) == (0.0, 1.0)
    assert mcnemar_z(1, 1, corrected=True) == (0.0, 1.0)


@given(
    gains=st.integers(0, 500), losses=st.integers(0, 500), same=st.integers(0, 5000), other=st.integers(0, 50)
)
def test_the_ends_of_tangos_interval_are_where_the_score_is_at_the_quantile(
    gains: int, losses: int, same: int, other: int
) -> None:
    n = gains + losses + same + 1
    found = net_difference(gains, losses, n)
    assert found.low is not None
    assert found.high is not None
    for end, z in ((found.low, 1.959964), (found.high, -1.959964)):
        if abs(end) < 1 - 1e-6:
            assert tango_z(gains, losses, n, end) == pytest.approx(z, abs=1e-4)
    wider = net_difference(gains, losses, n, level=0.99)
    assert (wider.low or -1) <= found.low
    assert found.high <= (wider.high or 1)


@pytest.mark.parametrize(
    ("both", "incumbent_only", "candidate_only", "neither", "shares"),
    [
        (8816, 2496, 742, 1983, (0.80587, 0.68091)),  # MMLU, decontaminated: GPT-4 against Mixtral
        (739, 382, 94, 92, (0.85769, 0.63734)),  # GSM8K
    ],
)
def test_routellm_responses(
    both: int, incumbent_only: int, candidate_only: int, neither: int, shares: tuple[float, float]
) -> None:
    n = both + incumbent_only + candidate_only + neither
    assert n in (14_037, 1_307)
    assert share(both + incumbent_only, n).value == pytest.approx(shares[0], abs=5e-6)
    assert share(both + candidate_only, n).value == pytest.approx(shares[1], abs=5e-6)
    found = net_difference(candidate_only, incumbent_only, n)
    assert found.value == pytest.approx(shares[1] - shares[0], abs=1e-5)
    assert (found.high or 0) < 0
    assert mcnemar_mid_p(candidate_only, incumbent_only) < 1e-30


def test_naive_paired_error_of_mmlu() -> None:
    found = wald(8816, 742, 2496, 1983)
    assert found.value == pytest.approx(-0.1250, abs=5e-5)
    assert ((found.high or 0) - (found.low or 0)) / 2 / 1.959964 == pytest.approx(0.0039, abs=5e-5)


def test_the_worst_and_the_best_subject_of_mmlu_go_opposite_ways() -> None:
    moral_scenarios, mathematics = (35, 374), (83, 5)
    assert mcnemar_mid_p(*moral_scenarios) < 1e-60
    assert mcnemar_mid_p(*mathematics) < 1e-15
    assert (
        (net_difference(*moral_scenarios, 895).high or 0) < 0 < (net_difference(*mathematics, 270).low or 0)
    )
