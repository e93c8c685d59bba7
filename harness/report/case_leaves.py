"""A JSON answer as leaves and lists of lines, with the paths that findings have."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from harness.domain.chat import Answer
from harness.scorers.json_parse import json_text, parse_json, shown
from harness.scorers.json_paths import joined

# More leaves or lines than this are counted, not drawn.
_MOST = 20_000
_INDEX = re.compile(r"\[(\d+)\]")


@dataclass(slots=True)
class Leaves:
    """What a JSON answer holds, in its order.

    Attributes:
        fields: Path to value of what lies in no list of lines.
        lists: Path of each list of lines to its lines, each as column to value.
    """

    fields: dict[str, Any] = field(default_factory=dict)
    lists: dict[str, list[dict[str, Any]]] = field(default_factory=dict)


def leaves_of(answer: Answer | None) -> Leaves | None:
    """The leaves of an answer; None where it is no JSON object or list."""
    value = None if answer is None else parse_json(json_text(answer)).value
    if not isinstance(value, (dict, list)) or not value:
        return None
    leaves = Leaves()
    for path, item in _walk("", value, leaves.lists):
        leaves.fields[path] = item
        if len(leaves.fields) >= _MOST:
            break
    return leaves


def _walk(path: str, value: Any, lists: dict[str, list[dict[str, Any]]] | None) -> Iterator[tuple[str, Any]]:
    """Leaves below a value; `lists` takes the lists of lines, None where they count as leaves.

    The depth is bounded by the reader (`json_parse.DEEPEST`).
    """
    if isinstance(value, dict) and value:
        for key, member in value.items():
            yield from _walk(joined(path, key), member, lists)
    elif isinstance(value, list) and value:
        if lists is not None and all(isinstance(item, dict) for item in value):
            lists[path] = [dict(_walk("", item, None)) for item in value[:_MOST]]
            return
        for place, item in enumerate(value):
            yield from _walk(f"{path}[{place}]", item, lists)
    else:
        yield path, value


def written(value: Any) -> str:
    """A value as a reader sees it: texts without quotes, an empty one and null by name."""
    if isinstance(value, str):
        return value or "(empty text)"
    if value is None or isinstance(value, bool):
        return "null" if value is None else str(value).lower()
    return str(value) if isinstance(value, (int, Decimal)) else shown(value)


def line_of(path: str, lists: Mapping[str, object]) -> tuple[str, int, str] | None:
    """The list, the line and the column that a path points to; None where it is in no list of `lists`."""
    for match in _INDEX.finditer(path):
        name = path[: match.start()]
        if name in lists:
            return name, int(match[1]), path[match.end() :].removeprefix(".")
    return None


def list_of(path: str) -> tuple[str, int] | None:
    """The list and the line of a path that ends in a line."""
    match = re.fullmatch(r"(.*)\[(\d+)\]", path, re.DOTALL)
    return (match[1], int(match[2])) if match else None
