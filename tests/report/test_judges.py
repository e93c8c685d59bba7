"""What the page says of a judge, and of kinds whose severity the dataset sets."""

from dataclasses import replace

from factories import pair, record
from report_files import drawn
from report_runs import Run, facts, scored

from harness.analysis import AnalysisSettings, analyze
from harness.analysis.failure.severity import SeveritySettings
from harness.analysis.judged import JudgeTally
from harness.domain.human_label import HumanLabel
from harness.domain.judged import EXPECTED_ONLY
from harness.domain.score import Finding, Score, ScoredPair
from harness.report import build_view, render
from harness.report.judges import judge_tables
from harness.report.wording import Names

NAMES = Names(incumbent="GPT-4o", candidate="Llama")


def verdict(value: float, first: str, second: str) -> Score:
    findings = (
        Finding(kind="verdict", path="answer_first[0]", actual=first),
        Finding(kind="verdict", path="answer_second[0]", actual=second),
    )
    return Score(value=value, reason="told", findings=findings, pass_at=0.5)


def wrong_runs(kind: str, n: int = 4) -> Run:
    pairs = [pair(of=record(f"r{place}", expected="ok")) for place in range(n)]
    wrong = (Finding(kind=kind, path="status", expected="a", actual="b"),)
    return Run(pairs=pairs, scored=[scored(one, (), wrong) for one in pairs])


def test_a_judge_is_told_with_its_orders_and_labels() -> None:
    labels = (HumanLabel(record_id="r0", scorer="judge", passes=True, person="", answer=None),)
    tally = JudgeTally("judge", labels)
    given = (
        verdict(1.0, "better", "better"),
        verdict(0.5, "better", "worse"),
        verdict(0.0, "worse", "worse"),
    )
    for place, candidate in enumerate(given):
        one = ScoredPair(
            record_id=f"r{place}",
            scorer="judge",
            incumbent=verdict(0.5, "equal", "equal"),
            candidate=candidate,
            agreement=Score(value=None, reason=EXPECTED_ONLY),
            noise=None,
        )
        tally.add(pair("the same", "an answer", of=record(f"r{place}")), one)
    run = wrong_runs("wrong_value")
    analysis = replace(analyze(run.pairs, run.scored, AnalysisSettings()), judge={"judge": tally.summary()})
    (table,) = judge_tables(analysis, NAMES)
    told = {row[0]: row[1] for row in table.rows}
    assert told["Llama: better, equal, worse than expected"] == "1, 1, 1"
    assert told["The two orders disagree"].startswith("1 of ")
    assert told["Human labels used"] == "1"
    assert told["Judge agrees with people"].startswith("1 of 1 ")
    assert "How far to trust the verdicts of judge" in render(build_view(analysis, facts()))


def test_a_kind_has_one_severity_on_its_card_and_over_its_cases() -> None:
    run = wrong_runs("wrong_status")
    settings = AnalysisSettings(severity=SeveritySettings(kinds={"wrong_status": "severe"}))
    _, view = drawn(run, settings)
    (card,) = view.groups.cards
    assert (card.title, card.severity) == ("Wrong status in status, in various ways", "Severe")
    assert view.static_cases[0].severity == "Severe"
