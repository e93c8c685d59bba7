"""Checks of JSON values against the shape a record must have."""

import difflib
from collections.abc import Collection
from typing import Any

_LONGEST_QUOTE = 60


class ShapeError(Exception):
    """A line has the wrong shape; becomes a DatasetError with file and line.

    Attributes:
        what: What is wrong, in one line.
        mend: How to mend it, or "".
    """

    def __init__(self, what: str, mend: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.mend = mend


def quoted(text: str) -> str:
    """Text from a file in double quotes, shortened, with control characters made visible."""
    short = text if len(text) <= _LONGEST_QUOTE else text[: _LONGEST_QUOTE - 1] + "…"
    return '"' + "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in short) + '"'


def kind_of(value: object) -> str:
    """What a JSON value is, with its article."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "a boolean"
    names = {str: "a string", int: "a number", float: "a number", list: "an array", dict: "an object"}
    return names.get(type(value), "something else")


def wrong(where: str, wanted: str, value: object, mend: str = "") -> ShapeError:
    """The complaint that a value is of the wrong kind."""
    return ShapeError(f"{where} must be {wanted}, but is {kind_of(value)}", mend)


def an_object(value: object, where: str) -> dict[str, Any]:
    """The value, if it is an object."""
    if not isinstance(value, dict):
        raise wrong(where, "an object", value)
    return value


def an_array(value: object, where: str) -> list[Any]:
    """The value, if it is an array."""
    if not isinstance(value, list):
        raise wrong(where, "an array", value)
    return value


def a_text(value: object, where: str) -> str:
    """The value, if it is a string."""
    if not isinstance(value, str):
        raise wrong(where, "a string", value)
    return value


def text_or_none(value: object, where: str) -> str | None:
    """The value, if it is a string or null."""
    if value is not None and not isinstance(value, str):
        raise wrong(where, "a string or null", value)
    return value


def count_or_none(value: object, where: str) -> int | None:
    """The value, if it is a whole number from 0 on, or null."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int):
        raise wrong(where, "a whole number or null", value)
    if value < 0:
        raise ShapeError(f"{where} is {value}; it cannot be less than 0", "Use null where it is unknown.")
    if value >= 2**63:
        raise ShapeError(f"{where} is {value}; that cannot be a count", "Use null where it is unknown.")
    return value


def seconds_or_none(value: object, where: str) -> float | None:
    """The value as seconds, if it is a number from 0 on, or null."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise wrong(where, "a number of seconds or null", value)
    if value < 0:
        raise ShapeError(f"{where} is {value}; it cannot be less than 0", "Use null where it is unknown.")
    return float(value)


def only_keys(value: Collection[str], known: Collection[str], where: str = "") -> None:
    """Complain about the first key that is not known."""
    for key in value:
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1)
            guess = f"; did you mean {quoted(near[0])}?" if near else ""
            owner = f"{where} has no key" if where else "unknown key"
            raise ShapeError(f"{owner} {quoted(key)}{guess}", f"Known keys: {', '.join(known)}.")
