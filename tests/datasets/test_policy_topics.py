import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from recorded_data import rows

FOLDER = Path(__file__).resolve().parents[2] / "datasets" / "policy-topics"


@pytest.fixture(scope="module")
def records() -> list[dict[str, Any]]:
    return rows("policy-topics", "records.jsonl.gz")


@pytest.fixture(scope="module")
def outputs() -> dict[str, dict[str, str]]:
    return {row["custom_id"]: row["outputs"] for row in rows("policy-topics", "outputs.jsonl.gz")}


PUBLISHED = json.loads((FOLDER / "published_scores.json").read_text(encoding="utf-8"))["by_language"]


@pytest.mark.parametrize("language", sorted(PUBLISHED))
def test_the_accuracies_are_the_published_ones(
    language: str, records: list[dict[str, Any]], outputs: dict[str, dict[str, str]]
) -> None:
    mine = [record for record in records if record["tags"]["language"] == language]
    for model, published in PUBLISHED[language].items():
        right = sum(outputs[record["custom_id"]][model] == record["expected"] for record in mine)
        assert published["n"] == len(mine)
        assert round(right / len(mine), 4) == published["published_accuracy"], model


def test_there_are_5379_acts_in_six_languages(records: list[dict[str, Any]]) -> None:
    languages = Counter(record["tags"]["language"] for record in records)
    assert languages == {"en": 926, "fr": 461, "es": 339, "it": 684, "nl": 703, "da": 2266}
    assert len({record["custom_id"] for record in records}) == 5379


def test_every_model_has_an_answer_to_every_act(
    records: list[dict[str, Any]], outputs: dict[str, dict[str, str]]
) -> None:
    labels = json.loads((FOLDER / "labels.json").read_text(encoding="utf-8"))
    assert Counter(record["expected"] for record in records)["29"] == 2
    assert {record["expected"] for record in records} == {*labels, "29"}
    assert {record["tags"]["topic"] for record in records if "topic" in record["tags"]} == set(
        labels.values()
    )
    assert outputs.keys() == {record["custom_id"] for record in records}
    answers = Counter(answer for by_model in outputs.values() for answer in by_model.values())
    assert sum(answers.values()) == 6 * 5379
    assert set(answers) - set(labels) == {"99"}


def test_no_two_prompts_are_the_same(records: list[dict[str, Any]]) -> None:
    assert len({json.dumps(record["body"]["messages"]) for record in records}) == len(records)


def test_the_prompt_lists_every_topic(records: list[dict[str, Any]]) -> None:
    system = records[0]["body"]["messages"][0]["content"]
    labels = json.loads((FOLDER / "labels.json").read_text(encoding="utf-8"))
    assert all(f"\n{code} {topic}\n" in system for code, topic in labels.items())
