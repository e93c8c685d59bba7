"""Which rows of a run the index lists: all of a small run, of a large one those that are worth looking at."""

from dataclasses import replace
from heapq import heappush, heappushpop
from typing import Any

from harness.analysis.harm import lot_of
from harness.analysis.outcome import Quadrant
from harness.domain.case_row import CaseRow

_RIGHT_ON_BOTH = frozenset({Quadrant.BOTH_RIGHT.value, Quadrant.AGREE.value})
_WORDS = ("quadrant", "reason", "kind", "incumbent_kind", "candidate_kind", "group", "rerun", "review")


class KeptRows:
    """Takes the rows of a run, keeps in bounded memory those that are listed.

    Args:
        pairs: Pairs of the run.
        rows: Most rows listed, the most harmful ones; None lists all. Of a run with more pairs, those right
            on both sides are not listed, unless people said something of them.
        audit: Pairs right on both sides that are listed nevertheless, drawn by lot.

    Attributes:
        seen: Rows taken.
        audit: Ids of the drawn pairs; the same in every run with these records right on both sides.
    """

    def __init__(self, *, pairs: int, rows: int | None, audit: int) -> None:
        self._limit = rows
        self._lists_right = rows is None or pairs <= rows
        self._most_audited = audit
        self._rows: list[CaseRow] = []
        self._drawn: list[tuple[int, str, CaseRow]] = []
        self._words: dict[str, str] = {}
        self.seen = 0
        self.audit: frozenset[str] = frozenset()

    def add(self, row: CaseRow) -> None:
        """Take the next row."""
        self.seen += 1
        if row.quadrant in _RIGHT_ON_BOTH:
            self._draw(row)
        if row.quadrant not in _RIGHT_ON_BOTH or row.review or self._lists_right:
            self._rows.append(self._shared(row))
            if self._limit is not None and len(self._rows) >= 2 * self._limit:
                self._settle(self._limit)

    def rows(self) -> tuple[CaseRow, ...]:
        """The listed rows, most harmful first; from here on `audit` is told."""
        self.audit = frozenset(record_id for _, record_id, _ in self._drawn)
        if self._limit is not None:
            self._settle(self._limit)
        listed = {row.record_id: row for row in (*self._rows, *(row for _, _, row in self._drawn))}
        return tuple(sorted(listed.values(), key=_harm))

    def _draw(self, row: CaseRow) -> None:
        entry = (-lot_of(row.record_id), row.record_id, row)
        if len(self._drawn) < self._most_audited:
            heappush(self._drawn, entry)
        elif self._drawn:
            heappushpop(self._drawn, entry)

    def _settle(self, limit: int) -> None:
        self._rows.sort(key=_harm)
        del self._rows[limit:]

    def _shared(self, row: CaseRow) -> CaseRow:
        """The row with its few words held once for all rows: they come as new texts from the file."""
        told = {name: getattr(row, name) for name in _WORDS}
        words: dict[str, Any] = {name: self._words.setdefault(word, word) for name, word in told.items()}
        return replace(row, **words)


def _harm(row: CaseRow) -> int:
    return row.harm
