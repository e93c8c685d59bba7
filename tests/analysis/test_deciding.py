from dataclasses import replace
from typing import Any

import pytest
from factories import pair, record

from harness.analysis.deciding import UNJUDGED, Difference, SequentialTest, difference_of
from harness.analysis.stats.noninferiority import Conclusion
from harness.analysis.stats.sequential import EProcess
from harness.domain.observation import CallError
from harness.domain.pair import Pair
from harness.domain.score import Score
from harness.scorers.exact import Exact
from harness.scorers.stage import NamedScorer, score_pairs

EXACT = NamedScorer(name="exact", scorer=Exact())
FAILED = CallError(kind="unavailable", message="503")
SAME, LOSS, GAIN = (Difference(least=value, most=value) for value in (0, -1, 1))


def counted(made: Pair) -> Difference | None:
    (scored,) = score_pairs([made], [EXACT], seed=7)
    return difference_of(made, [scored])


@pytest.mark.parametrize(
    ("incumbent", "candidate", "counts"),
    [
        ("ok", "ok", SAME),
        ("no", "no", SAME),
        ("ok", "no", LOSS),
        ("no", "ok", GAIN),
        ("ok", FAILED, LOSS),
        (FAILED, "ok", GAIN),
        (FAILED, FAILED, SAME),
    ],
)
def test_a_pair_counts_by_who_is_right_and_a_failed_call_is_wrong(
    incumbent: Any, candidate: Any, counts: Difference
) -> None:
    assert counted(pair(incumbent, candidate, of=record(expected="ok"))) == counts


def test_a_pair_that_cannot_be_judged_counts_against_either_verdict() -> None:
    made = pair("ok", "ok", of=record(expected="ok"))
    (scored,) = score_pairs([made], [EXACT], seed=7)
    unknown = Score(value=None, reason="the scorer failed")
    assert difference_of(made, [replace(scored, candidate=unknown)]) == UNJUDGED
    assert difference_of(made, []) == UNJUDGED


def test_a_record_that_can_show_nothing_is_left_out() -> None:
    assert counted(pair("ok", "ok", of=record(expected=None))) is None
    unrecorded = CallError(kind="not_recorded", message="")
    assert counted(pair(unrecorded, "ok", of=record(expected="ok"))) is None


@pytest.mark.parametrize("size", [1, 3])
def test_where_all_is_judged_it_is_the_e_process(size: int) -> None:
    test = SequentialTest(margin=0.05, alpha=0.025, largest_cluster=3)
    process = EProcess(margin=0.05, alpha=0.025, largest_cluster=3)
    while process.conclusion is Conclusion.UNDECIDED:
        test.add([SAME] * size)
        process.add([0] * size)
    assert test.conclusion is process.conclusion is Conclusion.NON_INFERIOR
    assert test.decided_after == process.decided_after == test.n


@pytest.mark.parametrize(("difference", "verdict"), [(SAME, "non_inferior"), (LOSS, "inferior")])
def test_some_that_cannot_be_judged_delay_a_verdict(difference: Difference, verdict: str) -> None:
    after = []
    for every in (10**9, 25):
        test = SequentialTest(margin=0.1, alpha=0.025)
        while test.conclusion is Conclusion.UNDECIDED:
            test.add([UNJUDGED if test.n % every == every - 1 else difference])
        assert test.conclusion.value == verdict
        after.append(test.decided_after or 0)
    assert after[0] <= after[1]


def test_a_scorer_that_never_tells_shows_nothing() -> None:
    test = SequentialTest(margin=0.1, alpha=0.025)
    for _ in range(5000):
        assert test.add([UNJUDGED]) is Conclusion.UNDECIDED
    assert test.unjudged == 5000


def test_what_is_decided_stays() -> None:
    test = SequentialTest(margin=0.2, alpha=0.05)
    while test.add([LOSS]) is Conclusion.UNDECIDED:
        pass
    after = test.decided_after
    for _ in range(2000):
        test.add([GAIN])
    assert (test.conclusion, test.decided_after) == (Conclusion.INFERIOR, after)
