"""Which label was taken for which."""

from harness.analysis.confusion import MOST, Confusion, ConfusionTally
from harness.domain.score import Finding


def wrong(expected: str, actual: str, path: str = "") -> Finding:
    return Finding(kind="wrong_label", path=path, expected=expected, actual=actual)


def test_counts_per_arm_the_candidates_most_frequent_first() -> None:
    tally = ConfusionTally()
    for _ in range(3):
        tally.add((), (wrong("waybill", "bill of lading"),))
    tally.add((wrong("waybill", "bill of lading"),), (wrong("invoice", "pro forma"),))
    tally.add((wrong("note", "list"),), ())
    assert tally.most() == (
        Confusion(path="", expected="waybill", actual="bill of lading", candidate=3, incumbent=1),
        Confusion(path="", expected="invoice", actual="pro forma", candidate=1, incumbent=0),
        Confusion(path="", expected="note", actual="list", candidate=0, incumbent=1),
    )


def test_other_findings_are_no_confusion_and_one_answer_counts_once() -> None:
    tally = ConfusionTally()
    again = wrong("a", "b")
    tally.add((), (again, again, Finding(kind="wrong_value", expected="1", actual="2")))
    assert [(entry.candidate, entry.incumbent) for entry in tally.most()] == [(1, 0)]


def test_labels_from_outside_stay_bounded() -> None:
    tally = ConfusionTally()
    for number in range(6000):
        tally.add((), (wrong(f"{number}" * 100, "x"),))
    assert len(tally.candidate) == 5000
    assert len(tally.most()) == MOST
    assert max(len(entry.expected) for entry in tally.most()) == 80
