"""The [sandbox] table of a dataset.toml."""

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import Any, Self

from harness.errors import ConfigError

LINE_FAULTS = ("line_missing", "line_invented", "line_merged", "line_split")
"""Harmful faults that strike line items; they get more frequent on long documents."""

VALUE_FAULTS = ("digits_swapped", "decimal_misread", "wrong_currency", "date_order", "wrong_label")
"""Harmful faults of single values."""

ANSWER_FAULTS = (
    "invalid_json",
    "repairable_json",
    "prose_around_json",
    "truncated",
    "refusal",
    "empty",
    "timed_out",
)
"""Harmful faults of the whole answer."""

HARMFUL_FAULTS = LINE_FAULTS + VALUE_FAULTS + ANSWER_FAULTS
"""At most one of these is planted in an answer."""

HARMLESS_FAULTS = ("format_only", "moved")
"""Differences that change no value; planted only where nothing harmful is."""

FAULTS = (*HARMFUL_FAULTS, *HARMLESS_FAULTS, "slow")
"""Everything that can be planted. `slow` changes the latency alone."""

ERRORS = ("rate_limited", "unavailable", "disconnected")
"""Errors that the first attempt of a call can meet; a second attempt is answered."""

SOURCES = ("simulated", "recorded")


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelBehavior:
    """How one model behaves in the sandbox.

    Attributes:
        rates: Fault kind -> share of answers it is planted in, 0 to 1 (harmful ones: sum <= 1).
        errors: Error kind -> share of calls whose first attempt meets it, 0 to 1.
        noise: Share of repeated calls whose answer flips: right to wrong or wrong to right.
        ttft_ms: Median time to the first token, milliseconds.
        ttft_spread: How far it varies: 0.5 means half the median either way.
        tokens_per_s: Speed of the stream after the first token.
        long_from: Number of line items from which a document counts as long.
        long_factor: What the rates of line faults are multiplied by on long documents.
        requests_per_minute: Calls above this get 429 with retry-after; None: no limit.
    """

    rates: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    errors: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    noise: float = 0.0
    ttft_ms: float = 60.0
    ttft_spread: float = 0.5
    tokens_per_s: float = 4000.0
    long_from: int = 31
    long_factor: float = 2.0
    requests_per_minute: int | None = None

    def __post_init__(self) -> None:
        _check_shares("rates", self.rates, FAULTS)
        _check_shares("errors", self.errors, ERRORS)
        _check_share("noise", self.noise)
        _check_share("ttft_spread", self.ttft_spread)
        harmful = sum(rate for kind, rate in self.rates.items() if kind in HARMFUL_FAULTS)
        if harmful > 1 + 1e-9:
            raise ConfigError(
                f"[sandbox] the rates of harmful faults add up to {harmful:g}; at most 1 can be."
            )
        for name in ("tokens_per_s", "long_factor"):
            if not _is_number(getattr(self, name)) or getattr(self, name) <= 0:
                raise ConfigError(f"[sandbox] {name} must be above 0, not {getattr(self, name)!r}.")
        if not _is_number(self.ttft_ms) or self.ttft_ms < 0:
            raise ConfigError(f"[sandbox] ttft_ms must be 0 or more, not {self.ttft_ms!r}.")
        if self.requests_per_minute is not None and not _at_least_one(self.requests_per_minute):
            raise ConfigError(
                f"[sandbox] requests_per_minute must be a whole number of 1 or more, "
                f"not {self.requests_per_minute!r}."
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxSettings:
    """What the sandbox answers.

    Attributes:
        source: `simulated` takes the expected answer and plants faults; `recorded` plays back
            what real models answered.
        seed: Decides which records get which fault.
        models: Model name -> its behavior. Simulated: only these models exist. Recorded: latency and errors.
        outputs: Recorded answers, a file in the dataset's folder.
    """

    source: str = "simulated"
    seed: int = 7
    models: Mapping[str, ModelBehavior] = field(default_factory=lambda: MappingProxyType({}))
    outputs: str = "outputs.jsonl.gz"

    def __post_init__(self) -> None:
        if self.source not in SOURCES:
            raise ConfigError(f"[sandbox] source is {self.source!r}{_meant(str(self.source), SOURCES)}")

    @property
    def mark(self) -> str:
        """What everything shown from the sandbox says: SIMULATED or RECORDED."""
        return self.source.upper()

    @classmethod
    def from_table(cls, table: Mapping[str, Any]) -> Self:
        """The settings that a plain [sandbox] table means.

        Raises:
            ConfigError: A key or a fault is unknown, a value is out of range.
        """
        _check_keys("[sandbox]", table, cls)
        models = table.get("models", {})
        if not isinstance(models, Mapping):
            raise ConfigError("[sandbox] models must be a table of models, such as [sandbox.models.gpt-4o].")
        return cls(**{**table, "models": {name: _behavior(name, one) for name, one in models.items()}})


def _behavior(name: str, table: object) -> ModelBehavior:
    if not isinstance(table, Mapping):
        raise ConfigError(f"[sandbox.models] {name!r} must be a table.")
    _check_keys(f"[sandbox.models.{name!r}]", table, ModelBehavior)
    return ModelBehavior(**table)


def _check_keys(where: str, table: Mapping[str, Any], settings: type) -> None:
    known = [one.name for one in fields(settings)]
    for key in table:
        if key not in known:
            raise ConfigError(f"{where} has no key {key!r}{_meant(key, known)}")


def _check_shares(table: str, shares: object, known: Iterable[str]) -> None:
    if not isinstance(shares, Mapping):
        raise ConfigError(f"[sandbox] {table} must be a table, such as {{ {next(iter(known))} = 0.02 }}.")
    known = tuple(known)
    for name, share in shares.items():
        if name not in known:
            raise ConfigError(f"[sandbox] {table} has no kind {name!r}{_meant(name, known)}")
        _check_share(f"{table}.{name}", share)


def _check_share(name: str, share: object) -> None:
    if not _is_number(share) or not 0 <= share <= 1:  # type: ignore[operator]  # _is_number saw to it
        raise ConfigError(f"[sandbox] {name} must be a number from 0 to 1, not {share!r}.")


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _at_least_one(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1


def _meant(name: str, known: Iterable[str]) -> str:
    known = list(known)
    near = difflib.get_close_matches(name, known, n=1)
    return f"; did you mean {near[0]!r}?" if near else f"; there is {', '.join(known)}."
