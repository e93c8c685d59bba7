"""The lines of a list with what was found of each, in the reference's order, as the scorer aligned them."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness.analysis.cases import CaseFinding
from harness.report.case_findings import Told, fails, harm, state_of
from harness.report.case_leaves import Leaves, line_of

_REGROUPED = re.compile(r"Lines? ([\d, and]+) became lines? ([\d, and]+) of the answer\.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of the reference, or one that only an answer has, with what was found of each arm.

    Attributes:
        of: The list.
        place: Index in the reference, in the answer for an invented line.
        candidate, incumbent: Findings about the whole line.
        by_column: Column to the findings of the candidate and of the incumbent.
        invented_by: Name of the arm that has the line, "" for a line of the reference.
    """

    of: str
    place: int
    values: Mapping[str, Any]
    candidate: tuple[CaseFinding, ...] = ()
    incumbent: tuple[CaseFinding, ...] = ()
    by_column: Mapping[str, tuple[list[CaseFinding], list[CaseFinding]]]
    invented_by: str = ""

    @property
    def is_same(self) -> bool:
        """Whether nothing was found of it."""
        return not (self.candidate or self.incumbent or self.by_column)


class Aligned:
    """The lines of every list of a case.

    Args:
        told: What was found of the incumbent and of the candidate.
        answers: What the reference and both answers hold; None where one is no JSON.
        names: How incumbent and candidate are called.
    """

    def __init__(
        self,
        told: tuple[Told, Told],
        answers: tuple[Leaves | None, Leaves | None, Leaves | None],
        names: tuple[str, str],
    ) -> None:
        self._told = told
        self._reference, *self._answers = answers
        self._names = names

    def lines(self, name: str) -> list[Line]:
        """The lines of a list, those that only an answer has among them; no finding is left out."""
        expected = self._reference.lists.get(name, []) if self._reference else []
        by_line, merged = self._by_line(name), self._merged(name)
        named = {
            place for told in self._told for list_, place, new in told.lines if list_ == name and not new
        }
        beyond = sorted(place for place in named | set(by_line) if place >= len(expected))
        lines = []
        for place in (*range(len(expected)), *beyond):
            whole = [tuple(told.lines.get((name, place, False), ())) for told in self._told]
            found = (*whole[1], *whole[0])
            lines.append(
                Line(
                    of=name,
                    place=place,
                    values=expected[place] if place < len(expected) else _told_values(found),
                    incumbent=whole[0] or merged[0].get(place, ()),
                    candidate=whole[1] or merged[1].get(place, ()),
                    by_column=by_line.get(place, {}),
                )
            )
        return self._with_invented(name, lines)

    def _by_line(self, name: str) -> dict[int, dict[str, tuple[list[CaseFinding], list[CaseFinding]]]]:
        """Line and column to the findings of the candidate and of the incumbent."""
        found: dict[int, dict[str, tuple[list[CaseFinding], list[CaseFinding]]]] = {}
        for side, told in enumerate(reversed(self._told)):
            for path, findings in told.fields.items():
                where = line_of(path, {name: 0})
                if where is not None:
                    found.setdefault(where[1], {}).setdefault(where[2], ([], []))[side].extend(findings)
        return found

    def _merged(self, name: str) -> tuple[dict[int, tuple[CaseFinding, ...]], ...]:
        """Lines that a merge swallowed: the finding stands at the first of them and names the others."""
        swallowed: tuple[dict[int, tuple[CaseFinding, ...]], ...] = ({}, {})
        for side, told in enumerate(self._told):
            for (held, _, _), findings in told.lines.items():
                for finding in findings if held == name else ():
                    for place in regrouped(finding)[0]:
                        swallowed[side][place] = (finding,)
        return swallowed

    def _with_invented(self, name: str, lines: list[Line]) -> list[Line]:
        """Lines that only an answer has, each behind the line it follows there."""
        placed: list[tuple[float, Line]] = [(line.place, line) for line in lines]
        for side, told in enumerate(self._told):
            own = self._answers[side]
            held = own.lists.get(name, []) if own else []
            found = sorted(
                (place, one) for (list_, place, new), one in told.lines.items() if list_ == name and new
            )
            follows = _followed(lines, [place for place, _ in found], 1 - side)
            for (place, findings), after in zip(found, follows, strict=True):
                values = held[place] if place < len(held) else _told_values(findings)
                both = ((), tuple(findings)) if side else (tuple(findings), ())
                line = Line(
                    of=name,
                    place=place,
                    values=values,
                    incumbent=both[0],
                    candidate=both[1],
                    by_column={},
                    invented_by=self._names[side],
                )
                placed.append((after + 0.5, line))
        return [line for _, line in sorted(placed, key=lambda entry: entry[0])]


def regrouped(finding: CaseFinding) -> tuple[list[int], list[int]]:
    """Lines of the reference and lines of the answer that became each other by merging or splitting."""
    told = _REGROUPED.search(finding.note) if finding.kind in ("line_merged", "line_split") else None
    if told is None:
        return [], []
    expected, actual = (
        [int(digits) - 1 for digits in re.findall(r"\d{1,9}", side)] for side in told.groups()
    )
    return expected, actual


def is_found(line: Line, side: int) -> bool:
    """Whether anything was found of the line: side 0 is the candidate, 1 the incumbent."""
    whole = (line.candidate, line.incumbent)[side]
    return bool(whole) or any(sides[side] for sides in line.by_column.values())


def line_state(line: Line, side: int) -> str:
    """What became of a line in one arm's answer."""
    whole = max((line.candidate, line.incumbent)[side], key=harm, default=None)
    if whole is not None and whole.kind != "moved":
        return state_of(whole)
    findings = [finding for sides in line.by_column.values() for finding in sides[side]]
    return "changed" if fails(findings) else "format_only" if findings else "same"


def states_of(lines: Sequence[Line], side: int) -> Counter[str]:
    """How many lines of each state; an invented line counts for the arm that made it up."""
    return Counter(
        line_state(line, side)
        for line in lines
        if not line.invented_by or (line.candidate, line.incumbent)[side]
    )


def _followed(lines: Sequence[Line], places: Sequence[int], side: int) -> list[int]:
    """The reference line behind which each line stands that only the answer has.

    Args:
        lines: Those of the reference.
        places: Where the others stand in the answer, in order.
        side: 0 the candidate, 1 the incumbent.
    """
    present = [line.place for line in lines if line_state(line, side) != "missing"]
    follows = []
    for earlier, place in enumerate(places):
        count = min(place - earlier, len(present))
        follows.append(present[count - 1] if count > 0 else -1)
    return follows


def _told_values(findings: Sequence[CaseFinding]) -> Mapping[str, Any]:
    texts = (text for one in findings for text in (one.expected, one.actual) if text is not None)
    first = next(texts, None)
    return {} if first is None else {"": first.text}
