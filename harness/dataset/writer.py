"""Records to records.jsonl, atomically, the same bytes for the same records."""

import gzip
import hashlib
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

import orjson

from harness.dataset.record_line import line_of
from harness.dataset.shape import ShapeError, quoted
from harness.domain.record import Record
from harness.errors import DatasetError


def write_records(path: Path, records: Iterable[Record]) -> str:
    """Write a .jsonl or .jsonl.gz file; nothing is left behind where it fails.

    Returns:
        The SHA-256 of the uncompressed content, in hex: what `check_records` finds.

    Raises:
        DatasetError: A record cannot be written, or the disk refuses.
    """
    digest = hashlib.sha256()
    with replacing(path) as stream:
        for record in records:
            line = _line(record)
            digest.update(line)
            stream.write(line)
    return digest.hexdigest()


def _line(record: Record) -> bytes:
    try:
        return orjson.dumps(line_of(record), option=orjson.OPT_APPEND_NEWLINE)
    except ShapeError as error:
        raise DatasetError(f"record {quoted(record.id)}: {error.what}", error.mend) from error
    except TypeError as error:  # lone surrogates, integers beyond 64 bits, nesting beyond 254 levels
        raise DatasetError(f"record {quoted(record.id)} cannot be written as JSON: {error}") from error


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """A stream to a file beside the path that takes its place when all has gone well."""
    unfinished = path.with_name(path.name + ".tmp")
    try:
        with unfinished.open("wb") as file:
            with _compressed(file, path) as stream:
                yield stream
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    except OSError as error:
        unfinished.unlink(missing_ok=True)
        raise DatasetError(f"{path}: cannot be written: {error.strerror or error}") from error
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise


@contextmanager
def _compressed(file: BinaryIO, path: Path) -> Iterator[BinaryIO]:
    if not path.name.endswith(".gz"):
        yield file
        return
    # No name and no time in the header: the same records give the same bytes.
    with gzip.GzipFile(filename="", mode="wb", fileobj=file, compresslevel=9, mtime=0) as stream:
        yield cast("BinaryIO", stream)
