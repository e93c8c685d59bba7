import json
import time

import pytest
from factories import record
from recorded_data import DATASETS, outputs, published, rows, scores

from harness import Answer, ScoringContext
from harness.domain.score import Score
from harness.scorers.build import build_scorer
from harness.testing import check_scorer

NAME = "claims-packets"
PUBLISHED: dict[str, dict[str, float]] = published(NAME)["models"]
# Upstream has its own tables for these two; SOURCE.md says which values they make equal.
NOT_REPRODUCED = {
    ("gpt-5.5", "ifta_multisection_return_001"),
    ("claude-opus-4-8", "ifta_multisection_return_001"),
    ("claude-opus-4-8", "multihop_012_001_crosspage"),
}
TABLE = {"use": "scorer.py:ExactRecords"}
CONTEXT = ScoringContext(record=record(tags={"language": "en-US"}), seed=7)


@pytest.fixture(scope="module")
def recall() -> dict[str, dict[str, Score]]:
    return scores(NAME, list(PUBLISHED), "exact_records")


@pytest.mark.parametrize("model", PUBLISHED)
def test_the_recall_is_the_published_one(model: str, recall: dict[str, dict[str, Score]]) -> None:
    assert recall[model].keys() == PUBLISHED[model].keys()
    differ = set()
    for document, score in recall[model].items():
        assert score.value is not None
        if round(score.value, 4) != PUBLISHED[model][document]:
            differ.add((model, document))
            assert score.value == 0.0
    assert differ == {one for one in NOT_REPRODUCED if one[0] == model}
    assert {document for _, document in NOT_REPRODUCED} == published(NAME)["not_reproduced"].keys()


def test_a_frontier_system_returned_8_of_260_records(recall: dict[str, dict[str, Score]]) -> None:
    score = recall["gpt-5.5"]["driver_mvr_packet_001"]
    assert score.reason == "8 of 260 records are right; 8 were given."
    assert score.right is False
    assert [finding.kind for finding in score.findings] == ["line_missing"] * 252
    assert score.findings[0].note == "8 of 260 records are right: 252 left out, 0 changed, 0 invented."
    assert score.findings[0].path == "[1]"


def test_its_second_run_is_right(recall: dict[str, dict[str, Score]]) -> None:
    runs = outputs(NAME)["driver_mvr_packet_001"]["gpt-5.5"]
    expected = next(one["expected"] for one in rows(NAME, "records.jsonl.gz") if _is_first(one))
    assert [len(json.loads(run)) for run in runs] == [8, 260]
    assert _scored(runs[1], json.dumps(expected)).value == 1.0


def test_how_many_documents_are_right(recall: dict[str, dict[str, Score]]) -> None:
    right = {model: sum(score.right is True for score in scored.values()) for model, scored in recall.items()}
    assert right == {"gpt-5.5": 10, "claude-opus-4-8": 13, "ternary-bonsai-27b": 0}


def test_760_lines_are_matched_in_seconds() -> None:
    named = build_scorer({"use": "json_fields", "tolerance": 0.005}, DATASETS / NAME)
    # The slowest of all: 42 wrong lines against 760, so each is tried as a merger of others.
    record_line = next(
        one for one in rows(NAME, "records.jsonl.gz") if one["custom_id"] == "ifta_tax_summary_001"
    )
    answer = Answer(text=outputs(NAME)["ifta_tax_summary_001"]["ternary-bonsai-27b"])
    started = time.process_time()
    score = named.scorer.score(answer, Answer(text=json.dumps(record_line["expected"])), CONTEXT)
    assert time.process_time() - started < 10  # about 1 s
    assert score.reason.endswith("188 of 9120 fields are right.")


@pytest.mark.slow
def test_json_fields_sees_the_same_lines_left_out() -> None:
    fields = scores(NAME, ["gpt-5.5", "ternary-bonsai-27b"], "json_fields")
    missing = fields["gpt-5.5"]["driver_mvr_packet_001"]
    assert missing.reason == "Line item missing at [1], and 251 more; 80 of 2600 fields are right."
    assert all(score.value is not None for scored in fields.values() for score in scored.values())


def test_there_are_15_documents_with_7249_records_and_prompts_differ() -> None:
    records = rows(NAME, "records.jsonl.gz")
    assert sum(len(one["expected"]) for one in records) == 7249
    assert {one["tags"]["language"] for one in records} == {"en-US"}
    assert len({json.dumps(one["body"]["messages"]) for one in records}) == len(records) == 15
    for one in records:
        system = one["body"]["messages"][0]["content"]
        assert all(field in system for field in one["expected"][0])
        answers = outputs(NAME)[one["custom_id"]]
        assert answers.keys() == PUBLISHED.keys()
        assert len(answers["gpt-5.5"]) == 2
    size = sum(file.stat().st_size for file in (DATASETS / NAME).iterdir() if file.is_file())
    assert size < 3_000_000


@pytest.mark.parametrize(
    ("answer", "expected", "value", "kinds"),
    [
        ([{"a": "($1,234.50)"}], [{"a": -1234.5}], 1.0, []),
        ([{"a": "2026-01-31", "b": None}], [{"a": "01/31/2026", "b": ""}], 1.0, []),
        ([{"a": "  Total  DUE"}], [{"a": "total due"}], 1.0, []),
        ([{"a": 0.1 + 0.2}], [{"a": "0.3"}], 1.0, []),
        ([{"a": "-0.00"}], [{"a": 0}], 1.0, []),
        ([{"a": "007"}], [{"a": "7"}], 0.0, ["line_missing", "line_invented"]),  # an id is no number
        ([{"a": 2}, {"a": 1}], [{"a": 1}, {"a": 2}], 1.0, []),
        ([{"a": 1}, {"a": 1}], [{"a": 1}], 1.0, ["line_invented"]),  # recall does not see it
        ([{"a": 1}], [{"a": 1}, {"a": 1}], 0.5, ["line_missing"]),
        ([{"a": 1, "b": 2, "c": 9}], [{"a": 1, "b": 2, "c": 3}], 0.0, ["wrong_value"]),
        ([{"a": 1, "b": 2}], [{"a": 1, "b": 2, "c": 3}], 0.0, ["field_missing"]),
        ({"a": 1}, [{"a": 1}], 0.0, ["invalid_json"]),
    ],
)
def test_what_makes_a_record_exact(answer: object, expected: object, value: float, kinds: list[str]) -> None:
    score = _scored(json.dumps(answer), json.dumps(expected))
    assert score.value == value
    assert [finding.kind for finding in score.findings] == kinds


def test_the_scorer_keeps_every_promise() -> None:
    check_scorer(build_scorer(TABLE, DATASETS / NAME).scorer)


@pytest.mark.parametrize(
    "text",
    [
        json.dumps([{f"f{n}": n} for n in range(20_000)]),
        json.dumps([{"a": "x", "b": n} for n in range(20_000)]),
        json.dumps([{f"f{m}": m + n for m in range(200)} for n in range(500)]),
        json.dumps([{"a": "9" * 1_000_000}]),
        "[" * 100_000 + "]" * 100_000,
        "[" + "1," * 100_000 + "1]",
    ],
    ids=range(6),
)
@pytest.mark.timeout(60)
def test_long_answers_and_references_are_bounded(text: str) -> None:
    other = json.dumps([{"a": "x", "b": -n} for n in range(20_000)])
    assert _scored(text, other).value is None
    assert _scored(other, text).value in (0.0, None)
    assert _scored(other, json.dumps([{"a": "x", "b": 1}])).value == 0.0
    assert (_scored(text, json.dumps([{"a": "x", "b": n} for n in range(4_000, 9_000)])).value or 0.0) <= 0.2


def _is_first(one: dict[str, str]) -> bool:
    return one["custom_id"] == "driver_mvr_packet_001"


def _scored(answer: str, expected: str) -> Score:
    named = build_scorer(TABLE, DATASETS / NAME)
    return named.scorer.score(Answer(text=answer), Answer(text=expected), CONTEXT)
