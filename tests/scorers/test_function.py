import pytest

from harness.domain.chat import Answer
from harness.domain.score import Score
from harness.scorers.base import ScoringContext
from harness.scorers.function import FunctionScorer

A, B = Answer(text="a"), Answer(text="b")


@pytest.mark.parametrize(
    ("returned", "value", "kinds"),
    [
        (True, 1.0, []),
        (False, 0.0, ["wrong_value"]),
        (0.25, 0.25, ["wrong_value"]),
        (1, 1.0, []),
        (None, None, []),
        (Score(value=0.5), 0.5, []),
    ],
)
def test_what_a_function_may_return(
    returned: Score | float | bool | None, value: float | None, kinds: list[str], context: ScoringContext
) -> None:
    score = FunctionScorer(function=lambda answer, reference, context: returned).score(A, B, context)
    assert score.value == value
    assert [finding.kind for finding in score.findings] == kinds


def test_anything_else_is_an_error(context: ScoringContext) -> None:
    scorer = FunctionScorer(function=lambda answer, reference, context: "good")  # type: ignore[arg-type,return-value]
    with pytest.raises(TypeError, match="returned str, not a Score, a number, a bool or None"):
        scorer.score(A, B, context)
