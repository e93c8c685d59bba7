from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sandbox_data import INVOICE, line, write_lines

from harness.errors import DatasetError
from harness.sandbox.faults import as_text
from harness.sandbox.server import read_settings
from harness.sandbox.settings import ModelBehavior, SandboxSettings, Where
from harness.sandbox.sources import Source, SourceError, prompt_text

LABELS = SandboxSettings(models={"m": ModelBehavior(rates={"wrong_label": 1})})


def found_messages(text: str) -> list[dict[str, str]]:
    return [{"content": "Extract.", "role": "system"}, {"content": text, "role": "user"}]


def test_a_record_is_found_by_its_messages_in_any_key_order(simulated_dataset: Path) -> None:
    with Source(simulated_dataset, read_settings(simulated_dataset)) as source:
        found = source.find(found_messages("Invoice 7: 12,35"))
        assert found is not None
        assert found.id == "r7"
        assert source.find(found_messages("Invoice 7: 12,36")) is None
        assert source.play("right", found, found_messages("x"), 0).text == as_text(INVOICE)


def test_answers_and_attempts_are_counted_apart_per_model(simulated_dataset: Path) -> None:
    with Source(simulated_dataset, read_settings(simulated_dataset)) as source:
        found = source.find(found_messages("Invoice 7: 12,35"))
        assert found is not None
        assert [source.count_answer("right", found) for _ in range(300)] == [*range(255), *[255] * 45]
        assert source.count_answer("gone", found) == 0
        assert source.count_attempt("right", found) == 0


def test_labels_are_the_expected_answers_of_the_dataset(tmp_path: Path) -> None:
    write_lines(tmp_path / "records.jsonl", [line(f"r{n}", f"t{n}", str(n % 3)) for n in range(9)])
    with Source(tmp_path, LABELS) as source:
        messages = found_messages("t1")
        played = source.play("m", source.find(messages), messages, 0)
    assert played.text in {"0", "2"}


def test_a_label_can_be_a_field_and_be_taken_for_certain_others(tmp_path: Path) -> None:
    routes = ("legal", "claims", "finance", "legal")
    write_lines(
        tmp_path / "records.jsonl",
        [line(f"r{n}", f"t{n}", {"route": route, "why": "x"}) for n, route in enumerate(routes)],
    )
    settings = replace(LABELS, label_field="route", confused={"legal": ("finance",)})
    with Source(tmp_path, settings) as source:
        answers = [
            source.play("m", source.find(found_messages(f"t{n}")), found_messages(f"t{n}"), 0).text
            for n in range(4)
        ]
    assert answers[0] == answers[3] == '{"route":"finance","why":"x"}'
    assert answers[1] in {'{"route":"legal","why":"x"}', '{"route":"finance","why":"x"}'}


def test_tags_decide_where_a_model_is_worse(tmp_path: Path) -> None:
    rows = [{**line(f"r{n}", f"t{n}", "a"), "tags": {"pages": n, "scan": n == 3}} for n in range(4)]
    write_lines(tmp_path / "records.jsonl", [*rows, {**line("r4", "t4", "a"), "tags": {"pages": [4]}}])
    where = Where(tags={"scan": ("true",)}, above={"pages": 2}, rates={"empty": 1})
    with Source(tmp_path, SandboxSettings(models={"m": ModelBehavior(where=(where,))})) as source:
        found = [source.find(found_messages(f"t{n}")) for n in range(5)]
        assert [source.play("m", one, [], 0).text for one in found[:4]] == ["a", "a", "a", ""]
        with pytest.raises(SourceError, match='tag "pages" must be a string') as caught:
            source.play("m", found[4], [], 0)
        assert caught.value.status == 422


@pytest.mark.parametrize("expected", ["x" * 101, {"a": 1}])
def test_other_answers_are_no_labels(tmp_path: Path, expected: object) -> None:
    write_lines(tmp_path / "records.jsonl", [line("r1", "t1", expected), line("r2", "t2", "b")])
    with Source(tmp_path, LABELS) as source:
        messages = found_messages("t1")
        assert source.play("m", source.find(messages), messages, 0).planted == ()


def test_equal_prompts_are_counted(tmp_path: Path) -> None:
    write_lines(tmp_path / "records.jsonl", [line("r1", "t", "a"), line("r2", "t", "b")])
    with Source(tmp_path, LABELS) as source:
        assert (source.records, source.duplicates) == (2, 1)
        found = source.find(found_messages("t"))
        assert found is not None
        assert found.id == "r1"


def test_recorded_answers(recorded_dataset: Path) -> None:
    with Source(recorded_dataset, read_settings(recorded_dataset)) as source:
        assert source.models == ["a", "b"]
        assert source.behavior("a").rates == {}
        messages = found_messages("Act 2")
        played = source.play("a", source.find(messages), messages, 0)
        assert (played.text, played.finish_reason) == ("6", "length")
        with pytest.raises(SourceError, match="does not exist; there is a, b"):
            source.behavior("c")
        with pytest.raises(SourceError, match="not in the recording"):
            source.play("a", None, [], 0)


@pytest.mark.parametrize(
    ("records", "outputs", "message"),
    [
        ([{"custom_id": "r"}], [], "lacks `custom_id` or `body.messages`"),
        ([line("r", "t", "a")], [{"custom_id": "r"}], "lacks `outputs`"),
    ],
)
def test_wrong_lines_are_told(
    tmp_path: Path, records: list[dict[str, Any]], outputs: list[dict[str, Any]], message: str
) -> None:
    write_lines(tmp_path / "records.jsonl", records)
    write_lines(tmp_path / "o.jsonl", outputs)
    with pytest.raises(DatasetError, match=message):
        Source(tmp_path, SandboxSettings(source="recorded", outputs="o.jsonl"))


def test_the_prompt_is_the_text_of_all_messages() -> None:
    parts = [{"type": "text", "text": "b"}, {"type": "image_url"}, "x"]
    assert prompt_text([{"content": "a"}, {"content": parts}, {"content": None}, 3]) == "a\nb\n\n"
    assert prompt_text("no list") == ""


def test_a_repeated_call_gets_the_next_recorded_run(tmp_path: Path) -> None:
    write_lines(tmp_path / "records.jsonl", [line("r", "t", "a"), line("s", "u", "a")])
    runs = ["first", {"content": "second", "finish_reason": "length"}, None]
    write_lines(
        tmp_path / "o.jsonl",
        [{"custom_id": "r", "outputs": {"m": runs[:2]}}, {"custom_id": "s", "outputs": {"m": runs[2:]}}],
    )
    with Source(tmp_path, SandboxSettings(source="recorded", outputs="o.jsonl")) as source:
        found = source.find(found_messages("t"))
        played = [source.play("m", found, found_messages("t"), repeat) for repeat in (0, 1, 2, 255)]
        assert [one.text for one in played] == ["first", "second", "second", "second"]
        assert [one.finish_reason for one in played] == ["stop", "length", "length", "length"]
        with pytest.raises(SourceError, match="failed"):
            source.play("m", source.find(found_messages("u")), found_messages("u"), 0)
