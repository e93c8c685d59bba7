"""What was set otherwise in two runs, in the order in which it matters."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from harness.report.wording import visible

_ORDER = (
    "candidate",
    "incumbent",
    "dataset",
    "records",
    "scorers",
    "decision",
    "severity",
    "judge",
    "seed",
    "sandbox",
    "replay",
    "factors",
    "versions",
)
_UNSET = "not set"
_LONGEST = 120
_DEEPEST = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingChange:
    """One setting and its value in each run, ready to be shown."""

    name: str
    before: str
    now: str


def setting_changes(before: Mapping[str, Any], now: Mapping[str, Any]) -> tuple[SettingChange, ...]:
    """The settings that differ, those of the candidate first.

    Args:
        before: Sections and their values in the earlier run, as run.json holds them.
        now: The same of the later run.
    """
    one, other = dict(_flat("", before, 0)), dict(_flat("", now, 0))
    names = sorted({*one, *other}, key=lambda name: (_place(name), name))
    return tuple(
        SettingChange(
            name=visible(name)[:_LONGEST], before=one.get(name, _UNSET), now=other.get(name, _UNSET)
        )
        for name in names
        if one.get(name) != other.get(name)
    )


def _place(name: str) -> int:
    section = name.split(" ", 1)[0]
    return _ORDER.index(section) if section in _ORDER else len(_ORDER)


def _flat(name: str, value: object, depth: int) -> Iterator[tuple[str, str]]:
    """Each leaf with its path in words; lists of tables are taken apart as well."""
    if isinstance(value, Mapping) and depth < _DEEPEST:
        for key, item in value.items():
            yield from _flat(f"{name} {key}".strip(), item, depth + 1)
    elif isinstance(value, Sequence) and not isinstance(value, str) and _of_tables(value):
        for place, item in enumerate(value):
            yield from _flat(f"{name} {place + 1}", item, depth + 1)
    elif value is not None:
        yield name, _text(value)


def _of_tables(value: Sequence[object]) -> bool:
    return bool(value) and all(isinstance(item, Mapping) for item in value)


def _text(value: object) -> str:
    if isinstance(value, str):
        told = value
    else:
        told = orjson.dumps(value, default=str, option=orjson.OPT_NON_STR_KEYS).decode()
    shown = visible(" ".join(told[: _LONGEST * 4].split()))
    return shown if len(shown) <= _LONGEST else shown[:_LONGEST] + "…"
