"""The [sandbox] table of a dataset.toml."""

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import Any, Self

from harness.errors import ConfigError

LINE_FAULTS = ("line_missing", "line_invented", "line_merged", "line_split")
"""Harmful faults that strike line items; they get more frequent on long documents."""

VALUE_FAULTS = (
    "digits_swapped",
    "decimal_misread",
    "sign_flipped",
    "wrong_currency",
    "date_order",
    "wrong_label",
    "wrong_value",
    "field_missing",
    "text_differs",
)
"""Harmful faults of single values."""

REFERENCE_FAULTS = (
    "hallucinated_reference",
    "misattributed_reference",
    "misquoted_reference",
    "reference_missing",
)
"""Harmful faults of the clauses that an answer cites."""

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

HARMFUL_FAULTS = LINE_FAULTS + VALUE_FAULTS + REFERENCE_FAULTS + ANSWER_FAULTS
"""At most one of these is planted in an answer."""

HARMLESS_FAULTS = ("format_only", "moved")
"""Differences that change no value; planted only where nothing harmful is."""

FAULTS = (*HARMFUL_FAULTS, *HARMLESS_FAULTS, "slow")
"""Everything that can be planted. `slow` changes the latency alone."""

ERRORS = ("rate_limited", "unavailable", "disconnected")
"""Errors that the first attempt of a call can meet; a second attempt is answered."""

SOURCES = ("simulated", "recorded")


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """Records that a model is worse at. All conditions given must hold.

    Attributes:
        rates: Harmful fault kind -> share of these records it is planted in; drawn first, so on top of
            the model's own rates.
        tags: Tag -> the value it must have, or a list of such values.
        above: Tag -> number that the tag's value must exceed.
        longer_than: Number of characters that the prompt must exceed; None: any prompt.
    """

    rates: Mapping[str, float]
    tags: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    above: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    longer_than: int | None = None

    def __post_init__(self) -> None:
        _check_shares("where.rates", self.rates, HARMFUL_FAULTS)
        _check_sum("where.rates", self.rates)
        if not self.tags and not self.above and self.longer_than is None:
            raise ConfigError(
                "[sandbox] where names no records.",
                'Give it tags = { language = "de" }, above or longer_than.',
            )
        for tag, least in self.above.items():
            if not _is_number(least):
                raise ConfigError(f"[sandbox] where.above.{tag} must be a number, not {least!r}.")
        if self.longer_than is not None and not _at_least_one(self.longer_than):
            raise ConfigError(
                f"[sandbox] where.longer_than must be a whole number of 1 or more, not {self.longer_than!r}."
            )

    def holds(self, tags: Mapping[str, str], prompt: str) -> bool:
        """Whether a record with these tags and this prompt is one of them."""
        return (
            all(tags.get(tag) in values for tag, values in self.tags.items())
            and all(_exceeds(tags.get(tag), least) for tag, least in self.above.items())
            and (self.longer_than is None or len(prompt) > self.longer_than)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelBehavior:
    """How one model behaves in the sandbox.

    Attributes:
        rates: Fault kind -> share of answers it is planted in, 0 to 1 (harmful ones: sum <= 1).
        where: Records it is worse at; of several that match, the first that strikes counts.
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
    where: tuple[Where, ...] = ()
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
        _check_sum("rates", self.rates)
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
        label_field: The field of the answer that is a label, for `wrong_label`; "" where the whole answer is.
        confused: Label -> the labels it is taken for; any other one where it is not named here.
    """

    source: str = "simulated"
    seed: int = 7
    models: Mapping[str, ModelBehavior] = field(default_factory=lambda: MappingProxyType({}))
    outputs: str = "outputs.jsonl.gz"
    label_field: str = ""
    confused: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))

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
        read: dict[str, Any] = {"models": {name: _behavior(name, one) for name, one in models.items()}}
        if "confused" in table:
            read["confused"] = _texts("confused", table["confused"])
        return cls(**{**table, **read})


def _behavior(name: str, table: object) -> ModelBehavior:
    if not isinstance(table, Mapping):
        raise ConfigError(f"[sandbox.models] {name!r} must be a table.")
    _check_keys(f"[sandbox.models.{name!r}]", table, ModelBehavior)
    where = table.get("where", [])
    if not isinstance(where, list):
        raise ConfigError(
            f"[sandbox.models.{name!r}] where must be a list: [[sandbox.models.{name!r}.where]]."
        )
    return ModelBehavior(**{**table, "where": tuple(_where(name, one) for one in where)})


def _where(model: str, table: object) -> Where:
    place = f"[[sandbox.models.{model!r}.where]]"
    if not isinstance(table, Mapping):
        raise ConfigError(f"{place} must be a table.")
    _check_keys(place, table, Where)
    if "rates" not in table:
        raise ConfigError(f"{place} needs rates, such as {{ {HARMFUL_FAULTS[0]} = 0.3 }}.")
    for key in ("tags", "above"):
        if not isinstance(table.get(key, {}), Mapping):
            raise ConfigError(f"{place} {key} must be a table of tags.")
    return Where(**{**table, "tags": _texts("where.tags", table.get("tags", {}))})


def _texts(name: str, table: object) -> dict[str, tuple[str, ...]]:
    """A table of texts or lists of texts; one text is a list of one."""
    if not isinstance(table, Mapping):
        raise ConfigError(f"[sandbox] {name} must be a table of texts or lists of texts.")
    found = {key: (value,) if isinstance(value, str) else value for key, value in table.items()}
    for key, values in found.items():
        if not isinstance(values, list | tuple) or not all(isinstance(value, str) for value in values):
            raise ConfigError(f"[sandbox] {name}.{key} must be a text or a list of texts, not {values!r}.")
    return {key: tuple(values) for key, values in found.items()}


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


def _check_sum(table: str, rates: Mapping[str, float]) -> None:
    harmful = sum(rate for kind, rate in rates.items() if kind in HARMFUL_FAULTS)
    if harmful > 1 + 1e-9:
        raise ConfigError(
            f"[sandbox] {table}: the rates of harmful faults add up to {harmful:g}; at most 1 can be."
        )


def _check_share(name: str, share: object) -> None:
    if not _is_number(share) or not 0 <= share <= 1:  # type: ignore[operator]  # _is_number saw to it
        raise ConfigError(f"[sandbox] {name} must be a number from 0 to 1, not {share!r}.")


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _exceeds(value: str | None, least: float) -> bool:
    try:
        return value is not None and float(value) > least
    except ValueError:
        return False


def _at_least_one(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1


def _meant(name: str, known: Iterable[str]) -> str:
    known = list(known)
    near = difflib.get_close_matches(name, known, n=1)
    return f"; did you mean {near[0]!r}?" if near else f"; there is {', '.join(known)}."
