import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from factories import record

from harness.analysis.features import features_of
from harness.analysis.features.catalog import FEATURES
from harness.domain.chat import ChatRequest
from harness.domain.observation import Timing

ROOT = Path(__file__).parents[3]


def asked(messages: list[dict[str, Any]], **parameters: Any) -> ChatRequest:
    return ChatRequest(body={"messages": messages, **parameters})


def test_instructions_are_counted_apart_from_what_they_are_about() -> None:
    messages = [
        {"role": "system", "content": "Extrahiere bitte die Rechnung genau und vollständig"},
        {"role": "user", "content": "Invoice of the week: five pallets of mineral water for London"},
    ]
    found = features_of(record(request=asked(messages)))
    assert found["instructions"] == len(messages[0]["content"])
    assert found["length"] == len(messages[1]["content"])
    assert (found["language"], found["messages"]) == ("en", 2)


def test_images_tools_and_the_schema_of_the_answer() -> None:
    content = [{"type": "text", "text": "read this"}, {"type": "image_url", "image_url": {"url": "data:,"}}]
    schema = {
        "properties": {
            "total": {"type": "number"},
            "lines": {"type": "array", "items": {"properties": {"a": {}, "b": {}}}},
        }
    }
    request = asked(
        [{"role": "user", "content": content}],
        tools=[{"type": "function"}],
        response_format={"type": "json_schema", "json_schema": {"schema": schema}},
    )
    found = features_of(record(request=request))
    assert (found["images"], found["tools"], found["answer_fields"], found["length"]) == (1, 1, 4, 10)


def test_the_schema_of_the_invoices_has_its_fields() -> None:
    with gzip.open(ROOT / "datasets/invoices/records.jsonl.gz", "rt", encoding="utf-8") as lines:
        body = json.loads(next(lines))["body"]
    text = json.dumps(body["response_format"])
    found = features_of(record(request=ChatRequest(body=body)))
    assert found["answer_fields"] == 21
    assert text.count('"properties"') == 5


def test_tags_are_features() -> None:
    found = features_of(record(tags={"kind": "credit_note", "pages": "3"}))
    assert (found["tag:kind"], found["tag:pages"]) == ("credit_note", "3")


def test_a_tag_that_is_a_date_gives_day_weekday_and_hour() -> None:
    found = features_of(
        record(tags={"issued": "2024-03-12", "sent": "2024-03-12T17:05:00Z", "ref": "2024-99-99"})
    )
    assert (found["tag:issued/day"], found["tag:issued/weekday"]) == (738_957, "Tuesday")
    assert "tag:issued/hour" not in found
    assert "tag:issued" not in found
    assert found["tag:sent/hour"] == 17
    assert found["tag:ref"] == "2024-99-99"


def test_the_time_of_the_recorded_call() -> None:
    found = features_of(record(recorded_timing=Timing(started_at_s=1_710_263_100.0)))
    assert (found["sent/day"], found["sent/weekday"], found["sent/hour"]) == (738_957, "Tuesday", 17)


@pytest.mark.parametrize("moment", [float("inf"), float("nan"), 1e300, -1e300])
def test_an_impossible_time_is_no_time(moment: float) -> None:
    assert "sent/day" not in features_of(record(recorded_timing=Timing(started_at_s=moment)))


def test_answers_are_never_looked_at() -> None:
    assert features_of(record(expected="five")) == features_of(record(expected=None))


@pytest.mark.parametrize(
    "parameters",
    [
        {"tools": "no list"},
        {"response_format": "json"},
        {"response_format": {"json_schema": [1]}},
        {"response_format": {"json_schema": {"schema": {"properties": [], "items": 5}}}},
    ],
)
def test_a_request_that_is_built_oddly_has_none(parameters: dict[str, Any]) -> None:
    found = features_of(record(request=asked([{"role": "user", "content": None}], **parameters)))
    assert (found["tools"], found["answer_fields"]) == (0, 0)


def test_a_schema_that_nests_without_end_is_cut() -> None:
    schema: dict[str, Any] = {}
    schema["properties"] = {"a": schema}
    wide: dict[str, Any] = {"properties": {str(place): {"properties": {"x": {}}} for place in range(10_000)}}
    for hostile in (schema, wide):
        response_format = {"json_schema": {"schema": hostile}}
        request = asked([{"role": "user", "content": "x"}], response_format=response_format)
        found = features_of(record(request=request))["answer_fields"]
        assert isinstance(found, float)
        assert found < 11_000


def test_every_automatic_feature_is_in_the_catalogue_and_on_the_page() -> None:
    known = {feature.name for feature in FEATURES}
    found = features_of(record(recorded_timing=Timing(started_at_s=0.0)))
    assert set(found) == known
    page = (ROOT / "docs" / "slices.md").read_text(encoding="utf-8")
    assert [
        feature.name for feature in FEATURES if f"| `{feature.name}` | {feature.meaning} |" not in page
    ] == []


def test_a_tagged_language_is_not_told_again() -> None:
    text = "The goods shall be delivered within thirty days of the date of this agreement."
    assert features_of(record("r1", text))["language"] == "en"
    tagged = features_of(record("r1", text, tags={"language": "fr"}))
    assert (tagged["language"], tagged["tag:language"]) == (None, "fr")
