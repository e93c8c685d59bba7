"""One case opened from what is stored."""

from collections.abc import Mapping
from dataclasses import replace

import pytest
from mixed_run import mixed_run
from report_runs import Run, agreement_run, hostile_run, invoices

from harness.analysis import AnalysisSettings, analyze_with_cases
from harness.analysis.cases import Case, open_case
from harness.analysis.failure.severity import SeveritySettings
from harness.analysis.outcome import CASE_QUADRANTS, Quadrant
from harness.analysis.result import Analysis
from harness.domain.case_row import CaseRow
from harness.domain.pair import Pair
from harness.domain.score import ScoredPair

Part = tuple[Pair, tuple[ScoredPair, ...], CaseRow]
SEVERITY = SeveritySettings(kinds={"text_differs": "severe"}, paths={"totals.net": "light"})
SETTINGS = AnalysisSettings(scorers=("json_fields", "other"), severity=SEVERITY)


def opened(run: Run) -> tuple[Analysis, dict[str, Part]]:
    found = analyze_with_cases(iter(run.pairs), iter(run.scored), SETTINGS)
    of_record: dict[str, list[ScoredPair]] = {}
    for score in run.scored:
        of_record.setdefault(score.record_id, []).append(score)
    parts = {
        row.record_id: (one, tuple(of_record.get(row.record_id, ())), row)
        for one, row in zip(run.pairs, found.cases, strict=True)
    }
    return found.analysis, parts


def worst(parts: Mapping[str, Part]) -> Part:
    return min(parts.values(), key=lambda part: part[-1].harm)


def case_of(part: Part) -> Case | None:
    pair, scores, row = part
    return open_case(pair, scores, row, SETTINGS)


@pytest.mark.parametrize(
    "run",
    [mixed_run(400, 1), mixed_run(400, 3, expected=0.0), invoices(100), agreement_run(40), hostile_run()],
    ids=["mixed", "agreement", "invoices", "differing", "hostile"],
)
def test_an_opened_case_says_what_its_row_says(run: Run) -> None:
    analysis, parts = opened(run)
    seen = 0
    for part in parts.values():
        row = part[-1]
        if row.quadrant in {quadrant.value for quadrant in CASE_QUADRANTS[analysis.basis]}:
            case = case_of(part)
            assert case is not None
            assert (case.quadrant.value, case.kind, case.severity) == (row.quadrant, row.kind, row.severity)
            assert case.incumbent.kind == (row.incumbent_kind or None)
            assert case.candidate.kind == (row.candidate_kind or None)
            seen += 1
    assert seen == sum(analysis.count(quadrant) for quadrant in CASE_QUADRANTS[analysis.basis]) > 0


def test_a_long_invoice_is_told_in_one_sentence() -> None:
    _, parts = opened(invoices(20))
    case = case_of(parts["inv-00007"])
    assert case is not None
    assert "".join(phrase.text for phrase in case.headline).startswith("left out 3 of 60 lines and made up 1")
    assert case.severity == 3


def test_the_order_of_the_scorers_is_that_of_the_settings() -> None:
    _, parts = opened(mixed_run(100, 1))
    pair, scores, row = worst(parts)
    assert [score.scorer for score in scores] == ["other", "json_fields"]
    assert open_case(pair, scores[::-1], row, SETTINGS) == open_case(pair, scores, row, SETTINGS)


def test_what_both_have_right_can_be_opened_too() -> None:
    _, parts = opened(mixed_run(100, 1))
    part = next(part for part in parts.values() if part[-1].quadrant == "both_right")
    case = case_of(part)
    assert case is not None
    assert (case.quadrant, case.kind, case.severity, case.about_incumbent) == (
        Quadrant.BOTH_RIGHT,
        "",
        0,
        False,
    )
    assert "".join(phrase.text for phrase in case.headline) == "is right"
    _, parts = opened(agreement_run(40))
    agreeing = case_of(parts["t-039"])
    assert agreeing is not None
    assert "".join(phrase.text for phrase in agreeing.headline) == "says the same"


def test_unscored_pairs_have_no_case() -> None:
    _, parts = opened(mixed_run(400, 1))
    unscored = [part for part in parts.values() if part[-1].quadrant == "unscored"]
    assert {part[-1].reason for part in unscored} >= {"no score", "no expected answer"}
    assert [case_of(part) for part in unscored] == [None] * len(unscored)


def test_a_case_that_people_moved_counts_where_they_put_it_and_is_told_as_it_was_scored() -> None:
    _, parts = opened(invoices(100))
    pair, scores, row = worst(parts)
    case = open_case(pair, scores, row, SETTINGS)
    assert case is not None
    accepted = replace(row, quadrant="both_right", review="acceptable")
    assert open_case(pair, scores, accepted, SETTINGS) == replace(case, quadrant=Quadrant.BOTH_RIGHT)
    left_out = replace(row, quadrant="unscored", review="label_wrong")
    assert open_case(pair, scores, left_out, SETTINGS) == case
