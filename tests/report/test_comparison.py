from dataclasses import replace

import pytest
from markdown_page import rendered
from overviews import compared
from report_runs import agreement_run, hostile_run, invoices

from harness.analysis.compare import ChangedRecord, Comparison, LeftOut
from harness.analysis.stats.paired import net_difference
from harness.analysis.trend import Change
from harness.report.comparison import MOST_CASES, shown_records
from harness.report.comparison_text import comparison_comment, comparison_lines
from harness.report.comparison_words import group_title, net_words
from harness.report.html import render_overview
from harness.report.setting_changes import setting_changes

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
    assert [text.title for text in case.texts] == ["Expected", "Candidate before", "Candidate now"]
    assert case.texts[1].told == "right"
    assert case.texts[2].told not in ("", "right")
    assert case.texts[0].cut.endswith("laid out by us")
    pages = [link.split("#")[0] for _, link in case.links]
    assert pages == ["../20261120-080000-aaaa/report.html", "report.html"]
    assert {link.split("#")[1] for _, link in case.links} == {f"case={case.record_id}"}


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


def test_a_group_that_no_analysis_names_is_told_by_its_id() -> None:
    assert group_title("v1:sign_flipped|totals.net|", {}) == "Flips the sign in totals.net"
    assert group_title("v1:sign_flipped|totals.net|", {"v1:sign_flipped|totals.net|": "Named"}) == "Named"
    assert group_title("", {}) == "in no group"
    assert group_title("v1:", {}) == "unnamed"


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
