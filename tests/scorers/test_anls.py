"""ANLS* as its authors publish it."""

import json
from typing import Any

import pytest

from harness.domain.chat import Answer
from harness.scorers.anls import Anls, anls_star
from harness.scorers.base import ScoringContext
from harness.testing import check_scorer


@pytest.mark.parametrize(
    ("reference", "answer", "score"),
    [
        ("Hello World", "Hello Wrld", 0.9091),
        (
            {"a": ("hello", "world"), "b": ["this", "is", "a", "test"]},
            {"a": "hello!", "b": ["a", "test", "this", "be"]},
            0.7667,
        ),
    ],
)
def test_the_published_examples(reference: Any, answer: Any, score: float) -> None:
    assert anls_star(reference, answer) == pytest.approx(score, abs=5e-5)


@pytest.mark.parametrize(
    ("reference", "answer", "score"),
    [
        ({"a": "x"}, {"a": "x", "b": "made up"}, 1 / 2),
        ({"a": "x"}, {"a": "x", "b": None}, 1),
        ({"a": "x", "b": None}, {"a": "x"}, 1),
        ({"a": "x", "b": "y"}, {"a": "x"}, 1 / 2),
        ([{"a": "one", "b": "two"}, {"a": "red", "b": "sky"}], [{"a": "red", "b": "sky"}], 1 / 2),
        (["one"], ["sky", "one"], 1 / 2),
        ([], [], 1),
        ([], ["one"], 0),
        ("half of it", "xxlx ox xx", 0),
        ("text", ["text"], 0),
        (1284.5, "1284.5", 1),
    ],
)
def test_what_is_missing_or_made_up_costs(reference: Any, answer: Any, score: float) -> None:
    assert anls_star(reference, answer) == pytest.approx(score)


def test_answers_of_json_and_of_text(context: ScoringContext) -> None:
    wanted = Answer(text=json.dumps({"a": ["Hello World", "moon"]}))
    scorer = Anls(pass_at=0.96)
    good = scorer.score(Answer(text='{"a": ["moon", "Hello World"]}'), wanted, context)
    slip = scorer.score(Answer(text='{"a": ["moon", "Hello Wrld"]}'), wanted, context)
    assert (good.value, good.right, slip.right) == (1.0, True, False)
    assert slip.value == pytest.approx((1 + 10 / 11) / 2)
    assert [finding.kind for finding in slip.findings] == ["text_differs"]
    assert scorer.score(Answer(text="no idea"), wanted, context).value == 0.0
    assert scorer.score(Answer(text="hello  world"), Answer(text="Hello world"), context).value == 1.0


def test_too_many_values_are_not_compared(context: ScoringContext) -> None:
    many = Answer(text=json.dumps(["word"] * 1_000))
    assert Anls().score(many, many, context).value is None


def test_the_scorer_keeps_every_promise() -> None:
    check_scorer(Anls())
    with pytest.raises(ValueError, match="pass_at"):
        Anls(pass_at=0.0)
