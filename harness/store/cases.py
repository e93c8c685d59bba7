"""cases.parquet: what the analysis made of each pair, in the order of pairs.parquet."""

from collections.abc import Iterable, Iterator, Sequence
from operator import attrgetter
from pathlib import Path
from typing import Any

from harness.domain.case_row import CaseRow
from harness.errors import RunDamaged, SchemaMismatch
from harness.store.parquet import reading, writing
from harness.store.schema import CASES

_HINT = "Write it again: harness analyze RUN"
_values = attrgetter(*CASES.names)


def write_cases(path: Path, rows: Iterable[CaseRow]) -> int:
    """Write the file, atomically and in bounded memory.

    Returns:
        The number of rows.

    Raises:
        StoreError: The disk refuses.
    """
    with writing(path, CASES) as groups:
        for row in rows:
            groups.add(_values(row), len(row.record_id) + len(row.reason) + len(row.group))
    return groups.written


def read_cases(path: Path) -> Iterator[CaseRow]:
    """The rows in the order they were written, a few in memory at a time.

    Raises:
        RunDamaged: The file is missing or cannot be read.
        SchemaMismatch: It was not written by this version of the harness.
    """
    try:
        for rows in reading(path, CASES):
            yield from map(_row, rows)
    except RunDamaged as error:
        raise RunDamaged(error.message, _HINT) from error
    except SchemaMismatch as error:
        raise SchemaMismatch(error.message, _HINT) from error
    except TypeError as error:
        raise RunDamaged(f"{path}: a row cannot be read: {error}", _HINT) from error


_STANDING = ("record_id", "quadrant", "review", "candidate_kind")


def read_standings(path: Path) -> Iterator[tuple[str, str, str, str]]:
    """Only id, quadrant, review and the candidate's kind of each row, in the order of the file.

    Several times faster than whole rows.

    Raises:
        RunDamaged, SchemaMismatch: As `read_cases`.
    """
    try:
        for rows in reading(path, CASES, columns=_STANDING):
            yield from rows
    except RunDamaged as error:
        raise RunDamaged(error.message, _HINT) from error
    except SchemaMismatch as error:
        raise SchemaMismatch(error.message, _HINT) from error


def _row(values: Sequence[Any]) -> CaseRow:
    held = dict(zip(CASES.names, values, strict=True))
    return CaseRow(**{**held, "slices": tuple(held["slices"])})
