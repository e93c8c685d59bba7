"""The fields of an answer against the reference's, drawn from the findings; nothing is compared again."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from harness.report.case_findings import NOTHING, SAME, Told, clipped, fails
from harness.report.case_leaves import Leaves, line_of, written
from harness.report.case_parts import CaseLimits, Cell, FieldRow, FieldTable
from harness.report.wording import amount, cut

_DIGITS = re.compile(r"(\d+)")
_CALL = re.compile(r"call\[(\d+)\](?:\.arguments)?")


class Fields:
    """Draws the field table of a case.

    Args:
        told: What was found of the incumbent and of the candidate.
        answers: What the reference and both answers hold; None where one is no JSON.
        by_incumbent: Whether the incumbent's answer is the reference.
    """

    def __init__(
        self,
        told: tuple[Told, Told],
        answers: tuple[Leaves | None, Leaves | None, Leaves | None],
        limits: CaseLimits,
        *,
        by_incumbent: bool,
    ) -> None:
        self._incumbent, self._candidate = told
        self._reference, *self._answers = answers
        self._limits = limits
        self._by_incumbent = by_incumbent

    def table(self, names: Sequence[str], title: str) -> FieldTable | None:
        """The table; None where no field is known.

        Args:
            names: Names of the columns: expected (where there is one), incumbent, candidate.
            title: Its caption.
        """
        known = self._reference.fields if self._reference else {}
        paths = self._in_order(known)
        rows = self._most_harmful(paths)
        left_out = len(paths) - len(rows) + max(self._incumbent.more, self._candidate.more)
        same = [] if self._candidate.unreadable else self._same(known, paths)
        if not rows and not same:
            return None
        note = f"{amount(left_out, 'more difference')} not listed here." if left_out else ""
        drawn = tuple(self._equal(path, known[path]) for path in same[: self._limits.folded])
        return FieldTable(
            title=title,
            columns=tuple(names),
            rows=tuple(self._row(path, known) for path in rows),
            same=drawn,
            folded=_folded(len(same), drawn, more=bool(rows)),
            note=note,
        )

    def _in_order(self, known: Mapping[str, Any]) -> list[str]:
        """Paths with a finding, in the order of the reference."""
        lists = self._reference.lists if self._reference else {}
        found = [
            path
            for path in dict.fromkeys((*self._candidate.fields, *self._incumbent.fields))
            if line_of(path, lists) is None
        ]
        places = {path: place for place, path in enumerate(known)}
        return sorted(found, key=lambda path: (_place(path, places), _natural(path)))

    def _most_harmful(self, paths: Sequence[str]) -> list[str]:
        """As many as are shown, the failing ones first, so that a cut never hides what the case is about."""
        if len(paths) <= self._limits.rows:
            return list(paths)
        arms = (self._candidate, self._incumbent)
        failing = [path for path in paths if any(fails(arm.fields.get(path, ())) for arm in arms)]
        chosen = set(failing[: self._limits.rows])
        chosen |= {path for path in paths if path not in chosen} if len(chosen) < self._limits.rows else set()
        return [path for path in paths if path in chosen][: self._limits.rows]

    def _row(self, path: str, known: Mapping[str, Any]) -> FieldRow:
        limit = self._limits.value
        found = [*self._candidate.fields.get(path, ()), *self._incumbent.fields.get(path, ())]
        value = next((finding.expected for finding in found if finding.expected is not None), None)
        reference = clipped(value, limit)
        if value is None and path in known:
            reference = _cell(known[path], limit)
        return self._sides(
            path, reference, self._incumbent.cell(path, limit), self._candidate.cell(path, limit)
        )

    def _sides(self, path: str, reference: Cell, incumbent: Cell, candidate: Cell) -> FieldRow:
        above, name = readable(path)
        return FieldRow(
            above=above,
            name=name,
            expected=None if self._by_incumbent else reference,
            incumbent=reference if self._by_incumbent else incumbent,
            candidate=candidate,
        )

    def _same(self, known: Mapping[str, Any], paths: Sequence[str]) -> list[str]:
        if self._candidate.more or self._incumbent.more:
            return []
        named = set(paths)
        arms = (self._candidate, self._incumbent)
        return [path for path in known if path not in named and not any(arm.is_within(path) for arm in arms)]

    def _equal(self, path: str, value: Any) -> FieldRow:
        """A field without a finding; what is written otherwise all the same is shown."""
        own = [
            self._written_otherwise(path, value, leaves, told)
            for leaves, told in zip(self._answers, (self._incumbent, self._candidate), strict=True)
        ]
        return self._sides(path, _cell(value, self._limits.value), *own)

    def _written_otherwise(self, path: str, value: Any, leaves: Leaves | None, told: Told) -> Cell:
        if leaves is None or told.unreadable:
            return told.cell(path, self._limits.value)
        if path not in leaves.fields:
            return SAME if value is None else NOTHING
        other = leaves.fields[path]
        if written(other) == written(value):
            return SAME
        return Cell(text=cut(written(other), self._limits.value)[0], state="same", note="does not count")


def _cell(value: Any, limit: int) -> Cell:
    text, note = cut(written(value), limit)
    return Cell(text=text, note=note)


def _folded(count: int, drawn: Sequence[FieldRow], *, more: bool) -> str:
    if not count:
        return ""
    noun = amount(count, "more field" if more else "field")
    verb = "is" if count == 1 else "are"
    otherwise = sum(row.candidate != SAME for row in drawn)
    if not otherwise:
        return f"{noun} {verb} the same"
    differ = "differs" if otherwise == 1 else "differ"
    return f"{noun} {'does' if count == 1 else 'do'} not count as different, {otherwise} {differ} in writing"


def _place(path: str, places: Mapping[str, int]) -> int:
    """Where a path stands in the reference; one that it does not have comes behind its last relative."""
    if path in places:
        return places[path]
    below = next((place for known, place in places.items() if known.startswith((path + ".", path + "["))), -1)
    if below >= 0:
        return below
    parent = path.rpartition(".")[0]
    kin = [place for known, place in places.items() if parent and known.startswith(parent + ".")]
    return kin[-1] if kin else len(places)


def _natural(path: str) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in _DIGITS.split(path)]


def readable(path: str) -> tuple[str, str]:
    """A path in two parts: what lies around the field, and its name; calls and lines count from 1."""
    call = _CALL.match(path)
    if call:
        path = f"call {int(call[1]) + 1}{path[call.end() :]}"
    path = re.sub(r"\[(\d+)\]", lambda match: f" {int(match[1]) + 1}", path)
    above, dot, name = cut(path, 200)[0].rpartition(".")
    return (above + dot, name) if name else ("", path[:200])
