"""The columns of a line table, and what a list and a line are called."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from harness.report.case_leaves import written
from harness.report.case_parts import Column
from harness.report.wording import cut

_LONGEST_NAME = 48
_NARROW = 16
_NUMBER = re.compile(r"[-+\u2212]?[\d.,' ]*\d[\d.,' ]*\s?[%€$£¥]?")


def columns_of(lines: Iterable[Mapping[str, Any]], found: Iterable[str]) -> tuple[Column, ...]:
    """The fields of the lines in their order, without those that are empty in every line.

    Args:
        lines: Column to value, of each line.
        found: Columns with a finding: these are kept.
    """
    told: dict[str, list[Any]] = {}
    for line in lines:
        for key, value in line.items():
            held = told.setdefault(key, [])
            if value is not None:
                held.append(value)
    named = set(found)
    return tuple(
        Column(key=key, name=cut(key, 60)[0].replace("_", " ") or "line", kind=_kind(told.get(key, [])))
        for key in dict.fromkeys((*told, *sorted(named)))
        if told.get(key) or key in named
    )


def _kind(values: Sequence[Any]) -> str:
    """How wide a column is, by its first values."""
    texts = [written(value) for value in values[:100] if value != ""]
    if all(len(text) < _NARROW and _NUMBER.fullmatch(text) for text in texts):
        return "number"
    return "short" if all(len(text) < _NARROW for text in texts) else "text"


def listed_columns(reference: str) -> tuple[Column, ...]:
    """The columns of a table that lists the fields of wide lines one by one."""
    return (
        Column(key="", name="Field", kind="text"),
        Column(key="", name=reference, kind="text"),
        Column(key="", name="Answer", kind="text"),
    )


def name_of(values: Mapping[str, Any], parts: int = 1) -> str:
    """How a line is called: its first texts that have letters, at most so many parts."""
    texts = [written(value) for value in values.values() if value not in (None, "")]
    named = [text for text in texts if any(character.isalpha() for character in text)] or texts
    shown = (cut(text, _LONGEST_NAME) for text in named[:parts])
    return " \u00b7 ".join(text + ("…" if note else "") for text, note in shown) or "an empty line"


def title_of_list(name: str) -> str:
    """A list as a heading: its last name, with spaces."""
    words = cut(name.rpartition(".")[2] or "lines", 60)[0].replace("_", " ")
    return words[:1].upper() + words[1:]
