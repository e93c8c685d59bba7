import asyncio
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import pytest
from factories import observation, pair, record, response

from harness.domain.chat import Answer, ToolCall
from harness.domain.observation import Arm, CallError
from harness.domain.score import Score, ScoredPair
from harness.scorers.base import ScoringContext
from harness.scorers.exact import Exact
from harness.scorers.stage import NamedScorer, score_pairs

EXACT = NamedScorer(name="exact", scorer=Exact())


def scored(*arguments: Any, expected: str | None = "ok", scorer: NamedScorer = EXACT) -> ScoredPair:
    (result,) = score_pairs([pair(*arguments, of=record(expected=expected))], [scorer], seed=7)
    return result


def told(score: Score | None) -> tuple[float | None, list[str]]:
    assert score is not None
    return score.value, [finding.kind for finding in score.findings]


def test_accuracy_agreement_and_no_noise() -> None:
    result = scored("ok", "no")
    assert told(result.incumbent) == (1.0, [])
    assert told(result.candidate) == (0.0, ["wrong_value"])
    assert told(result.agreement) == (0.0, ["wrong_value"])
    assert result.noise is None


def test_without_an_expected_answer_there_is_no_accuracy() -> None:
    result = scored("a", "a", expected=None)
    assert (result.incumbent, result.candidate) == (None, None)
    assert told(result.agreement) == (1.0, [])


def test_noise_is_the_incumbents_repeat_against_the_incumbent() -> None:
    repeats = (observation("x", arm=Arm.CANDIDATE), observation("b"), observation("a"))
    (result,) = score_pairs([replace(pair("a", "a"), repeats=repeats)], [EXACT], seed=7)
    assert told(result.noise) == (0.0, ["wrong_value"])


@pytest.mark.parametrize(
    ("outcome", "kind"),
    [
        (CallError(kind="timed_out", message="no byte in 60 s"), "timed_out"),
        (CallError(kind="truncated_stream", message="cut", partial=response('{"a"')), "truncated"),
        (CallError(kind="unavailable", message="503"), "call_failed"),
        (CallError(kind="refused", message="400"), "call_failed"),
        (response("ok", finish_reason="length"), "truncated"),
        (response("ok", finish_reason="content_filter"), "refusal"),
        (response(None, answer=Answer(refusal="I may not.")), "refusal"),
        (response("I'm sorry, but I can't help with that."), "refusal"),
        (response("I\u2019m unable to process this document."), "refusal"),
        (response("Es tut mir leid, das kann ich leider nicht ausgeben."), "refusal"),
        (response("Je suis désolé, je ne peux pas le faire."), "refusal"),
        (response(""), "empty"),
        (response(" \n"), "empty"),
        (response(None), "empty"),
    ],
)
def test_failed_calls_count_against_the_arm_whatever_the_scorer(outcome: Any, kind: str) -> None:
    result = scored("ok", outcome)
    assert told(result.candidate) == (0.0, [kind])
    assert told(result.agreement) == (0.0, [kind])
    turned = scored(outcome, "ok")
    assert told(turned.incumbent) == (0.0, [kind])
    assert told(turned.agreement) == (None, [])
    assert turned.agreement is not None
    assert turned.agreement.reason.startswith("The incumbent's answer is no reference. ")


def test_a_failed_call_says_how_it_failed() -> None:
    result = scored("ok", CallError(kind="unavailable", message="503\x1b[31m overloaded"))
    assert result.candidate is not None
    assert result.candidate.findings[0].note == "unavailable: 503 [31m overloaded"


@pytest.mark.parametrize(
    "text",
    [
        "Sorry to hear that! Your parcel arrives on Monday.",
        "The parcel is late. I can't say more.",
        '{"note": "I cannot"}',
        "I cannot help. " + "Here is a long explanation. " * 40,
    ],
)
def test_answers_that_are_no_refusals(text: str) -> None:
    assert told(scored("ok", text).candidate) == (0.0, ["wrong_value"])


def test_a_refusal_is_right_where_a_refusal_is_expected() -> None:
    text = "I can't help with that."
    assert told(scored("ok", text, expected=text).candidate) == (1.0, [])
    filtered = scored("ok", response(text, finish_reason="content_filter"), expected=text)
    assert told(filtered.candidate) == (1.0, [])


def test_where_no_call_was_made_nothing_is_known() -> None:
    result = scored(CallError(kind="not_recorded", message=""), CallError(kind="not_called", message=""))
    assert told(result.incumbent) == told(result.candidate) == (None, [])
    assert result.agreement is not None
    assert result.agreement.reason == "The incumbent's answer is no reference. No answer was recorded."


def test_an_empty_reference_tells_nothing() -> None:
    result = scored("ok", "ok", expected=" ")
    assert result.candidate is not None
    assert result.candidate.reason == "The reference is empty."


def test_tool_calls_are_answers() -> None:
    call = response(None, answer=Answer(tool_calls=(ToolCall(id="1", name="f", arguments="{}"),)))
    assert told(scored(call, call).agreement) == (1.0, [])


@dataclass(frozen=True)
class Broken:
    result: Callable[[], Any]

    def score(self, answer: Answer, reference: Answer, context: ScoringContext) -> Any:
        return self.result()


def _raise() -> None:
    raise KeyError("tot\x00al")


def _throw(error: BaseException) -> None:
    raise error


class Mute(Exception):
    def __str__(self) -> str:
        raise ValueError


@pytest.mark.parametrize("stop", [KeyboardInterrupt, GeneratorExit])
def test_an_interrupt_is_no_trouble_of_a_scorer(stop: type[BaseException]) -> None:
    with pytest.raises(stop):
        scored("ok", "ok", scorer=NamedScorer(name="mine", scorer=Broken(lambda: _throw(stop()))))


async def _later() -> Score:
    return Score(value=1.0)


@pytest.mark.parametrize(
    ("result", "reason"),
    [
        (_raise, "KeyError: 'tot\\x00al'"),
        (lambda: dict[str, int]()["total"], "KeyError: 'total'"),
        (lambda: sys.exit(3), "SystemExit: 3"),
        (sys.exit, "SystemExit"),
        (lambda: _throw(asyncio.CancelledError("late")), "CancelledError: late"),
        (lambda: _throw(Mute()), "Mute: (its message cannot be shown)"),
        (lambda: 1 / 0, "ZeroDivisionError: division by zero"),
        (lambda: 1.0, "it returned float, not a Score"),
        (lambda: None, "it returned NoneType, not a Score"),
        (_later, "it returned a coroutine; scorers are not async"),
        (lambda: Score(value=1.5), "its value is 1.5, not a number from 0 to 1"),
        (lambda: Score(value=float("nan")), "its value is nan, not a number from 0 to 1"),
        (lambda: Score(value=1.0, pass_at=7), "its pass_at is 7, not a number from 0 to 1"),
        (lambda: Score(value=1.0, findings=("x",)), "its findings are not all of the class Finding"),  # type: ignore[arg-type]
    ],
)
def test_a_broken_scorer_leaves_the_pair_unscored(result: Callable[[], Any], reason: str) -> None:
    broken = scored("ok", "ok", scorer=NamedScorer(name="mine", scorer=Broken(result)))
    assert broken.candidate is not None
    assert (broken.candidate.value, broken.candidate.reason) == (None, f"The scorer mine failed: {reason}")


def test_pairs_are_scored_one_at_a_time_by_every_scorer() -> None:
    def pairs() -> Any:
        yield pair("a", "a", of=record("r1"))
        yield pair("a", "b", of=record("r2"))
        raise RuntimeError("read too far")

    stream = score_pairs(pairs(), [EXACT, NamedScorer(name="again", scorer=Exact())], seed=7)
    rows = [next(stream) for _ in range(4)]
    assert [(row.record_id, row.scorer) for row in rows] == [
        ("r1", "exact"),
        ("r1", "again"),
        ("r2", "exact"),
        ("r2", "again"),
    ]


@dataclass(frozen=True)
class Short:
    needs_reference: ClassVar[bool] = False

    def score(self, answer: Answer, reference: Answer, context: ScoringContext) -> Score:
        return Score(value=float(len(answer.text or "") < 5), reason=f"against {reference.text!r}")


@pytest.mark.parametrize("expected", [None, "", "yes"])
def test_a_scorer_without_reference_scores_every_record_and_compares_no_answers(expected: str | None) -> None:
    repeats = (observation("no"),)
    given = replace(pair("yes", "perhaps not", of=record(expected=expected)), repeats=repeats)
    (result,) = score_pairs([given], [NamedScorer(name="short", scorer=Short())], seed=7)
    assert told(result.incumbent) == (1.0, [])
    assert told(result.candidate) == (0.0, [])
    assert (result.agreement, result.noise) == (None, None)
    assert result.candidate is not None
    assert result.candidate.reason == f"against {expected!r}"


def test_failed_calls_fail_without_a_reference_too() -> None:
    failed = CallError(kind="timed_out", message="no byte in 60 s")
    short = NamedScorer(name="short", scorer=Short())
    result = scored(response("yes", finish_reason="length"), failed, expected=None, scorer=short)
    assert told(result.incumbent) == (0.0, ["truncated"])
    assert told(result.candidate) == (0.0, ["timed_out"])
