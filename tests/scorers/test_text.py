import pytest

from harness.domain.chat import Answer
from harness.scorers.base import ScoringContext
from harness.scorers.text import Text


def test_alike_texts_pass_and_others_have_a_finding(context: ScoringContext) -> None:
    reference = Answer(text="The parcel arrives on Monday.")
    assert Text().score(Answer(text="The  parcel arrives\non Monday."), reference, context).value == 1.0
    near = Text().score(Answer(text="The parcel arrives on Sunday."), reference, context)
    assert near.value is not None
    assert 0.85 < near.value < 0.95
    far = Text().score(Answer(text="xyz"), reference, context)
    assert far.value == 0.0
    assert far.findings[0].kind == "text_differs"


def test_pass_at_moves_the_line(context: ScoringContext) -> None:
    pair = Answer(text="abcd"), Answer(text="abce")
    assert Text(pass_at=0.7).score(*pair, context).right
    assert not Text(pass_at=0.9).score(*pair, context).right
    with pytest.raises(ValueError, match="pass_at must lie above 0 and be 1 at most"):
        Text(pass_at=1.5)


def test_of_a_huge_text_the_start_is_compared(context: ScoringContext) -> None:
    score = Text().score(Answer(text="a" * 150_000), Answer(text="a" * 150_000 + "b"), context)
    assert score.reason == "100% alike in the first 100000 characters."
