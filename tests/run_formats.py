"""The formats of a made-up run, as the pipeline makes them of a stored one."""

from itertools import groupby

from report_runs import Run, facts

from harness.analysis import Analysis, AnalysisSettings, analyze_with_cases
from harness.analysis.cases import open_case
from harness.domain.case_row import CaseRow
from harness.domain.pair import Pair
from harness.domain.score import ScoredPair
from harness.report.banners import run_problem
from harness.report.facts import RunFacts
from harness.report.failure_rows import CANDIDATE_FAILED, FailureRow, FailureRows
from harness.report.junit import JUnitCase, JUnitCounts, junit

Parts = list[tuple[Pair, tuple[ScoredPair, ...], CaseRow]]


def analyzed(run: Run) -> tuple[Analysis, Parts]:
    made = analyze_with_cases(run.pairs, run.scored, AnalysisSettings(slices=("language",)))
    scores = {key: tuple(found) for key, found in groupby(run.scored, key=lambda one: one.record_id)}
    rows = list(made.cases)
    parts = [(pair, scores.get(pair.record.id, ()), row) for pair, row in zip(run.pairs, rows, strict=True)]
    return made.analysis, parts


def failures(run: Run, told: RunFacts | None = None) -> list[FailureRow]:
    analysis, parts = analyzed(run)
    rows = FailureRows(analysis, told or facts())
    return [
        rows.row(pair, row, open_case(pair, scores, row, analysis.settings))
        for pair, scores, row in parts
        if row.quadrant in CANDIDATE_FAILED
    ]


def junit_text(run: Run, told: RunFacts | None = None) -> str:
    analysis, parts = analyzed(run)
    told, counts = told or facts(), JUnitCounts()
    for _, _, row in parts:
        counts.add(row)
    cases = [
        JUnitCase(pair=pair, row=row, case=open_case(pair, scores, row, analysis.settings))
        for pair, scores, row in parts
    ]
    rows = FailureRows(analysis, told)
    return "".join(junit(cases, counts, rows, told, run_problem(analysis, rows.names)))
