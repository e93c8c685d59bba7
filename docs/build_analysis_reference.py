"""Writes docs/analysis-json.md from the code: `make docs`. A test checks that the page is up to date."""

import dataclasses
import runpy
import sys
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from harness.analysis.result import ANALYSIS_SCHEMA_VERSION, Analysis

FOLDER = Path(__file__).parent
PAGE = FOLDER / "analysis-json.md"
_attributes = runpy.run_path(str(FOLDER / "build_reference.py"))["attributes"]
HEAD = f"""# analysis.json

Made from the code by `make docs`; do not edit it by hand.

Every figure of a run, for other programs. `schema_version` is {ANALYSIS_SCHEMA_VERSION}: a field that
is removed or changes its meaning raises it, a field that is added does not. A file of another version is
refused; `harness analyze RUN` writes it again from the stored scores, and costs nothing.

No share or difference stands alone: each is an **Estimate** with `value`, `low`, `high`, `level`, `n` and
`method`. A value that is not known is null, never 0.

The share of regressions among compared pairs, and the worst slice, with jq:

```sh
jq '.quadrants.regression.share' analysis.json
jq -r '.slices[0].text' analysis.json
```
"""


def page() -> str:
    """The whole page as Markdown: the tree from the top, every type once."""
    parts = [HEAD]
    parts += [_table(kind) for kind in _types(Analysis, [])]
    return "\n".join(parts).rstrip() + "\n"


def _types(kind: type[Any], seen: list[type[Any]]) -> list[type[Any]]:
    """The type and those of its fields, in the order a reader meets them."""
    if kind not in seen:
        seen.append(kind)
        for hint in get_type_hints(kind).values():
            for part in _parts(hint):
                if dataclasses.is_dataclass(part) and isinstance(part, type):
                    _types(part, seen)
    return seen


def _parts(hint: Any) -> Iterator[Any]:
    yield hint
    for part in get_args(hint):
        yield from _parts(part)


def _table(kind: type[Any]) -> str:
    title = "The top" if kind is Analysis else kind.__name__
    meanings = _attributes(kind)
    hints = get_type_hints(kind)
    summary = (kind.__doc__ or "").strip().partition("\n")[0]
    rows = [f"\n## {title}\n", f"{summary}\n", "| key | type | meaning |", "| --- | --- | --- |"]
    rows += [
        f"| `{field.name}` | {_name(hints[field.name])} | {meanings.get(field.name, '')} |"
        for field in dataclasses.fields(kind)
    ]
    return "\n".join(rows)


def _name(hint: Any) -> str:
    """The type as JSON has it."""
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        known = [_name(part) for part in inner if part is not NoneType]
        return " or ".join([*known, "null"] if NoneType in inner else known)
    if origin is tuple:
        return f"list of {_name(inner[0])}"
    if origin is not None and len(inner) == 2:
        return f"object of {_name(inner[1])}"
    if isinstance(hint, type) and issubclass(hint, Enum):
        return "one of " + ", ".join(f"`{entry.value}`" for entry in hint)
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return f"[{hint.__name__}](#{hint.__name__.lower()})"
    return {str: "text", bool: "boolean", int: "integer", float: "number"}.get(hint, str(hint))


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    sys.stdout.write(f"{PAGE.name} written\n")
