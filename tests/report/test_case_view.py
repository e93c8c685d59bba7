"""What an open case says of planted mistakes, scored by the real scorers."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from factories import observation, response
from report_cases import NAMES, compared, invoice, opened

from harness.domain.chat import Answer, ToolCall
from harness.domain.observation import Arm, CallError
from harness.report.case_parts import CaseLimits, FieldRow, FieldTable, LineRow, LineTable, Piece
from harness.report.case_view import Again, CaseView, case_sentence, case_view
from harness.report.html import case_html
from harness.scorers.citation import Citations
from harness.scorers.json_fields import JsonFields
from harness.scorers.label import Label
from harness.scorers.text import Text
from harness.scorers.tool_call import ToolCalls


def fields(view: CaseView) -> FieldTable:
    assert view.differences.fields is not None
    return view.differences.fields


def lines(view: CaseView) -> LineTable:
    (table,) = view.differences.lines
    return table


def shown(view: CaseView) -> list[LineRow]:
    """The rows of lines that are not folded and not the same."""
    rows = [row for run in lines(view).runs if not run.folded for row in run.rows]
    return [row for row in rows if row.state != "same"]


def sentence(view: CaseView) -> str:
    return f"{view.subject} {''.join(phrase.text for phrase in view.sentence)}"


def texts(row: LineRow) -> tuple[str, ...]:
    return tuple(cell.text for cell in row.cells)


def marked(pieces: tuple[Piece, ...], state: str) -> list[str]:
    return [piece.text for piece in pieces if piece.state == state]


def with_lines(change: Callable[[list[dict[str, Any]]], Any], count: int = 8) -> dict[str, Any]:
    made = invoice(count)
    change(made["line_items"])
    return made


def test_a_missing_line_keeps_its_place_and_its_values() -> None:
    view = opened(invoice(41), with_lines(lambda items: items.pop(33), 41))
    (row,) = shown(view)
    assert (row.number, row.label, row.state) == ("34", "missing", "missing")
    assert texts(row) == ("Avis telefonisch 34", "34", "36.5", "1241.0")
    assert lines(view).counts == "41 expected: 40 same, 1 missing"
    assert lines(view).reference == "GPT-4o agrees"
    assert [run.folded.partition(":")[0] for run in lines(view).runs] == [
        "Lines 1\u201333 are the same",
        "",
        "Lines 35\u201341 are the same",
    ]
    assert lines(view).runs[0].folded.endswith(": Palette EPAL 1 … Frachtzuschlag Diesel 33")
    assert sentence(view) == "Llama left out 1 of 41 lines worth 1241.00."
    assert view.mark_word == "worse"
    assert view.severity == "Severe"


def test_an_invented_line_stands_where_the_answer_has_it_with_its_values() -> None:
    made_up = {"description": "Übertrag Seite 1", "quantity": 1, "unit_price": 3208.15, "amount": 3208.15}
    view = opened(invoice(), with_lines(lambda items: items.insert(3, made_up)))
    (row,) = shown(view)
    assert (row.number, row.label, row.state) == ("", "invented", "invented")
    assert texts(row) == ("Übertrag Seite 1", "1", "3208.15", "3208.15")
    assert lines(view).counts == "8 expected: 8 same; 1 invented"
    assert [run.folded.partition(" are")[0] for run in lines(view).runs] == [
        "Lines 1\u20133",
        "",
        "Lines 4\u20138",
    ]
    assert sentence(view) == "Llama made up 1 line worth 3208.15."


def test_an_amount_a_hundred_times_too_large_stands_under_the_right_one() -> None:
    view = opened(invoice(), with_lines(lambda items: items[2].update(amount=1650.0)))
    expected, wrong = shown(view)
    assert (expected.number, expected.label, expected.cells[3].text) == ("3", "Expected", "16.5")
    assert (wrong.label, wrong.state, wrong.is_first) == ("changed", "changed", False)
    assert (wrong.cells[3].text, wrong.cells[3].state) == ("1650.0", "changed")
    assert wrong.cells[0].note == "amount: Decimal separator misread · 100 times too large."
    assert texts(wrong)[:3] == ("", "", "")
    assert lines(view).counts == "8 expected: 7 same, 1 changed"
    assert sentence(view).startswith("Llama misread the decimal sign in amount of line 3: 1650.0")


def test_a_flipped_sign() -> None:
    wrong = invoice(totals={"net": 6418.2, "gross": -7637.66})
    view = opened(invoice(), wrong, text="Summe brutto 7.637,66 EUR " * 2)
    (row,) = fields(view).rows
    assert (row.above, row.name) == ("totals.", "gross")
    assert row.expected is not None
    assert (row.expected.text, row.incumbent.text, row.candidate.text) == ("7637.66", "same", "-7637.66")
    assert (row.candidate.state, row.candidate.note) == ("changed", "Sign flipped")
    assert fields(view).folded == "4 more fields are the same"
    assert [(one.name, one.expected and one.expected.text) for one in fields(view).same] == [
        ("number", "RE-1"),
        ("date", "2026-08-31"),
        ("currency", "EUR"),
        ("net", "6418.2"),
    ]
    assert lines(view).runs[0].folded.startswith("Lines 1\u20138 are the same")
    assert sentence(view) == "Llama flipped the sign in totals.gross: \u22127637.66 instead of 7637.66."
    assert view.document is not None
    assert marked(view.document.boxes[0].pieces, "mark") == ["7.637,66", "7.637,66"]


def test_a_date_in_another_notation_costs_nothing_and_says_so() -> None:
    view = opened(invoice(), invoice(date="31.08.2026", currency="USD"))
    states = {row.name: (row.candidate.state, row.candidate.text) for row in fields(view).rows}
    assert states == {"date": ("format_only", "31.08.2026"), "currency": ("changed", "USD")}
    html = case_html(view)
    assert '<use href="#m-format_only"/></svg><span class="sr">format only: </span>' in html


def test_a_moved_line_is_the_same() -> None:
    def move(items: list[dict[str, Any]]) -> None:
        items.insert(6, items.pop(2))

    wrong = with_lines(move)
    view = opened(invoice(), {**wrong, "currency": "USD"})
    rows = [row for run in lines(view).runs if not run.folded for row in run.rows]
    (moved,) = [row for row in rows if row.cells[0].note]
    assert (moved.number, moved.label, moved.state) == ("3", "same", "same")
    assert moved.cells[0].note == "Was line 3, is line 7."
    assert lines(view).counts == "8 expected: 8 same"


def test_merged_and_split_lines_show_what_they_became() -> None:
    items = invoice()["line_items"]
    whole = {
        "description": f"{items[0]['description']} {items[1]['description']}",
        "quantity": 1,
        "unit_price": 12.5,
        "amount": 12.5,
    }
    view = opened(invoice(), {**invoice(), "line_items": [whole, *items[2:]]})
    rows = shown(view)
    assert [row.label for row in rows] == ["Expected", "changed", "Expected", "changed"]
    assert texts(rows[1]) == ("merged with 2",)
    assert texts(rows[3]) == (whole["description"], "1", "12.5", "12.5")
    assert rows[3].cells[0].note == "Line items merged: Lines 1 and 2 became line 1 of the answer."
    back = opened({**invoice(), "line_items": [whole, *items[2:]]}, invoice())
    assert [row.label for row in shown(back)] == ["Expected", "changed", ""]


def test_both_arms_may_be_wrong_about_a_line_each_in_its_own_way() -> None:
    def change(items: list[dict[str, Any]]) -> None:
        items[1]["amount"] = 90.0

    view = opened(invoice(), with_lines(lambda items: items.pop(1)), incumbent=with_lines(change))
    assert [(row.label, row.state) for row in shown(view)] == [
        ("Expected", "plain"),
        ("missing", "missing"),
        ("GPT-4o: changed", "changed"),
    ]
    assert lines(view).reference == "GPT-4o: 7 same, 1 changed"
    assert view.mark_word == "both wrong"


def test_wide_lines_list_the_fields_that_differ() -> None:
    wide = [{f"field_{column}": f"{line}-{column}" for column in range(12)} for line in range(20)]
    wrong = [dict(line) for line in wide]
    wrong[4]["field_7"] = "another value"
    view = opened(wide, wrong)
    assert [column.name for column in lines(view).columns] == ["Field", "Expected", "Answer"]
    expected, changed = shown(view)
    assert texts(expected) == ("4-0 · 4-1 · 4-2 · 4-3",)
    assert texts(changed) == ("field 7", "4-7", "another value")
    assert lines(view).title == "Lines"


def test_without_expected_answers_the_incumbent_is_the_reference() -> None:
    view = opened(invoice(), with_lines(lambda items: items.pop(2)), has_expected=False)
    assert (lines(view).reference, lines(view).counts) == ("", "8 lines: 7 same, 1 not given")
    assert fields(view).columns == ("GPT-4o", "Llama")
    assert all(row.expected is None for row in fields(view).same)
    assert "expected" not in case_html(view).lower()


def test_a_field_that_no_scorer_looks_at_is_shown_and_not_called_the_same() -> None:
    expected, wrong = {"total": 1, "memo": "a"}, {"total": 2, "memo": "b"}
    view = opened(expected, wrong, scorer=JsonFields(ignore=("memo",)))
    (row,) = fields(view).same
    assert (row.candidate.text, row.candidate.note) == ("b", "does not count")
    assert fields(view).folded == "1 more field does not count as different, 1 differs in writing"


def test_findings_that_were_cut_leave_the_rest_unknown() -> None:
    view = opened(invoice(400), {**invoice(400), "line_items": invoice(400)["line_items"][:250]})
    assert lines(view).counts == "400 expected: at least 120 missing"
    assert "30 more differences of Llama not listed here." in case_html(view)
    folded = [run.folded for run in lines(view).runs if run.folded]
    assert folded
    assert all("are not listed here" in words for words in folded)
    assert not any(row.label == "same" for run in lines(view).runs for row in run.rows)


def test_a_list_of_500_lines_stays_bounded() -> None:
    view = opened(invoice(500), with_lines(lambda items: items.pop(250), 500))
    rows = sum(len(run.rows) for run in lines(view).runs)
    assert rows == 121
    assert lines(view).runs[0].folded.endswith("(130 of them stand under Raw only)")


def test_a_value_with_many_words_has_its_changes_marked() -> None:
    before = "NO. 17-G, JALAN SETIA INDAH (X) U13/X, SETIA ALAM, 40170 SHAH ALAM"
    after = before.replace("INDAH", "MURNI")
    (row,) = fields(opened({"address": before}, {"address": after})).rows
    assert marked(row.candidate.pieces, "added") == ["MURNI"]
    assert "".join(piece.text for piece in row.candidate.pieces) == after


def test_a_label_and_a_short_text() -> None:
    view = opened("shipping", "returns", scorer=Label(labels=("shipping", "returns")))
    (row,) = fields(view).rows
    assert row.expected is not None
    assert (row.name, row.expected.text, row.incumbent.text, row.candidate.text) == (
        "answer",
        "shipping",
        "same",
        "returns",
    )
    assert view.differences.texts == ()


def test_texts_are_aligned_by_sentence_and_differ_by_word() -> None:
    same = [f"Sentence number {place} stays as it is." for place in range(5)]
    before = " ".join((*same, "The notice period is thirty days.", "Both sides agree."))
    after = " ".join((*same, "The notice period is sixty days.", "Both sides agree."))
    view = opened(before, after, scorer=Text(pass_at=0.999))
    (table,) = view.differences.texts
    assert (table.reference, table.answer) == ("Expected", "Llama")
    folded, changed, _ = table.runs
    assert folded.folded.startswith("5 sentences the same: Sentence number 0")
    (row,) = changed.rows
    assert marked(row.reference, "removed") == ["thirty"]
    assert marked(row.answer, "added") == ["sixty"]


def test_texts_without_spaces_differ_by_character() -> None:
    before = (
        "被告人张三于2019年5月在北京市盗窃手机一部。价值人民币三千元。后被公安机关抓获归案。手机已发还。" * 2
    )
    after = before.replace("三千", "五千")
    (table,) = opened(before, after, scorer=Text(pass_at=0.999)).differences.texts
    added = [word for run in table.runs for row in run.rows for word in marked(row.answer, "added")]
    assert added == ["\u4e94", "\u4e94"]


def test_long_texts_are_shown_around_their_first_difference() -> None:
    before = "word " * 30_000
    (table,) = opened(
        before, before[:80_000] + "X" + before[80_000:], scorer=Text(pass_at=1.0)
    ).differences.texts
    assert table.note.startswith("Too long to compare word by word (150,000 and 150,001 characters)")
    assert "from character 80,001 on" in table.note
    (row,) = table.runs[0].rows
    assert marked(row.answer, "new")[0].startswith("X")


def test_an_unreadable_answer_says_why_and_claims_nothing_of_its_parts() -> None:
    broken = json.dumps(invoice())[:-40]
    view = opened(invoice(), broken)
    (remark,) = view.differences.remarks
    assert (remark.who, remark.title, remark.state) == ("Llama", "Answer cut off", "changed")
    assert (view.differences.fields, view.differences.lines) == (None, ())
    (table,) = view.differences.texts
    assert marked(table.runs[-1].rows[-1].reference, "removed") or marked(
        table.runs[-1].rows[-1].reference, "lost"
    )


def test_text_around_the_json_is_quoted() -> None:
    view = opened(invoice(), "Sure!\n" + json.dumps(invoice()))
    (remark,) = view.differences.remarks
    assert (remark.title, remark.quote) == ("Text around the JSON", "Sure!")


def test_arguments_of_tool_calls_are_fields() -> None:
    def call(**arguments: Any) -> Any:
        tool = ToolCall(id="1", name="book", arguments=json.dumps(arguments))
        return replace(response(None), answer=Answer(tool_calls=(tool,)))

    right = call(day="2026-08-31", seats=2, window=True)
    view = opened(right.answer, call(day="2026-08-31", seats=3, window=True), scorer=ToolCalls())
    (row,) = fields(view).rows
    assert (row.above, row.name, row.candidate.text) == ("call 1.", "seats", "3")
    assert fields(view).folded == "3 more fields are the same"


CONTRACT = (
    "SUPPLY AGREEMENT\n\n"
    "1. Term. This agreement runs for two years from the date of signature and ends without notice.\n\n"
    "2. Payment. The buyer shall pay each invoice within thirty days of receipt to the seller's account.\n\n"
    "3. Liability. The seller is not liable for lost profits of the buyer or of any third party.\n"
)


def clauses(*cited: tuple[str, str]) -> dict[str, Any]:
    return {"route": "legal", "clauses": [{"id": number, "quote": quote} for number, quote in cited]}


PAYMENT = ("2", "The buyer shall pay each invoice within thirty days of receipt")


@pytest.mark.parametrize(
    ("cited", "word", "clause", "real"),
    [
        (("9", "A claim that is not filed at once is waived for good."), "made up", "9", ""),
        (("3", PAYMENT[1]), "wrong place", "3", "3. Liability. The seller is not liable"),
        (("2", PAYMENT[1].replace("thirty", "sixty")), "misquoted", "2", "The buyer shall pay each invoice"),
    ],
)
def test_a_wrong_reference_stands_beside_what_the_source_says(
    cited: tuple[str, str], word: str, clause: str, real: str
) -> None:
    view = opened(clauses(PAYMENT), clauses(cited), text=CONTRACT, scorer=Citations(citations="clauses"))
    claim = view.differences.claims[0]
    assert (claim.word, claim.clause, claim.who) == (word, clause, "Llama")
    assert "".join(piece.text for piece in claim.real).startswith(real)
    if word == "misquoted":
        assert (marked(claim.quoted, "added"), marked(claim.real, "removed")) == (["sixty"], ["thirty"])
    assert view.differences.lines == ()
    assert fields(view).folded == "1 field is the same"


def test_a_clause_that_is_not_cited_shows_the_expected_quote_and_is_marked_in_the_document() -> None:
    view = opened(clauses(PAYMENT), clauses(), text=CONTRACT * 2, scorer=Citations(citations="clauses"))
    (claim,) = view.differences.claims
    assert (claim.word, claim.state, claim.real_label) == ("not cited", "missing", "Expected quote")
    assert claim.real[0].text == PAYMENT[1]
    assert view.document is not None
    (mark,) = marked(view.document.boxes[0].pieces, "mark")
    assert mark.startswith("2. Payment. The buyer shall pay each invoice within thirty days")
    assert view.document.passages


def test_raw_holds_both_calls() -> None:
    partial = response("half an ans", finish_reason="length")
    error = CallError(kind="truncated_stream", message="cut", http_status=200, partial=partial)
    raw = opened("the whole answer", error, scorer=Text()).raw
    assert raw is not None
    boxes = {box.title: box for box in raw.answers}
    assert list(boxes) == ["Expected", "GPT-4o", "Llama"]
    assert (boxes["Llama"].pieces[0].text, boxes["Llama"].ended) == (
        "half an ans",
        "the call failed before the end",
    )
    facts = {fact.name: (fact.incumbent, fact.candidate) for fact in raw.facts}
    assert facts["Status"] == ("answered", "stream broke off, HTTP 200: cut")
    assert facts["Finish reason"] == ("stop", "length")
    assert facts["Tokens out"] == ("5", "5")
    assert facts["Attempts"] == ("1", "1")
    assert facts["Cost"] == ("unknown", "unknown")


def test_the_models_own_cut_is_told_apart_from_ours() -> None:
    long = "x " * 1_000
    limits = CaseLimits(text=500, further=1_200)
    view = opened("right", replace(response(long), finish_reason="length"), limits=limits, scorer=Text())
    assert view.raw is not None
    box = view.raw.answers[-1]
    assert box.ended == "the model stopped at its token limit"
    assert box.cut == "our cut: the first 500 of 2,000 characters; this page holds 1 KB, the run folder all"
    assert [len(chunk) for chunk in view.more["candidate"]] == [500, 200]
    html = case_html(view)
    assert '<button type="button" class="more-text" data-more="candidate" hidden>' in html
    assert "".join((box.pieces[0].text, *view.more["candidate"])) == long[:1_200]


def test_reruns_are_told_only_as_far_as_they_are_known() -> None:
    pair, case, basis = compared(invoice(), with_lines(lambda items: items.pop(1)))
    wrong = pair.candidate.outcome

    def again(arm: Arm, outcome: Any, repeat: int) -> Any:
        made = observation(outcome, arm=arm)
        return replace(made, key=replace(made.key, repeat=repeat))

    def told(*repeats: Any, **known: bool) -> tuple[str, ...]:
        return case_view(case, replace(pair, repeats=repeats), basis, NAMES, again=Again(**known)).reruns

    same = [again(Arm.CANDIDATE, wrong, place) for place in (1, 2)]
    other = again(Arm.CANDIDATE, "otherwise", 2)
    assert told() == ()
    assert told(*same) == ("failed in 3 of 3 runs",)
    assert told(same[0], other) == ("Llama said the same in 1 of 2 reruns",)
    assert told(again(Arm.CANDIDATE, "otherwise", 1), candidate=True) == (
        "flaky: Llama failed in 1 of 2 runs",
    )
    assert told(again(Arm.INCUMBENT, "otherwise", 1), incumbent=False) == (
        "GPT-4o itself fails this one in 1 of 2 runs",
    )
    view = case_view(case, replace(pair, repeats=(same[0], other)), basis, NAMES)
    assert view.raw is not None
    assert [box.title for box in view.raw.reruns] == [
        "Llama, asked again: the same in 1 of 2 reruns",
        "Llama, rerun 2",
    ]


@pytest.mark.parametrize("depth", [60, 1000])
def test_deep_nesting_does_not_break_a_case(depth: int) -> None:
    deep = '{"a":' * depth + "1" + "}" * depth
    other = '{"a":' * depth + "2" + "}" * depth
    html = case_html(opened(deep, other, scorer=JsonFields() if depth < 100 else Text(pass_at=1.0)))
    assert html.count("<article") == 1


def test_rows_name_fields_by_readable_paths() -> None:
    view = opened({"a": {"tags": ["x", "y"]}}, {"a": {"tags": ["x", "z"]}})
    rows: tuple[FieldRow, ...] = fields(view).rows
    assert [(row.above, row.name) for row in rows] == [("a.", "tags 2")]


def test_without_expected_answers_the_sentence_names_both_models() -> None:
    made, case, basis = compared({"a": "yes"}, {"a": "no"}, has_expected=False)
    told = "Llama says no in a, GPT-4o says yes."
    assert case_sentence(case, NAMES) == told
    view = case_view(case, made, basis, NAMES)
    assert f"{view.subject} {''.join(phrase.text for phrase in view.sentence)}" == told
    assert view.kind == "Value differs"
