"""Field paths and the patterns that settings name them by."""

import re

_INDEX = re.compile(r"\[\d+\]")
_WILD = {"*": r"[^.]+", "**": r".+"}


def without_indexes(path: str) -> str:
    """The path with list positions left out: `line_items[3].amount` becomes `line_items.amount`."""
    return _INDEX.sub("", path)


def with_any_index(path: str) -> str:
    """The path with list positions left open: `line_items[3].amount` becomes `line_items[].amount`."""
    return _INDEX.sub("[]", path)


def path_pattern(pattern: str) -> re.Pattern[str]:
    """A pattern of dataset.toml as one that `fullmatch` takes; it knows no list positions.

    `*` stands for one name and `**` for any number of names; `line_items[].amount` and
    `line_items.amount` are the same.
    """
    names = pattern.replace("[]", "").replace("[*]", "").split(".")
    return re.compile(
        r"\.".join(_WILD.get(name) or re.escape(name) for name in names).replace(r".+\.", r"(?:.+\.)?")
    )
