"""The index of the page's cases: a column per property, its rows in the order of the list."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness.analysis.failure.clusters import Cluster
from harness.analysis.outcome import QUADRANTS
from harness.analysis.result import UNSCORED, Analysis
from harness.domain.case_row import CaseRow
from harness.domain.judgement import Opinion
from harness.report.case_view import MARKS
from harness.report.facts import RunFacts
from harness.report.kinds import kind_title
from harness.report.wording import Names, visible

VERSION = 1
BLOCK = 50
"""Cases in a block."""

NO_GROUP = -1
_RERUNS = ("", "confirmed", "flaky")
_SAID = ("", *(opinion.value for opinion in Opinion), "conflict")
_LONGEST_NAME = 200
_LONGEST_TITLE = 240

QUADRANT_MARKS = {quadrant.value: mark for quadrant, mark in MARKS.items()} | {
    UNSCORED: ("missing", "not scored")
}
"""Sign and word of each quadrant."""


@dataclass(slots=True)
class Entry:
    """One row of the index, filled in as the run's files are read.

    Attributes:
        snippet: The line of the input that tells it apart from others.
        latency_s: The candidate's time in seconds, None where it is unknown.
        title: What is wrong in one sentence, "" where the case was not opened.
    """

    row: CaseRow
    snippet: str = ""
    latency_s: float | None = None
    title: str = ""


class Codes:
    """Numbers for names, in the order in which they are first told."""

    def __init__(self, names: Sequence[str] = ()) -> None:
        self._codes: dict[str, int] = {}
        for name in names:
            self.of(name)

    def __len__(self) -> int:
        return len(self._codes)

    def of(self, name: str) -> int:
        """The number of that name; a new one gets the next."""
        return self._codes.setdefault(name, len(self._codes))

    def get(self, name: str, default: int) -> int:
        """The number of that name, or the default where it has none."""
        return self._codes.get(name, default)

    @property
    def names(self) -> tuple[str, ...]:
        """All names in the order of their numbers."""
        return tuple(self._codes)


def group_codes(analysis: Analysis) -> Codes:
    """The groups of alike failures, most harmful first."""
    return Codes([group.id for group in analysis.clusters])


def index_columns(entries: Sequence[Entry], analysis: Analysis) -> dict[str, Any]:
    """The columns and the names that their numbers stand for.

    Args:
        entries: The rows in their order.
        analysis: Names of kinds, groups and slices.
    """
    quadrants = Codes([*(quadrant.value for quadrant in QUADRANTS[analysis.basis]), UNSCORED])
    kinds = Codes([kind.kind for kind in analysis.kinds])
    groups = group_codes(analysis)
    slices: list[list[int]] = [[] for _ in analysis.slices]
    for place, entry in enumerate(entries):
        for position in entry.row.slices:
            slices[position].append(place)
    rows = [entry.row for entry in entries]
    columns = {
        "id": [visible(row.record_id) for row in rows],
        "quadrant": [quadrants.of(row.quadrant) for row in rows],
        "severity": [row.severity for row in rows],
        "kind": [kinds.of(row.kind) for row in rows],
        "group": [groups.get(row.group, NO_GROUP) for row in rows],
        "rerun": [_place(_RERUNS, row.rerun) for row in rows],
        "amount": [_short(row.amount, 2) for row in rows],
        "said": [_place(_SAID, row.review) for row in rows],
        "latency": [_short(entry.latency_s, 2) for entry in entries],
        "title": [visible(entry.title)[:_LONGEST_TITLE] for entry in entries],
        "snippet": [visible(entry.snippet) for entry in entries],
        "slices": slices,
    }
    return {**columns, "names": _names(quadrants, kinds, analysis)}


def _place(names: Sequence[str], name: str) -> int:
    return names.index(name) if name in names else 0


def _short(value: float | None, digits: int) -> float | None:
    """Digits that nobody reads would be a third of the index."""
    return None if value is None else round(value, digits)


def _names(quadrants: Codes, kinds: Codes, analysis: Analysis) -> dict[str, Any]:
    titles = {kind.kind: kind.title for kind in analysis.kinds}
    return {
        "quadrant": [_quadrant(name) for name in quadrants.names],
        "kind": [
            {"id": _told(name), "title": _told(kind_title(name, analysis.basis, titles.get(name, "")))}
            for name in kinds.names
        ],
        "group": [_group(group) for group in analysis.clusters],
        "slice": [
            {"id": str(place), "text": _told(found.rule)} for place, found in enumerate(analysis.slices)
        ],
        "said": list(_SAID),
    }


def _quadrant(name: str) -> dict[str, str]:
    mark, word = QUADRANT_MARKS.get(name, ("missing", name))
    return {"id": visible(name), "word": visible(word), "mark": mark}


def _group(group: Cluster) -> dict[str, str]:
    return {"id": visible(group.id), "title": _told(group.name)}


def _told(text: str) -> str:
    return visible(text)[:_LONGEST_NAME]


def run_names(facts: RunFacts, names: Names) -> Mapping[str, str]:
    """What the script tells of the run in links and exports."""
    return {
        "id": visible(facts.run_id),
        "dataset": visible(facts.dataset),
        "dataset_sha256": visible(facts.dataset_sha256),
        "mark": facts.mark.value,
        "incumbent": names.incumbent,
        "candidate": names.candidate,
        "unit": visible(facts.unit)[:40] or "record",
    }
