"""Files that are there whole or not at all."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import orjson

from harness.errors import StoreError


@contextmanager
def replaced_atomically(path: Path) -> Iterator[Path]:
    """A path beside the wanted one; what is written to it takes its place when all has gone well.

    Raises:
        StoreError: The disk refuses. Whatever else is raised inside passes through; either way
            the old file stays and nothing else is left.
    """
    unfinished = path.with_name(path.name + ".tmp")
    try:
        with refused_as_store_error(path):
            path.parent.mkdir(parents=True, exist_ok=True)
        yield unfinished
        with refused_as_store_error(path):
            _sync(unfinished)
            unfinished.replace(path)
            _sync(path.parent)
    except BaseException:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)
        raise


@contextmanager
def refused_as_store_error(path: Path) -> Iterator[None]:
    """Tell an OSError while writing as a StoreError with the path."""
    try:
        yield
    except OSError as error:
        raise StoreError(
            f"{path}: cannot be written: {error.strerror or error}", "Check the disk's space and permissions."
        ) from error


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_json_atomically(path: Path, value: Any) -> None:
    """Write a JSON file, indented, with a line feed at its end.

    Raises:
        StoreError: The disk refuses.
    """
    options = (
        orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE | orjson.OPT_NON_STR_KEYS
    )  # keys may be enum members
    data = orjson.dumps(value, option=options)
    write_bytes_atomically(path, data)


def write_bytes_atomically(path: Path, data: bytes) -> None:
    """Write a file, such as the report.

    Raises:
        StoreError: The disk refuses.
    """
    with replaced_atomically(path) as unfinished, refused_as_store_error(path):
        unfinished.write_bytes(data)
