"""The cases in the page: which are told in full, in which order, and how many there is room for.

A run is read once, in the order of its files; the page wants its cases by group and harm. So each case is
kept compressed until all are there. A case that can no longer find room is not opened at all.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from harness.analysis.cases import Case
from harness.analysis.outcome import CASE_QUADRANTS
from harness.analysis.result import Analysis
from harness.domain.case_row import CaseRow
from harness.domain.pair import Pair, PairOutline
from harness.report.case_index import BLOCK, NO_GROUP, VERSION, Entry, group_codes, index_columns, run_names
from harness.report.case_snippets import Snippets
from harness.report.examples import EvidenceKeeper
from harness.report.facts import RunFacts
from harness.report.kept_rows import KeptRows
from harness.report.model import FirstCases, PageData
from harness.report.packing import OpenedCase, Room, Shelf, packed
from harness.report.wording import display_names

FIRST_GROUPS = 6
FIRST_OF_GROUP = 3
_FIRST_BYTES = 400_000
# Where the blocks take at least this much of their room, one more case in full is not worth another try.
_WELL_USED = 0.97
_TRIES = 4
_GUESSED = 1.03


@dataclass(frozen=True, slots=True, kw_only=True)
class PageLimits:
    """How much the page holds.

    Attributes:
        file_bytes: Size of the file, in bytes; None puts every pair in, in full.
        page_bytes: Part of it that is left to everything but index and blocks.
        index_rows: Rows of the index. Of a run with more pairs, those that are right on both sides leave it.
        audit: Pairs that are right on both sides and yet told in full, drawn by lot, so that people can check
            what counts as right.
    """

    file_bytes: int | None = 15_000_000
    page_bytes: int = 800_000
    index_rows: int = 200_000
    audit: int = 200


EVERYTHING = PageLimits(file_bytes=None)


class PageDataBuilder:
    """Takes what a run's files tell, gives the page's data.

    First every row (`add_row`), then `choose`; then the outlines of the `listed` pairs and those of the
    `wanted` cases that `wants` still wants; at last `build`. Each in the order of the files.
    """

    def __init__(self, analysis: Analysis, facts: RunFacts, limits: PageLimits | None = None) -> None:
        self._analysis = analysis
        self._facts = facts
        self._limits = limits or PageLimits()
        everything = self._limits.file_bytes is None
        rows = None if everything else self._limits.index_rows
        self._kept = KeptRows(pairs=analysis.pairs, rows=rows, audit=self._limits.audit)
        self._groups = group_codes(analysis)
        self._cases = frozenset(quadrant.value for quadrant in CASE_QUADRANTS[analysis.basis])
        self._entries: dict[str, Entry] = {}
        self._ranks: dict[str, int] = {}
        self._snippets = Snippets()
        self._shelf = Shelf()
        self._evidence = EvidenceKeeper()
        self._room = None if everything else Room((self._limits.file_bytes or 0) - self._limits.page_bytes)

    def add_row(self, row: CaseRow) -> None:
        """Take the next row of cases.parquet."""
        self._kept.add(row)
        self._evidence.add_row(row)

    def choose(self) -> None:
        """All rows are there: say which are listed and which are wanted in full."""
        rows = self._kept.rows()
        self._entries = {row.record_id: Entry(row=row) for row in rows}
        # What people have judged stays open to them, wherever their judgement moved it.
        wanted = [row for row in rows if self._room is None or row.quadrant in self._cases or row.review]
        wanted.sort(key=lambda row: (not row.review, row.harm))
        self._ranks = {row.record_id: rank for rank, row in enumerate(wanted)}

    @property
    def listed(self) -> frozenset[str]:
        """Ids of the rows of the index."""
        return frozenset(self._entries)

    @property
    def wanted(self) -> frozenset[str]:
        """Ids of the pairs that may be told in full."""
        return frozenset(self._ranks) | self._kept.audit

    def row(self, record_id: str) -> CaseRow:
        """The row of a listed pair."""
        return self._entries[record_id].row

    def outline(self, outline: PairOutline) -> None:
        """Take the line of a listed pair."""
        entry = self._entries[outline.record_id]
        entry.latency_s = outline.latency_s
        self._snippets.add(outline.record_id, outline.lines)

    def wants(self, record_id: str) -> bool:
        """Whether a wanted pair can still find room; where it cannot, none that does less harm can."""
        if self._room is None or record_id in self._kept.audit:
            return True
        return self._room.reaches(self._ranks[record_id])

    def show(self, case: Case, pair: Pair) -> None:
        """Take a case as an example of its group."""
        self._evidence.put(self.row(case.record_id), case, pair)

    def put(self, opened: OpenedCase) -> None:
        """Take a case."""
        self._shelf.put(opened)
        entry = self._entries[opened.record_id]
        entry.title, entry.tags = opened.title, opened.tags
        if self._room is not None:
            self._room.took(opened.record_id, self._shelf)

    def build(self) -> PageData:
        """The data; the same input gives the same text."""
        for record_id, entry in self._entries.items():
            entry.snippet = self._snippets.of(record_id)
        held = [record_id for record_id in self._ranks if record_id in self._shelf]
        page = self._page(held) if self._room is None else self._fitting(held, self._room)
        told = set(page.full)
        return PageData(
            index=page.index,
            blocks=page.blocks,
            first=self._first(page.full),
            rows=len(self._entries),
            full=len(page.full),
            left_out=self._kept.seen - len(self._entries),
            short=sum(record_id not in told for record_id in self._ranks),
            evidence=self._evidence.evidence(),
        )

    def _fitting(self, held: Sequence[str], room: Room) -> "_Page":
        """As many cases in full as there is room for, the most harmful ones."""
        most = sum(self._ranks[record_id] < room.first_refused for record_id in held)
        count = room.holds(int(_GUESSED * (room.size - len(self._index([])))), most)
        fitting = None
        for _ in range(_TRIES):
            page = self._page(held[:count]).packed()
            free = room.size - len(page.index)
            if page.used <= free:
                fitting = page
                if count == most or page.used >= _WELL_USED * free:
                    break
            if page.used:
                count = min(most, int(count * max(0.0, 0.98 * free / page.used)))
        while fitting is None:
            count //= 2
            page = self._page(held[:count]).packed()
            if page.used <= room.size - len(page.index) or not count:
                fitting = page
        return fitting

    def _page(self, cases: Sequence[str]) -> "_Page":
        full = self._in_order(cases)
        return _Page(full=full, index=self._index(full), blocks=self._blocks(full))

    def _in_order(self, cases: Sequence[str]) -> list[str]:
        """By group, most harmful first, then by harm; the audit, which is harmless, comes last."""
        audit = [record_id for record_id in self._kept.audit if record_id in self._shelf]
        return sorted({*cases, *audit}, key=self._place)

    def _place(self, record_id: str) -> tuple[bool, int, int]:
        row = self._entries[record_id].row
        return record_id in self._kept.audit, self._groups.get(row.group, len(self._groups)), row.harm

    def _index(self, full: Sequence[str]) -> str:
        told = set(full)
        rest = (record_id for record_id in self._entries if record_id not in told)
        order = [*full, *rest]
        entries = [self._entries[record_id] for record_id in order]
        names = display_names(self._facts.incumbent.model, self._facts.candidate.model)
        index: dict[str, Any] = {
            "version": VERSION,
            "rows": len(order),
            "full": len(full),
            "block": BLOCK,
            **index_columns(entries, self._analysis, len(full)),
            "audit": [place for place, record_id in enumerate(order) if record_id in self._kept.audit],
            "left_out": self._kept.seen - len(order),
            "run": run_names(self._facts, names),
        }
        return packed(index)

    def _blocks(self, full: Sequence[str]) -> Iterator[str]:
        for start in range(0, len(full), BLOCK):
            yield self._shelf.block(full[start : start + BLOCK])

    def _first(self, full: Sequence[str]) -> tuple[FirstCases, ...]:
        """The first cases of the first groups and of each quadrant outside of groups."""
        by_place: dict[tuple[int, str], list[str]] = {}
        for record_id in full:
            row = self._entries[record_id].row
            if row.quadrant in self._cases:
                group = self._groups.get(row.group, NO_GROUP)
                place = (group, "") if group != NO_GROUP else (group, row.quadrant)
                by_place.setdefault(place, []).append(record_id)
        shown = [place for place in by_place if place[0] < FIRST_GROUPS]
        chosen: dict[tuple[int, str], list[str]] = {place: [] for place in shown}
        size = 0
        for number in range(FIRST_OF_GROUP):  # the first of every group before the second of any
            for place in shown:
                html = self._shelf.html(by_place[place][number]) if number < len(by_place[place]) else ""
                if html and size + len(html) <= _FIRST_BYTES:
                    chosen[place].append(html)
                    size += len(html)
        return tuple(
            FirstCases(group=group, quadrant=quadrant, html=tuple(chosen[group, quadrant]))
            for group, quadrant in shown
            if chosen[group, quadrant]
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Page:
    """One choice of cases in full, and what it makes of the page."""

    full: Sequence[str]
    index: str
    blocks: Iterable[str]
    used: int = 0

    def packed(self) -> "_Page":
        """The same with its blocks made and measured."""
        blocks = tuple(self.blocks)
        return replace(self, blocks=blocks, used=sum(map(len, blocks)))
