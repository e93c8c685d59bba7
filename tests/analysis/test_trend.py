from itertools import product

import pytest

from harness.analysis.outcome import QUADRANTS, Basis
from harness.analysis.trend import FAILURES, Change, Trend, change_of, judged_otherwise, standing, trend


@pytest.mark.parametrize(
    ("before", "now", "change"),
    [
        ("regression", "both_right", Change.FIXED),
        ("regression", "gain", Change.FIXED),
        ("regression", "both_wrong", Change.STILL),
        ("both_wrong", "regression", Change.STILL),
        ("regression", "regression", Change.STILL),
        ("both_right", "regression", Change.NEW),
        ("gain", "both_wrong", Change.GAIN_LOST),
        ("both_wrong", "gain", Change.GAIN_WON),
        ("both_wrong", "both_wrong", Change.WRONG),
        ("gain", "both_right", Change.RIGHT),
        ("agree", "differ", Change.NEW),
        ("one_failed", "agree", Change.FIXED),
        ("differ", "one_failed", Change.STILL),
        ("agree", "both_failed", Change.GAIN_LOST),
        ("unscored", "regression", None),
        ("regression", "unscored", None),
        ("differ", "regression", None),
        ("nonsense", "regression", None),
    ],
)
def test_every_pair_of_quadrants_is_one_change(before: str, now: str, change: Change | None) -> None:
    assert change_of(before, now) is change


@pytest.mark.parametrize("basis", list(Basis))
def test_a_failure_is_never_counted_as_fixed_and_new(basis: Basis) -> None:
    for before, now in product(QUADRANTS[basis], repeat=2):
        change = change_of(before.value, now.value)
        assert (change is Change.NEW) == (
            before not in FAILURES and now in FAILURES and change is not Change.STILL
        )
        if change is Change.FIXED:
            assert before in FAILURES
            assert now not in FAILURES


def test_only_records_of_both_runs_count() -> None:
    quadrants = {
        "a": "both_right",
        "b": "regression",
        "c": "regression",
        "gone": "regression",
        "u": "unscored",
    }
    before = {name: standing(quadrant) for name, quadrant in quadrants.items()}
    now = [
        ("a", standing("regression")),
        ("b", standing("both_right")),
        ("c", standing("regression")),
        ("u", standing("regression")),
        ("fresh", standing("regression")),
    ]
    assert trend(before, now) == Trend(shared=3, new=1, fixed=1)
    assert trend({}, now) == Trend(shared=0, new=0, fixed=0)


@pytest.mark.parametrize(
    ("before", "now", "otherwise"),
    [
        (("both_right", "acceptable"), ("regression",), True),
        (("regression",), ("both_right", "acceptable"), True),
        (("both_right", "acceptable"), ("both_right", "acceptable"), False),
        (("regression", "unacceptable", "judged_worse"), ("both_right",), True),
        (("both_wrong", "label_wrong"), ("both_right",), True),
        (("unscored", "label_wrong"), ("both_right",), True),
        (("gain", "label_wrong"), ("gain", "label_wrong"), False),
        (("gain", "label_wrong"), ("regression", "label_wrong"), True),
        # Nobody moved these: what people said is what the scorers had said.
        (("regression", "unacceptable", "sign_flipped"), ("both_right",), False),
        (("regression", "acceptable"), ("both_right",), False),
        (("regression", "unsure"), ("both_right",), False),
        (("regression", "conflict"), ("both_right", "unsure"), False),
        (("differ", "label_wrong"), ("agree",), False),
    ],
)
def test_a_judgement_in_one_run_only_is_no_change_of_the_model(
    before: tuple[str, ...], now: tuple[str, ...], otherwise: bool
) -> None:
    one, other = standing(*before), standing(*now)
    assert judged_otherwise(one, other) is otherwise
    assert judged_otherwise(other, one) is otherwise
    assert trend({"a": one}, [("a", other)]).judged == otherwise
