"""What a pair means: who decides, what a wrong answer is told with, and what nobody can tell."""

import pytest
from factories import pair, record, response

from harness.analysis.outcome import Basis, Outcome, Quadrant, Unscored, judge, with_inconsistency
from harness.domain.observation import Arm, CallError
from harness.domain.score import Finding, Score, ScoredPair

RIGHT = Score(value=1.0)
WRONG = Score(value=0.0, findings=(Finding(kind="wrong_label", expected="a", actual="b"),))
UNTOLD = Score(value=None, reason="no reference")
INVENTED = Score(value=0.5, findings=(Finding(kind="hallucinated_reference", path="clauses[0]"),))
LABELLED = pair(of=record("r1", expected="a"))
UNLABELLED = pair(of=record("r1"))


def scored(
    scorer: str,
    incumbent: Score | None = None,
    candidate: Score | None = None,
    agreement: Score | None = None,
) -> ScoredPair:
    return ScoredPair(
        record_id="r1",
        scorer=scorer,
        incumbent=incumbent,
        candidate=candidate,
        agreement=agreement,
        noise=None,
    )


def outcome(given: Outcome | Unscored) -> Outcome:
    assert isinstance(given, Outcome)
    return given


def test_the_first_scorer_decides_alone() -> None:
    scores = (scored("label", RIGHT, RIGHT), scored("citation", RIGHT, INVENTED))
    assert outcome(judge(LABELLED, scores)).quadrant is Quadrant.BOTH_RIGHT


def test_several_scorers_decide_together() -> None:
    scores = (scored("label", RIGHT, RIGHT), scored("citation", RIGHT, INVENTED))
    found = outcome(judge(LABELLED, scores, ("label", "citation")))
    assert found.quadrant is Quadrant.REGRESSION
    assert found.candidate.kind == "hallucinated_reference"
    assert found.difference == -1


def test_one_that_says_wrong_is_enough_and_one_that_cannot_tell_is_not_right() -> None:
    wrong = (scored("label", RIGHT, WRONG), scored("judge", RIGHT, UNTOLD))
    assert outcome(judge(LABELLED, wrong, ("label", "judge"))).quadrant is Quadrant.REGRESSION
    untold = judge(LABELLED, (scored("label", RIGHT, RIGHT), wrong[1]), ("label", "judge"))
    assert untold == Unscored(basis=Basis.EXPECTED, reason="candidate: no reference")


def test_a_wrong_answer_is_told_with_what_the_checks_found_but_a_right_one_is_not() -> None:
    scores = (scored("label", RIGHT, WRONG), scored("citation", INVENTED, INVENTED))
    found = outcome(judge(LABELLED, scores))
    assert [finding.kind for finding in found.candidate.findings] == ["wrong_label", "hallucinated_reference"]
    assert found.incumbent.findings == ()


def test_the_same_finding_of_two_scorers_counts_once() -> None:
    scores = (scored("label", RIGHT, WRONG), scored("again", RIGHT, WRONG))
    found = outcome(judge(LABELLED, scores, ("label", "again")))
    assert len(found.candidate.findings) == 1


def test_without_an_expected_answer_a_failed_check_is_a_failure_of_that_arm_alone() -> None:
    scores = (scored("label", agreement=RIGHT), scored("citation", RIGHT, INVENTED))
    found = outcome(judge(UNLABELLED, scores, ("label", "citation")))
    assert (found.basis, found.quadrant) == (Basis.AGREEMENT, Quadrant.ONE_FAILED)
    assert found.candidate.kind == "hallucinated_reference"
    assert found.incumbent.right


def test_without_an_expected_answer_they_agree_or_differ() -> None:
    alike = judge(UNLABELLED, (scored("label", agreement=RIGHT),))
    assert outcome(alike).quadrant is Quadrant.AGREE
    differing = judge(UNLABELLED, (scored("label", agreement=WRONG), scored("citation", RIGHT, INVENTED)))
    assert outcome(differing).quadrant is Quadrant.DIFFER
    assert {finding.kind for finding in outcome(differing).candidate.findings} == {
        "wrong_label",
        "hallucinated_reference",
    }


@pytest.mark.parametrize("kind", ["not_called", "not_recorded"])
def test_a_call_that_was_not_made_says_nothing(kind: str) -> None:
    missing = pair(candidate=CallError(kind=kind, message="x"), of=record("r1", expected="a"))
    assert isinstance(judge(missing, (scored("label", RIGHT, UNTOLD),)), Unscored)


def test_a_pair_without_a_score_is_unscored() -> None:
    assert judge(LABELLED, ()) == Unscored(basis=Basis.EXPECTED, reason="no score")
    assert judge(LABELLED, (scored("label", RIGHT, RIGHT),), ("gone",)) == Unscored(
        basis=Basis.EXPECTED, reason="no score"
    )


def test_a_cut_off_answer_without_a_reference_is_one_failure() -> None:
    cut = pair(candidate=response("a", finish_reason="length"), of=record("r1"))
    found = outcome(judge(cut, (scored("label", agreement=WRONG),)))
    assert (found.quadrant, found.candidate.kind) == (Quadrant.ONE_FAILED, "truncated")


def test_an_incumbent_that_declines_in_words_failed_and_is_not_left_out() -> None:
    refused = pair(incumbent=response("I'm sorry, but I can't help with that."), of=record("r1"))
    found = outcome(judge(refused, (scored("label", agreement=UNTOLD),)))
    assert (found.quadrant, found.incumbent.kind) == (Quadrant.ONE_FAILED, "refusal")


def test_an_incumbent_whose_answer_cannot_be_compared_with_failed_and_is_not_left_out() -> None:
    broken = Score(value=None, reason="no JSON", findings=(Finding(kind="invalid_json"),))
    found = outcome(judge(UNLABELLED, (scored("json_fields", agreement=broken),)))
    assert (found.quadrant, found.incumbent.kind) == (Quadrant.ONE_FAILED, "invalid_json")
    assert found.candidate.right
    assert isinstance(judge(LABELLED, (scored("json_fields", broken, broken),)), Unscored)


def test_scorers_that_need_no_reference_tell_right_from_wrong_without_an_expected_answer() -> None:
    found = outcome(judge(UNLABELLED, (scored("citation", RIGHT, INVENTED),)))
    assert (found.basis, found.quadrant) == (Basis.EXPECTED, Quadrant.REGRESSION)


def test_a_wrong_arm_that_contradicts_itself_is_told_so_and_its_first_kind_stays() -> None:
    found = outcome(judge(LABELLED, (scored("label", RIGHT, WRONG),)))
    again = with_inconsistency(found, {Arm.INCUMBENT, Arm.CANDIDATE})
    assert [finding.kind for finding in again.candidate.findings] == ["wrong_label", "inconsistent"]
    assert again.candidate.kind == "wrong_label"
    assert again.incumbent == found.incumbent
