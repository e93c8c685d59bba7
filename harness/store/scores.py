"""scores.parquet: one row per record and scorer."""

from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Any

from harness.domain.score import Finding, Score, ScoredPair, Verdict
from harness.errors import RunDamaged
from harness.store.parquet import reading, writing
from harness.store.schema import SCORES, SIDE_COLUMNS, SIDES


def write_scores(path: Path, scored: Iterable[ScoredPair]) -> int:
    """Write the file, atomically and in bounded memory.

    Returns:
        The number of rows.

    Raises:
        StoreError: The disk refuses.
    """
    with writing(path, SCORES) as groups:
        for pair in scored:
            sides: list[Score | None] = [getattr(pair, side) for side in SIDES]
            row = (pair.record_id, pair.scorer, *(value for score in sides for value in _side_row(score)))
            groups.add(row, sum(_characters(score) for score in sides if score is not None))
    return groups.written


def _side_row(score: Score | None) -> tuple[object, ...]:
    if score is None:
        return (None, None, None, None, None)
    findings = [
        {
            "kind": finding.kind,
            "path": finding.path,
            "expected": finding.expected,
            "actual": finding.actual,
            "note": finding.note,
            "verdict": finding.verdict.value,
            "amount": finding.amount,
        }
        for finding in score.findings
    ]
    return (score.value, score.right, score.pass_at, score.reason or None, findings)


def _characters(score: Score) -> int:
    texts = sum(
        len(f.path) + len(f.expected or "") + len(f.actual or "") + len(f.note) for f in score.findings
    )
    return texts + len(score.reason)


def read_scores(path: Path, *, ids: Collection[str] | None = None) -> Iterator[ScoredPair]:
    """The scored pairs in the order they were written, a few rows in memory at a time.

    Args:
        path: The file.
        ids: Give only the scores of these records.

    Raises:
        RunDamaged: The file is missing or cannot be read.
        SchemaMismatch: It was not written by this version of the harness.
    """
    for rows in reading(path, SCORES, ids=ids):
        for row in rows:
            try:
                yield _scored(row)
            except (ValueError, TypeError) as error:
                raise RunDamaged(f"{path}: the row of record {row[0]!r} cannot be read: {error}") from error


_FIRST_SIDE = 2  # after record_id and scorer


def _scored(row: tuple[Any, ...]) -> ScoredPair:
    width = len(SIDE_COLUMNS)
    starts = range(_FIRST_SIDE, _FIRST_SIDE + width * len(SIDES), width)
    sides = {side: _score(*row[start : start + width]) for side, start in zip(SIDES, starts, strict=True)}
    return ScoredPair(record_id=row[0], scorer=row[1], **sides)


def _score(*cells: Any) -> Score | None:
    value, _, pass_at, reason, findings = cells
    if findings is None:  # a score without findings has an empty list
        return None
    return Score(
        value=value,
        reason=reason or "",
        findings=tuple(Finding(**{**held, "verdict": Verdict(held["verdict"])}) for held in findings),
        pass_at=pass_at,
    )
