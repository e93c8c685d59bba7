"""Parquet files written row group by row group and read batch by batch."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from itertools import repeat
from pathlib import Path
from typing import Any, TypeAlias

import pyarrow as pa
from pyarrow import parquet

from harness.errors import RunDamaged, SchemaMismatch
from harness.store.files import refused_as_store_error, replaced_atomically
from harness.store.schema import KIND_KEY, OLDEST_READ, SCHEMA_VERSION, VERSION_KEY, since

Rows: TypeAlias = Iterator[tuple[Any, ...]]
"""The values of each row in the order of the schema's columns."""

ROWS_PER_GROUP = 1000
BYTES_PER_GROUP = 32 * 1024 * 1024
ZSTD_LEVEL = 3

_ROWS_READ_AT_ONCE = 250
_UNSTORABLE = (UnicodeEncodeError, OverflowError, ValueError, TypeError, pa.ArrowException)

# pyarrow's own pool keeps 30 MB and more of what is freed; the system's gives it back.
pa.set_memory_pool(pa.system_memory_pool())

_HINT = "Make it again from the journal: run the harness on that run once more; nothing is paid twice."


class RowGroups:
    """Gathers rows and writes them as row groups, of 1,000 rows or about 32 MB of text at most."""

    def __init__(self, path: Path, writer: Any, schema: Any) -> None:
        self._path = path
        self._writer = writer
        self._schema = schema
        self._rows: list[Sequence[object]] = []
        self._bytes = 0
        self.written = 0

    def add(self, row: Sequence[object], size: int) -> None:
        """Take a row, its values in the order of the columns.

        Args:
            row: The values.
            size: Characters of text in it.
        """
        self._rows.append(row)
        self._bytes += size
        if len(self._rows) >= ROWS_PER_GROUP or self._bytes >= BYTES_PER_GROUP:
            self.flush()

    def flush(self) -> None:
        """Write what has been gathered."""
        if self._rows:
            batch = _batch(self._rows, self._schema)
            with refused_as_store_error(self._path):
                self._writer.write_batch(batch)
            self.written += len(self._rows)
        self._rows, self._bytes = [], 0


def _batch(rows: list[Sequence[object]], schema: Any) -> Any:
    columns = zip(*rows, strict=True)
    arrays = [_array(values, field.type) for values, field in zip(columns, schema, strict=True)]
    return pa.record_batch(arrays, schema=schema)


def _array(values: tuple[object, ...], kind: Any) -> Any:
    try:
        return pa.array(values, type=kind)
    except _UNSTORABLE:
        return pa.array([_fitting(_storable(value), kind) for value in values], type=kind)


def _fitting(value: object, kind: Any) -> object:
    """The value, or None where the column cannot hold it: 1e25 tokens, half a token."""
    try:
        pa.scalar(value, type=kind)
    except _UNSTORABLE:
        return None
    return value


def _storable(value: object) -> object:
    """The value with halves of surrogate pairs replaced, which no file can hold."""
    if isinstance(value, str):
        return encodable(value)
    if isinstance(value, dict):
        return {name: _storable(held) for name, held in value.items()}
    return [_storable(held) for held in value] if isinstance(value, list) else value


def encodable(text: str) -> str:
    """The text with surrogate halves joined, and those without a partner as U+FFFD."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


@contextmanager
def writing(path: Path, schema: Any) -> Iterator[RowGroups]:
    """Write a file that is there whole or not at all.

    Raises:
        StoreError: The disk refuses.
    """
    repeating = [
        name for name in schema.names if name.endswith(("_status", "_finish_reason", "_model", "scorer"))
    ]
    options = {"compression": "zstd", "compression_level": ZSTD_LEVEL, "use_dictionary": repeating}
    with replaced_atomically(path) as unfinished:
        with refused_as_store_error(path):
            writer = parquet.ParquetWriter(unfinished, schema, **options)
        try:
            groups = RowGroups(path, writer, schema)
            yield groups
            groups.flush()
        finally:
            with refused_as_store_error(path):
                writer.close()


def reading(
    path: Path,
    schema: Any,
    *,
    ids: Collection[str] | None = None,
    group: int | None = None,
    columns: Sequence[str] = (),
) -> Iterator[Rows]:
    """The file's rows in order, a few in memory at a time.

    Args:
        path: The file.
        schema: Its columns; one that the file is too old for is null in every row.
        ids: Give only the rows with these `record_id`s.
        group: Give only the rows of this row group, counted from 0.
        columns: Give only these, in this order; all in the schema's order where none is named.

    Raises:
        RunDamaged: The file is missing or cannot be read.
        SchemaMismatch: It is no such file of the harness, or of another version.
    """
    wanted = None if ids is None else frozenset(ids)
    names = list(columns or schema.names)
    try:
        with parquet.ParquetFile(path) as file:
            check_schema(path, file.schema_arrow, schema)
            read = {*names, "record_id"} if wanted is not None else set(names)
            held = [name for name in schema.names if name in read and _holds(file, name)]
            # A batch never spans groups: those of long texts are short.
            for place in range(file.num_row_groups) if group is None else (group,):
                if wanted is not None and not _holds_any(file, place, wanted):
                    continue
                for batch in file.iter_batches(
                    _ROWS_READ_AT_ONCE, row_groups=[place], columns=held, use_threads=False
                ):
                    yield _rows(batch, names, wanted)
    except FileNotFoundError as error:
        raise RunDamaged(f"{path}: the file is missing", _HINT) from error
    except (pa.ArrowException, OSError) as error:
        raise RunDamaged(f"{path}: cannot be read: {error}", _HINT) from error


def group_sizes(path: Path) -> tuple[int, ...]:
    """The number of rows in each row group.

    Raises:
        RunDamaged: The file is missing or cannot be read.
    """
    try:
        about = parquet.read_metadata(path)
    except FileNotFoundError as error:
        raise RunDamaged(f"{path}: the file is missing", _HINT) from error
    except (pa.ArrowException, OSError) as error:
        raise RunDamaged(f"{path}: cannot be read: {error}", _HINT) from error
    return tuple(about.row_group(place).num_rows for place in range(about.num_row_groups))


def _holds(file: Any, name: str) -> bool:
    return bool(file.schema_arrow.get_field_index(name) >= 0)


def _holds_any(file: Any, group: int, wanted: frozenset[str]) -> bool:
    """Whether the row group has a wanted record; only its ids are read to tell."""
    ids = file.read_row_group(group, columns=["record_id"], use_threads=False)["record_id"]
    return not wanted.isdisjoint(ids.to_pylist())


def _rows(batch: Any, names: Sequence[str], wanted: frozenset[str] | None) -> Rows:
    if wanted is not None:
        mask = [record_id in wanted for record_id in batch["record_id"].to_pylist()]
        batch = batch.filter(pa.array(mask, type=pa.bool_()))
    held = set(batch.schema.names)
    columns = [batch[name].to_pylist() if name in held else repeat(None, batch.num_rows) for name in names]
    return zip(*columns, strict=True)


def check_schema(path: Path, found: Any, wanted: Any) -> None:
    """Refuse a file whose columns this version cannot read.

    Raises:
        SchemaMismatch: Says which version wrote it, or which columns are missing.
    """
    kind = wanted.metadata[KIND_KEY].decode()
    about = found.metadata or {}
    if about.get(KIND_KEY) != wanted.metadata[KIND_KEY]:
        raise SchemaMismatch(f"{path}: is not a file of {kind} that the harness wrote")
    version = int(about.get(VERSION_KEY, b"0"))
    if not OLDEST_READ <= version <= SCHEMA_VERSION:
        age = "a newer" if version > SCHEMA_VERSION else "an older"
        raise SchemaMismatch(
            f"{path}: was written by {age} harness (version {version}, this one reads up to "
            f"{SCHEMA_VERSION})",
            "Update the harness." if version > SCHEMA_VERSION else _HINT,
        )
    missing = [
        field.name for field in wanted if since(field) <= version and found.get_field_index(field.name) < 0
    ]
    if missing:
        raise SchemaMismatch(f"{path}: lacks the columns {', '.join(missing)}", _HINT)
