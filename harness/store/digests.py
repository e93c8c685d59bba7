"""Digests of the records of a run, read from the columns of pairs.parquet that hold them."""

from collections.abc import Iterator, Mapping
from hashlib import blake2b
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa

from harness.domain.ordering import cluster_of
from harness.domain.record_digest import RecordDigest
from harness.errors import RunDamaged
from harness.store.parquet import reading
from harness.store.schema import PAIRS

_COLUMNS = ("record_id", "request", "expected", "expected_tool_calls", "tags")
_SCHEMA = pa.schema([PAIRS.field(name) for name in _COLUMNS], metadata=PAIRS.metadata)
_PROMPT_ROLES = frozenset({"system", "developer"})


def read_digests(path: Path, *, cluster: str | None = None) -> Iterator[RecordDigest]:
    """One digest per pair, in the order of the file; the answers are not read.

    Args:
        path: pairs.parquet.
        cluster: Name of the tag that names a record's cluster, or None.

    Raises:
        RunDamaged: The file is missing or cannot be read.
        SchemaMismatch: It was not written by this version of the harness.
    """
    for rows in reading(path, _SCHEMA):
        for row in rows:
            try:
                yield _digest(row, cluster)
            except (ValueError, TypeError, AttributeError) as error:  # JSON inside a cell
                raise RunDamaged(f"{path}: the row of record {row[0]!r} cannot be read: {error}") from error


def _digest(row: tuple[Any, ...], cluster: str | None) -> RecordDigest:
    record_id, request, expected, expected_calls, tags = row
    body: dict[str, Any] = orjson.loads(request)
    messages = body.pop("messages", None) or []
    prompt = [message for message in messages if _is_prompt(message)]
    return RecordDigest(
        record_id=record_id,
        prompt=_hash(prompt),
        parameters=_hash(body),
        messages=_hash([message for message in messages if not _is_prompt(message)]),
        expected=_hash([expected, expected_calls]),
        cluster=cluster_of(orjson.loads(tags), cluster) if cluster else None,
    )


def _is_prompt(message: object) -> bool:
    return isinstance(message, Mapping) and message.get("role") in _PROMPT_ROLES


def _hash(value: object) -> bytes:
    return blake2b(orjson.dumps(value, option=orjson.OPT_SORT_KEYS), digest_size=8).digest()
