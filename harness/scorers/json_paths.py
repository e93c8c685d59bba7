"""Path patterns of settings: which fields are ignored, which have a declared type."""

from collections.abc import Iterable, Mapping
from typing import Any

from harness.domain.paths import path_pattern
from harness.scorers.json_values import FieldType, inferred_type

# Keys of an answer are untrusted: what is remembered about them stays bounded.
_REMEMBERED = 4096


def joined(path: str, key: str) -> str:
    """The path of a member."""
    return f"{path}.{key}" if path else key


class PathRules:
    """Answers questions about a field's path, list indexes left out: `line_items.amount`.

    In a pattern `*` stands for one name and `**` for any number; `line_items[].amount` and
    `line_items.amount` are the same.
    """

    def __init__(self, types: Mapping[str, str], ignore: Iterable[str]) -> None:
        self._types = [(path_pattern(pattern), _field_type(pattern, name)) for pattern, name in types.items()]
        self._ignore = [path_pattern(pattern) for pattern in ignore]
        self._declared: dict[str, FieldType | None] = {}

    def type_of(self, path: str, value: Any) -> FieldType:
        """The declared type of a field, else the one its expected value and name suggest."""
        if self._types:
            declared = self.declared_type(path)
            if declared is not None:
                return declared
        return inferred_type(value, path.rpartition(".")[2])

    def is_ignored(self, path: str) -> bool:
        """Whether the field, or an object it lies in, is ignored."""
        parts = path.split(".")
        return any(
            pattern.fullmatch(".".join(parts[:end]))
            for end in range(1, len(parts) + 1)
            for pattern in self._ignore
        )

    def without_ignored(self, value: Any, path: str = "") -> Any:
        """The value without the fields that are ignored."""
        if not self._ignore:
            return value
        if isinstance(value, list):
            return [self.without_ignored(item, path) for item in value]
        if not isinstance(value, dict):
            return value
        return {
            key: self.without_ignored(member, joined(path, key))
            for key, member in value.items()
            if not self._matches(joined(path, key))
        }

    def _matches(self, path: str) -> bool:
        return any(pattern.fullmatch(path) for pattern in self._ignore)

    def declared_type(self, path: str) -> FieldType | None:
        """The type that the settings give a field, None where they give none."""
        if path not in self._declared:
            if len(self._declared) >= _REMEMBERED:
                self._declared.clear()
            found = (kind for pattern, kind in self._types if pattern.fullmatch(path))
            self._declared[path] = next(found, None)
        return self._declared[path]


def _field_type(pattern: str, name: str) -> FieldType:
    try:
        return FieldType(name)
    except ValueError:
        known = ", ".join(FieldType)
        raise ValueError(f'types: "{pattern}" has the unknown type "{name}"; known are {known}') from None
