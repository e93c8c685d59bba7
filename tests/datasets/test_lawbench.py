"""enquiry-routing and entity-extraction: tasks 2-4 and 2-6 of LawBench."""

import json
from pathlib import Path

import pytest
from factories import record
from recorded_data import DATASETS, mean_value, outputs, published, rows, scores, share_right

from harness import Answer, ScoringContext
from harness.domain.score import Score
from harness.scorers.build import build_scorer
from harness.testing import check_scorer

ROUTING, ENTITIES = "enquiry-routing", "entity-extraction"
PUBLISHED_ROUTING: dict[str, float] = published(ROUTING)["models"]
PUBLISHED_ENTITIES: dict[str, float] = published(ENTITIES)["models"]
USES = [(ROUTING, "published"), (ROUTING, "strict"), (ENTITIES, "SoftF1"), (ENTITIES, "exact")]


@pytest.fixture(scope="module")
def routed() -> dict[str, dict[str, Score]]:
    return scores(ROUTING, list(PUBLISHED_ROUTING), "published")


@pytest.fixture(scope="module")
def extracted() -> dict[str, dict[str, Score]]:
    return scores(ENTITIES, list(PUBLISHED_ENTITIES), "soft_f1")


@pytest.mark.parametrize("model", PUBLISHED_ROUTING)
def test_the_accuracies_are_the_published_ones(model: str, routed: dict[str, dict[str, Score]]) -> None:
    assert len(routed[model]) == 500
    assert round(share_right(routed[model]), 3) == PUBLISHED_ROUTING[model]


@pytest.mark.parametrize("model", PUBLISHED_ENTITIES)
def test_the_soft_f1_is_the_published_one(model: str, extracted: dict[str, dict[str, Score]]) -> None:
    scored = extracted[model]
    # Upstream counts a refusal as right where no entity is expected; the harness never does.
    refused = [name for name, score in scored.items() if _kinds(score) == ["refusal"]]
    expected = {one["custom_id"]: one["expected"] for one in rows(ENTITIES, "records.jsonl.gz")}
    forgiven = sum(not expected[name] for name in refused)
    assert len(scored) == 500
    assert forgiven == (1 if model == "llama-2-70b-chat" else 0)
    assert round(mean_value(scored) + forgiven / 500, 4) == PUBLISHED_ENTITIES[model]


def test_two_models_never_keep_the_format_of_the_prompt() -> None:
    strict = scores(ROUTING, list(PUBLISHED_ROUTING), "strict")
    assert {model: round(500 * share_right(scored)) for model, scored in strict.items()} == {
        "gpt-4": 219,
        "gpt-3.5-turbo-0613": 201,
        "freewilly2-70b": 195,
        "llama-2-70b-chat": 0,
        "qwen-7b-chat": 125,
        "internlm-chat-7b-8k": 0,
    }
    assert all(_kinds(score) == ["wrong_format"] for score in strict["llama-2-70b-chat"].values())


def test_few_answers_have_every_entity_exactly(extracted: dict[str, dict[str, Score]]) -> None:
    exact = scores(ENTITIES, ["gpt-4", "freewilly2-70b"], "exact")
    assert {model: round(500 * share_right(scored)) for model, scored in exact.items()} == {
        "gpt-4": 69,
        "freewilly2-70b": 40,
    }
    for model, scored in exact.items():
        assert all(extracted[model][name].right for name, score in scored.items() if score.right)


@pytest.mark.parametrize("dataset", [ROUTING, ENTITIES])
def test_every_model_has_an_answer_to_every_record_and_prompts_differ(dataset: str) -> None:
    records = rows(dataset, "records.jsonl.gz")
    assert outputs(dataset).keys() == {one["custom_id"] for one in records}
    assert all(set(by_model) == set(PUBLISHED_ROUTING) for by_model in outputs(dataset).values())
    assert all(isinstance(text, str) for by_model in outputs(dataset).values() for text in by_model.values())
    assert len({json.dumps(one["body"]["messages"]) for one in records}) == len(records) == 500


def test_each_category_is_translated() -> None:
    labels = json.loads((DATASETS / ROUTING / "labels.json").read_text("utf-8"))
    records = rows(ROUTING, "records.jsonl.gz")
    assert {one["tags"]["category"] for one in records} == set(labels.values())
    prompt = records[0]["body"]["messages"][0]["content"]
    assert len(labels) == 20
    assert "、".join(labels) in prompt


@pytest.mark.parametrize(
    ("use", "answer", "kinds"),
    [
        ("published", "[类别]侵权<eoa>", []),
        ("published", "I think it is 侵权.", []),
        ("published", "侵权、公司法", ["label_surplus"]),
        ("published", "公司法", ["wrong_label"]),
        ("published", "其他", ["unknown_label"]),
        ("strict", "[类别]侵权<eoa>\n", []),
        ("strict", "[类别] 侵权 <eoa>", []),
        ("strict", "侵权<eoa>", ["wrong_format"]),
        ("strict", "[类别]公司法<eoa>", ["wrong_label"]),
        ("strict", "[类别]其他<eoa>", ["unknown_label"]),
    ],
)
def test_what_each_reading_of_a_category_accepts(use: str, answer: str, kinds: list[str]) -> None:
    assert _kinds(_scored(ROUTING, use, answer, "侵权")) == kinds


@pytest.mark.parametrize(
    ("answer", "expected", "value", "kinds"),
    [
        ("受害人\uff1a李某\n时间\uff1a昨天", {"受害人": "李某", "时间": "昨天"}, 1.0, []),
        ("时间: 无\n受害人: “李某”", {"受害人": "李某"}, 1.0, []),
        ("受害人:李某", {"受害人": "李某", "时间": "昨天"}, 2 / 3, ["field_missing"]),
        ("受害人:李某\n地点:家中", {"受害人": "李某"}, 2 / 3, ["field_invented"]),
        ("受害人:失主李某", {"受害人": "李某"}, 2 / 3, ["text_differs"]),
        ("受害人:张某\n受害人:李某", {"受害人": "李某"}, 1.0, []),  # the last mention counts
        ("没有实体", {}, 1.0, []),
        ("没有实体", {"受害人": "李某"}, 0.0, ["field_missing"]),
        ("受害人:李某", {}, 0.0, ["field_invented"]),
    ],
)
def test_how_entities_are_weighed(
    answer: str, expected: dict[str, str], value: float, kinds: list[str]
) -> None:
    score = _scored(ENTITIES, "SoftF1", answer, json.dumps(expected, ensure_ascii=False))
    assert score.value == pytest.approx(value)
    assert _kinds(score) == kinds


@pytest.mark.parametrize(("dataset", "use"), USES)
def test_the_scorers_keep_every_promise(dataset: str, use: str) -> None:
    check_scorer(build_scorer({"use": f"scorer.py:{use}"}, DATASETS / dataset).scorer)


@pytest.mark.parametrize(
    "text",
    [
        "时间:" * 30_000,
        "时间: " * 30_000,
        "受害人:" + "某" * 2_000_000,
        "[类别]" * 40_000,
        "侵权" * 2_000_000,
    ],
    ids=range(5),
)
@pytest.mark.timeout(5)
def test_long_texts_cost_no_more_than_their_length(text: str) -> None:
    for dataset, use in USES:
        assert (
            _scored(dataset, use, text, "侵权" if dataset == ROUTING else '{"地点": "家"}').value is not None
        )


def _scored(dataset: str, use: str, answer: str, expected: str) -> Score:
    named = build_scorer({"use": f"scorer.py:{use}"}, Path(DATASETS / dataset))
    context = ScoringContext(record=record(), seed=7)
    return named.scorer.score(Answer(text=answer), Answer(text=expected), context)


def _kinds(score: Score) -> list[str]:
    return [finding.kind for finding in score.findings]
