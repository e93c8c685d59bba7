"""The failures of a run as rows for other programs: CSV that no spreadsheet runs, and JSON lines."""

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields

from harness.analysis.cases import Case
from harness.analysis.outcome import Quadrant
from harness.analysis.result import Analysis
from harness.domain.case_row import CaseRow
from harness.domain.mark import Mark
from harness.domain.pair import Pair
from harness.report.case_raw import answer_text, received
from harness.report.facts import RunFacts
from harness.report.kinds import SEVERITIES, kind_title
from harness.report.wording import Names, display_names, lowered, visible

CANDIDATE_FAILED = frozenset(
    {
        Quadrant.REGRESSION,
        Quadrant.BOTH_WRONG,
        Quadrant.DIFFER,
        Quadrant.ONE_FAILED,
        Quadrant.BOTH_FAILED,
    }
)
"""Quadrants whose pairs are rows: the candidate is wrong, or nobody knows that it is right."""

CELL_LIMIT = 32_000
"""Most UTF-16 units of a text in a CSV cell: spreadsheets hold 32,767 and break the row beyond."""

_FORMULA = re.compile(r"\s*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]")
_PLAIN_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureRow:
    """One failure; the names of the fields are those of the columns.

    Attributes:
        mark: SIMULATED, RECORDED or LIVE: where the answers come from.
        severity: severe, moderate, light, or none.
        group: What goes wrong, in words; `group_id` is the same in every run.
        slices: The rules of the report that hold for the record.
        amount: Money at risk in the document's currency, None where unknown.
        rerun: confirmed or flaky where the record was called twice, else "".
        review: What people said of it, "" where nobody did.
        sentence: What the mistake does.
        expected, incumbent_answer, candidate_answer: None where there is none.
    """

    run: str
    mark: str
    record_id: str
    quadrant: str
    kind: str
    severity: str
    group: str
    group_id: str
    slices: tuple[str, ...]
    amount: float | None
    rerun: str
    review: str
    sentence: str
    expected: str | None
    incumbent_answer: str | None
    candidate_answer: str | None


COLUMNS = tuple(field.name for field in fields(FailureRow))


class FailureRows:
    """Makes rows for one run."""

    def __init__(self, analysis: Analysis, facts: RunFacts) -> None:
        self._run, self._mark = facts.run_id, facts.mark
        self._names = display_names(facts.incumbent.model, facts.candidate.model)
        self._basis = analysis.basis
        self._groups: Mapping[str, str] = {group.id: group.name for group in analysis.clusters}
        self._slices = tuple(found.rule for found in analysis.slices)

    @property
    def names(self) -> Names:
        """What the two models are called."""
        return self._names

    @property
    def mark(self) -> Mark:
        """Where the answers come from."""
        return self._mark

    def group(self, row: CaseRow) -> str:
        """What goes wrong, in words; the kind where the group has no name."""
        return self._groups.get(row.group) or (lowered(kind_title(row.kind, self._basis)) if row.kind else "")

    def sentence(self, case: Case | None) -> str:
        """What the mistake does; "" where the case could not be opened."""
        if case is None:
            return ""
        subject = self._names.incumbent if case.about_incumbent else self._names.candidate
        return f"{subject} {''.join(phrase.text for phrase in case.headline)}."

    def row(self, pair: Pair, row: CaseRow, case: Case | None) -> FailureRow:
        """The row of one pair."""
        expected = pair.record.expected
        return FailureRow(
            run=self._run,
            mark=self._mark.value,
            record_id=row.record_id,
            quadrant=row.quadrant,
            kind=row.kind,
            severity=severity_word(row.severity),
            group=self.group(row),
            group_id=row.group,
            slices=tuple(self._slices[place] for place in row.slices if place < len(self._slices)),
            amount=row.amount,
            rerun=row.rerun,
            review=row.review,
            sentence=self.sentence(case),
            expected=None if expected is None else answer_text(expected),
            incumbent_answer=received(pair.incumbent),
            candidate_answer=received(pair.candidate),
        )


def severity_word(severity: int) -> str:
    """The severity in one small word."""
    return SEVERITIES[severity][0].lower() if severity else "none"


def jsonl(rows: Iterable[FailureRow]) -> Iterator[str]:
    r"""One JSON object a line, every text whole; ASCII only, so that no terminal is moved by it."""
    for row in rows:
        yield json.dumps({name: getattr(row, name) for name in COLUMNS}) + "\n"


def csv_rows(rows: Iterable[FailureRow]) -> Iterator[str]:
    """A head line and one row a failure, as RFC 4180 has it; all texts in quotes.

    A text that a spreadsheet would take for a formula gets a leading apostrophe; numbers stay numbers.
    """
    yield _line(COLUMNS)
    for row in rows:
        yield _line([_cell(getattr(row, name)) for name in COLUMNS])


def _line(cells: Iterable[object]) -> str:
    held = io.StringIO()
    csv.writer(held, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n").writerow(list(cells))
    return held.getvalue()


def _cell(value: object) -> object:
    """A value as a spreadsheet may have it; what shows nothing is made visible, a long text is cut."""
    if value is None or isinstance(value, float):
        return "" if value is None else value
    text = "; ".join(value) if isinstance(value, tuple) else str(value)
    return harmless(_cut(text))


def _cut(text: str) -> str:
    """The text made visible, which lengthens it, then cut as spreadsheets count: an emoji is two units."""
    shown = visible(text)
    units = shown.encode("utf-16-le")
    if len(units) <= 2 * CELL_LIMIT:
        return shown
    # Half a character at the end is dropped.
    kept = units[: 2 * CELL_LIMIT].decode("utf-16-le", errors="ignore")
    return f"{kept} [our cut: {len(text):,} characters, whole in pairs.parquet]"


def harmless(text: str) -> str:
    """The text with an apostrophe before it where a spreadsheet would run it."""
    if _FORMULA.match(text) and not _PLAIN_NUMBER.fullmatch(text):
        return f"'{text}"
    return text
