"""An Analysis as JSON and back, generically by the types of its fields."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import orjson

from harness.analysis.result import ANALYSIS_SCHEMA_VERSION, Analysis
from harness.errors import RunDamaged, SchemaMismatch

_OPTIONS = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE


def analysis_to_json(analysis: Analysis) -> bytes:
    r"""The content of analysis.json; lone surrogates, which UTF-8 cannot hold, become `\udXXX` texts."""
    try:
        return orjson.dumps(analysis, option=_OPTIONS)
    except orjson.JSONEncodeError:
        return orjson.dumps(_storable(analysis), option=_OPTIONS)


def analysis_from_json(data: bytes) -> Analysis:
    """Read analysis.json.

    Raises:
        RunDamaged: It is not JSON, or not an analysis.
        SchemaMismatch: Another version of the harness wrote it.
    """
    again = "Write it again: harness analyze RUN"
    try:
        value = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise RunDamaged(f"analysis.json is not JSON: {error}", again) from error
    version = value.get("schema_version") if isinstance(value, dict) else None
    if version != ANALYSIS_SCHEMA_VERSION:
        raise SchemaMismatch(
            f"analysis.json has schema version {version}; this harness reads {ANALYSIS_SCHEMA_VERSION}", again
        )
    try:
        analysis: Analysis = _read(Analysis, value)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise RunDamaged(f"analysis.json is damaged: {type(error).__name__}: {error}", again) from error
    return analysis


def _read(hint: Any, value: Any) -> Any:
    """A JSON value as the type that `hint` names."""
    origin = get_origin(hint)
    if origin in (Union, UnionType):
        return None if value is None else _read_one_of(_not_none(hint), value)
    if origin is tuple:
        return tuple(_read(get_args(hint)[0], item) for item in value)
    if origin is Mapping:
        return {key: _read(get_args(hint)[1], item) for key, item in value.items()}
    if is_dataclass(hint) and isinstance(hint, type):
        hints = get_type_hints(hint)
        return hint(**{field.name: _read(hints[field.name], value[field.name]) for field in fields(hint)})
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint(value)
    if hint is float and type(value) is int:
        return float(value)
    if type(value) is not hint:
        raise TypeError(f"{value!r} should be {hint}")
    return value


def _read_one_of(hints: list[Any], value: Any) -> Any:
    """As the first of these types that it fits."""
    for hint in hints[:-1]:
        try:
            return _read(hint, value)
        except TypeError:
            continue
    return _read(hints[-1], value)


def _not_none(hint: Any) -> list[Any]:
    return [option for option in get_args(hint) if option is not NoneType]


def _storable(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: _storable(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {_storable(key): _storable(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return [_storable(item) for item in value]
    return value
