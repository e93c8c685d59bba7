import pytest

from harness.domain.chat import Answer
from harness.scorers.base import ScoringContext
from harness.scorers.label import Label

SET = Label(labels=("in stock", "sold out", "+"), aliases={"gone": "sold out"})


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ("sold out", None),
        ('"Sold_Out".', None),
        (" SOLD-OUT\n", None),
        ("Gone!", None),
        ("in stock", "wrong_label"),
        ("+", "wrong_label"),
        ("nearly sold out", "unknown_label"),
        ("sold out because " * 20, "unknown_label"),
    ],
)
def test_labels_of_a_set(answer: str, kind: str | None, context: ScoringContext) -> None:
    score = SET.score(Answer(text=answer), Answer(text="sold out"), context)
    assert [finding.kind for finding in score.findings] == ([kind] if kind else [])
    assert score.value == (0.0 if kind else 1.0)


def test_a_reference_outside_the_set_tells_nothing_unless_the_answer_is_the_same(
    context: ScoringContext,
) -> None:
    reference = Answer(text="unheard of")
    assert SET.score(Answer(text="sold out"), reference, context).value is None
    assert SET.score(Answer(text="Unheard of."), reference, context).value == 1.0


def test_without_a_set_any_label_is_allowed(context: ScoringContext) -> None:
    assert Label().score(Answer(text="Blue."), Answer(text="blue"), context).right
    wrong = Label().score(Answer(text="red"), Answer(text="blue"), context)
    assert wrong.findings[0].kind == "wrong_label"


def test_a_set_must_make_sense() -> None:
    with pytest.raises(ValueError, match='labels: "a b" and "A-B" cannot be told apart'):
        Label(labels=("a b", "A-B"))
    with pytest.raises(ValueError, match='"x" stands for "y", which is not among the labels'):
        Label(labels=("a",), aliases={"x": "y"})
