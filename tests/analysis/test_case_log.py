"""A row of every pair: nothing is lost, nothing counted twice, and the rows agree with the analysis."""

from collections import Counter
from dataclasses import replace
from functools import cache

import pytest
from factories import pair, record
from hypothesis import given, settings
from hypothesis import strategies as st
from mixed_run import mixed_run
from report_runs import Run, agreement_run, hostile_run, invoices, scored

from harness.analysis import Analysis, AnalysisSettings, analyze_with_cases
from harness.analysis.case_log import CaseLog, Placed
from harness.analysis.outcome import CASE_QUADRANTS, ArmOutcome, Basis, Outcome, Quadrant, Unscored
from harness.domain.case_row import CaseRow
from harness.domain.observation import CallError
from harness.domain.score import Finding, Score

SETTINGS = AnalysisSettings(slices=("language",), scorers=("json_fields", "other"))
RUNS = {
    "mixed": lambda: mixed_run(900, 1),
    "few": lambda: mixed_run(25, 2),
    "agreement": lambda: mixed_run(900, 3, expected=0.0),
    "invoices": lambda: invoices(300),
    "differing": lambda: agreement_run(40),
    "hostile": hostile_run,
    "nothing": lambda: Run(pairs=[], scored=[]),
}
each_run = pytest.mark.parametrize("name", RUNS)


def told(run: Run, settings: AnalysisSettings = SETTINGS) -> tuple[Analysis, list[CaseRow]]:
    found = analyze_with_cases(iter(run.pairs), iter(run.scored), settings)
    return found.analysis, list(found.cases)


@cache
def told_of(name: str) -> tuple[Run, Analysis, list[CaseRow]]:
    run = RUNS[name]()
    return run, *told(run)


@each_run
def test_every_pair_has_one_row_in_the_order_of_the_run(name: str) -> None:
    run, analysis, rows = told_of(name)
    assert [row.record_id for row in rows] == [one.record.id for one in run.pairs]
    assert sorted(row.harm for row in rows) == list(range(len(rows)))
    quadrants = Counter(row.quadrant for row in rows)
    assert quadrants == Counter({name: entry.count for name, entry in analysis.quadrants.items()})
    assert all(row.review == "" for row in rows)


@each_run
def test_an_unscored_pair_says_why_and_nothing_else(name: str) -> None:
    _, analysis, rows = told_of(name)
    unscored = [row for row in rows if row.quadrant == "unscored"]
    assert Counter(row.reason for row in unscored) == Counter(
        {entry.name: entry.count for entry in analysis.unscored}
    )
    for row in unscored:
        bare = CaseRow(record_id=row.record_id, quadrant="unscored", reason=row.reason, harm=row.harm)
        assert row == bare
    assert all(row.reason == "" for row in rows if row.quadrant != "unscored")


@each_run
def test_kinds_are_those_of_the_analysis(name: str) -> None:
    _, analysis, rows = told_of(name)
    for side, primary in (("candidate_kind", "primary_candidate"), ("incumbent_kind", "primary_incumbent")):
        counted = Counter(kind for row in rows if (kind := getattr(row, side)))
        known = {kind.kind: getattr(kind, primary) for kind in analysis.kinds}
        assert counted == Counter(known)
    assert all(row.kind == (row.candidate_kind or row.incumbent_kind) for row in rows)
    assert all((row.severity > 0) == bool(row.kind) for row in rows)


@each_run
def test_every_failure_of_the_candidate_is_in_one_group_and_the_groups_add_up(name: str) -> None:
    _, analysis, rows = told_of(name)
    assert all(bool(row.group) == bool(row.candidate_kind) for row in rows)
    losing = {"regression", "differ", "one_failed"}
    sizes = Counter(row.group for row in rows if row.group)
    regressions = Counter(row.group for row in rows if row.group and row.quadrant in losing)
    assert sizes == Counter({group.id: group.size for group in analysis.clusters})
    for group in analysis.clusters:
        assert group.regressions == regressions[group.id]
        shown = {row.record_id for row in rows if row.group == group.id}
        assert set(group.record_ids) <= shown
    total = sum(group.regressions for group in analysis.clusters)
    assert total == sum(kind.primary_only_candidate for kind in analysis.kinds)
    if analysis.basis is Basis.EXPECTED:
        assert total == analysis.count(Quadrant.REGRESSION)
    else:
        failed = sum(row.quadrant == "one_failed" and row.candidate_kind != "" for row in rows)
        assert total == analysis.count(Quadrant.DIFFER) + failed


@each_run
def test_the_incumbents_own_mistakes_are_counted_by_group(name: str) -> None:
    _, analysis, rows = told_of(name)
    for group in analysis.clusters:
        if group.incumbent is not None and group.only_incumbent is not None:
            of_kind = [row for row in rows if row.incumbent_kind == group.kind]
            assert group.only_incumbent <= sum(row.candidate_kind == "" for row in of_kind)
            assert group.only_incumbent <= group.incumbent <= len(of_kind)
            assert group.excess == group.regressions - group.only_incumbent


def test_slices_hold_the_records_that_they_count() -> None:
    _, analysis, rows = told_of("mixed")
    assert analysis.slices
    for position, found in enumerate(analysis.slices):
        inside = [row for row in rows if position in row.slices]
        of_kind = [row for row in inside if found.of_kind in ("", row.candidate_kind)]
        assert len(inside) == found.n
        assert sum(row.quadrant == "regression" for row in of_kind) == found.regressions
        assert sum(row.quadrant == "gain" for row in inside) == found.gains
    assert all(list(row.slices) == sorted(set(row.slices)) for row in rows)


@each_run
def test_amounts_add_up_to_the_money_at_risk(name: str) -> None:
    _, analysis, rows = told_of(name)
    amounts = [row.amount for row in rows if row.amount is not None]
    assert sum(amounts) == pytest.approx(sum(row.candidate for row in analysis.exposure.rows))
    assert len(amounts) == sum(row.candidate_records for row in analysis.exposure.rows)
    assert all(row.candidate_kind for row in rows if row.amount is not None)


@pytest.mark.parametrize("name", ["mixed", "agreement"])
def test_reruns_are_those_of_the_noise(name: str) -> None:
    _, analysis, rows = told_of(name)
    noise = analysis.noise
    assert noise is not None
    reruns = Counter(row.rerun for row in rows if row.rerun)
    assert reruns["confirmed"] == noise.regressions.confirmed + noise.gains.confirmed > 0
    assert reruns["flaky"] == noise.regressions.flaky + noise.gains.flaky > 0
    differing = {"regression", "gain", "differ", "one_failed"}
    assert all(row.quadrant in differing for row in rows if row.rerun)


@each_run
def test_harm_goes_by_quadrant_and_then_by_severity(name: str) -> None:
    _, analysis, rows = told_of(name)
    by_harm = sorted(rows, key=lambda row: row.harm)
    quadrants = CASE_QUADRANTS[analysis.basis]
    for quadrant in quadrants:
        ordered = [row for row in by_harm if row.quadrant == quadrant.value]
        assert [row.severity for row in ordered] == sorted((row.severity for row in ordered), reverse=True)
    ranks = [*(quadrant.value for quadrant in quadrants), "both_right", "agree", "unscored"]
    places = [ranks.index(row.quadrant) for row in by_harm]
    assert places == sorted(places)


def test_pairs_that_are_no_case_lie_in_no_order_of_the_run() -> None:
    _, _, rows = told_of("invoices")
    right = [row.record_id for row in sorted(rows, key=lambda row: row.harm) if row.quadrant == "both_right"]
    assert right != sorted(right)


def test_a_pair_without_expected_answer_is_left_out_where_others_have_one() -> None:
    one = pair("a", "b", of=record("r1"))
    other = pair("a", "a", of=record("r2", expected="a"))
    scores = [scored(one, None, None, agreement=Score(value=0.0)), scored(other)]
    _, rows = told(Run(pairs=[one, other], scored=scores))
    assert [(row.quadrant, row.reason) for row in rows] == [
        ("unscored", "no expected answer"),
        ("both_right", ""),
    ]
    _, rows = told(Run(pairs=[one], scored=scores[:1]))
    assert [(row.quadrant, row.kind) for row in rows] == [("differ", "no_finding")]


def test_an_arm_that_was_not_called_is_the_reason() -> None:
    one = pair("a", CallError(kind="not_called", message=""), of=record("r1", expected="a"))
    _, rows = told(Run(pairs=[one], scored=[]))
    assert [(row.quadrant, row.reason) for row in rows] == [("unscored", "candidate not called")]


@settings(max_examples=25, deadline=None)
@given(n=st.integers(0, 120), seed=st.integers(0, 10**6), expected=st.sampled_from((0.0, 0.5, 1.0)))
def test_counts_add_up_whatever_the_run(n: int, seed: int, expected: float) -> None:
    run = mixed_run(n, seed, expected=expected)
    analysis, rows = told(run)
    assert len(rows) == n
    assert sorted(row.harm for row in rows) == list(range(n))
    assert sum(group.size for group in analysis.clusters) == sum(row.group != "" for row in rows)
    assert sum(group.regressions for group in analysis.clusters) == sum(
        row.group != "" and row.quadrant in {"regression", "differ", "one_failed"} for row in rows
    )
    for position, found in enumerate(analysis.slices):
        assert sum(position in row.slices for row in rows) == found.n


def test_endless_kinds_and_reasons_are_bounded() -> None:
    log = CaseLog(SETTINGS.severity)
    right = ArmOutcome(right=True, findings=())
    for number in range(1500):
        wrong = ArmOutcome(right=False, findings=(Finding(kind=f"own {number}"),))
        regression = Quadrant.REGRESSION
        outcome = Outcome(basis=Basis.EXPECTED, quadrant=regression, incumbent=right, candidate=wrong)
        log.add(f"r{number}", outcome, "")
        log.add_unscored(f"u{number}", Unscored(basis=Basis.EXPECTED, reason=f"{number} " + "x" * 999))
    rows = list(log.rows(Basis.EXPECTED, Placed(groups=("g",), group_of=[0] * 1500, slices=[])))  # type: ignore[arg-type]
    kinds = Counter(row.kind for row in rows if row.kind)
    reasons = Counter(row.reason for row in rows if row.reason)
    assert (len(kinds), kinds["other_kinds"]) == (1001, 500)
    assert (len(reasons), reasons["(other)"]) == (101, 1400)
    assert max(map(len, reasons)) == 200


def test_the_same_run_in_another_order_tells_the_same_of_each_pair() -> None:
    run = mixed_run(60, 5)
    by_id: dict[str, list[object]] = {}
    for order in (1, -1):
        pairs = run.pairs[::order]
        place = {one.record.id: number for number, one in enumerate(pairs)}
        scores = sorted(run.scored, key=lambda score: place[score.record_id])
        for row in told(Run(pairs=pairs, scored=scores))[1]:
            # Which sixty features are kept, and so the slices, goes by the order.
            by_id.setdefault(row.record_id, []).append(replace(row, slices=()))
    assert all(first == second for first, second in by_id.values())
