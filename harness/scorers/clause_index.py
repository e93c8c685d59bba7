"""The clauses of a contract, a law or another numbered text: which ids there are, and where."""

import re
from dataclasses import dataclass
from functools import lru_cache

from harness.scorers.clause_ids import ClausePath, roman
from harness.scorers.clause_marks import Mark, marks_by_pattern, marks_of

_LONGEST = 1_000_000
# What may stand before a heading, or an item of a list within a clause.
_BEFORE_HEADING = re.compile(r"(?:\A|\n\s*|(?<!\d)[.;:]\s+|(?<![\d,])\s{2,})\Z")
_BEFORE_ITEM = re.compile(
    r"(?<!section)(?<!sections)(?<!clause)(?<!paragraph)(?<!article)\s\Z", re.IGNORECASE
)
_BEFORE = 24


@dataclass(frozen=True, slots=True)
class Place:
    """Where a clause stands.

    Attributes:
        start, end: With everything below it.
        lead_in: Where its first part below it begins, `end` where there is none.
    """

    start: int
    end: int
    lead_in: int


class ClauseIndex:
    """The clauses of one text; an id may have several places: a table of contents, an annex.

    Attributes:
        text: The text; of very long ones the start.
    """

    def __init__(self, text: str, pattern: re.Pattern[str] | None = None) -> None:
        self.text = text[:_LONGEST]
        self._places = _places(
            marks_by_pattern(self.text, pattern) if pattern else marks_of(self.text), self.text
        )

    @property
    def paths(self) -> tuple[ClausePath, ...]:
        """Every id there is."""
        return tuple(self._places)

    def places(self, path: ClausePath) -> tuple[Place, ...]:
        """Where a clause stands; empty where that is not known."""
        for form in _forms(path):
            if form in self._places:
                return self._places[form]
        return ()

    def exists(self, path: ClausePath) -> bool:
        """Whether there is such a clause; a mark that may be a heading is enough."""
        return bool(self.places(path)) or self._has_mark(path)

    def allows(self, path: ClausePath, start: int, end: int) -> bool:
        """Whether a passage may be quoted from a clause: it lies in it, or in the words that lead to it.

        "The Supplier shall: (a) deliver" is quoted from 7.3(a), although its first words are of 7.3.
        """
        within = any(place.start < end and start < place.end for place in self.places(path))
        return within or any(
            place.start < end and start < place.lead_in
            for length in range(1, len(path))
            for place in self.places(path[:length])
        )

    def innermost(self, position: int) -> ClausePath | None:
        """The smallest clause that a position lies in, None where it lies in none."""
        found = (
            (place.start, -len(path), path)
            for path, places in self._places.items()
            for place in places
            if place.start <= position < place.end
        )
        best = max(found, default=None)
        return best[2] if best else None

    def _has_mark(self, path: ClausePath) -> bool:
        """Whether the mark stands somewhere outside a cross-reference, though it does not fit the order."""
        if len(path) < 2:
            return False
        if all(piece.isdecimal() for piece in path):
            return self._stands(r"\.0?".join(path), _BEFORE_HEADING, 0, len(self.text))
        mark = rf"(?:\({re.escape(path[-1])}\)|{re.escape(path[-1])}[.)])"
        return any(
            self._stands(mark, _BEFORE_ITEM, place.start, place.end) for place in self.places(path[:-1])
        )

    def _stands(self, mark: str, before: re.Pattern[str], start: int, end: int) -> bool:
        pattern = re.compile(rf"(?:^|(?<=\s)){mark}(?=[\s.)(:])", re.IGNORECASE)
        return any(
            before.search(self.text[max(0, match.start() - _BEFORE) : match.start()]) is not None
            for match in pattern.finditer(self.text, start, end)
        )


def _places(marks: tuple[Mark, ...], text: str) -> dict[ClausePath, tuple[Place, ...]]:
    found: dict[ClausePath, list[Place]] = {}
    first_below: dict[int, int] = {}
    open_marks: list[Mark] = []
    for mark in (*marks, Mark(len(text), -1, ())):
        while open_marks and open_marks[-1].depth >= mark.depth:
            closed = open_marks.pop()
            lead_in = first_below.get(closed.start, mark.start)
            for path in closed.paths:
                found.setdefault(path, []).append(Place(closed.start, mark.start, lead_in))
        if open_marks:
            first_below.setdefault(open_marks[-1].start, mark.start)
        open_marks.append(mark)
    return {path: tuple(sorted(places, key=lambda place: place.start)) for path, places in found.items()}


def _forms(path: ClausePath) -> tuple[ClausePath, ...]:
    """The path, and what else it may be called: without its annex, with digits for a Roman number."""
    forms = [path]
    if len(path) > 1 and " " in path[0]:
        forms.append(path[1:])
    number = roman(path[0])
    if number:
        forms.append((str(number), *path[1:]))
    return tuple(forms)


@lru_cache(maxsize=16)
def clause_index(text: str, pattern: re.Pattern[str] | None = None) -> ClauseIndex:
    """The index of a text; the last ones are kept, as both arms are scored against one source."""
    return ClauseIndex(text, pattern)
