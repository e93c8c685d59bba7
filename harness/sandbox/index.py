"""Finds a line of a large JSON-lines file by a key, with 28 bytes of memory a line."""

import hashlib
import os
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import orjson

from harness.dataset.seekable import open_seekable
from harness.errors import DatasetError

Row = dict[str, Any]


class LineIndex:
    """Maps the key of each line to the line; the lines stay on disk.

    A `.gz` file is unpacked to a temporary file first, so that a line can be read where it stands.
    Where two lines have the same key the first is found; `duplicates` counts the others.
    """

    def __init__(self, path: Path, key: Callable[[Row], bytes]) -> None:
        self._path = path
        self._key = key
        self._file = open_seekable(path)
        offsets, lengths, hashes = array("Q"), array("I"), array("Q")
        for offset, line in _lines(self._file):
            hashes.append(_hash(key(_row(path, len(hashes) + 1, line))))
            offsets.append(offset)
            lengths.append(len(line))
        order = sorted(range(len(hashes)), key=hashes.__getitem__)
        self._hashes = array("Q", (hashes[place] for place in order))
        self._offsets = array("Q", (offsets[place] for place in order))
        self._lengths = array("I", (lengths[place] for place in order))
        self.duplicates = sum(
            1 for place in range(1, len(order)) if self._hashes[place] == self._hashes[place - 1]
        )

    def __len__(self) -> int:
        return len(self._hashes)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._file)

    def find(self, key: bytes) -> tuple[int, Row] | None:
        """The first line with that key and a number that is its own, from 0 to len() - 1; or None."""
        wanted = _hash(key)
        place = bisect_left(self._hashes, wanted)
        while place < len(self._hashes) and self._hashes[place] == wanted:
            row = self.row(place)
            if self._key(row) == key:
                return place, row
            place += 1
        return None

    def row(self, place: int) -> Row:
        """The line with that number."""
        line = os.pread(self._file, self._lengths[place], self._offsets[place])
        return _row(self._path, place, line)


def _lines(file: int) -> Iterator[tuple[int, bytes]]:
    """Every line that is not blank, with its offset."""
    os.lseek(file, 0, os.SEEK_SET)
    offset = 0
    with os.fdopen(os.dup(file), "rb", buffering=1 << 20) as stream:
        for line in stream:
            if line.strip():
                yield offset, line
            offset += len(line)


def _row(path: Path, number: int, line: bytes) -> Row:
    try:
        row = orjson.loads(line)
    except orjson.JSONDecodeError as trouble:
        raise DatasetError(f"{path}: line {number} is not JSON: {trouble}.") from None
    if not isinstance(row, dict):
        raise DatasetError(f"{path}: line {number} is no JSON object.")
    return row


def _hash(key: bytes) -> int:
    return int.from_bytes(hashlib.blake2b(key, digest_size=8).digest(), "big")
