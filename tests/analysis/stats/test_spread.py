import pytest

from harness.analysis.stats.paired import net_difference
from harness.analysis.stats.spread import Spread, quantile


def test_without_an_error_of_its_own_it_is_tangos_interval() -> None:
    for gains, losses in ((0, 0), (0, 4), (7, 2), (100, 0)):
        spread = Spread(
            mean=(gains - losses) / 100, error=0.0, n=100, moved=(gains + losses) / 100, burst=1.0
        )
        tango = net_difference(gains, losses, 100)
        assert spread.limits(quantile(100, level=0.95)) == pytest.approx((tango.low, tango.high), abs=1e-6)


def test_a_large_error_of_its_own_is_kept() -> None:
    spread = Spread(mean=0.1, error=0.05, n=10_000, moved=0.12, burst=1.0)
    assert spread.limits(2.0) == pytest.approx((0.0, 0.2))


def test_the_ends_stay_within_what_is_possible() -> None:
    assert Spread(mean=0.2, error=0.5, n=50, moved=0.2, burst=1.0).limits(2.0, lowest=0.0) == (0.0, 1.0)
    assert Spread(mean=-1.0, error=0.0, n=3, moved=1.0, burst=1.0).limits(2.0)[0] == -1.0
