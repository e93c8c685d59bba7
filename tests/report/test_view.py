from dataclasses import replace

import pytest
from factories import observation, pair, record, response
from report_runs import LONG_INVOICE, Run, agreement_run, changed, facts, invoices, scored
from report_states import counts

from harness.analysis import Analysis, AnalysisSettings, analyze
from harness.analysis.outcome import Quadrant
from harness.domain.chat import Answer, ChatRequest, ToolCall
from harness.domain.mark import Mark
from harness.domain.observation import Arm, CallError
from harness.domain.score import Finding, Verdict
from harness.report import build_view, shown_case_ids
from harness.report.model import CaseView, View

SETTINGS = AnalysisSettings(slices=("language", "lines"))


def analysis_of(run: Run) -> Analysis:
    return analyze(run.pairs, run.scored, SETTINGS)


def view_of(run: Run, **changes: object) -> View:
    return build_view(analysis_of(run), facts(**changes), run.pairs)


def cases(view: View) -> list[CaseView]:
    return [case for section in view.sections for group in section.groups for case in group.cases]


def test_agreement_only_never_speaks_of_accuracy() -> None:
    view = view_of(agreement_run(40), unit="ticket")
    assert view.answer.headline == "Llama-3.3-70B and GPT-4o agree on 36 of 40 tickets."
    text = repr(view).lower()
    assert "accuracy" not in text
    assert "correct" not in text
    assert cases(view)[0].expected is None
    assert cases(view)[0].rows[0].expected is None
    assert (cases(view)[0].rows[0].incumbent.text, cases(view)[0].rows[0].candidate.text) == (
        "shipping",
        "returns",
    )
    assert [section.title for section in view.sections] == [
        "They differ: 2",
        "One failed: 1",
        "Both failed: 1",
    ]


@pytest.mark.parametrize("mark", list(Mark))
def test_the_mark_is_everywhere(mark: Mark) -> None:
    view = view_of(invoices(10), mark=mark)
    assert view.masthead.mark == mark.value
    assert mark.value in view.title
    assert view.method.rows[0][1].startswith(mark.value)
    assert bool(view.answer.origin) is (mark is not Mark.LIVE)
    assert ("the sandbox's and not a model's" in view.speed.answer) is (mark is not Mark.LIVE)


def test_fields_are_drawn_from_the_findings() -> None:
    one = replace(invoices(8).pairs[7])
    run = Run(pairs=[one], scored=[scored(one, (changed("totals.gross", "7637.66", "1"),), LONG_INVOICE)])
    (case,) = cases(view_of(run))
    drawn = [
        (row.path, row.expected.text if row.expected else None, row.incumbent.state, row.candidate.state)
        for row in case.rows
    ]
    assert drawn == [
        ("invoice_date", "2026-08-31", "same", "format_only"),
        ("line_items[33]", "Position 34, 68.60", "same", "missing"),
        ("line_items[33]", "\u2013", "none", "invented"),
        ("line_items[34]", "Position 35, 68.60", "same", "missing"),
        ("line_items[35]", "Position 36, 68.60", "same", "missing"),
        ("totals.gross", "7637.66", "changed", "changed"),
    ]
    assert case.rows[0].candidate.text == "31.08.2026"
    assert case.rows[1].candidate.text == "missing"
    assert case.rows[1].candidate.note == "line 34 of 60 is missing"
    # 60 lines of 3 fields and 5 others, less 3 lines, the date and the total.
    assert case.rows_note == "174 more fields are the same on both sides."


def test_an_unreadable_answer_has_no_same_fields() -> None:
    one = pair(of=record("r", expected='{"a": 1}'))
    broken = (Finding(kind="invalid_json", note="It stops early."),)
    run = Run(pairs=[one], scored=[scored(one, (changed("a", "1", "2"),), broken)])
    rows = cases(view_of(run))[0].rows
    assert [(row.path, row.incumbent.text, row.candidate.text) for row in rows] == [
        ("whole answer", "nothing wrong", "Not valid JSON"),
        ("a", "2", "no usable answer"),
    ]


def test_two_findings_at_one_place_become_one_row() -> None:
    one = pair(of=record("r", expected="ok"))
    found = (
        Finding(kind="format_only", path="a", expected="1", actual="1.0", verdict=Verdict.FORMAT_ONLY),
        changed("a", "1", "-1", "sign_flipped"),
    )
    run = Run(pairs=[one], scored=[scored(one, (), found)])
    (row,) = cases(view_of(run))[0].rows
    assert (row.candidate.state, row.candidate.text) == ("changed", "-1")
    assert row.candidate.note == "also: written differently, same value"


def test_cases_stand_under_their_kind_and_counts_add_up() -> None:
    run = invoices(300)
    found = analysis_of(run)
    view = build_view(found, facts(), run.pairs)
    worse = view.sections[0]
    assert worse.title == f"Only Llama-3.3-70B is wrong: {found.count(Quadrant.REGRESSION)}"
    assert sum(len(group.cases) for group in worse.groups) == found.count(Quadrant.REGRESSION)
    assert shown_case_ids(found) == {case.record_id for case in cases(view)}
    first = cases(view)[0]
    assert [fact.name for fact in first.facts][:2] == ["Status", "Finish reason"]
    assert [text.title for text in view.shared_texts] == ["System prompt", "Request parameters"]
    assert first.inputs[0].title == "user message"


def test_the_page_is_capped_and_says_so() -> None:
    pairs = [pair(of=record(f"r{place:04d}", expected="ok")) for place in range(1700)]
    wrong = (changed("a", "1", "2"),)
    view = view_of(Run(pairs=pairs, scored=[scored(one, (), wrong) for one in pairs]))
    (section,) = view.sections
    assert len(cases(view)) == 200
    assert section.groups[0].count == "1,700 cases"
    assert section.groups[0].note == "The worst 200 are shown."
    assert len(section.rest_ids) == 300
    assert section.rest_words == "300 further cases by id and 1,200 more in pairs.parquet"


def test_refusals_tool_calls_and_odd_parameters_are_shown() -> None:
    body = {"messages": [{"role": "user", "content": "hi"}], "seen": {1, 2}}
    one = pair(of=record("r", expected="ok", request=ChatRequest(body=body)))
    call = ToolCall(id="1", name="book", arguments='{"day": 1}')
    outcome = response(None)
    outcome = replace(outcome, answer=Answer(text="Well", tool_calls=(call,), refusal="I cannot"))
    one = replace(one, candidate=observation(outcome, arm=Arm.CANDIDATE, record_id="r"))
    (case,) = cases(view_of(Run(pairs=[one], scored=[scored(one, (), (Finding(kind="refusal"),))])))
    assert case.candidate.text == 'Well\nRefusal: I cannot\nbook({"day": 1})'
    assert case.parameters is not None
    assert "{1, 2}" in case.parameters.text


def test_cases_beyond_the_ids_are_only_counted() -> None:
    pairs = [pair(of=record(f"r{place:04d}", expected="ok")) for place in range(210)]
    wrong = (changed("a", "1", "2"),)
    scores = [scored(one, (), wrong) for one in pairs]
    found = analyze(pairs, scores, AnalysisSettings(id_limit=0))
    (section,) = build_view(found, facts(), pairs).sections
    assert section.rest_words == "10 more in pairs.parquet."


def test_a_pair_that_is_missing_from_the_file_is_told() -> None:
    run = counts(1, 0, 3)
    view = build_view(analysis_of(run), facts(), [])
    assert cases(view)[0].candidate.text == "(this pair is not in pairs.parquet)"


def test_failed_calls_show_what_had_arrived() -> None:
    partial = response("half an ans", finish_reason=None)
    error = CallError(kind="truncated_stream", message="cut", http_status=200, partial=partial)
    one = replace(
        pair(of=record("r", expected="ok")),
        candidate=observation(error, arm=Arm.CANDIDATE, record_id="r"),
    )
    (case,) = cases(view_of(Run(pairs=[one], scored=[scored(one, (), (Finding(kind="truncated"),))])))
    assert case.candidate.text == "half an ans"
    assert case.facts[0].candidate == "stream broke off, HTTP 200: cut"
    assert case.facts[2].candidate == "10"


def test_a_field_that_may_be_among_the_cut_findings_is_not_called_the_same() -> None:
    lines = [
        Finding(kind="line_missing", path=f"line_items[{line}]", expected="Palette", verdict=Verdict.MISSING)
        for line in range(150)
    ]
    of = pair(of=record("r1", expected='{"line_items": []}'))
    lighter = changed("a", "1", "2")
    (case,) = cases(view_of(Run(pairs=[of], scored=[scored(of, (*lines, lighter), (lighter,))])))
    shown = {row.path: (row.incumbent.text, row.candidate.text) for row in case.rows}
    assert shown["a"] == ("not shown here", "2")
    assert shown["line_items[0]"] == ("missing", "same")
