"""What asking again tells: noise, confirmed and flaky, per field."""

from dataclasses import replace

import pytest
from factories import observation, pair, record

from harness.analysis.outcome import Outcome, judge
from harness.analysis.reruns import Noise, RerunTally
from harness.domain.observation import Arm, CallError, Observation
from harness.domain.pair import Pair
from harness.domain.score import Finding, Score, ScoredPair

RIGHT = Score(value=1.0)


def wrong(path: str = "") -> Score:
    return Score(value=0.0, findings=(Finding(kind="wrong_value", path=path),))


def alike(same: bool, path: str = "total") -> Score:
    return RIGHT if same else wrong(path)


def again(arm: Arm, outcome: CallError | str = "ok") -> Observation:
    given = observation(outcome, arm=arm)
    return replace(given, key=replace(given.key, repeat=1))


def called_twice(answers: str) -> tuple[Pair, ScoredPair]:
    """A pair whose four answers (I1 I2 C1 C2) are letters; "a" is right."""
    first, second, third, fourth = tuple(answers)
    twice = replace(
        pair(first, third, of=record("r1", expected="a")),
        repeats=(again(Arm.INCUMBENT, second), again(Arm.CANDIDATE, fourth)),
    )
    return twice, ScoredPair(
        record_id="r1",
        scorer="exact",
        incumbent=alike(first == "a"),
        candidate=alike(third == "a"),
        agreement=alike(third == first),
        noise=alike(second == first),
        candidate_noise=alike(fourth == third),
        incumbent_repeat=alike(second == "a"),
        candidate_repeat=alike(fourth == "a"),
        cross_incumbent_repeat=alike(third == second),
        cross_candidate_repeat=alike(fourth == first),
        cross_repeats=alike(fourth == second),
    )


def noise_of(*records: str) -> Noise:
    tally = RerunTally()
    for answers in records:
        twice, scored = called_twice(answers)
        outcome = judge(twice, (scored,))
        assert isinstance(outcome, Outcome)
        tally.add(twice, outcome, (scored,))
    found = tally.summary(level=0.95)
    assert found is not None
    return found


def test_a_regression_is_confirmed_only_if_every_answer_comes_out_again() -> None:
    found = noise_of("aabb", "aabc", "aaba", "abbb", "aaaa")
    assert found.regressions.found == found.regressions.rerun == 4
    # "aabc" is wrong both times, in another way: still wrong.
    assert (found.regressions.confirmed, found.regressions.flaky) == (2, 2)
    assert found.regressions.share.value == 0.5


def test_gains_are_confirmed_likewise() -> None:
    found = noise_of("bbaa", "baaa")
    assert (found.gains.confirmed, found.gains.flaky) == (1, 1)


def test_the_floor_is_agreement_with_oneself_and_across() -> None:
    found = noise_of("aabb", "aaaa", "abaa", "aaaa")
    assert found.floor.incumbent_self.value == pytest.approx(3 / 4)
    assert found.floor.candidate_self.value == 1.0
    # Crosses: 0 of 4, 4 of 4, 2 of 4, 4 of 4.
    assert found.floor.cross.value == pytest.approx(10 / 16)
    assert found.floor.excess.value == pytest.approx((3 / 4 + 1) / 2 - 10 / 16)


def test_unsteady_arms_are_counted() -> None:
    found = noise_of("abaa", "aaab", "aaaa")
    assert found.inconsistent_incumbent.value == pytest.approx(1 / 3)
    assert found.inconsistent_candidate.value == pytest.approx(1 / 3)


def test_fields_have_their_own_excess() -> None:
    found = noise_of("aabb", "aaaa", "aaab")
    (entry,) = found.fields
    assert (entry.path, entry.differs, entry.incumbent_differs, entry.candidate_differs) == ("total", 1, 0, 1)
    # Per record (same with oneself - same across): (1 + 1)/2 - 0, 0, (1 + 0)/2 - 1/2.
    assert entry.excess.value == pytest.approx(1 / 3)
    assert entry.excess.n == 3


def test_two_failed_calls_are_alike_and_a_failed_one_and_an_answer_are_not() -> None:
    twice, scored = called_twice("aabb")
    failed = CallError(kind="timed_out", message="late")
    broken = replace(
        twice,
        candidate=observation(failed, arm=Arm.CANDIDATE),
        repeats=(twice.repeats[0], again(Arm.CANDIDATE, failed)),
    )
    late = Score(value=0.0, findings=(Finding(kind="timed_out"),))
    scored = replace(scored, candidate=late, candidate_repeat=late, candidate_noise=Score(value=None))
    outcome = judge(broken, (scored,))
    assert isinstance(outcome, Outcome)
    tally = RerunTally()
    tally.add(broken, outcome, (scored,))
    found = tally.summary(level=0.95)
    assert found is not None
    assert found.floor.candidate_self.value == 1.0
    assert found.floor.cross.value == 0.0
    assert found.regressions.confirmed == 1
    assert found.fields == ()


def test_records_called_once_say_nothing() -> None:
    tally = RerunTally()
    once, scored = called_twice("aabb")
    once = replace(once, repeats=())
    outcome = judge(once, (scored,))
    assert isinstance(outcome, Outcome)
    tally.add(once, outcome, (scored,))
    assert tally.summary(level=0.95) is None
    assert tally.regressions.found == 1


def test_a_scorer_that_compares_no_answers_goes_by_right_and_wrong() -> None:
    twice, scored = called_twice("aabb")
    alone = replace(
        scored,
        agreement=None,
        noise=None,
        candidate_noise=None,
        cross_incumbent_repeat=None,
        cross_candidate_repeat=None,
        cross_repeats=None,
    )
    outcome = judge(twice, (alone,))
    assert isinstance(outcome, Outcome)
    tally = RerunTally()
    tally.add(twice, outcome, (alone,))
    found = tally.summary(level=0.95)
    assert found is not None
    assert (found.records, found.regressions.confirmed) == (1, 1)
    assert (found.floor.incumbent_self.value, found.floor.cross.value) == (1.0, 0.0)
