"""What a person may set about the replay: `[replay]` in dataset.toml."""

import math
from dataclasses import dataclass, fields

from harness.errors import ConfigError

# Name: smallest, largest, whether the smallest itself is allowed, and how to say it.
_RANGES: dict[str, tuple[float, float, bool, str]] = {
    "concurrency": (1, 4096, True, "a whole number from 1 to 4096"),
    "rpm": (0, 1e9, False, "requests per minute, more than 0"),
    "tpm": (0, 1e12, False, "tokens per minute, more than 0"),
    "retries": (0, 20, True, "a whole number from 0 to 20"),
    "connect_timeout_s": (0, 3600, False, "seconds, more than 0 and at most 3600"),
    "first_token_timeout_s": (0, 86400, False, "seconds, more than 0 and at most 86400"),
    "total_timeout_s": (0, 86400, False, "seconds, more than 0 and at most 86400"),
    "repeats": (0, 10_000_000, True, "a whole number from 0"),
    "seed": (0, 2**63 - 1, True, "a whole number from 0"),
    "max_error_rate": (0, 1, True, "a share from 0 to 1"),
    "min_calls_before_stop": (1, 1_000_000, True, "a whole number from 1"),
    "budget_usd": (0, 1e9, False, "US dollars, more than 0"),
    "interrupt_grace_s": (0, 3600, True, "seconds, from 0 to 3600"),
}
_WHOLE = frozenset({"concurrency", "retries", "repeats", "seed", "min_calls_before_stop"})
_OPTIONAL = frozenset({"rpm", "tpm", "budget_usd"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplaySettings:
    """How the calls are made; the limits hold for each arm by itself.

    Attributes:
        concurrency: Most calls in flight; the run feels its way up to it.
        rpm: Requests per minute, None for no limit.
        tpm: Tokens per minute, None for no limit.
        retries: Further attempts after one that was not answered.
        connect_timeout_s: Longest wait for a connection, in seconds.
        first_token_timeout_s: Longest wait for the first content of a stream; models that
            reason need more.
        total_timeout_s: Longest time from sending to the last byte.
        stream: Whether answers are streamed; only then is the time to the first token known.
        repeats: So many records, drawn at random, are called a second time on both arms, to measure how much
            each model differs from itself; 0 for none, more than there are for all.
        seed: Seed of all randomness of the run.
        max_error_rate: Share of failed calls above which the run stops; 1 never stops it.
        min_calls_before_stop: So many failures in a row stop the run; the share is taken over five
            times as many calls.
        budget_usd: The run stops before it has spent more than this, over both arms.
        interrupt_grace_s: How long an interrupted run waits for the calls in flight.

    Raises:
        ConfigError: A value is out of its range.
    """

    concurrency: int = 64
    rpm: float | None = None
    tpm: float | None = None
    retries: int = 4
    connect_timeout_s: float = 10.0
    first_token_timeout_s: float = 60.0
    total_timeout_s: float = 300.0
    stream: bool = True
    repeats: int = 0
    seed: int = 7
    max_error_rate: float = 0.5
    min_calls_before_stop: int = 20
    budget_usd: float | None = None
    interrupt_grace_s: float = 5.0

    def __post_init__(self) -> None:
        for field in fields(self):
            _check(field.name, getattr(self, field.name))


def _check(name: str, value: object) -> None:
    if name == "stream":
        if not isinstance(value, bool):
            raise ConfigError(f"[replay] stream = {value!r} must be true or false")
        return
    if value is None and name in _OPTIONAL:
        return
    low, high, inclusive, wanted = _RANGES[name]
    number = int if name in _WHOLE else int | float
    if isinstance(value, bool) or not isinstance(value, number) or math.isnan(value):
        raise ConfigError(f"[replay] {name} = {value!r} must be {wanted}")
    if value > high or value < low or (value == low and not inclusive):
        raise ConfigError(f"[replay] {name} = {value!r} must be {wanted}")
