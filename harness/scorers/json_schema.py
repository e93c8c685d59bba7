"""Checks JSON against the schema that the request asked for."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any, NoReturn

import jsonschema_rs
import orjson

from harness.domain.chat import ChatRequest

# More violations of one answer tell nothing new.
_MOST = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """One rule of the schema that a value breaks.

    Attributes:
        steps: Keys and indexes from the top to the value.
        keyword: The rule, such as `enum`.
        message: What is wrong, as the validator says it; holds text of the answer.
    """

    steps: tuple[str | int, ...]
    keyword: str
    message: str


def requested_schema(request: ChatRequest) -> bytes | None:
    """The schema of the request's `response_format` as JSON text, None without one."""
    wanted = request.body.get("response_format")
    inner = wanted.get("json_schema") if isinstance(wanted, Mapping) else None
    schema = inner.get("schema") if isinstance(inner, Mapping) else None
    if not isinstance(schema, Mapping):
        return None
    try:
        return orjson.dumps(schema)
    except orjson.JSONEncodeError:
        return None


def violations(schema: bytes, source: str) -> tuple[Violation, ...]:
    """What a JSON text breaks of a schema; nothing where the schema itself is broken."""
    validator = _validator(schema)
    if validator is None:
        return ()
    value = _plain(source)
    if validator.is_valid(value):
        return ()
    return tuple(islice(_all(validator, value), _MOST))


def _all(validator: Any, value: Any) -> Iterator[Violation]:
    for error in validator.iter_errors(value):
        yield Violation(
            steps=tuple(error.instance_path), keyword=str(error.schema_path[-1]), message=error.message
        )


def _plain(source: str) -> Any:
    try:
        return orjson.loads(source)
    except orjson.JSONDecodeError:  # lone surrogates: json takes them, orjson does not
        return json.loads(source)


@lru_cache(maxsize=64)
def _validator(schema: bytes) -> Any:
    try:
        return jsonschema_rs.validator_for(orjson.loads(schema), retriever=_refuse)
    except ValueError:
        return None


def _refuse(uri: str) -> NoReturn:
    raise ValueError(f"{uri} lies outside the schema; nothing is fetched")
