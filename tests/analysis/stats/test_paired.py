import pytest

from harness.analysis.stats.paired import mcnemar_mid_p, net_difference


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
