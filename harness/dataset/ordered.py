"""The records of a dataset in an order of their own; they stay on disk."""

import os
from array import array
from collections.abc import Callable, Iterator
from itertools import groupby, islice
from pathlib import Path
from types import TracebackType
from typing import Self

from harness.dataset.lines import line_of_bytes, read_lines, records_file
from harness.dataset.reader import record_in
from harness.dataset.seekable import open_seekable
from harness.domain.record import Record

Key = tuple[int, int]
"""Two whole numbers from 0 to 2^64 - 1."""


class OrderedRecords:
    """Reads records in the order of a key; a context manager.

    Keeps 32 bytes a record. Records with the same first number of the key stand together; they are
    called a cluster here.

    Args:
        path: A records file or a dataset folder.
        key: Where a record stands.
        limit: Only so many records from the beginning of the file; None for all.

    Raises:
        DatasetError: The file or a line of it cannot be read.
    """

    def __init__(self, path: Path, key: Callable[[Record], Key], *, limit: int | None = None) -> None:
        self._path = records_file(path)
        own, alone = array("Q"), array("Q")
        offsets, lengths, numbers = array("Q"), array("I"), array("I")
        measure = _Measure()
        for line in islice(read_lines(self._path, each_raw=measure.take), limit):
            first, second = key(record_in(self._path, line))
            own.append(first)
            alone.append(second)
            offsets.append(measure.end - measure.length)
            lengths.append(measure.length)
            numbers.append(line.number)
        order = sorted(range(len(own)), key=alone.__getitem__)
        order.sort(key=own.__getitem__)  # keeps the order of the second number, and needs no pair in memory
        self._own, self._alone = _sorted(own, order), _sorted(alone, order)
        self._offsets, self._lengths = _sorted(offsets, order), _sorted(lengths, order)
        self._numbers = _sorted(numbers, order)
        self._file = open_seekable(self._path)

    def __len__(self) -> int:
        return len(self._own)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._file)

    def __iter__(self) -> Iterator[Record]:
        """The records, read one at a time.

        Raises:
            DatasetError: The file has changed since, and a line is none any more.
        """
        for place in range(len(self)):
            raw = os.pread(self._file, self._lengths[place], self._offsets[place])
            yield record_in(self._path, line_of_bytes(self._numbers[place], raw))

    def key(self, place: int) -> Key:
        """The key of the record in that place, from 0."""
        return self._own[place], self._alone[place]

    def cluster_sizes(self) -> "array[int]":
        """How many records each cluster has, in order."""
        return array("Q", (sum(1 for _ in cluster) for _, cluster in groupby(self._own)))


class _Measure:
    """Where the line that was read last stands."""

    def __init__(self) -> None:
        self.end = self.length = 0

    def take(self, raw: bytes) -> None:
        self.length = len(raw)
        self.end += len(raw)


def _sorted(values: "array[int]", order: list[int]) -> "array[int]":
    return array(values.typecode, (values[place] for place in order))
