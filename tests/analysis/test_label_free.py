"""What checks say where nobody knows the right answer."""

from factories import pair, record

from harness.analysis.label_free import LabelFreeTally
from harness.analysis.outcome import Outcome, judge
from harness.domain.score import Finding, Score, ScoredPair

RIGHT = Score(value=1.0)
WRONG = Score(value=0.0, findings=(Finding(kind="text_differs"),))
BAD_SUM = Score(value=0.0, findings=(Finding(kind="arithmetic", path="totals.gross"),))
UNTOLD = Score(value=None, reason="nothing to add up")
CHECKS = frozenset({"arithmetic"})


def add(tally: LabelFreeTally, incumbent: Score, candidate: Score, *, agree: bool = False) -> None:
    scores = (
        ScoredPair(
            record_id="r1",
            scorer="text",
            incumbent=None,
            candidate=None,
            agreement=RIGHT if agree else WRONG,
            noise=None,
        ),
        ScoredPair(
            record_id="r1",
            scorer="arithmetic",
            incumbent=incumbent,
            candidate=candidate,
            agreement=None,
            noise=None,
        ),
    )
    outcome = judge(pair(of=record("r1")), scores)
    assert isinstance(outcome, Outcome)
    tally.add(outcome, scores, CHECKS)


def test_a_check_says_which_side_is_more_likely_wrong() -> None:
    tally = LabelFreeTally()
    for incumbent, candidate in ((RIGHT, BAD_SUM), (RIGHT, BAD_SUM), (BAD_SUM, RIGHT), (RIGHT, RIGHT)):
        add(tally, incumbent, candidate)
    add(tally, BAD_SUM, BAD_SUM)
    add(tally, RIGHT, RIGHT, agree=True)
    found = tally.summary(level=0.95)
    assert found is not None
    assert (found.checked, found.disagreements) == (6, 5)
    assert (found.candidate_suspect, found.incumbent_suspect) == (2, 1)
    assert (found.both_suspect, found.neither) == (1, 1)
    assert (found.incumbent_fails.value, found.candidate_fails.value) == (2 / 6, 3 / 6)
    assert [(entry.name, entry.count) for entry in found.candidate_kinds] == [("arithmetic", 3)]


def test_a_record_that_no_check_can_tell_of_both_arms_is_not_counted() -> None:
    tally = LabelFreeTally()
    add(tally, UNTOLD, BAD_SUM)
    assert tally.summary(level=0.95) is None
