"""The judge scorer with answers of a judge that stands in a table."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from factories import pair, record, response

from harness.domain.chat import Answer, ChatRequest, Response
from harness.domain.failure import is_failure
from harness.domain.judged import IDENTICAL
from harness.domain.observation import CallError
from harness.domain.score import Score
from harness.errors import ConfigError, PluginNotFound
from harness.plugins import Folder
from harness.scorers.base import ScoringContext
from harness.scorers.build import build_scorer
from harness.scorers.judge import DISAGREE, Judge
from harness.scorers.judge_prompt import Asked, read_question
from harness.scorers.stage import NamedScorer, score_pairs
from harness.testing import check_scorer

RIGHT, WRONG = "The claim is 5,000 EUR.", "The claim is 50 EUR."
JUDGE = Judge(criterion="The amount is right.")
Answering = Callable[[Asked], Response | CallError | None]


def verdict(word: str, a: str = "", b: str = "", **changes: Any) -> Response:
    text = json.dumps({"evidence_a": a, "evidence_b": b, "verdict": word})
    return response(text, **changes)


def prefers_right(asked: Asked) -> Response:
    """Knows which answer is right, and quotes both."""
    word = {(True, False): "A", (False, True): "B"}.get(
        (asked.first == RIGHT, asked.second == RIGHT), "equal"
    )
    return verdict(word, asked.first, asked.second)


def score(
    answering: Answering | None, answer: str = WRONG, reference: str = RIGHT, judge: Judge = JUDGE
) -> Score:
    def ask(request: ChatRequest) -> Response | CallError | None:
        asked = read_question(request.body["messages"])
        assert asked is not None
        assert answering is not None
        return answering(asked)

    of = record(expected=reference)
    context = ScoringContext(record=of, seed=7, ask=None if answering is None else ask)
    assert of.expected is not None
    return judge.score(Answer(text=answer), of.expected, context)


def test_a_loss_in_both_orders_is_judged_worse_with_the_evidence() -> None:
    got = score(prefers_right)
    assert got.value == 0.0
    assert got.right is False
    failing = [finding for finding in got.findings if is_failure(finding)]
    assert [finding.kind for finding in failing] == ["judged_worse"]
    assert failing[0].note == f"The answer: “{WRONG}” The reference: “{RIGHT}”"
    kept = [(one.path, one.actual) for one in got.findings if one.kind == "verdict"]
    assert kept == [("answer_first[0]", "worse"), ("answer_second[0]", "worse")]


def test_a_win_in_both_orders_counts_as_right() -> None:
    got = score(prefers_right, answer=RIGHT, reference=WRONG)
    assert (got.value, got.right) == (1.0, True)
    assert not any(map(is_failure, got.findings))


@pytest.mark.parametrize("word", ["A", "B"])
def test_a_judge_that_prefers_a_place_makes_a_tie(word: str) -> None:
    got = score(lambda asked: verdict(word, asked.first, asked.second))
    assert (got.value, got.right, got.reason) == (0.5, True, DISAGREE)
    assert {one.actual for one in got.findings} == {"better", "worse"}


def test_a_win_and_an_equal_verdict_disagree() -> None:
    got = score(lambda asked: verdict("A" if asked.first == WRONG else "equal", asked.first))
    assert (got.value, got.reason) == (0.5, DISAGREE)


def test_equal_in_both_orders_is_a_tie() -> None:
    got = score(lambda asked: verdict("equal", asked.first, asked.second))
    assert got.value == 0.5
    assert got.reason != DISAGREE


def test_identical_answers_are_a_tie_and_nobody_is_asked() -> None:
    got = score(None, answer=f" {RIGHT}\n", reference=RIGHT)
    assert (got.value, got.reason) == (0.5, IDENTICAL)
    of = record(expected=RIGHT)
    assert of.expected is not None
    context = ScoringContext(record=of, seed=7)
    assert JUDGE.questions(Answer(text=RIGHT), of.expected, context) == ()
    assert len(JUDGE.questions(Answer(text=WRONG), of.expected, context)) == 2


UNUSABLE: dict[str, Response | CallError | None] = {
    "was not asked": None,
    "call to the judge failed": CallError(kind="refused", message="no"),
    "cut off": verdict("A", RIGHT, finish_reason="length"),
    "verdict was cut off": CallError(kind="truncated_stream", message="no end"),
    "refused": response(None, answer=Answer(refusal="No.")),
    "judge refused": verdict("A", RIGHT, finish_reason="content_filter"),
    "not of the form": response("The first answer is better."),
    "is not of the form": verdict("first", RIGHT),
    "the form": response('{"verdict": "A"}'),
    "form asked for": response('["A"]'),
    "of the form": response("[" * 5000),
    "form": response(json.dumps({"evidence_a": RIGHT, "evidence_b": "", "verdict": "A"})[:-9]),
    "quoted no evidence": verdict("A"),
    "no evidence": verdict("equal", " ", '""'),
    "does not say": verdict("A", "The claim is 6,000 EUR."),
    "unsure": verdict("unsure"),
}


@pytest.mark.parametrize("reason", UNUSABLE)
@pytest.mark.parametrize("in_both", [True, False])
def test_what_cannot_be_used_is_unscored_and_never_a_tie(reason: str, in_both: bool) -> None:
    """Also where the other order gives a clean verdict."""
    bad = UNUSABLE[reason]
    got = score(lambda asked: bad if in_both or asked.first == WRONG else verdict("A", RIGHT, WRONG))
    assert got.value is None
    assert reason in got.reason
    assert not any(map(is_failure, got.findings))


def test_a_quote_of_the_other_answer_is_no_evidence() -> None:
    got = score(lambda asked: verdict("B", asked.second, ""))
    assert got.value is None
    assert got.findings[0].actual == "false_evidence"


def test_a_quote_may_differ_in_spaces_and_typographic_signs_only() -> None:
    answer = "He said \u201cno\u201d \u2013 it\u2019s\n  over."
    got = score(
        lambda asked: verdict(
            "equal", *(('"no" - it\'s over',) if asked.first == answer else ("", '"no" - it\'s over'))
        ),
        answer=answer,
    )
    assert got.value == 0.5


def test_a_verdict_in_a_code_fence_is_read() -> None:
    fenced = response(
        "```json\n" + json.dumps({"evidence_a": RIGHT[:9], "evidence_b": "", "verdict": "equal"}) + "\n```"
    )
    assert score(lambda asked: fenced).value == 0.5


def test_the_majority_of_the_repeats_of_an_order_is_its_verdict() -> None:
    judge = Judge(criterion="x", repeats=3)
    seen: list[str] = []

    def answering(asked: Asked) -> Response:
        seen.append(asked.first)
        odd_one = len(seen) == 1
        return verdict("A", RIGHT if asked.first == RIGHT else WRONG) if odd_one else prefers_right(asked)

    assert score(answering, judge=judge).value == 0.0
    assert (seen.count(RIGHT), seen.count(WRONG)) == (3, 3)


def test_a_repeat_that_cannot_be_used_leaves_the_others() -> None:
    seen: list[str] = []

    def answering(asked: Asked) -> Response:
        seen.append(asked.first)
        return response("hm") if len(seen) == 1 else prefers_right(asked)

    assert score(answering, judge=Judge(criterion="x", repeats=2)).value == 0.0


def test_an_answer_longer_than_the_judge_is_shown_is_unscored_not_cut() -> None:
    got = score(prefers_right, answer="long " * 100, judge=Judge(criterion="x", longest=100))
    assert got.value is None
    assert "100 characters" in got.reason


def asked_of_a_pair(judge: Judge, expected: str | None) -> set[tuple[str, str]]:
    seen: set[tuple[str, str]] = set()

    def ask(record_id: str, request: ChatRequest) -> None:
        asked = read_question(request.body["messages"])
        assert asked is not None
        assert record_id == "r1"
        seen.add((asked.first, asked.second))

    of = record(expected=expected)
    list(
        score_pairs(
            [pair("ours", "theirs", of=of)], [NamedScorer(name="judge", scorer=judge)], seed=7, ask=ask
        )
    )
    return seen


def test_only_what_is_needed_is_asked() -> None:
    against_expected = {("ours", "e"), ("e", "ours"), ("theirs", "e"), ("e", "theirs")}
    against_incumbent = {("ours", "theirs"), ("theirs", "ours")}
    for against, expected, wanted in (
        ("auto", "e", against_expected),
        ("auto", None, against_incumbent),
        ("incumbent", "e", against_incumbent),
        ("expected", None, set[tuple[str, str]]()),
    ):
        judge = Judge(criterion="x", against=against)  # type: ignore[arg-type]
        assert asked_of_a_pair(judge, expected) == wanted


def test_it_keeps_the_promises_of_a_scorer_without_a_judge() -> None:
    check_scorer(JUDGE)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({}, "needs a criterion"),
        ({"criterion": " "}, "needs a criterion"),
        ({"criterion": "x", "repeats": 6}, "from 1 to 5"),
        ({"criterion": "x", "longest": 0}, "longest"),
        ({"criterion": "x", "verdict_tokens": -1}, "verdict_tokens"),
        ({"criterion": "x", "against": "both"}, "must be one of"),
    ],
)
def test_wrong_settings_are_told(settings: dict[str, Any], said: str, tmp_path: Folder) -> None:
    with pytest.raises((ConfigError, PluginNotFound), match=said):
        build_scorer({"use": "judge", **settings}, tmp_path)


def test_half_characters_are_sent_as_question_marks_and_can_be_quoted() -> None:
    got = score(lambda asked: verdict("equal", asked.first, asked.second), answer="odd \ud800 text")
    assert got.value == 0.5
