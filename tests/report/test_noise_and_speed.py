"""Noise, times, cost, averages and method as the page shows them."""

from dataclasses import replace
from typing import Any

import pytest
from factories import observation, pair, response
from report_runs import Run, facts, invoices
from report_states import STATES, all_right, asked_twice

from harness.analysis import Analysis, AnalysisSettings, analyze
from harness.analysis.stats.latency import Percentiles
from harness.domain.chat import Usage
from harness.domain.mark import Mark
from harness.domain.observation import Arm
from harness.domain.score import Score
from harness.report import build_view
from harness.report.model import View
from harness.report.speed import round_end


def analysis_of(run: Run) -> Analysis:
    return analyze(run.pairs, run.scored, AnalysisSettings(slices=("language", "lines")))


def view_of(run: Run, **changes: Any) -> View:
    return build_view(analysis_of(run), facts(**changes))


def with_times(seconds: float, **changes: Any) -> View:
    """A live run in which the candidate's calls took that long to the first token, and half as long again."""
    run = all_right(40)
    analysis = analysis_of(run)
    times = Percentiles(
        n=40,
        missing=0,
        p5=seconds / 4,
        p25=seconds / 3,
        p50=seconds / 2,
        p75=seconds * 0.75,
        p95=seconds,
        p99=seconds * 1.2,
        longest=seconds * 2,
    )
    analysis = replace(analysis, candidate=replace(analysis.candidate, ttft=times))
    return build_view(analysis, facts(mark=Mark.LIVE, **changes))


def test_noise_is_answered_with_both_rates_and_what_is_left() -> None:
    noise = view_of(STATES["asked twice"].run).noise
    assert noise.title == "Is it just noise?"
    assert noise.answer == (
        "No. GPT-4o disagrees with itself on 1.3\u202f%, Llama-3.3-70B with GPT-4o on 21\u202f%. "
        "After noise, 17.9 points (8.5 to 29.1) are real."
    )
    assert noise.chart is not None
    assert [(one.label, one.count, one.own) for one in noise.chart.rates] == [
        ("GPT-4o asked twice", "1 of 78", False),
        ("Llama-3.3-70B asked twice", "3 of 78", False),
        ("Llama-3.3-70B against GPT-4o", "16 of 78", True),
    ]
    assert "GPT-4o itself is wrong on 2 of 78 (2.6\u202f%, 0.71 to 8.9\u202f%)." in noise.facts
    assert (
        "12 of 15 worse cases among them came out the same again (55 to 93\u202f%): confirmed. "
        "3 did not: flaky."
    ) in noise.facts
    assert noise.gains == "Llama-3.3-70B is right on 2 invoices where GPT-4o is wrong."
    assert noise.gains_link == "Show 2 cases"
    assert noise.table is not None


def test_noise_that_may_be_all_is_never_called_real() -> None:
    noise = view_of(asked_twice({"aaaa": 20, "abab": 4, "aaba": 2})).noise
    assert noise.answer.startswith("It could be.")
    assert noise.answer.endswith("which may be nothing.")


def test_without_repeats_the_page_says_how_to_get_them() -> None:
    noise = view_of(invoices(20)).noise
    assert noise.chart is None
    assert noise.answer.startswith("Not measured: nothing was asked twice. Set repeats under [replay]")


@pytest.mark.parametrize(
    ("seconds", "limit", "told"),
    [
        (0.4, 1.0, "Yes. "),
        (0.9, 1.0, "For 95\u202f% of the calls. "),
        (1.5, 1.0, "Not for the slowest 5\u202f%. "),
        (4.0, 1.0, "No. "),
    ],
)
def test_the_limit_is_the_answer(seconds: float, limit: float, told: str) -> None:
    speed = with_times(seconds, ttft_limit_s=limit).speed
    assert speed.answer.startswith(told)
    assert speed.answer.endswith("The limit is 1.00\u202fs.")
    assert speed.charts[0].limit
    assert speed.charts[0].limit_words == "limit 1.00\u202fs"
    assert speed.charts[1].limit == ""


def test_a_limit_far_beyond_the_times_is_only_told() -> None:
    (chart, _) = with_times(0.1, ttft_limit_s=5.0).speed.charts
    assert (chart.limit, chart.limit_words) == ("", "limit 5.00\u202fs, far beyond this scale")


def test_no_limit_and_no_time() -> None:
    assert with_times(0.4).speed.answer.endswith(
        "Nobody has set a limit ([factors] latency_requirement_ms in dataset.toml)."
    )
    refused = STATES["key refused"]
    assert view_of(refused.run, mark=Mark.LIVE).speed.answer == (
        "Not known: no time of Llama-3.3-70B was measured."
    )


def test_times_of_the_sandbox_answer_nothing() -> None:
    assert view_of(invoices(20), ttft_limit_s=1.0).speed.answer.startswith(
        "Not known. SIMULATED: these times are the sandbox's and not a model's."
    )


def test_tails_are_in_the_table() -> None:
    times = with_times(1.0).speed.tables[0]
    assert times.columns[-2:] == ("99\u202f%", "Longest")
    assert times.rows[1][-2:] == ("1.20\u202fs", "2.00\u202fs")


def test_cost_by_record_and_month() -> None:
    cost = view_of(invoices(60), tokens_per_month=120_000_000).speed.cost
    assert cost is not None
    assert cost.rows[0] == ("Per invoice", "$0.012", "$0.0021")
    assert cost.rows[2][1:] == ("$1,047", "$179")
    assert cost.rows[3] == ("Calls with known cost", "60 of 60", "58 of 60")
    assert "price table of 2026-05-01" in cost.note
    without = view_of(invoices(60)).speed.cost
    assert without is not None
    assert "set [factors] tokens_per_month" in without.note


def test_a_month_is_not_guessed_without_tokens() -> None:
    run = all_right(3)
    pairs = [replace(one, incumbent=observation(response("ok", usage=Usage()))) for one in run.pairs]
    cost = view_of(replace(run, pairs=pairs), tokens_per_month=1_000_000).speed.cost
    assert cost is not None
    assert "the incumbent's tokens are not known" in cost.note


def test_unknown_tokens_are_never_a_zero() -> None:
    pairs = [
        pair(response("ok", usage=Usage()), response("ok", usage=Usage() if place else Usage(input_tokens=3)))
        for place in range(2)
    ]
    pairs[1] = replace(pairs[1], candidate=observation("ok", arm=Arm.CANDIDATE))
    view = view_of(Run(pairs=pairs, scored=[]))
    rows = {row[0]: row[1:] for row in view.speed.tables[1].rows}
    assert rows["Input tokens"] == ("unknown for 2 calls", "13 + 1 call unknown")
    assert rows["Cost of this run"] == ("unknown for 2 calls", "unknown for 2 calls")
    assert view.speed.cost is not None
    assert view.speed.cost.rows[0][1:] == ("unknown", "unknown")


def test_scales_end_at_a_round_number() -> None:
    assert [round_end(value) for value in (0.1, 0.11, 0.3, 4.5, 9.2, 12.0)] == [
        0.1,
        0.2,
        0.4,
        5.0,
        10.0,
        20.0,
    ]


def test_scores_that_could_not_be_told_are_in_the_method() -> None:
    run = all_right(3)
    noise = Score(value=None, reason="no repeat")
    scores = [replace(entry, noise=noise) for entry in run.scored]
    assert view_of(replace(run, scored=scores)).method.notes[-1] == (
        "Scores that could not be told: json_fields: no repeat (3)."
    )


def test_the_method_names_hosts_prices_and_tests() -> None:
    method = view_of(invoices(60)).method
    rows = dict(method.rows)
    assert rows["Hosts contacted"] == "127.0.0.1:8811"
    assert rows["Price of the candidate"].endswith("(price table of 2026-05-01)")
    assert any(
        note.startswith("Non-inferiority: Tango score test, one-sided, alpha") for note in method.notes
    )
    recorded = replace(facts().incumbent, recorded=True)
    told = dict(view_of(invoices(20), incumbent=recorded).method.rows)
    assert told["Incumbent"] == "openai/gpt-4o-2024-08-06, not called: answers as recorded"
    odd = replace(facts().candidate, endpoint="http://[::1", recorded=False)
    assert (
        dict(view_of(invoices(20), incumbent=recorded, candidate=odd).method.rows)["Hosts contacted"]
        == "none"
    )


def test_averages_stand_without_a_verdict() -> None:
    averages = view_of(invoices(60)).averages
    assert averages.table is not None
    assert [row[0] for row in averages.table.rows] == ["json_fields", "exact"]
    assert averages.note == "An average hides what stands above; read it last."
    assert view_of(STATES["no pairs"].run).averages.table is None
    assert "there are no expected answers" in view_of(STATES["no expected answers"].run).averages.note
