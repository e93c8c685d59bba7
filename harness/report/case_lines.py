"""Lists of lines against the reference's, in its order and as the scorer aligned them."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from harness.analysis.cases import CaseFinding
from harness.report.case_columns import columns_of, listed_columns, name_of, title_of_list
from harness.report.case_findings import WORDS, Told, cell_of, clipped, fails, harm, state_of, title_of
from harness.report.case_leaves import Leaves, line_of, written
from harness.report.case_parts import CaseLimits, Cell, Column, LineRow, LineRun, LineTable
from harness.report.wording import cut, number

# A table with more columns than this is not readable beside a list: the fields that differ are listed.
_MOST_COLUMNS = 7
_FOLDED_FROM = 3
_REGROUPED = re.compile(r"Lines? ([\d, and]+) became lines? ([\d, and]+) of the answer\.")
_BLANK = Cell(text="", state="none")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """A line of the reference, or one that only the answer has, with what was found of each arm."""

    list: str
    place: int
    values: Mapping[str, Any]
    candidate: tuple[CaseFinding, ...] = ()
    incumbent: tuple[CaseFinding, ...] = ()
    by_column: Mapping[str, tuple[list[CaseFinding], list[CaseFinding]]]
    invented_by: str = ""

    @property
    def is_same(self) -> bool:
        return not (self.candidate or self.incumbent or self.by_column)


class Lines:
    """Draws the line tables of a case.

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
        limits: CaseLimits,
    ) -> None:
        self._told = told
        self._reference, *self._answers = answers
        self._names = names
        self._limits = limits

    def tables(self, reference: str, passed_over: frozenset[str]) -> tuple[LineTable, ...]:
        """One table for each list.

        Args:
            reference: What the lines are compared with: "Expected", or the incumbent's name.
            passed_over: Lists that are drawn elsewhere.
        """
        known = self._reference.lists if self._reference else {}
        invented = (name for told in self._told for name in told.lists())
        lists = [name for name in dict.fromkeys((*known, *invented)) if name not in passed_over]
        drawn = (self._table(name, known.get(name, []), reference) for name in lists)
        return tuple(table for table in drawn if table is not None)

    def _table(self, name: str, expected: Sequence[Mapping[str, Any]], reference: str) -> LineTable | None:
        incumbent, candidate = self._told
        if candidate.unreadable or candidate.is_within(name + "[") or incumbent.is_within(name + "["):
            return None
        lines = self._lines(name, expected)
        if not lines:
            return None
        columns = columns_of(
            [line.values for line in lines], [key for line in lines for key in line.by_column]
        )
        wide = len(columns) > _MOST_COLUMNS
        drawn = columns if not wide else listed_columns(reference)
        of = "expected" if reference != self._names[0] else "lines"
        return LineTable(
            title=title_of_list(name),
            counts=_summary(f"{number(len(expected))} {of}", _states(lines, 0), more=candidate.more > 0),
            reference=self._agreement(lines, reference),
            by=self._names[1],
            columns=drawn,
            runs=tuple(self._runs(lines, columns, reference)),
            note=self._note(name, expected),
        )

    def _agreement(self, lines: Sequence[_Line], reference: str) -> str:
        """What the incumbent made of the lines, in a few words; "" where it is the reference itself."""
        incumbent, name = self._told[0], self._names[0]
        if reference == name:
            return ""
        counted = _states(lines, 1)
        if set(counted) <= {"same"}:
            return f"{name}: no usable answer" if incumbent.unreadable else f"{name} agrees"
        return f"{name}: {_counted(counted)}"

    def _note(self, name: str, expected: Sequence[Mapping[str, Any]]) -> str:
        held = self._answers[1].lists.get(name) if self._answers[1] else None
        found = any(line_of(path, {name: 0}) for path in self._told[1].fields)
        if held is not None and not found and name not in self._told[1].lists() and held != expected:
            return "The scorers say nothing about these lines; they are not written alike."
        return ""

    def _lines(self, name: str, expected: Sequence[Mapping[str, Any]]) -> list[_Line]:
        by_line = self._by_line(name)
        merged = self._merged(name)
        lines = []
        for place, values in enumerate(expected):
            whole = [tuple(told.lines.get((name, place, False), ())) for told in self._told]
            lines.append(
                _Line(
                    list=name,
                    place=place,
                    values=values,
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
                    for place in _regrouped(finding)[0]:
                        swallowed[side][place] = (finding,)
        return swallowed

    def _with_invented(self, name: str, lines: list[_Line]) -> list[_Line]:
        """Lines that only an answer has, each behind the line it follows there."""
        placed: list[tuple[float, _Line]] = [(line.place, line) for line in lines]
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
                line = _Line(
                    list=name,
                    place=place,
                    values=values,
                    incumbent=both[0],
                    candidate=both[1],
                    by_column={},
                    invented_by=self._names[side],
                )
                placed.append((after + 0.5, line))
        return [line for _, line in sorted(placed, key=lambda entry: entry[0])]

    def _runs(self, lines: Sequence[_Line], columns: tuple[Column, ...], reference: str) -> Iterator[LineRun]:
        same_left, left = self._limits.folded, self._limits.rows
        for same, group in groupby(lines, key=lambda line: line.is_same):
            run = list(group)
            drawn = run[: same_left if same else left]
            rows = tuple(row for line in drawn for row in self._rows(line, columns, reference))
            if same:
                folded = len(run) >= _FOLDED_FROM
                same_left -= len(drawn)
                yield LineRun(
                    rows=rows, folded=self._fold_words(run, len(run) - len(drawn)) if folded else ""
                )
            else:
                left -= len(drawn)
                yield LineRun(rows=rows)

    def _fold_words(self, run: Sequence[_Line], left_out: int) -> str:
        first, last = run[0], run[-1]
        verb = "are not listed here" if self._told[1].more else "are the same"
        rest = f" ({number(left_out)} of them stand under Raw only)" if left_out else ""
        names = f"{name_of(first.values)} … {name_of(last.values)}"
        return f"Lines {first.place + 1}\u2013{last.place + 1} {verb}: {names}{rest}"

    def _rows(self, line: _Line, columns: tuple[Column, ...], reference: str) -> Iterator[LineRow]:
        values = self._values(line.values, columns)
        place = "" if line.invented_by else str(line.place + 1)
        state = _state(line, 0)
        both = bool(_found(line, 1))
        if line.invented_by:
            label = "invented" if line.candidate else f"{line.invented_by}: invented"
            cells = _noted(values, columns, _note(line.candidate or line.incumbent))
            yield LineRow(number=place, label=label, state="invented", cells=cells)
        elif line.is_same and self._told[1].more:
            yield LineRow(number=place, label="not listed", state="none", cells=values)
        elif not both and state in ("missing", "same"):
            cells = _noted(values, columns, _note(line.candidate))
            yield LineRow(number=place, label=WORDS[state], state=state, cells=cells)
        else:
            yield LineRow(number=place, label=reference, state="plain", cells=values)
            yield from self._side_rows(line, 0, columns)
            if both:
                yield from self._side_rows(line, 1, columns)

    def _side_rows(self, line: _Line, side: int, columns: tuple[Column, ...]) -> Iterator[LineRow]:
        """What an arm made of a line that differs."""
        state, whole = _state(line, side), (line.candidate, line.incumbent)[side]
        label = f"{self._names[0]}: {WORDS[state]}" if side else WORDS[state]
        if any(line.place < max(_regrouped(finding)[0], default=0) for finding in whole):
            whole = ()  # told once, under the last of the lines
        for cells in self._side_cells(line, side, columns):
            told = _noted(cells, columns, _note(whole))
            yield LineRow(number="", label=label, state=state, cells=told, is_first=False)
            label, whole = "", ()

    def _side_cells(self, line: _Line, side: int, columns: tuple[Column, ...]) -> Iterator[tuple[Cell, ...]]:
        limit, state = self._limits.value, _state(line, side)
        worst = max((line.candidate, line.incumbent)[side], key=harm, default=None)
        found = {name: sides[side] for name, sides in line.by_column.items() if sides[side]}
        if worst is not None and _regrouped(worst)[0]:
            yield from self._became(line, worst, side, columns)
        elif worst is not None and worst.kind != "moved":
            text = Cell(text=WORDS[state], state=state)
            yield (clipped(worst.actual, limit, state) if worst.actual else text,)
        elif not found:
            yield (Cell(text="same", state="same"),)
        elif len(columns) > _MOST_COLUMNS:
            for name, findings in found.items():
                reference = clipped(findings[0].expected, limit)
                yield Cell(text=cut(name, 80)[0].replace("_", " ")), reference, cell_of(findings, limit)
        else:
            cells = [
                cell_of(found[column.key], limit) if column.key in found else _BLANK for column in columns
            ]
            notes = [
                f"{column.name}: {cell.note}"
                for column, cell in zip(columns, cells, strict=True)
                if cell.note and column.kind != "text"
            ]
            # In a narrow column a note would stand one word a line.
            bare = [
                replace(cell, note="") if column.kind != "text" else cell
                for column, cell in zip(columns, cells, strict=True)
            ]
            yield _noted(bare, columns, " \u00b7 ".join(notes))

    def _became(
        self, line: _Line, finding: CaseFinding, side: int, columns: tuple[Column, ...]
    ) -> Iterator[tuple[Cell, ...]]:
        """The lines of the answer that merged or split ones became, once: under the last of them."""
        expected, actual = _regrouped(finding)
        own = self._answers[1 - side]
        held = own.lists.get(line.list, []) if own else []
        if line.place != max(expected):
            others = " and ".join(str(place + 1) for place in expected if place != line.place)
            yield (Cell(text=f"merged with {others}", state="changed"),)
            return
        for place in actual:
            if place < len(held):
                cells = self._values(held[place], columns)
                yield tuple(replace(cell, state="changed") for cell in cells)

    def _values(self, values: Mapping[str, Any], columns: tuple[Column, ...]) -> tuple[Cell, ...]:
        if len(columns) > _MOST_COLUMNS:
            return (Cell(text=name_of(values, 4)),)
        return tuple(
            Cell(text=cut(written(values[column.key]), self._limits.value)[0])
            if values.get(column.key) is not None
            else Cell(text="\u2013", state="none")
            for column in columns
        )


def _regrouped(finding: CaseFinding) -> tuple[list[int], list[int]]:
    """Lines of the reference and lines of the answer that became each other by merging or splitting."""
    told = _REGROUPED.search(finding.note) if finding.kind in ("line_merged", "line_split") else None
    if told is None:
        return [], []
    expected, actual = (
        [int(digits) - 1 for digits in re.findall(r"\d{1,9}", side)] for side in told.groups()
    )
    return expected, actual


def _noted(cells: Sequence[Cell], columns: Sequence[Column], note: str) -> tuple[Cell, ...]:
    """The cells, with a note on the row in the first that is wide enough for it."""
    if not note:
        return tuple(cells)
    wide = next((place for place, column in enumerate(columns) if column.kind == "text"), 0)
    place = wide if wide < len(cells) else 0
    noted = replace(cells[place], note=" \u00b7 ".join(part for part in (note, cells[place].note) if part))
    return (*cells[:place], noted, *cells[place + 1 :])


def _found(line: _Line, side: int) -> bool:
    whole = (line.candidate, line.incumbent)[side]
    return bool(whole) or any(sides[side] for sides in line.by_column.values())


def _state(line: _Line, side: int) -> str:
    """What became of a line in one arm's answer."""
    whole = max((line.candidate, line.incumbent)[side], key=harm, default=None)
    if whole is not None and whole.kind != "moved":
        return state_of(whole)
    findings = [finding for sides in line.by_column.values() for finding in sides[side]]
    return "changed" if fails(findings) else "format_only" if findings else "same"


def _states(lines: Sequence[_Line], side: int) -> Counter[str]:
    """How many lines of each state; an invented line counts for the arm that made it up."""
    return Counter(
        _state(line, side) for line in lines if not line.invented_by or (line.candidate, line.incumbent)[side]
    )


def _counted(states: Mapping[str, int]) -> str:
    within = [
        f"{number(states[name])} {WORDS[name]}" for name in WORDS if states.get(name) and name != "invented"
    ]
    beyond = [f"{number(states['invented'])} invented"] if states.get("invented") else []
    return "; ".join((*((", ".join(within),) if within else ()), *beyond))


def _summary(total: str, states: Counter[str], *, more: bool) -> str:
    if more:
        # Lines without a finding are not known to be the same where findings were left out.
        states = Counter({name: count for name, count in states.items() if name != "same"})
        return f"{total}: at least {_counted(states)}" if states else total
    return f"{total}: {_counted(states)}"


def _note(findings: Sequence[CaseFinding]) -> str:
    """What is said of a line as a whole, with its kind where the mark does not tell it."""
    worst = max(findings, key=harm, default=None)
    if worst is None:
        return ""
    note = cut(worst.note, 240)[0]
    told = worst.kind in ("line_missing", "line_invented", "moved")
    return note if told else ": ".join(part for part in (title_of(worst.kind), note) if part)


def _followed(lines: Sequence[_Line], places: Sequence[int], side: int) -> list[int]:
    """The reference line behind which each line stands that only the answer has.

    Args:
        lines: Those of the reference.
        places: Where the others stand in the answer, in order.
        side: 0 the candidate, 1 the incumbent.
    """
    present = [line.place for line in lines if _state(line, side) != "missing"]
    follows = []
    for earlier, place in enumerate(places):
        count = min(place - earlier, len(present))
        follows.append(present[count - 1] if count > 0 else -1)
    return follows


def _told_values(findings: Sequence[CaseFinding]) -> Mapping[str, Any]:
    text = findings[0].actual
    return {"": text.text if text is not None else ""}
