from random import Random

import pytest

from harness.errors import Disconnected, Malformed, ProviderError, RateLimited, Refused, TimedOut, Unavailable
from harness.replay.throttle.retry import RetryPolicy

POLICY = RetryPolicy(retries=8)


def waits(error: ProviderError, attempt: int) -> list[float]:
    found = [POLICY.wait_s(error, attempt, Random(seed)) for seed in range(2000)]
    return [wait for wait in found if wait is not None]


@pytest.mark.parametrize(("attempt", "most"), [(0, 0.5), (1, 1.0), (3, 4.0), (6, 30.0), (7, 30.0)])
def test_full_jitter_fills_the_whole_span(attempt: int, most: float) -> None:
    drawn = waits(Unavailable("503"), attempt)
    assert len(drawn) == 2000
    assert 0.0 <= min(drawn) < 0.02 * most
    assert 0.98 * most < max(drawn) <= most
    assert abs(sum(drawn) / 2000 - most / 2) < 0.05 * most


def test_the_servers_wait_is_never_cut_short() -> None:
    drawn = waits(RateLimited("429", retry_after_s=20.0), 0)
    assert min(drawn) >= 20.0
    assert max(drawn) <= 22.1
    assert min(waits(RateLimited("429", retry_after_s=-5.0), 0)) >= 0.0


def test_a_wait_beyond_two_minutes_is_not_obeyed() -> None:
    assert waits(RateLimited("429", retry_after_s=120.0), 0)
    assert waits(RateLimited("429", retry_after_s=120.5), 0) == []


@pytest.mark.parametrize(
    "error", [TimedOut("t"), Malformed("m"), Refused("r"), Refused("r", retry_after_s=1.0)]
)
def test_what_the_server_may_have_charged_for_is_never_sent_again(error: ProviderError) -> None:
    assert waits(error, 0) == []


def test_it_gives_up_after_the_last_retry() -> None:
    assert waits(Disconnected("d"), 7)
    assert waits(Disconnected("d"), 8) == []
    assert RetryPolicy(retries=0).wait_s(Disconnected("d"), 0, Random(1)) is None


def test_only_a_rate_limit_with_a_wait_silences_the_arm() -> None:
    assert POLICY.pause_s(RateLimited("429", retry_after_s=3.0)) == 3.0
    assert POLICY.pause_s(RateLimited("429")) == 0.0
    assert POLICY.pause_s(RateLimited("429", retry_after_s=3600.0)) == 0.0
    assert POLICY.pause_s(Unavailable("503", retry_after_s=3.0)) == 0.0
