import pytest

from harness.sandbox.limits import RequestLimit
from harness.sandbox.settings import ModelBehavior


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_without_a_limit_every_request_passes() -> None:
    limit = RequestLimit(ModelBehavior(), Clock())
    assert [limit.wait_s() for _ in range(100)] == [0.0] * 100
    assert limit.headers()["x-ratelimit-limit-requests"] == "10000"


def test_a_limit_lets_through_what_a_minute_has() -> None:
    clock = Clock()
    limit = RequestLimit(ModelBehavior(requests_per_minute=120), clock)
    passed = 0
    for tick in range(6000):
        clock.now = tick / 100
        passed += limit.wait_s() == 0
    assert passed == pytest.approx(121, abs=1)


def test_the_wait_is_the_time_until_one_may_pass() -> None:
    clock = Clock()
    limit = RequestLimit(ModelBehavior(requests_per_minute=30), clock)
    assert limit.wait_s() == 0
    assert limit.wait_s() == pytest.approx(2)
    assert limit.headers()["x-ratelimit-reset-requests"] == "2000ms"
    clock.now = 2.001
    assert limit.wait_s() == 0
