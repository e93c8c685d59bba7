"""What a judge said over a run, from scores as the judge scorer makes them."""

from dataclasses import replace

import pytest
from factories import pair, record

from harness.analysis.judged import JudgeSummary, JudgeTally
from harness.analysis.stats.intervals import share
from harness.domain.human_label import HumanLabel
from harness.domain.judged import EXPECTED_ONLY, IDENTICAL
from harness.domain.observation import CallError
from harness.domain.score import Finding, Score, ScoredPair


def verdicts(first: str, second: str) -> tuple[Finding, ...]:
    return (
        Finding(kind="verdict", path="answer_first[0]", actual=first),
        Finding(kind="verdict", path="answer_second[0]", actual=second),
    )


def score(value: float | None, first: str, second: str, reason: str = "told") -> Score:
    return Score(value=value, reason=reason, findings=verdicts(first, second), pass_at=0.5)


WIN = score(1.0, "better", "better")
LOSS = score(0.0, "worse", "worse")
EQUAL = score(0.5, "equal", "equal")
FIRST_PLACE = score(0.5, "better", "worse")
SECOND_PLACE = score(0.5, "worse", "better")
HALF = score(0.5, "better", "equal")
BAD = score(None, "better", "malformed", "The judge's verdict is not of the form asked for.")
SAME = Score(value=0.5, reason=IDENTICAL, pass_at=0.5)
FAILED = Score(value=0.0, reason="No answer in time.", findings=(Finding(kind="timed_out"),))
NOT_ASKED = Score(value=None, reason=EXPECTED_ONLY)


def tallied(candidates: list[Score], labels: tuple[HumanLabel, ...] = ()) -> JudgeSummary:
    tally = JudgeTally("judge", labels)
    for number, candidate in enumerate(candidates):
        outcome = CallError(kind="timed_out", message="late") if candidate is FAILED else "an answer"
        scored = ScoredPair(
            record_id=f"r{number}",
            scorer="judge",
            incumbent=SAME,
            candidate=candidate,
            agreement=NOT_ASKED,
            noise=None,
        )
        of = pair("the same", outcome, of=record(f"r{number}"))
        tally.add(of, scored)
        tally.add(of, replace(scored, scorer="another"))
    return tally.summary()


def label(number: int, *, passes: bool, person: str = "", answer: str | None = None) -> HumanLabel:
    return HumanLabel(record_id=f"r{number}", scorer="judge", passes=passes, person=person, answer=answer)


def test_wins_ties_losses_and_what_is_in_none_of_them() -> None:
    told = tallied([WIN, WIN, LOSS, EQUAL, FIRST_PLACE, SAME, BAD, FAILED])
    assert told.candidate is not None
    assert (told.candidate.wins, told.candidate.ties, told.candidate.losses) == (
        share(2, 6),
        share(3, 6),
        share(1, 6),
    )
    assert (told.candidate.identical, told.candidate.failed) == (1, 1)
    assert [(one.name, one.count) for one in told.candidate.unscored] == [(BAD.reason, 1)]
    assert told.incumbent is not None
    assert told.incumbent.identical == 8
    assert told.agreement is None
    assert told.verdicts == 12
    assert [(one.name, one.count) for one in told.unusable] == [("malformed", 1)]


def test_position_bias_is_told_from_honest_disagreement() -> None:
    told = tallied([FIRST_PLACE] * 6 + [SECOND_PLACE] * 2 + [HALF] + [WIN] * 11 + [BAD])
    assert told.order_disagreement == share(9, 20)
    assert told.first_preferred == share(6, 8)


def test_without_a_single_verdict_nothing_is_claimed() -> None:
    told = tallied([SAME])
    assert told.order_disagreement.value is None
    assert told.first_preferred.value is None
    assert told.correction is None
    assert told.human_agreement is None


def test_labels_are_put_beside_the_verdicts_and_the_others_are_counted() -> None:
    labels = (
        label(0, passes=True),
        label(1, passes=True),
        label(2, passes=False, answer="an  answer\n"),
        label(3, passes=True, answer="an older answer"),
        label(4, passes=True, person="Ada"),
        label(4, passes=False, person="Bo"),
        label(5, passes=True, person="Ada"),
        label(5, passes=True, person="Bo"),
        label(6, passes=True),
        label(99, passes=True),
        HumanLabel(record_id="r0", scorer="another", passes=False),
    )
    told = tallied([WIN, LOSS, LOSS, WIN, WIN, EQUAL, BAD, WIN], labels)
    assert told.labels == 4
    assert told.correction is not None
    assert told.correction.agreement == share(3, 4)
    assert told.correction.raw == share(5, 7)
    assert told.human_agreement == share(1, 2)
    assert {one.name: one.count for one in told.labels_left_out} == {
        "people disagree": 2,
        "another answer was labelled": 1,
        "the judge gave no score": 1,
        "no such record in the run": 1,
    }


@pytest.mark.parametrize("passes", [True, False])
def test_two_of_three_people_decide(passes: bool) -> None:
    labels = tuple(
        label(0, passes=vote, person=str(n)) for n, vote in enumerate([passes, not passes, passes])
    )
    told = tallied([WIN], labels)
    assert told.correction is not None
    assert told.correction.labels_alone == share(int(passes), 1)
