"""Lists of lines against the reference's, in its order and as the scorer aligned them."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

from harness.analysis.cases import CaseFinding
from harness.analysis.outcome import Basis
from harness.report.case_alignment import Aligned, Line, is_found, line_state, regrouped, states_of
from harness.report.case_columns import columns_of, listed_columns, name_of, title_of_list
from harness.report.case_findings import (
    NO_ANSWER,
    NOT_SHOWN,
    SAME,
    Told,
    cell_of,
    clipped,
    harm,
    title_of,
    words_of,
)
from harness.report.case_leaves import Leaves, line_of, written
from harness.report.case_parts import CaseLimits, Cell, Column, LineRow, LineRun, LineTable
from harness.report.wording import cut, number

# A table with more columns than this is not readable beside a list: the fields that differ are listed.
_MOST_COLUMNS = 7
_FOLDED_FROM = 3
_BLANK = Cell(text="", state="none")


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
        self._aligned = Aligned(told, answers, names)
        self._reference, *self._answers = answers
        self._names = names
        self._limits = limits
        self._basis = told[0].basis
        self._words = words_of(self._basis)

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
        lines = self._aligned.lines(name)
        if not lines or (self._silent(name, 0) == NO_ANSWER.text and all(line.is_same for line in lines)):
            return None
        columns = columns_of(
            [line.values for line in lines], [key for line in lines for key in line.by_column]
        )
        wide = len(columns) > _MOST_COLUMNS
        drawn = columns if not wide else listed_columns(reference)
        of = "expected" if reference == "Expected" else "lines"
        return LineTable(
            title=title_of_list(name),
            counts=self._summary(name, f"{number(len(expected))} {of}", lines),
            reference=self._agreement(lines, reference),
            by=self._names[1],
            columns=drawn,
            runs=tuple(self._runs(lines, columns, reference)),
            note=self._note(name, expected),
        )

    def _agreement(self, lines: Sequence[Line], reference: str) -> str:
        """What the incumbent made of the lines, in a few words; "" where it is the reference itself."""
        name = self._names[0]
        if reference == name:
            return ""
        counted = states_of(lines, 1)
        if set(counted) <= {"same"}:
            silent = self._silent(lines[0].of, 1)
            return f"{name}: {silent}" if silent else f"{name} agrees"
        return f"{name}: {self._counted(counted)}"

    def _counted(self, states: Mapping[str, int]) -> str:
        words = self._words
        within = [
            f"{number(states[name])} {words[name]}"
            for name in words
            if states.get(name) and name != "invented"
        ]
        beyond = [f"{number(states['invented'])} {words['invented']}"] if states.get("invented") else []
        return "; ".join((*((", ".join(within),) if within else ()), *beyond))

    def _silent(self, name: str, side: int) -> str:
        """Why nothing is known of the lines without a finding; "" where they are the same."""
        told = self._told[1 - side]
        if told.unreadable or told.is_within(name + "["):
            return NO_ANSWER.text
        return NOT_SHOWN.text if told.more else ""

    def _summary(self, name: str, total: str, lines: Sequence[Line]) -> str:
        states, silent = states_of(lines, 0), self._silent(name, 0)
        if silent:
            states = Counter({name: count for name, count in states.items() if name != "same"})
        if not states:
            return f"{total}: {silent}" if silent else total
        return f"{total}: {'at least ' if silent else ''}{self._counted(states)}"

    def _note(self, name: str, expected: Sequence[Mapping[str, Any]]) -> str:
        held = self._answers[1].lists.get(name) if self._answers[1] else None
        found = any(line_of(path, {name: 0}) for path in self._told[1].fields)
        if held is not None and not found and name not in self._told[1].lists() and held != expected:
            return "The scorers say nothing about these lines; they are not written alike."
        return ""

    def _runs(self, lines: Sequence[Line], columns: tuple[Column, ...], reference: str) -> Iterator[LineRun]:
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

    def _fold_words(self, run: Sequence[Line], left_out: int) -> str:
        first, last = run[0], run[-1]
        silent = self._silent(first.of, 0)
        verb = f"are {silent}" if silent == NOT_SHOWN.text else silent or "are the same"
        rest = f" ({number(left_out)} of them stand under Raw only)" if left_out else ""
        names = f"{name_of(first.values)} … {name_of(last.values)}"
        return f"Lines {first.place + 1}\u2013{last.place + 1} {verb}: {names}{rest}"

    def _rows(self, line: Line, columns: tuple[Column, ...], reference: str) -> Iterator[LineRow]:
        values = self._values(line.values, columns)
        place = "" if line.invented_by else str(line.place + 1)
        state = line_state(line, 0)
        both = bool(is_found(line, 1))
        if line.invented_by:
            word = self._words["invented"]
            label = word if line.candidate else f"{line.invented_by}: {word}"
            cells = _noted(values, columns, _note(line.candidate or line.incumbent, self._basis))
            yield LineRow(number=place, label=label, state="invented", cells=cells)
        elif line.is_same and self._silent(line.of, 0):
            yield LineRow(number=place, label=self._silent(line.of, 0), state="none", cells=values)
        elif not both and state in ("missing", "same"):
            cells = _noted(values, columns, _note(line.candidate, self._basis))
            yield LineRow(number=place, label=self._words[state], state=state, cells=cells)
        else:
            yield LineRow(number=place, label=reference, state="plain", cells=values)
            yield from self._side_rows(line, 0, columns)
            if both:
                yield from self._side_rows(line, 1, columns)

    def _side_rows(self, line: Line, side: int, columns: tuple[Column, ...]) -> Iterator[LineRow]:
        """What an arm made of a line that differs."""
        state, whole = line_state(line, side), (line.candidate, line.incumbent)[side]
        word = self._words[state]
        if not is_found(line, side) and self._silent(line.of, side):
            state, word = "none", self._silent(line.of, side)
        label = f"{self._names[0]}: {word}" if side else word
        if any(line.place < max(regrouped(finding)[0], default=0) for finding in whole):
            whole = ()  # told once, under the last of the lines
        for cells in self._side_cells(line, side, columns):
            told = _noted(cells, columns, _note(whole, self._basis))
            yield LineRow(number="", label=label, state=state, cells=told, is_first=False)
            label, whole = "", ()

    def _side_cells(self, line: Line, side: int, columns: tuple[Column, ...]) -> Iterator[tuple[Cell, ...]]:
        limit, state = self._limits.value, line_state(line, side)
        worst = max((line.candidate, line.incumbent)[side], key=harm, default=None)
        found = {name: sides[side] for name, sides in line.by_column.items() if sides[side]}
        if worst is not None and regrouped(worst)[0]:
            yield from self._became(line, worst, side, columns)
        elif worst is not None and worst.kind != "moved":
            text = Cell(text=self._words[state], state=state)
            yield (clipped(worst.actual, limit, state) if worst.actual else text,)
        elif not found:
            silent = self._silent(line.of, side)
            yield (Cell(text=silent, state="none") if silent else SAME,)
        elif len(columns) > _MOST_COLUMNS:
            for name, findings in found.items():
                reference = clipped(findings[0].expected, limit)
                field = Cell(text=cut(name, 80)[0].replace("_", " "))
                yield field, reference, cell_of(findings, limit, self._basis)
        else:
            cells = [
                cell_of(found[column.key], limit, self._basis) if column.key in found else _BLANK
                for column in columns
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
        self, line: Line, finding: CaseFinding, side: int, columns: tuple[Column, ...]
    ) -> Iterator[tuple[Cell, ...]]:
        """The lines of the answer that merged or split ones became, once: under the last of them."""
        expected, actual = regrouped(finding)
        own = self._answers[1 - side]
        held = own.lists.get(line.of, []) if own else []
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


def _noted(cells: Sequence[Cell], columns: Sequence[Column], note: str) -> tuple[Cell, ...]:
    """The cells, with a note on the row in the first that is wide enough for it."""
    if not note:
        return tuple(cells)
    wide = next((place for place, column in enumerate(columns) if column.kind == "text"), 0)
    place = wide if wide < len(cells) else 0
    noted = replace(cells[place], note=" \u00b7 ".join(part for part in (note, cells[place].note) if part))
    return (*cells[:place], noted, *cells[place + 1 :])


def _note(findings: Sequence[CaseFinding], basis: Basis) -> str:
    """What is said of a line as a whole, with its kind where the mark does not tell it."""
    worst = max(findings, key=harm, default=None)
    if worst is None:
        return ""
    note = cut(worst.note, 240)[0]
    told = worst.kind in ("line_missing", "line_invented", "moved")
    return note if told else ": ".join(part for part in (title_of(worst.kind, basis), note) if part)
