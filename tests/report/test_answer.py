"""The first screen: status, headline, questions, banners and the four counts."""

from dataclasses import replace
from typing import Any

import pytest
from factories import response
from report_runs import Run, changed, facts, invoices, score
from report_states import STATES, all_failed, all_right, asked_twice, counts

from harness.analysis import AnalysisSettings, analyze
from harness.analysis.stats.noninferiority import Conclusion
from harness.domain.observation import CallError
from harness.report import build_view
from harness.report.sections import AnswerView

CUT_OFF, KEY_REFUSED = STATES["all failed"].run, STATES["key refused"].run


def answer_of(run: Run, **changes: Any) -> AnswerView:
    analysis = analyze(run.pairs, run.scored, AnalysisSettings(slices=("language", "lines")))
    return build_view(analysis, facts(**changes)).answer


def told(answer: AnswerView, title: str) -> str:
    (question,) = (question for question in answer.questions if question.title == title)
    return " ".join(question.answer)


def test_a_loss_beyond_the_margin() -> None:
    answer = answer_of(counts(31, 4, 300))
    assert (answer.status.mark, answer.status.words) == ("stay", "Loses more than you allow")
    assert answer.headline == "Llama-3.3-70B fails where GPT-4o is right on 31 of 300 invoices."
    assert answer.lead[0] == "Worse on 10\u202f% of the invoices (7.4 to 14\u202f%)."
    assert told(answer, "Why not all of it?") == (
        "Net loss 9.0 points (5.5 to 13.1, 95\u202f% range). You allow 2.0."
    )
    assert told(answer, "How sure is this?") == (
        "With 95\u202f% confidence the net loss is more than the 2.0 points you allow, on 300 invoices."
    )
    assert told(answer, "What would change it?") == (
        "Mend “Is off by one in total” (31 of 31 cases), and Llama-3.3-70B stays within what you allow."
    )
    assert answer.square is not None
    assert [[cell.count for cell in row] for row in answer.square.cells] == [["265", "31"], ["4", "0"]]
    assert answer.square.notes == (
        "Nothing was asked twice, so flaky cases are not told apart.",
        "31 cases need a person's eye.",
    )


def test_a_loss_inside_the_margin() -> None:
    answer = answer_of(counts(5, 3, 4000))
    assert (answer.status.mark, answer.status.words) == ("migrate", "Loses less than you allow")
    assert told(answer, "Why not all of it?").startswith(
        "Nothing in these counts speaks against it. Net loss"
    )
    assert "is less than the 2.0 points" in told(answer, "How sure is this?")
    assert told(answer, "What would change it?") == (
        "61 more invoices going wrong: then it would no longer be shown to stay within "
        "the 2.0 points you allow."
    )


def test_a_range_that_crosses_the_margin_is_neither_pass_nor_fail() -> None:
    answer = answer_of(counts(3, 2, 100))
    assert (answer.status.mark, answer.status.words) == ("open", "Not decided yet")
    assert answer.headline == "About 3,900 more labelled invoices would settle it."
    assert answer.lead[0] == "Llama-3.3-70B fails where GPT-4o is right on 3 of 100 invoices."
    assert told(answer, "Why not all of it?").startswith("It may be anything from a gain of 4.4 to a loss of")
    assert "neither a pass nor a fail" in told(answer, "How sure is this?")
    assert told(answer, "What would change it?").startswith("About 3,900 more labelled invoices. Mend")


def test_more_records_are_not_promised_where_they_would_not_help() -> None:
    answer = answer_of(counts(9, 2, 100))
    assert answer.status.words == "Not decided yet"
    assert answer.lead[1].startswith("With the loss seen, more invoices would not show that Llama-3.3-70B")


@pytest.mark.parametrize(
    ("losses", "gains", "n", "net"),
    [(2, 40, 100, "Net gain 38.0 points"), (0, 0, 300, "Net difference 0.0 points")],
)
def test_gains_and_no_difference(losses: int, gains: int, n: int, net: str) -> None:
    assert net in told(answer_of(counts(losses, gains, n)), "Why not all of it?")


def test_no_failure() -> None:
    answer = answer_of(all_right(300))
    assert answer.headline == "No invoice where GPT-4o is right and Llama-3.3-70B is wrong, in 300."
    assert answer.lead == ("So, with 95\u202f% confidence, fewer than 1 in 100.",)
    assert answer.square is not None
    assert answer.square.notes == ()
    assert answer_of(all_right(3)).lead[0] == "That is too few to say how rare such a case is."


def test_no_pairs() -> None:
    answer = answer_of(Run(pairs=[], scored=[]))
    assert answer.headline == "Nothing has been compared yet: the run has no pairs."
    assert answer.lead == (
        "The dataset has 300 invoices. Look for what is wrong with: harness dataset check invoices. "
        "Then run it again with: harness shadow invoices",
    )
    assert (answer.square, answer.questions) == (None, ())
    unknown = answer_of(Run(pairs=[], scored=[]), planned=None)
    assert unknown.lead[0].startswith("Look for what is wrong")


def test_nothing_could_be_scored() -> None:
    answer = answer_of(replace(all_right(2), scored=[]))
    assert answer.status.words == "Nothing was compared"
    assert answer.headline == "Nothing could be compared: none of 2 pairs could be scored."
    assert answer.lead == ("The reasons: no score: 2.",)


@pytest.mark.parametrize(
    ("run", "cause"),
    [
        (KEY_REFUSED, "20 of 20 calls failed the same way (key refused)."),
        (CUT_OFF, "20 of 20 answers were cut off at the token limit; check max_tokens."),
        (
            all_failed(response("Sure!"), "invalid_json"),
            "20 of 20 answers fail the same way (not valid json).",
        ),
    ],
)
def test_one_cause_is_a_problem_of_the_run(run: Run, cause: str) -> None:
    answer = answer_of(run)
    assert answer.status.words == "A problem of this run, not a verdict on the model"
    assert answer.headline == f"Llama-3.3-70B: {cause}"
    assert answer.lead == ("Nothing below says how good Llama-3.3-70B is. Mend this and run it again.",)
    assert answer.questions == ()


def test_agreement_is_never_a_verdict() -> None:
    state = STATES["no expected answers"]
    answer = answer_of(state.run, **state.facts)
    assert answer.status.words == "Nobody has checked who is right"
    assert answer.headline == "Llama-3.3-70B and GPT-4o agree on 36 of 40 tickets."
    assert answer.lead[0] == "They agree on 90\u202f% of the tickets (77 to 96\u202f%)."
    assert answer.banners == (
        "This dataset has no expected answers: agreement is the most this page can show, not who is right.",
    )
    assert told(answer, "What would change it?") == "Expected answers for the tickets on which they differ."
    assert answer.square is not None
    assert answer.square.notes[-1] == "4 cases need a person's eye."


def test_stopped_early_recorded_and_unscored_are_told() -> None:
    state = STATES["stopped early"]
    recorded = replace(facts().incumbent, recorded=True)
    answer = answer_of(state.run, incumbent=recorded, **state.facts)
    assert answer.banners == (
        "Stopped early: 19 of 300 invoices ran. the budget of $20 is spent.",
        "1 of 20 pairs count neither as right nor as wrong: candidate not called (1).",
        "GPT-4o was not called: its answers are those recorded in production.",
    )


def test_flaky_cases_stand_below_the_four_counts() -> None:
    answer = answer_of(STATES["asked twice"].run)
    assert answer.square is not None
    assert answer.square.notes[0] == (
        "12 of 15 worse cases asked again came out the same every time; 3 are flaky."
    )
    assert told(answer, "How sure is this?").endswith(
        "Noise does not explain it: 78 records were asked twice."
    )
    one = answer_of(asked_twice({"aaaa": 3, "aaba": 1}))
    assert one.square is not None
    assert one.square.notes == (
        "0 of 1 worse case asked again came out the same every time; 1 is flaky.",
        "1 case needs a person's eye.",
    )
    assert "Noise could explain it" in told(one, "How sure is this?")


def test_what_a_switch_saves() -> None:
    run = invoices(60)
    monthly = told(answer_of(run, tokens_per_month=120_000_000), "What do we gain?")
    assert monthly == (
        "$868 a month less: $179 instead of $1,047, at 120 million tokens a month. "
        "No known cost for 2 of 60 calls of Llama-3.3-70B. SIMULATED: nothing was paid."
    )
    per_thousand = told(answer_of(run), "What do we gain?")
    assert per_thousand.startswith("$10.20 less per 1,000 invoices: $2.10 instead of $12.30.")
    dearer = [replace(one, candidate_cost_usd=0.05) for one in run.pairs]
    assert told(answer_of(replace(run, pairs=dearer)), "What do we gain?").startswith("$37.70 more per 1,000")


def test_an_unknown_price_is_unknown_and_not_zero() -> None:
    run = invoices(60)
    assert told(answer_of(counts(31, 4, 300)), "What do we gain?") == (
        "Unknown: there is no price or no token count for any call of either model."
    )
    half = replace(run, pairs=[replace(one, candidate_cost_usd=None) for one in run.pairs])
    assert told(answer_of(half), "What do we gain?") == (
        "What Llama-3.3-70B costs is unknown: no price or no token count for any of 60 calls."
    )


def test_the_commonest_mistake_is_named_where_it_is_common() -> None:
    run = counts(10, 0, 200)
    worse = "Worse on 5.0\u202f% of the invoices (2.7 to 9.0\u202f%)."
    assert answer_of(run).lead == (worse,)  # it is the only one: the card says it
    flipped = score((changed("total", "1", "-1", "sign_flipped"),))
    mixed = [replace(run.scored[0], candidate=flipped), *run.scored[1:]]
    assert answer_of(replace(run, scored=mixed)).lead == (
        worse,
        "The commonest mistake: wrong value, 9 of the 10.",
    )


def test_every_state_has_an_answer() -> None:
    for state in STATES.values():
        answer = answer_of(state.run, **state.facts)
        assert answer.headline
        assert answer.status.mark in ("migrate", "stay", "open")


def test_the_conclusions_all_have_a_status() -> None:
    seen = {answer_of(counts(*shape)).status.mark for shape in ((31, 4, 300), (5, 3, 4000), (3, 2, 100))}
    assert len(seen) == len(Conclusion)


def test_error_kinds_are_told_in_words() -> None:
    run = all_failed(CallError(kind="rate_limited", message=""), "call_failed")
    assert "(rate limit)" in answer_of(run).headline
    odd = all_failed(CallError(kind="odd_\u202ekind", message=""), "call_failed")
    assert "(odd [U+202E]kind)" in answer_of(odd).headline
