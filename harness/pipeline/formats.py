"""`harness report --format`: a run as Markdown, JUnit XML, CSV or JSON lines, read in one pass."""

from collections.abc import Iterator
from pathlib import Path

from harness.analysis import Analysis
from harness.analysis.cases import Case, open_case
from harness.analysis.stage import aligned
from harness.analysis.trend import FAILURES
from harness.domain.case_row import CaseRow
from harness.domain.pair import Pair
from harness.domain.score import ScoredPair
from harness.errors import RunDamaged
from harness.pipeline.stages import analyzed
from harness.report.banners import run_problem
from harness.report.facts import RunFacts
from harness.report.failure_rows import CANDIDATE_FAILED, FailureRow, FailureRows, csv_rows, jsonl
from harness.report.junit import JUnitCase, JUnitCounts, junit
from harness.report.pull_request import pull_request_comment
from harness.store.cases import read_cases
from harness.store.files import write_texts_atomically
from harness.store.layout import RunDirectory, must_have_folder
from harness.store.pairs import read_pairs
from harness.store.scores import read_scores

MARKDOWN, JUNIT, CSV, JSONL = "md", "junit", "csv", "jsonl"


def report_as(reference: str, form: str, *, reports: Path, link: str = "") -> Iterator[str]:
    """The run in that form, piece by piece; nothing is written.

    Args:
        reference: The run, as `find_run` takes it.
        form: md, junit, csv or jsonl.
        reports: The folder of all runs.
        link: Web address of the report, for md; "" for its path.

    Raises:
        RunNotFound, RunDamaged, SchemaMismatch: As their messages say.
    """
    run, _, analysis, facts = analyzed(reference, reports)
    if form == MARKDOWN:
        return iter([pull_request_comment(analysis, facts, link or str(run.report))])
    if form == JUNIT:
        return _junit(run, analysis, facts)
    rows = _failures(run, analysis, facts)
    return csv_rows(rows) if form == CSV else jsonl(rows)


def write_report_as(reference: str, form: str, output: Path, *, reports: Path, link: str = "") -> str:
    """The same into a file; gives what to print.

    Raises:
        RunNotFound, RunDamaged, SchemaMismatch, StoreError: As their messages say; RunNotFound as well where
            there is no folder for the output.
    """
    must_have_folder(output)
    write_texts_atomically(output, report_as(reference, form, reports=reports, link=link))
    return f"Written: {output}"


def _failures(run: RunDirectory, analysis: Analysis, facts: RunFacts) -> Iterator[FailureRow]:
    made = FailureRows(analysis, facts)
    for pair, scores, row in _pairs(run):
        if row.quadrant in CANDIDATE_FAILED:
            yield made.row(pair, row, open_case(pair, scores, row, analysis.settings))


def _junit(run: RunDirectory, analysis: Analysis, facts: RunFacts) -> Iterator[str]:
    counts = JUnitCounts()
    for row in read_cases(run.cases):
        counts.add(row)
    cases = (
        JUnitCase(pair=pair, row=row, case=_opened(pair, scores, row, analysis))
        for pair, scores, row in _pairs(run)
    )
    made = FailureRows(analysis, facts)
    yield from junit(cases, counts, made, facts, run_problem(analysis, made.names))


def _opened(pair: Pair, scores: tuple[ScoredPair, ...], row: CaseRow, analysis: Analysis) -> Case | None:
    return open_case(pair, scores, row, analysis.settings) if row.quadrant in FAILURES else None


def _pairs(run: RunDirectory) -> Iterator[tuple[Pair, tuple[ScoredPair, ...], CaseRow]]:
    """Every pair with its scores and its row; all three files are in the same order."""
    scored = aligned(read_pairs(run.pairs), read_scores(run.scores))
    rows = read_cases(run.cases)
    for pair, scores in scored:
        row = next(rows, None)
        if row is None or row.record_id != pair.record.id:
            raise RunDamaged(
                f"{run.cases} does not fit the pairs of the run",
                f"Write it again: harness analyze {run.name}",
            )
        yield pair, scores, row
