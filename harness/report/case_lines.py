"""Lists of lines against the reference's lines, in the order of the reference and as the scorer aligned them."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from harness.analysis.cases import CaseFinding
from harness.report.case_findings import WORDS, Told, cell_of, clipped, fails, harm, title_of
from harness.report.case_leaves import Leaves, line_of, written
from harness.report.case_parts import CaseLimits, Cell, Column, LineRow, LineRun, LineTable
from harness.report.wording import cut, number

# A table with more columns than this is not readable beside a list: the fields that differ are listed.
_MOST_COLUMNS = 7
_FOLDED_FROM = 3
_LONGEST_NAME = 48
_NUMBER = re.compile(r"[-+\u2212]?[\d.,' ]*\d[\d.,' ]*\s?[%€$£¥]?")
_MERGED = re.compile(r"^Lines ([\d, and]+) became line")
_BLANK = Cell(text="", state="none")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """A line of the reference, or one that only the answer has, with what was found of each arm."""

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
        columns = _columns(lines)
        wide = len(columns) > _MOST_COLUMNS
        drawn = columns if not wide else _listed_columns(reference)
        of = "expected" if reference != self._names[0] else "lines"
        return LineTable(
            title=_title(name),
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
                    named = _MERGED.match(finding.note) if finding.kind == "line_merged" else None
                    for digits in re.findall(r"\d{1,9}", named[1]) if named else ():
                        swallowed[side][int(digits) - 1] = (finding,)
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
        names = f"{_name(first.values)} … {_name(last.values)}"
        return f"Lines {first.place + 1}\u2013{last.place + 1} {verb}: {names}{rest}"

    def _rows(self, line: _Line, columns: tuple[Column, ...], reference: str) -> Iterator[LineRow]:
        values = self._values(line.values, columns)
        place = "" if line.invented_by else str(line.place + 1)
        state = _state(line, 0)
        both = bool(_found(line, 1))
        if line.invented_by:
            label = "invented" if line.candidate else f"{line.invented_by}: invented"
            note = _note(line.candidate or line.incumbent)
            yield LineRow(number=place, label=label, state="invented", note=note, cells=values)
        elif not both and state in ("missing", "same"):
            note = _note(line.candidate)
            yield LineRow(number=place, label=WORDS[state], state=state, note=note, cells=values)
        else:
            yield LineRow(number=place, label=reference, state="plain", note="", cells=values)
            yield from self._side_rows(line, 0, columns)
            if both:
                yield from self._side_rows(line, 1, columns)

    def _side_rows(self, line: _Line, side: int, columns: tuple[Column, ...]) -> Iterator[LineRow]:
        """What an arm made of a line that differs."""
        state, whole = _state(line, side), (line.candidate, line.incumbent)[side]
        label = f"{self._names[0]}: {WORDS[state]}" if side else WORDS[state]
        for cells in self._side_cells(line, side, columns):
            yield LineRow(number="", label=label, state=state, note=_note(whole), cells=cells, is_first=False)
            label, whole = "", ()

    def _side_cells(self, line: _Line, side: int, columns: tuple[Column, ...]) -> Iterator[tuple[Cell, ...]]:
        limit, state = self._limits.value, _state(line, side)
        worst = max((line.candidate, line.incumbent)[side], key=harm, default=None)
        found = {name: sides[side] for name, sides in line.by_column.items() if sides[side]}
        if worst is not None and worst.kind != "moved":
            text = Cell(text=WORDS[state], state=state)
            yield (clipped(worst.actual, limit, state) if worst.actual else text,)
        elif not found:
            yield (Cell(text="same", state="same"),)
        elif len(columns) > _MOST_COLUMNS:
            for name, findings in found.items():
                reference = clipped(findings[0].expected, limit)
                yield Cell(text=cut(name, 80)[0]), reference, cell_of(findings, limit)
        else:
            yield tuple(
                cell_of(found[column.key], limit) if column.key in found else _BLANK for column in columns
            )

    def _values(self, values: Mapping[str, Any], columns: tuple[Column, ...]) -> tuple[Cell, ...]:
        if len(columns) > _MOST_COLUMNS:
            return (Cell(text=_name(values, 4)),)
        return tuple(
            Cell(text=cut(written(values[column.key]), self._limits.value)[0])
            if values.get(column.key) is not None
            else Cell(text="\u2013", state="none")
            for column in columns
        )


def _found(line: _Line, side: int) -> bool:
    whole = (line.candidate, line.incumbent)[side]
    return bool(whole) or any(sides[side] for sides in line.by_column.values())


def _state(line: _Line, side: int) -> str:
    """What became of a line in one arm's answer."""
    whole = max((line.candidate, line.incumbent)[side], key=harm, default=None)
    if whole is not None and whole.kind != "moved":
        return whole.verdict.value
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


def _columns(lines: Sequence[_Line]) -> tuple[Column, ...]:
    """The fields of the lines in their order, without those that are empty in every line."""
    values: dict[str, list[Any]] = {}
    for line in lines:
        for key, value in line.values.items():
            values.setdefault(key, []).append(value)
        for key in line.by_column:
            values.setdefault(key, []).append("")
    told = {key: [value for value in held if value is not None] for key, held in values.items()}
    return tuple(
        Column(key=key, name=cut(key, 60)[0].replace("_", " ") or "line", kind=_kind(held))
        for key, held in told.items()
        if held
    )


def _kind(values: Sequence[Any]) -> str:
    """How wide a column is, by its first values."""
    texts = [written(value) for value in values[:100] if value != ""]
    if all(len(text) < 16 and _NUMBER.fullmatch(text) for text in texts):
        return "number"
    return "short" if all(len(text) < 16 for text in texts) else "text"


def _listed_columns(reference: str) -> tuple[Column, ...]:
    return (
        Column(key="", name="Field", kind="short"),
        Column(key="", name=reference, kind="text"),
        Column(key="", name="Answer", kind="text"),
    )


def _name(values: Mapping[str, Any], parts: int = 1) -> str:
    """How a line is called: its first texts that have letters."""
    texts = [written(value) for value in values.values() if value not in (None, "")]
    named = [text for text in texts if any(character.isalpha() for character in text)] or texts
    shown = (cut(text, _LONGEST_NAME) for text in named[:parts])
    return " \u00b7 ".join(text + ("…" if note else "") for text, note in shown) or "an empty line"


def _title(name: str) -> str:
    words = cut(name.rpartition(".")[2] or "lines", 60)[0].replace("_", " ")
    return words[:1].upper() + words[1:]
