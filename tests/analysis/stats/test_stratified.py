import numpy
import pytest

from harness.analysis.stats.intervals import share
from harness.analysis.stats.paired import net_difference
from harness.analysis.stats.stratified import Stratum, weighted_difference, weighted_share


def test_one_stratum_is_a_plain_share_and_difference() -> None:
    only = Stratum(weight=17, n=120, hits=9, gains=4, losses=11)
    one, plain = weighted_share([only]), share(9, 120)
    assert (one.value, one.low, one.high) == pytest.approx((plain.value, plain.low, plain.high))
    difference, paired = weighted_difference([only]), net_difference(4, 11, 120)
    assert (difference.value, difference.low, difference.high) == pytest.approx(
        (paired.value, paired.low, paired.high)
    )


def test_a_stratum_taken_more_often_counts_as_traffic_does() -> None:
    # Half of the sample are the hard records, one in ten of the traffic.
    hard, easy = Stratum(weight=0.1, n=100, hits=40), Stratum(weight=0.9, n=100, hits=2)
    found = weighted_share([hard, easy])
    assert found.value == pytest.approx(0.1 * 0.4 + 0.9 * 0.02)
    assert found.n == 200
    parts = [share(40, 100), share(2, 100)]
    low = (
        sum((w * ((p.value or 0) - (p.low or 0))) ** 2 for w, p in zip((0.1, 0.9), parts, strict=True)) ** 0.5
    )
    assert found.low == pytest.approx((found.value or 0) - low)


def test_weights_may_have_any_unit_and_zero_is_left_out() -> None:
    one = weighted_share([Stratum(weight=0.2, n=50, hits=5), Stratum(weight=0.8, n=60, hits=30)])
    other = weighted_share(
        [
            Stratum(weight=2000, n=50, hits=5),
            Stratum(weight=8000, n=60, hits=30),
            Stratum(weight=0, n=0),
        ]
    )
    assert (one.value, one.low, one.high) == pytest.approx((other.value, other.low, other.high))


def test_traffic_without_a_record_cannot_be_told() -> None:
    found = weighted_share([Stratum(weight=0.5, n=50, hits=5), Stratum(weight=0.5, n=0)])
    assert (found.value, found.low, found.high) == (None, None, None)
    assert weighted_difference([]).value is None


def test_swapping_the_arms_flips_the_sign() -> None:
    one = weighted_difference([Stratum(weight=1, n=80, gains=3, losses=9), Stratum(weight=3, n=70, gains=1)])
    other = weighted_difference(
        [Stratum(weight=1, n=80, gains=9, losses=3), Stratum(weight=3, n=70, losses=1)]
    )
    assert one.value == pytest.approx(-(other.value or 0))
    assert one.low == pytest.approx(-(other.high or 0))


@pytest.mark.parametrize("weights", [(-1.0, 2.0), (0.0, 0.0), (float("nan"), 1.0), (float("inf"), 1.0)])
def test_impossible_weights(weights: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match="weights of strata"):
        weighted_share([Stratum(weight=weight, n=5, hits=1) for weight in weights])


def test_the_interval_covers_the_share_of_the_traffic() -> None:
    generator = numpy.random.default_rng(4)
    chances, weights, sizes = (0.30, 0.05, 0.01), (0.1, 0.4, 0.5), (120, 60, 60)
    truth = sum(chance * weight for chance, weight in zip(chances, weights, strict=True))
    covered = 0
    for _ in range(800):
        hits = generator.binomial(sizes, chances)
        found = weighted_share(
            [
                Stratum(weight=weight, n=n, hits=int(count))
                for weight, n, count in zip(weights, sizes, hits, strict=True)
            ]
        )
        covered += (found.low or 0) <= truth <= (found.high or 0)
    assert covered / 800 >= 0.94
