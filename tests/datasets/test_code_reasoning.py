import json
import warnings

import pytest
from factories import record
from recorded_data import DATASETS, outputs, published, rows, scores, share_right

from harness import Answer, ScoringContext
from harness.domain.score import Score
from harness.plugins import load_local
from harness.scorers.build import build_scorer
from harness.testing import check_scorer

NAME = "code-reasoning"
PUBLISHED: dict[str, float] = published(NAME)["models"]
FOLDER = DATASETS / NAME


@pytest.fixture(scope="module")
def by_rule() -> dict[str, dict[str, Score]]:
    return scores(NAME, list(PUBLISHED), "published")


@pytest.fixture(scope="module")
def by_value() -> dict[str, dict[str, Score]]:
    return scores(NAME, list(PUBLISHED), "strict")


@pytest.mark.parametrize("model", PUBLISHED)
def test_the_accuracies_are_the_published_ones(model: str, by_rule: dict[str, dict[str, Score]]) -> None:
    assert len(by_rule[model]) == 800
    assert round(100 * share_right(by_rule[model]), 2) == PUBLISHED[model]


def test_a_program_that_uses_the_answers_sees_fewer_right_ones(by_value: dict[str, dict[str, Score]]) -> None:
    right = {model: round(800 * share_right(scored)) for model, scored in by_value.items()}
    assert right == {
        "gpt-4o-2024-08-06": 607,
        "claude-3-5-sonnet-20241022": 583,
        "llama-3.1-70b-instruct": 425,
        "qwen2.5-72b-instruct": 492,
        "mistral-large-2": 471,
        "deepseek-v2.5-0908": 376,
    }


def test_why_strict_answers_fail(by_value: dict[str, dict[str, Score]]) -> None:
    kinds = [score.findings[0].kind for score in by_value["deepseek-v2.5-0908"].values() if score.findings]
    assert {kind: kinds.count(kind) for kind in set(kinds)} == {
        "invalid_json": 6,
        "not_a_literal": 283,
        "wrong_value": 135,
    }


def test_every_model_has_an_answer_to_every_question_and_prompts_differ() -> None:
    records = rows(NAME, "records.jsonl.gz")
    assert outputs(NAME).keys() == {one["custom_id"] for one in records}
    assert {model for by_model in outputs(NAME).values() for model in by_model} == set(PUBLISHED)
    assert all(isinstance(text, str) for by_model in outputs(NAME).values() for text in by_model.values())
    assert len({json.dumps(one["body"]["messages"]) for one in records}) == len(records) == 800


def scored(use: str, answer: str, expected: str) -> Score:
    named = build_scorer({"use": f"scorer.py:{use}"}, FOLDER)
    reference = Answer(text=json.dumps({"answer": expected}))
    return named.scorer.score(Answer(text=answer), reference, ScoringContext(record=record(), seed=7))


@pytest.mark.parametrize(
    ("answer", "expected", "published_right", "strict_right"),
    [
        ('{"answer": "[1, 2]"}', "[1, 2]", True, True),
        ('```json\n{"answer": "[1, 2]"}\n```', "[1, 2]", True, True),
        ('{"answer": "[1,2]"}', "[1, 2]", False, True),  # the benchmark compares as written
        ('{"answer": "abc"}', "'abc'", True, False),  # not a literal: the assertion does not run
        ('{"answer": "12"}', "'12'", True, False),  # a number is no text
        ('{"answer": 12}', "12", True, True),
        ('{"reasoning": "a "quoted" word", "answer": "12"}', "12", True, False),  # broken JSON
        ('I think "answer": "12" is right.', "12", True, False),
        ('{"answer": "13"}', "12", False, False),
        ('{"reasoning": "and so on and so on', "12", False, False),
    ],
)
def test_what_each_reading_accepts(
    answer: str, expected: str, *, published_right: bool, strict_right: bool
) -> None:
    assert scored("published", answer, expected).right is published_right
    assert scored("strict", answer, expected).right is strict_right


@pytest.mark.parametrize("use", ["published", "strict"])
def test_the_scorers_keep_every_promise(use: str) -> None:
    check_scorer(build_scorer({"use": f"scorer.py:{use}"}, FOLDER).scorer)


HOSTILE = [
    "(" * 3_000,
    "[" * 150 + "]" * 150,
    "-" * 3_000 + "1",
    "1+" * 1_500 + "1",
    "9" * 3_900,
    "a" + ".a" * 1_900,
    "2" + "**2" * 1_300,
    "{**{}}",
    "__import__('os').system('true')",
    "1" + " if 1 else 1" * 300,
    "not " * 900 + "1",
    "'\\d'",
    "1if 1else 2",
    "lambda:" * 500 + "1",
    "f'{1}'",
    "[1]" * 1_300,
    "\x00",
    "\ud800",
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_texts_are_never_run_and_never_raise(text: str) -> None:
    literal = load_local(FOLDER, "scorer.py:literal")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = literal(text)
    assert found is None or isinstance(found.value, int | str | list)


@pytest.mark.parametrize(
    "text",
    [
        "```json\n" + " " * 190_000,
        '"answer":' * 20_000,
        '"answer": "' + "\\" * 190_000,
        '{"answer": "' + "x" * 5_000_000,
        "[" * 190_000,
    ],
    ids=range(5),
)
@pytest.mark.timeout(5)
def test_long_texts_cost_no_more_than_their_length(text: str) -> None:
    for use in ("published", "strict"):
        assert scored(use, text, "1").value == 0.0
