"""cases.parquet: what the analysis made of each pair, in the order of pairs.parquet."""

from collections.abc import Iterable, Iterator
from dataclasses import astuple
from pathlib import Path

from harness.domain.case_row import CaseRow
from harness.errors import RunDamaged
from harness.store.parquet import reading, writing
from harness.store.schema import CASES


def write_cases(path: Path, rows: Iterable[CaseRow]) -> int:
    """Write the file, atomically and in bounded memory.

    Returns:
        The number of rows.

    Raises:
        StoreError: The disk refuses.
    """
    with writing(path, CASES) as groups:
        for row in rows:
            groups.add(astuple(row), len(row.record_id) + len(row.reason) + len(row.group))
    return groups.written


def read_cases(path: Path) -> Iterator[CaseRow]:
    """The rows in the order they were written, a few in memory at a time.

    Raises:
        RunDamaged: The file is missing or cannot be read.
        SchemaMismatch: It was not written by this version of the harness.
    """
    names = CASES.names
    for rows in reading(path, CASES):
        for row in rows:
            held = dict(zip(names, row, strict=True))
            try:
                yield CaseRow(**{**held, "slices": tuple(held["slices"])})
            except TypeError as error:
                raise RunDamaged(f"{path}: the row of record {row[0]!r} cannot be read: {error}") from error
