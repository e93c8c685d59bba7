import json
import tomllib

import pytest
from factories import record
from recorded_data import DATASETS, outputs, published, rows, scores, share_right

from harness import Answer, ScoringContext
from harness.domain.score import Score
from harness.scorers.build import build_scorer, build_scorers
from harness.testing import check_scorer

NAME = "word-problems"
PUBLISHED: dict[str, float] = published(NAME)["models"]
FOLDER = DATASETS / NAME


@pytest.fixture(scope="module")
def by_rule() -> dict[str, dict[str, Score]]:
    return scores(NAME, list(PUBLISHED), "published")


@pytest.mark.parametrize("model", PUBLISHED)
def test_the_accuracies_are_the_published_ones(model: str, by_rule: dict[str, dict[str, Score]]) -> None:
    assert len(by_rule[model]) == 1319
    assert round(100 * share_right(by_rule[model]), 2) == PUBLISHED[model]


def test_a_program_that_uses_the_answers_sees_fewer_right_ones() -> None:
    strict = scores(NAME, list(PUBLISHED), "strict")
    assert {model: round(1319 * share_right(scored)) for model, scored in strict.items()} == {
        "gpt-4o-2024-08-06": 1267,
        "claude-3-5-sonnet-20241022": 1248,
        "llama-3.1-70b-instruct": 1114,
        "qwen2-72b-instruct": 1145,
        "mistral-large-2": 760,
        "deepseek-v2.5-0908": 1216,
    }
    llama, mistral = strict["llama-3.1-70b-instruct"], strict["mistral-large-2"]
    assert sum(score.findings[0].kind == "invalid_json" for score in llama.values() if score.findings) == 131
    assert (
        sum(score.findings[0].kind == "not_a_number" for score in mistral.values() if score.findings) == 524
    )


def test_every_model_has_an_answer_to_every_problem_and_prompts_differ() -> None:
    records = rows(NAME, "records.jsonl.gz")
    assert outputs(NAME).keys() == {one["custom_id"] for one in records}
    assert {model for by_model in outputs(NAME).values() for model in by_model} == set(PUBLISHED)
    assert all(isinstance(text, str) for by_model in outputs(NAME).values() for text in by_model.values())
    assert len({json.dumps(one["body"]["messages"]) for one in records}) == len(records) == 1319


def scored(name: str, answer: str, expected: str) -> Score:
    tables = tomllib.loads((FOLDER / "dataset.toml").read_text("utf-8"))["scorers"]
    named = next(one for one in build_scorers(tables, FOLDER) if one.name == name)
    reference = Answer(text=json.dumps({"answer": expected}))
    return named.scorer.score(Answer(text=answer), reference, ScoringContext(record=record(), seed=7))


@pytest.mark.parametrize(
    ("answer", "expected", "published_right", "strict_right"),
    [
        ('{"answer": "1,080"}', "1080", True, True),
        ('```json\n{"answer": 18.00}\n```', "18", True, True),
        ('{"answer": "-10"}', "-10", True, True),
        ('{"answer": "$18 a day"}', "18", True, False),
        ('{"answer": "4 blue and 6 red"}', "10", False, False),
        ('## Step 1: add\n{"answer": "18"}', "18", True, False),
        ('{"answer": "16"} No: {"answer": "18"}', "18", False, False),  # the first one counts
        ('{"answer": "Cannot be determined"}', "18", False, False),
        ('{"answer": "1801"}', "18", False, False),
        ("and so on and so on", "18", False, False),
    ],
)
def test_what_each_reading_accepts(
    answer: str, expected: str, *, published_right: bool, strict_right: bool
) -> None:
    assert scored("published", answer, expected).right is published_right
    assert scored("strict", answer, expected).right is strict_right


def test_the_scorer_keeps_every_promise() -> None:
    check_scorer(build_scorer({"use": "scorer.py:strict"}, FOLDER).scorer)


@pytest.mark.parametrize(
    "text",
    [
        '"answer": ' * 19_000,
        '"answer": "' + "1," * 90_000,
        '{"answer": ' + "9" * 190_000 + "}",
        '{"answer": "' + "-" * 190_000 + '"}',
        "[" * 190_000,
    ],
    ids=range(5),
)
@pytest.mark.timeout(5)
def test_long_texts_cost_no_more_than_their_length(text: str) -> None:
    for use in ("published", "strict"):
        assert scored(use, text, "1").value == 0.0
