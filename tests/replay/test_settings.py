from typing import Any

import pytest

from harness.errors import ConfigError
from harness.replay.settings import ReplaySettings


@pytest.mark.parametrize(
    ("name", "value", "wanted"),
    [
        ("rpm", 0, "requests per minute, more than 0"),
        ("rpm", -3.5, "requests per minute, more than 0"),
        ("rpm", float("nan"), "requests per minute, more than 0"),
        ("rpm", "600", "requests per minute, more than 0"),
        ("tpm", 0, "tokens per minute, more than 0"),
        ("concurrency", 0, "a whole number from 1 to 4096"),
        ("concurrency", 1.5, "a whole number from 1 to 4096"),
        ("concurrency", True, "a whole number from 1 to 4096"),
        ("concurrency", 5000, "a whole number from 1 to 4096"),
        ("retries", -1, "a whole number from 0 to 20"),
        ("total_timeout_s", 0, "seconds, more than 0 and at most 86400"),
        ("connect_timeout_s", None, "seconds, more than 0 and at most 3600"),
        ("max_error_rate", 1.1, "a share from 0 to 1"),
        ("min_calls_before_stop", 0, "a whole number from 1"),
        ("budget_usd", 0, "US dollars, more than 0"),
        ("seed", -1, "a whole number from 0"),
        ("interrupt_grace_s", -1, "seconds, from 0 to 3600"),
    ],
)
def test_a_value_out_of_range_is_named_with_what_it_should_be(name: str, value: Any, wanted: str) -> None:
    with pytest.raises(ConfigError) as caught:
        ReplaySettings(**{name: value})
    assert caught.value.message == f"[replay] {name} = {value!r} must be {wanted}"


def test_stream_must_be_true_or_false() -> None:
    with pytest.raises(ConfigError, match=r"\[replay\] stream = 'yes' must be true or false"):
        ReplaySettings(stream="yes")  # type: ignore[arg-type]


def test_the_ends_of_the_ranges_are_allowed() -> None:
    settings = ReplaySettings(
        concurrency=1, rpm=0.5, tpm=1, retries=0, max_error_rate=1, seed=0, interrupt_grace_s=0, stream=False
    )
    assert settings.rpm == 0.5
    assert ReplaySettings(rpm=None, tpm=None, budget_usd=None) == ReplaySettings()
