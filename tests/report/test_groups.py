"""Groups of failures and rules as cards."""

from dataclasses import replace
from urllib.parse import unquote

from factories import pair, record
from report_files import drawn
from report_runs import Run, changed, facts, invoices, scored
from report_states import STATES, all_right, counts

from harness.analysis import Analysis, AnalysisSettings, analyze
from harness.analysis.outcome import Quadrant
from harness.domain.chat import ChatRequest
from harness.domain.estimate import Estimate
from harness.report import build_view
from harness.report.dots import dot_chart, rate, scale_end
from harness.report.groups import MOST_CARDS
from harness.report.model import View

SETTINGS = AnalysisSettings(slices=("language", "lines"))


def view_of(run: Run) -> View:
    return drawn(run, SETTINGS)[1]


def analysis_of(run: Run) -> Analysis:
    return analyze(run.pairs, run.scored, SETTINGS)


def planted(n: int = 400) -> Run:
    """The sign is flipped on most of the long German records, and the currency is wrong on a few others."""
    pairs, scores = [], []
    for place in range(n):
        language = ("de", "fr")[place % 2]
        body = {"messages": [{"role": "user", "content": f"Rechnung {place}\nTotal due: 123.45 EUR\nThanks"}]}
        of = record(
            f"r{place:03d}", expected="ok", request=ChatRequest(body=body), tags={"language": language}
        )
        found: tuple[object, ...] = ()
        if language == "de" and place % 3 == 0:
            found = (changed("total", "123.45", "-123.45", "sign_flipped"),)
        elif place % 50 == 1:
            found = (changed("currency", "EUR", "USD", "wrong_currency"),)
        pairs.append(pair(of=of))
        scores.append(scored(pairs[-1], (), found))  # type: ignore[arg-type]
    return Run(pairs=pairs, scored=scores)


def estimate(value: float, low: float, high: float, n: int = 100) -> Estimate:
    return Estimate(value=value, low=low, high=high, level=0.95, n=n, method="Wilson score")


def test_groups_add_up_to_the_regressions() -> None:
    run = invoices(300)
    analysis, view = analysis_of(run), view_of(run)
    told = [int(card.count) for card in view.groups.cards]
    told += [int(one.count.split()[0]) for one in view.groups.further]
    assert sum(told) == analysis.count(Quadrant.REGRESSION)
    assert len(view.groups.cards) == MOST_CARDS
    assert view.groups.count == f"{sum(told)} cases in {len(told)} groups, most harmful first"
    assert "Each case is in one group, so the counts add up." in view.groups.lead


def test_a_card_tells_what_where_how_often_and_shows_one() -> None:
    view = view_of(planted())
    card, other = view.groups.cards
    assert (card.title, card.severity, card.count) == ("Flips the sign in total", "Severe", "67")
    assert card.where == "Where language is German. In common: language de (67 of 67)."
    assert [(one.label, one.own) for one in card.rates] == [("there", True), ("elsewhere", False)]
    assert card.scale == "Any sign flipped, on records the rule was not found on"
    assert card.example == (
        ("Input", "Total due: 123.45 EUR"),
        ("Expected", "123.45"),
        ("Llama-3.3-70B", "-123.45"),
    )
    assert unquote(card.link) == f"group={card.group}"
    assert card.link_words == "Show 67 cases"
    assert [(one.label, one.count) for one in other.rates] == [
        ("Llama-3.3-70B", "8 of 400"),
        ("GPT-4o", "0 of 400"),
    ]
    assert other.scale == "Records with this mistake"


def test_positions_are_drawn_as_ticks() -> None:
    (first, second) = view_of(planted()).groups.cards
    assert first.spark is not None
    assert first.spark.path.startswith("M0.5 0V10M3.5 0V10M6.5 0V10")
    assert first.spark.path.count("M") == 67
    assert first.spark.words == "Its cases in the order of the run: from pair 1 to 397 of 400"
    assert second.spark is not None
    assert second.spark.path.count("M") == 8
    assert build_view(analysis_of(planted()), facts()).groups.cards[0].spark is None


def test_a_rule_is_a_card_with_its_counts_and_no_p_value() -> None:
    run = planted()
    (found,) = analysis_of(run).slices
    slices = view_of(run).slices
    (card,) = slices.cards
    assert (card.title, card.count, card.count_words) == ("Language is German", "67", "of 200 invoices")
    assert card.link == "slice=0"
    assert card.link_words == "Show its 200 invoices"
    assert card.rates[0].count == f"{found.test_regressions} of {found.test_n}"
    assert "p =" not in repr(slices)
    assert "p <" not in repr(slices)


def test_rules_with_their_tests_stand_under_averages() -> None:
    titles = [title for title, _ in view_of(planted()).averages.details]
    assert titles == ["Failures by kind", "Rules, with their tests"]


def test_no_failure_no_pairs_and_nothing_to_search() -> None:
    nothing = view_of(all_right(300))
    assert nothing.groups.cards == ()
    assert nothing.groups.lead == "No invoice got worse with Llama-3.3-70B."
    assert nothing.slices.note.startswith("No rule was looked for:")
    empty = view_of(Run(pairs=[], scored=[]))
    assert empty.groups.lead == "Nothing was compared, so no failure could be found."
    assert (empty.slices.cards, empty.slices.note) == ((), "")
    assert view_of(counts(31, 4, 300)).slices.note.startswith("No rule holds:")


def test_without_expected_answers_the_incumbent_is_the_reference() -> None:
    state = STATES["no expected answers"]
    view = view_of(state.run)
    assert view.groups.title == "Where Llama-3.3-70B differs"
    assert view.groups.cards[0].example[1] == ("GPT-4o", "shipping")


def test_groups_the_incumbent_shares_are_told_but_not_carded() -> None:
    run = counts(0, 0, 40)
    wrong = (changed("total", "1", "2"),)
    both = [scored(one, wrong, wrong) if place < 5 else scored(one) for place, one in enumerate(run.pairs)]
    view = view_of(replace(run, scored=both))
    assert view.groups.cards == ()
    assert view.groups.further_words == "1 further group only shows where GPT-4o is wrong as well."


def test_only_unlike_failures_make_one_card() -> None:
    view = view_of(STATES["hostile"].run)
    assert len(view.groups.cards) + len(view.groups.further) >= 1
    assert view.groups.cards


def test_dots_share_one_scale_that_begins_at_zero() -> None:
    assert scale_end([estimate(0.1, 0.05, 0.15), estimate(0.5, 0.3, 0.55)]) == 0.6
    assert scale_end([]) == 0.01
    dot = rate("there", estimate(0.3, 0.15, 0.45), 0.6, own=True)
    assert (dot.low, dot.value, dot.high, dot.width) == ("25.0%", "50.0%", "75.0%", "50.0%")
    assert (dot.count, dot.percent, dot.range) == ("30 of 100", "30\u202f%", "15 to 45\u202f%")
    chart = dot_chart((("a", estimate(0.1, 0.0, 0.2)), ("b", estimate(0.1, 0.0, 0.2))), "sentence")
    assert [one.own for one in chart.rates] == [False, True]
    assert (chart.scale.middle, chart.scale.end) == ("10\u202f%", "20\u202f%")
    unknown = Estimate(value=None, low=None, high=None, level=0.95, n=0, method="none")
    assert rate("x", unknown, 1.0, own=False).percent == "no data"
