"""Files that are there whole or not at all."""

import fcntl
import glob
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import orjson

from harness.errors import StoreError


@contextmanager
def replaced_atomically(path: Path) -> Iterator[Path]:
    """A path beside the wanted one; what is written to it takes its place when all has gone well.

    Its name is its own, so that two processes may write the same file: the last one wins, whole.

    Raises:
        StoreError: The disk refuses. Whatever else is raised inside passes through; either way
            the old file stays and nothing else is left.
    """
    unfinished = path.with_name(f"{path.name}.{uuid4().hex}.tmp")
    held = -1
    try:
        with refused_as_store_error(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            _remove_left_over(path)
            held = os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o666)
            _lock(held)
        yield unfinished
        with refused_as_store_error(path):
            _sync(unfinished)
            unfinished.replace(path)
            _sync(path.parent)
    except BaseException:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)
        raise
    finally:
        if held >= 0:
            os.close(held)


def _remove_left_over(path: Path) -> None:
    """Remove what killed processes left unfinished; the files of living ones are locked."""
    for left in path.parent.glob(f"{glob.escape(path.name)}.*.tmp"):
        with suppress(OSError):
            file = os.open(left, os.O_RDWR)
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                left.unlink()
            finally:
                os.close(file)


def _lock(file: int) -> None:
    """Say that the file is in use; where the disk knows no locks, nothing is left over by this rule."""
    with suppress(OSError):
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


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
    """Write a file.

    Raises:
        StoreError: The disk refuses.
    """
    with replaced_atomically(path) as unfinished, refused_as_store_error(path):
        unfinished.write_bytes(data)


def write_texts_atomically(path: Path, texts: Iterable[str]) -> int:
    """Write a file piece by piece, such as a report that is larger than memory should be.

    Returns:
        Its size in bytes.

    Raises:
        StoreError: The disk refuses.
    """
    size = 0
    with replaced_atomically(path) as unfinished, refused_as_store_error(path), unfinished.open("wb") as file:
        for text in texts:
            size += file.write(text.encode())
    return size
