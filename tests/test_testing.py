from collections.abc import Callable
from typing import Any

import pytest

from harness.domain.chat import Answer
from harness.domain.score import Score
from harness.scorers.base import ScoringContext
from harness.scorers.exact import Exact
from harness.scorers.label import Label
from harness.scorers.text import Text
from harness.testing import check_scorer


@pytest.mark.parametrize("scorer", [Exact(), Label(), Label(labels=("yes", "no")), Text()])
def test_our_own_scorers_keep_their_promises(scorer: Any) -> None:
    check_scorer(scorer)


class Made:
    def __init__(self, function: Callable[[Answer], Any]) -> None:
        self.function = function

    def score(self, answer: Answer, reference: Answer, context: ScoringContext) -> Any:
        return self.function(answer)


def spoiling(answer: Answer) -> Score:
    object.__setattr__(answer, "text", "x")
    return Score(value=1.0)


def growing() -> Callable[[Answer], Score]:
    values = iter(range(1, 1000))
    return lambda answer: Score(value=1 / next(values))


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (lambda answer: 1 / 0, "the scorer raised ZeroDivisionError: division by zero for the answer 'yes'"),
        (lambda answer: 0.5, "it returned float, not a Score, for the answer 'yes' and the reference 'yes'"),
        (lambda answer: Score(value=2), "the value 2 is not in 0..1"),
        (lambda answer: Score(value=1.0, findings=(1,)), "a finding is no Finding"),  # type: ignore[arg-type]
        (growing(), "a second look scored differently"),
        (lambda answer: Score(value=0.0), "the same answer is not right"),
        (spoiling, "it changed an answer"),
    ],
)
def test_broken_promises_are_named(function: Callable[[Answer], Any], message: str) -> None:
    with pytest.raises(AssertionError) as caught:
        check_scorer(Made(function))
    assert message in str(caught.value)
