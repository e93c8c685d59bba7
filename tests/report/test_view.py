from dataclasses import replace

import pytest
from factories import observation, pair, record, response
from report_files import drawn
from report_runs import Run, agreement_run, changed, facts, invoices, scored

from harness.analysis import Analysis, AnalysisSettings, analyze
from harness.analysis.outcome import Quadrant
from harness.domain.chat import Usage
from harness.domain.mark import Mark
from harness.domain.observation import Arm, CallError
from harness.domain.score import Finding, Score
from harness.report.model import View

SETTINGS = AnalysisSettings(slices=("language", "lines"))


def analysis_of(run: Run) -> Analysis:
    return analyze(run.pairs, run.scored, SETTINGS)


def view_of(run: Run, **changes: object) -> View:
    return drawn(run, SETTINGS, told=facts(**changes))[1]


def all_right(n: int) -> Run:
    pairs = [pair(of=record(f"r{place}", expected="ok")) for place in range(n)]
    return Run(pairs=pairs, scored=[scored(one) for one in pairs])


def counts(losses: int, gains: int, n: int) -> Run:
    run = all_right(n)
    wrong = (changed("a", "1", "2"),)
    scores = [
        scored(one, wrong if losses <= place < losses + gains else (), wrong if place < losses else ())
        for place, one in enumerate(run.pairs)
    ]
    return replace(run, scored=scores)


def test_top_of_the_page() -> None:
    view = view_of(counts(31, 4, 300))
    assert view.headline == "Llama-3.3-70B is wrong on 31 of 300 invoices where GPT-4o is right."
    assert view.lead == (
        "Llama-3.3-70B is right on 4 where GPT-4o is wrong. Both are wrong on 0.",
        "Net loss 9.0 points (5.5 to 13.1, 95\u202f% range).",
        "Llama-3.3-70B is shown to lose more than the 2.0 points you allow.",
    )
    assert view.told[0] == "GPT-4o itself is wrong on 4 of 300 (1.3\u202f%, 0.52 to 3.4\u202f%)."
    assert view.masthead.mark == "SIMULATED"
    assert view.title == "invoices · Llama-3.3-70B against GPT-4o · SIMULATED"
    assert view.square is not None
    assert [[cell.count for cell in row] for row in view.square.cells] == [["265", "31"], ["4", "0"]]


@pytest.mark.parametrize(
    ("losses", "gains", "n", "told"),
    [
        (3, 2, 100, "Net loss 1.0 points"),
        (3, 2, 100, "Undecided at the 2.0 points you allow: about "),
        (
            9,
            2,
            100,
            "Undecided at the 2.0 points you allow; with the loss seen, more invoices "
            "would not show that it stays within them.",
        ),
        (5, 3, 4000, "is shown to lose less than the 2.0 points you allow (p < 0.001)."),
        (2, 40, 100, "Net gain 38.0 points"),
        (3, 3, 60, "Net difference 0.0 points"),
    ],
)
def test_the_net_difference_against_the_margin(losses: int, gains: int, n: int, told: str) -> None:
    assert told in " ".join(view_of(counts(losses, gains, n)).lead[-2:])


def test_no_failure() -> None:
    view = view_of(all_right(300))
    assert view.headline == "No invoice where GPT-4o is right and Llama-3.3-70B is wrong, in 300."
    assert view.lead[0] == "So, with 95\u202f% confidence, fewer than 1 in 100."
    assert view.kinds_lead == "No failure was found on either side."
    assert view.static_cases == ()
    assert view_of(all_right(3)).lead[0] == "That is too few to say how rare such a case is."


def test_no_pairs() -> None:
    view = view_of(Run(pairs=[], scored=[]))
    assert view.headline == "Nothing has been compared yet: the run has no pairs."
    assert view.lead[0].endswith("harness shadow DATASET")
    assert (view.square, view.cards, view.charts, view.speed, view.averages) == (None, (), (), (), None)


def test_nothing_could_be_scored() -> None:
    view = view_of(replace(all_right(2), scored=[]))
    assert view.headline == "Nothing could be compared: none of 2 pairs could be scored."
    assert view.lead == ("The reasons: no score: 2.",)


def test_agreement_only_never_speaks_of_accuracy() -> None:
    view = view_of(agreement_run(40), unit="ticket")
    assert view.headline == "Llama-3.3-70B and GPT-4o agree on 36 of 40 tickets."
    text = repr(view).lower()
    assert "accuracy" not in text
    assert "correct" not in text
    assert sum(len(group.cases) for group in view.static_cases) == 4


@pytest.mark.parametrize(
    ("outcome", "finding", "told"),
    [
        (
            CallError(kind="unauthorized", message="401"),
            "call_failed",
            "Llama-3.3-70B: 20 of 20 calls failed the same way (key refused). "
            "That is a problem of this run, not a verdict on the model.",
        ),
        (
            response("half", finish_reason="length"),
            "truncated",
            "Llama-3.3-70B: 20 of 20 answers were cut off at the token limit; check max_tokens. "
            "That is a problem of this run, not a verdict on the model.",
        ),
        (
            response("Sure!"),
            "invalid_json",
            "Llama-3.3-70B: 20 of 20 answers fail the same way (not valid json). "
            "That is a problem of this run, not a verdict on the model.",
        ),
    ],
)
def test_one_cause_is_a_problem_of_the_run(outcome: object, finding: str, told: str) -> None:
    pairs = [
        replace(
            pair(of=record(f"r{place}", expected="ok")),
            candidate=observation(outcome, arm=Arm.CANDIDATE, record_id=f"r{place}"),  # type: ignore[arg-type]
        )
        for place in range(20)
    ]
    run = Run(pairs=pairs, scored=[scored(one, candidate=(Finding(kind=finding),)) for one in pairs])
    assert view_of(run).banners == (told,)


def test_stopped_early_recorded_and_unscored_are_told() -> None:
    run = invoices(20)
    skipped = CallError(kind="not_called", message="")
    pairs = [
        *run.pairs[:-1],
        replace(run.pairs[-1], candidate=observation(skipped, arm=Arm.CANDIDATE, record_id="inv-00019")),
    ]
    recorded = replace(facts().incumbent, recorded=True)
    view = view_of(replace(run, pairs=pairs), stopped="the budget of $20 is spent", incumbent=recorded)
    assert view.banners == (
        "Stopped early: 19 of 300 invoices ran. the budget of $20 is spent.",
        "1 of 20 pairs count neither as right nor as wrong: candidate not called (1).",
        "GPT-4o was not called: its answers are those recorded in production.",
    )


@pytest.mark.parametrize("mark", list(Mark))
def test_the_mark_is_everywhere(mark: Mark) -> None:
    view = view_of(invoices(10), mark=mark)
    assert view.masthead.mark == mark.value
    assert mark.value in view.title
    assert view.method[0][1].startswith(mark.value)
    assert bool(view.mark_sentence) is (mark is not Mark.LIVE)
    expected = "" if mark is Mark.LIVE else f"{mark.value}: these times are the sandbox's and not a model's."
    assert view.speed_note == expected


def test_the_first_cases_of_the_first_groups_stand_on_the_page() -> None:
    analysis, view = drawn(invoices(300), SETTINGS)
    assert [group.title for group in view.static_cases[:6]] == [one.name for one in analysis.clusters[:6]]
    for group, cluster in zip(view.static_cases, analysis.clusters[:6], strict=False):
        assert len(group.cases) == min(3, cluster.size)
        assert all(case.startswith('<article class="case" data-id="inv-') for case in group.cases)
    assert view.static_cases[0].count == f"3 of {analysis.clusters[0].size} cases"
    assert view.static_cases[-1].title == "Only GPT-4o is wrong"
    assert view.static_cases[-1].count == f"3 of {analysis.count(Quadrant.GAIN)} cases"


def test_unknown_tokens_are_never_a_zero() -> None:
    pairs = [
        pair(response("ok", usage=Usage()), response("ok", usage=Usage() if place else Usage(input_tokens=3)))
        for place in range(2)
    ]
    pairs[1] = replace(pairs[1], candidate=observation("ok", arm=Arm.CANDIDATE))
    rows = {row[0]: row[1:] for row in view_of(Run(pairs=pairs, scored=[])).speed[1].rows}
    assert rows["Input tokens"] == ("unknown for 2 calls", "13 + 1 call unknown")
    assert rows["Cost"] == ("unknown for 2 calls", "unknown for 2 calls")


def test_scores_that_could_not_be_told_are_in_the_method() -> None:
    run = all_right(3)
    noise = Score(value=None, reason="no repeat")
    scores = [replace(entry, noise=noise) for entry in run.scored]
    assert view_of(replace(run, scored=scores)).method_notes[-1] == (
        "Scores that could not be told: json_fields: no repeat (3)."
    )
