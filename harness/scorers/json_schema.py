"""Checks JSON against the schema that the request asked for."""

import re
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
# Half a character, written out or as an escape: json takes it, orjson and the validator do not.
# Whole pairs are replaced with it: a schema hardly tells one emoji from another.
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F][0-9a-fA-F]{2}|[\ud800-\udfff]")


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
    try:
        value = orjson.loads(_SURROGATE.sub(r"\\ufffd", source))
    except orjson.JSONDecodeError:  # 1e999: json takes it, orjson does not
        return ()
    if validator.is_valid(value):
        return ()
    return tuple(islice(_all(validator, value), _MOST))


def _all(validator: Any, value: Any) -> Iterator[Violation]:
    for error in validator.iter_errors(value):
        yield Violation(
            steps=tuple(error.instance_path), keyword=str(error.schema_path[-1]), message=error.message
        )


@lru_cache(maxsize=64)
def _validator(schema: bytes) -> Any:
    try:
        return jsonschema_rs.validator_for(orjson.loads(schema), retriever=_refuse)
    except ValueError:
        return None


def _refuse(uri: str) -> NoReturn:
    raise ValueError(f"{uri} lies outside the schema; nothing is fetched")
