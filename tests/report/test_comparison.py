from dataclasses import replace
from typing import Any
from urllib.parse import unquote

import pytest
import report_cases
from markdown_page import rendered
from overviews import compared
from page_blocks import carried
from report_files import drawn
from report_runs import Run, agreement_run, hostile_run, invoices, score
from report_states import counts

from harness.analysis.compare import ChangedRecord, Comparison, LeftOut
from harness.analysis.stats.paired import net_difference
from harness.analysis.trend import Change
from harness.domain.mark import Mark
from harness.report.case_parts import CaseView
from harness.report.comparison import MOST_CASES, comparison_view, shown_records
from harness.report.comparison_case import changed_case
from harness.report.comparison_model import OpenedPair, Side
from harness.report.comparison_text import comparison_comment, comparison_lines
from harness.report.comparison_words import group_title, headline, net_words, notes
from harness.report.html import render_overview
from harness.report.setting_changes import setting_changes
from harness.report.wording import case_anchor

RUNS = {
    "invoices": compared(invoices(120), invoices(120, seed=9)),
    "hostile": compared(hostile_run(), hostile_run(), hostile=True),
    "agreement": compared(agreement_run(), replace(agreement_run(), scored=agreement_run(30).scored)),
    "nothing shared": compared(invoices(3), replace(invoices(3), scored=[])),
}


@pytest.mark.parametrize("name", RUNS)
def test_counts_add_up_and_the_page_is_the_same_every_time(name: str) -> None:
    view, counted, _ = RUNS[name]
    assert sum(int(row.count) for row in view.counts) == counted.shared
    sections = {section.title.split(": ")[0]: section for section in view.sections}
    for section in sections.values():
        assert int(section.title.split(": ")[1]) == len(section.cases) + len(section.rest)
    assert render_overview("compare.html.j2", view) == render_overview("compare.html.j2", view)


def test_changed_settings_come_first_and_name_both_values() -> None:
    view, counted, _ = RUNS["invoices"]
    assert [change.name for change in view.settings[:2]] == ["candidate model", "decision margin"]
    assert (view.settings[0].before, view.settings[0].now) == ("llama-3.1-70b", "llama-3.3-70b")
    lines = comparison_lines(view, counted)
    assert lines[1] == "Set otherwise: candidate model llama-3.1-70b -> llama-3.3-70b"


def test_cases_stand_side_by_side_with_links_into_both_reports() -> None:
    view, _, _ = RUNS["invoices"]
    case = view.sections[0].cases[0]
    pages = [link.split("#")[0] for _, link in case.links]
    assert pages == ["../20261120-080000-aaaa/report.html", "report.html"]
    assert {link.split("#")[1] for _, link in case.links} == {f"case={case.record_id}"}


def test_links_hold_the_ids_as_the_list_of_a_report_holds_them() -> None:
    names = ("\u202egnp.exe\u200b", "a\x00b", "a b/\u00fc#%&\u682a", "r3", "caf\u00e9 \u200d")
    run = counts(5, 0, 5)
    _, view = drawn(
        Run(
            pairs=[
                replace(pair, record=replace(pair.record, id=name))
                for pair, name in zip(run.pairs, names, strict=True)
            ],
            scored=[replace(one, record_id=name) for one, name in zip(run.scored, names, strict=True)],
        )
    )
    listed = carried(view.data.index, list(view.data.blocks)).index["id"]
    assert sorted(unquote(case_anchor(name).removeprefix("case=")) for name in names) == sorted(listed)
    assert unquote(case_anchor("lone \ud83d")) == "case=lone [U+D83D]"


SIDES = (
    Side(
        run_id="a",
        date="2026-11-20",
        mark=Mark.LIVE,
        incumbent="gpt-4o",
        candidate="llama-3.1-70b",
        link="",
    ),
    Side(
        run_id="b",
        date="2026-11-23",
        mark=Mark.LIVE,
        incumbent="gpt-4o",
        candidate="llama-3.3-70b",
        link="",
    ),
)


def case_of(change: Change, before: Any, now: Any, *, agreement: bool = False, **given: Any) -> CaseView:
    """One record of an invoice that was answered with `before` and is now answered with `now`."""
    sides = [
        report_cases.compared(
            report_cases.invoice(), answer, incumbent=incumbent, has_expected=not agreement
        )[:2]
        for answer, incumbent in ((before, given.get("incumbent_before")), (now, None))
    ]
    record = ChangedRecord(
        record_id="r1",
        change=change,
        severity=3,
        before_group="",
        now_group="",
        flaky=bool(given.get("flaky")),
    )
    one, other = (OpenedPair(pair=pair, case=case) for pair, case in sides)
    return changed_case(record, SIDES, one, other, agreement=agreement)


def test_the_findings_of_both_runs_stand_beside_what_was_expected() -> None:
    before = report_cases.invoice(currency="USD")
    now = report_cases.invoice(date="31.08.2026", totals={"net": 6418.2, "gross": 1.0})
    view = case_of(Change.STILL, before, now)
    fields = view.differences.fields
    assert fields is not None
    assert fields.columns == ("Expected", "Before", "Now")
    states = {row.name: (row.incumbent.state, row.candidate.state) for row in fields.rows}
    assert states == {
        "currency": ("changed", "same"),
        "date": ("same", "format_only"),
        "gross": ("same", "changed"),
    }
    gross = next(row for row in fields.rows if row.name == "gross")
    assert gross.expected is not None
    assert (gross.expected.text, gross.candidate.text) == ("7637.66", "1.0")
    assert view.raw is not None
    assert [box.title for box in view.raw.answers] == ["Expected", "Before", "Now"]
    assert all(box.folded for box in view.raw.answers)
    assert '"USD"' in "".join(piece.text for piece in view.raw.answers[1].pieces)


def sentence(view: CaseView) -> str:
    return f"{view.subject} {''.join(phrase.text for phrase in view.sentence)}"


def test_the_sentence_says_what_was_wrong_and_when() -> None:
    right, wrong = report_cases.invoice(), report_cases.invoice(currency="USD")
    new = case_of(Change.NEW, right, wrong)
    assert (new.mark, new.mark_word) == ("worse", "new")
    assert sentence(new).startswith("Now Llama-3.3-70b ")
    assert sentence(new).endswith("USD instead of EUR. Before, it was right.")
    fixed = case_of(Change.FIXED, wrong, right, flaky=True)
    assert (fixed.mark, fixed.mark_word, fixed.reruns) == ("better", "fixed", ("flaky in one of the runs",))
    assert sentence(fixed).startswith("Before, Llama-3.1-70b ")
    assert sentence(fixed).endswith("USD instead of EUR. Now it is right.")


def test_without_expected_answers_the_incumbent_is_what_both_are_held_against() -> None:
    right, wrong = report_cases.invoice(), report_cases.invoice(currency="USD")
    same = case_of(Change.NEW, right, wrong, agreement=True)
    assert same.differences.fields is not None
    assert same.differences.fields.columns == ("GPT-4o", "Before", "Now")
    assert sentence(same).endswith("Before, they agreed.")
    assert same.differences.note == ""
    other = case_of(Change.NEW, right, wrong, agreement=True, incumbent_before=wrong)
    assert other.differences.note.startswith("GPT-4o itself gave another answer before")


def test_many_large_cases_leave_room_for_a_mail() -> None:
    # Each of these signs takes four or five characters of the page.
    lines: list[dict[str, Any]] = [
        {"description": f"line {place} " + "<&> " * 80, "amount": place} for place in range(60)
    ]
    wrong = [{**line, "description": line["description"].upper() + " no", "amount": -1} for line in lines]
    pair, case, _ = report_cases.compared(
        report_cases.invoice(line_items=lines), report_cases.invoice(line_items=wrong)
    )
    opened = [
        OpenedPair(pair=replace(pair, record=replace(pair.record, id=f"new-{place}")), case=case)
        for place in range(MOST_CASES)
    ]
    view = comparison_view(comparison(new=MOST_CASES), RUNS["invoices"][2], opened, opened)
    (section,) = view.sections
    assert len(section.cases) + len(section.rest) == MOST_CASES
    assert [case.record_id for case in section.cases[:3]] == ["new-0", "new-1", "new-2"]
    assert 0 < len(section.rest) < MOST_CASES
    assert len(render_overview("compare.html.j2", view).encode()) < 15_000_000


@pytest.mark.parametrize(
    ("better", "worse", "told"),
    [
        (30, 2, "The candidate is right on 14.0 points more than before (9.2 to 19.8, 95\u202f% range)."),
        (2, 30, "The candidate is right on 14.0 points less than before (9.2 to 19.8, 95\u202f% range)."),
        (5, 4, "Whether the candidate is right more often than before is undecided"),
        (0, 0, "Whether the candidate is right more often than before is undecided"),
    ],
)
def test_a_change_within_noise_is_undecided(better: int, worse: int, told: str) -> None:
    assert net_words(net_difference(better, worse, 200), agreement=False).startswith(told)


@pytest.mark.parametrize(
    ("fixed", "new", "told"),
    [
        (30, 2, "30 of 68 failures are fixed; 2 are new."),
        (2, 30, "2 of 68 failures are fixed; 30 are new."),
        (42, 32, "No proven change: 42 of 68 failures are fixed; 32 are new."),
        (0, 0, "No proven change: 0 of 68 failures are fixed; 0 are new."),
    ],
)
def test_what_may_be_chance_is_not_led_with_as_an_effect(fixed: int, new: int, told: str) -> None:
    counted = replace(
        RUNS["invoices"][1],
        shared=300,
        failures_before=68,
        changes={**dict.fromkeys(Change, 0), Change.FIXED: fixed, Change.NEW: new},
        net=net_difference(fixed, new, 300),
    )
    assert headline(counted) == told
    none = replace(
        counted,
        failures_before=0,
        net=net_difference(0, 1, 300),
        changes={**counted.changes, Change.FIXED: 0, Change.NEW: 1},
    )
    assert headline(none) == "No proven change: there was no failure before; 1 is new."


def comparison(**counts: int) -> Comparison:
    records = tuple(
        ChangedRecord(
            record_id=f"{name}-{place}",
            change=Change(name),
            severity=3,
            before_group="",
            now_group="",
            flaky=False,
        )
        for name, count in counts.items()
        for place in range(count)
    )
    return replace(
        RUNS["invoices"][1], records=records, left_out=LeftOut(), groups=(), net=net_difference(0, 0, 10)
    )


@pytest.mark.parametrize(
    ("counts", "shown"),
    [
        ({"new": 3, "fixed": 2}, {"new": 3, "fixed": 2}),
        ({"new": 900}, {"new": 200}),
        ({"new": 900, "fixed": 900}, {"new": 150, "fixed": 50}),
        ({"new": 10, "gain_lost": 900, "fixed": 900}, {"new": 10, "gain_lost": 140, "fixed": 50}),
        ({"new": 1, "still": 900}, {"new": 1}),
    ],
)
def test_at_most_200_cases_are_opened_and_each_change_has_its_part(
    counts: dict[str, int], shown: dict[str, int]
) -> None:
    chosen = [record.change.value for record in shown_records(comparison(**counts))]
    assert {name: chosen.count(name) for name in dict.fromkeys(chosen)} == shown
    assert len(chosen) <= MOST_CASES


def test_without_expected_answers_a_change_says_that_they_agree() -> None:
    before = agreement_run()
    view = compared(
        before, replace(before, scored=[replace(one, agreement=score(())) for one in before.scored])
    )[0]
    told = [case.told for section in view.sections for case in section.cases]
    assert told
    assert not any("right" in one for one in told)
    assert all(one.endswith(" \u2192 agree") for one in told)


def test_a_group_that_no_analysis_names_is_told_by_its_id() -> None:
    assert group_title("v1:sign_flipped|totals.net|", {}) == "Flips the sign in totals.net"
    assert group_title("v1:sign_flipped|totals.net|", {"v1:sign_flipped|totals.net|": "Named"}) == "Named"
    assert group_title("", {}) == "in no group"
    assert group_title("v1:", {}) == "unnamed"


def test_a_run_that_is_not_finished_is_said_to_be() -> None:
    _, counted, told = RUNS["invoices"]
    assert not any("not finished" in note for note in notes(counted, told))
    half = replace(told, now=replace(told.now, finished=False))
    assert "Run 20261123-182219-3f2a is not finished." in notes(counted, half)


def test_settings_are_taken_apart_to_the_single_value() -> None:
    changes = setting_changes(
        {"scorers": [{"use": "json_fields", "tolerance": 0.01}], "seed": 7, "judge": None},
        {
            "scorers": [{"use": "json_fields", "tolerance": 0.02}, {"use": "exact"}],
            "seed": 7,
            "judge": {"model": "j"},
        },
    )
    told = [(change.name, change.before, change.now) for change in changes]
    assert told == [
        ("scorers 1 tolerance", "0.01", "0.02"),
        ("scorers 2 use", "not set", "exact"),
        ("judge model", "not set", "j"),
    ]


@pytest.mark.parametrize("name", RUNS)
def test_text_and_comment_hold_nothing_that_runs(name: str) -> None:
    view, counted, told = RUNS[name]
    lines = comparison_lines(view, counted)
    assert not any(ord(sign) < 32 or ord(sign) in range(0x202A, 0x2070) for line in lines for sign in line)
    text = comparison_comment(view, counted, told)
    assert rendered(text).tags <= {"h3", "p", "strong", "code", "table", "thead", "tbody", "tr", "th", "td"}
    assert len(text) < 65_536
