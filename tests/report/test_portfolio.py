from dataclasses import replace
from datetime import timedelta

import pytest
from factories import response
from overviews import FINISHED, TREND, one, portfolios
from report_runs import Run, agreement_run, invoices
from report_states import all_failed

from harness.analysis import AnalysisSettings, analyze
from harness.domain.chat import Response
from harness.domain.mark import Mark
from harness.report.groups import groups_view
from harness.report.html import render_overview
from harness.report.portfolio import portfolio_view
from harness.report.portfolio_text import age, portfolio_lines
from harness.report.sections import Evidence
from harness.report.wording import NO_VALUE
from harness.report.workload import Against, Workload, needs_attention

STATES = portfolios()


@pytest.mark.parametrize("state", STATES)
def test_same_runs_same_bytes(state: str) -> None:
    pages = [render_overview("portfolio.html.j2", portfolio_view(*portfolios()[state])) for _ in range(2)]
    assert pages[0] == pages[1]


def test_totals_are_the_sums_of_the_rows_and_say_what_they_leave_out() -> None:
    workloads, unshown = STATES["mixed"]
    view = portfolio_view(workloads, unshown)
    column = dict(zip(view.columns[1:], view.totals, strict=True))
    assert column["Pairs"] == f"{sum(told.pairs for told in workloads):,}"
    failures, compared = (int(part.replace(",", "")) for part in column["Failures"].split(" of "))
    checked = [told for told in workloads if told.finding != "alike"]
    assert failures == sum(told.failures for told in checked)
    assert compared == sum(told.compared for told in checked)
    assert column["To judge"] == "24"
    assert column["Since the run before"] == "12 new, 21 fixed"
    assert column["Saving a month"].endswith(" if all moved")
    left_out = view.notes[0]
    assert (
        "the failures, new and fixed, of tickets (nobody has checked who is right, so they are disagreements)"
        in left_out
    )
    assert "the saving of tickets, contracts, router" in left_out
    assert "the cases to judge of tickets" in left_out
    assert "the trend of tickets" in left_out
    assert "1 run without figures" in left_out
    findings = [told.finding for told in workloads]
    assert view.headline.startswith(f"In {findings.count('within')} of 4 workloads")


def test_a_workload_says_its_finding_in_words() -> None:
    beyond, alike, within, nothing = STATES["mixed"][0]
    assert [told.finding for told in STATES["mixed"][0]] == ["beyond", "alike", "within", "unsure"]
    assert beyond.said == "Llama-3.3-70B loses more than the 2.0 points you allow."
    assert within.said == "Llama-3.3-70B loses less than the 50.0 points you allow."
    assert alike.said == "They agree on 36 of 40. Nobody has checked who is right."
    assert alike.failures == 3
    assert nothing.said == "Nothing could be compared."


def test_the_saving_is_never_invented() -> None:
    told = one(invoices(60), tokens_per_month=1_000_000)
    # 900 tokens in and a quarter of the answer's characters out a record, on the incumbent.
    assert told.saving_usd is not None
    assert told.saving_more == "at 1 million tokens"
    answers = [pair.incumbent.outcome for pair in invoices(60).pairs]
    usage = [answer.usage for answer in answers if isinstance(answer, Response)]
    records = 1_000_000 * 60 / sum(900 + (used.output_tokens or 0) for used in usage)
    assert told.saving_usd == pytest.approx((0.0123 - 0.0021) * records)
    assert one(invoices(60)).saving_usd is None
    run = invoices(60)
    free = replace(run, pairs=[replace(pair, candidate_cost_usd=None) for pair in run.pairs])
    unknown = one(free, tokens_per_month=1_000_000)
    assert (unknown.saving_usd, unknown.saving_more) == (None, "cost unknown")
    assert unknown.costs.endswith("unknown")


def test_calls_of_unknown_cost_are_counted_beside_the_cost() -> None:
    told = one(invoices(60))
    assert told.costs == "$0.012 → $0.0021"
    assert "Calls of unknown cost are left out of the cost: invoices (2 calls of the candidate)." in (
        portfolio_view([told], []).notes
    )
    assert told.costs_more == "2 calls of the candidate"


def test_no_clock_is_in_the_page_but_the_age_is_in_the_terminal() -> None:
    workloads, unshown = STATES["mixed"]
    lines = portfolio_lines(workloads, unshown, now=FINISHED + timedelta(days=3), path="reports/index.html")
    assert sum("3 days ago" in line for line in lines) == len(workloads)
    assert lines[-1] == "Page: reports/index.html"
    page = render_overview("portfolio.html.j2", portfolio_view(workloads, unshown))
    assert "ago" not in page.split("</style>")[1]
    assert "2026-11-23" in page


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (-5, "just now"),
        (59, "just now"),
        (60, "1 minute ago"),
        (7200, "2 hours ago"),
        (777_600, "9 days ago"),
    ],
)
def test_the_age_is_in_the_largest_whole_unit(seconds: int, told: str) -> None:
    assert age(FINISHED, FINISHED + timedelta(seconds=seconds)) == told


def test_the_mark_of_the_page_is_the_least_real_one() -> None:
    live = one(invoices(20), mark=Mark.LIVE, dataset="live")
    simulated = one(invoices(20), dataset="made-up")
    assert portfolio_view([live], []).mark == "LIVE"
    assert portfolio_view([live], []).mark_sentence == ""
    view = portfolio_view([live, simulated], [])
    assert view.mark == "SIMULATED"
    assert "Answers of made-up were made up by the sandbox" in view.mark_sentence
    assert [row.mark for row in view.rows] == ["LIVE", "SIMULATED"]


def test_terminal_lines_hold_nothing_that_moves_it() -> None:
    lines = portfolio_lines(*STATES["hostile"], now=FINISHED, path="p")
    assert not any(ord(sign) < 32 or ord(sign) in range(0x202A, 0x2070) for line in lines for sign in line)


def test_trend_and_reason_are_told() -> None:
    assert one(agreement_run(), against=TREND).around.against.trend is not None
    view = portfolio_view([one(Run(pairs=[], scored=[]), against=Against(reason="no run before"))], [])
    cell = view.rows[0].cells[view.columns.index("Since the run before") - 1]
    assert (cell.text, cell.more) == (NO_VALUE, ("no run before",))


def test_the_worst_failure_weighs_most_and_bears_the_name_of_its_card() -> None:
    run = invoices(300)
    analysis = analyze(run.pairs, run.scored, AnalysisSettings())
    weights = {
        group.name: group.severity * group.regressions for group in analysis.clusters if not group.is_rest
    }
    told = one(run)
    cards = {card.title: card for card in groups_view(analysis, told.names, Evidence(), "invoice").cards}
    assert weights[told.worst] == max(weights.values())
    assert told.worst_more == f"{cards[told.worst].severity} · {cards[told.worst].count} cases"
    assert told.worst_link == f"invoices/20261123-182219-3f2a/report.html#{cards[told.worst].link}"
    assert one(run, report="").worst_link == ""


def test_only_failures_that_mean_the_same_are_added_up() -> None:
    sure, unsure = one(invoices(60), dataset="invoices"), one(agreement_run(), dataset="tickets")
    broken = one(all_failed(response(""), "empty"), dataset="zz")

    def failures(*workloads: Workload) -> str:
        return portfolio_view(workloads, []).totals[1]

    assert failures(sure, unsure, broken) == f"{sure.failures} of 60"
    assert failures(unsure, unsure) == "6 of 80"
    assert failures(broken) == NO_VALUE
    told = portfolio_view([sure, unsure, broken], [])
    assert "of zz (the run itself went wrong)" in told.notes[0]
    rows = {row.name: row.cells[1].more for row in told.rows}
    assert "they differ, or one failed" in rows["tickets"]
    assert "they differ, or one failed" not in rows["invoices"]
    assert "disagreements" not in " ".join(portfolio_view([unsure], []).notes)


def test_a_saving_of_all_is_that_of_a_move_of_all() -> None:
    beyond = one(invoices(60), tokens_per_month=1_000_000)
    within = one(invoices(90), margin=0.9, tokens_per_month=1_000_000)
    assert (beyond.finding, within.finding) == ("beyond", "within")
    assert portfolio_view([beyond, within], []).totals[3].endswith(" if all moved")
    assert "if all moved" not in portfolio_view([within], []).totals[3]


def test_new_and_fixed_lead_to_the_comparison_or_name_the_command() -> None:
    command = "harness compare invoices/a invoices/b"
    link = "invoices/b/compare-a.html"
    linked, unlinked = (
        one(invoices(30), against=replace(TREND, command=command, link=address)) for address in (link, "")
    )
    page = render_overview("portfolio.html.j2", portfolio_view([linked], []))
    assert f'<a href="{link}"><bdi>4 new, 7 fixed</bdi></a>' in page
    assert command not in page
    page = render_overview("portfolio.html.j2", portfolio_view([unlinked, unlinked], []))
    assert f"record by record: {command} (and so for 1 more workload)" in page
    assert page.count(command) == 1


def test_a_run_that_went_wrong_itself_is_no_verdict_and_stands_first() -> None:
    broken = one(all_failed(response(""), "empty"), dataset="zz")
    workloads = sorted([*STATES["mixed"][0], broken], key=needs_attention)
    assert workloads[0] is broken
    assert (broken.finding, broken.said_short) == ("problem", "Problem of the run")
    assert broken.said_more == "Llama-3.3-70B: 20 of 20 answers fail the same way (empty answer)."
    view = portfolio_view(workloads, [])
    assert view.headline == "In 1 of 5 workloads the candidate stays within the loss you allow."
    assert view.lead[0].startswith(
        "In 1 the run itself went wrong, in 1 it loses more, 1 is undecided, 1 without expected answers. "
    )
    page = render_overview("portfolio.html.j2", view)
    assert 'href="#m-problem"' in page
    assert page.count('id="m-problem"') == 1


def test_what_needs_attention_stands_first() -> None:
    workloads = sorted(STATES["mixed"][0], key=needs_attention)
    assert [told.finding for told in workloads] == ["beyond", "unsure", "alike", "within"]
    same = [one(agreement_run(), dataset=name) for name in ("b", "a", "c")]
    assert [told.name for told in sorted(same, key=needs_attention)] == ["a", "b", "c"]
