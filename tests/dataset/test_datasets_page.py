"""The examples of docs/datasets.md work as they stand."""

import json
import re
from pathlib import Path

import pytest

from harness.dataset.reader import check_records, read_records

PAGE = (Path(__file__).parents[2] / "docs" / "datasets.md").read_text(encoding="utf-8")


def block(language: str) -> str:
    found = re.search(f"```{language}\n(.*?)```", PAGE, re.DOTALL)
    assert found
    return found[1]


def test_the_example_records_are_read(tmp_path: Path) -> None:
    path = tmp_path / "records.jsonl"
    path.write_text(block("jsonl"), encoding="utf-8")
    facts = check_records(path)
    assert (facts.records, facts.with_expected, facts.with_recorded) == (5, 3, 1)
    second = list(read_records(path))[1]
    assert second.tags == {"language": "fr", "pages": "2", "vip": "false"}


def test_the_batch_join_makes_a_dataset(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    body = {"messages": [{"role": "user", "content": "x"}]}
    request = {"method": "POST", "url": "/v1/chat/completions", "body": body}
    Path("batch_input.jsonl").write_text(
        "".join(json.dumps({"custom_id": name, **request}) + "\n" for name in "abc"), encoding="utf-8"
    )
    answer = {"status_code": 200, "body": {"choices": [{"message": {"content": "y"}}]}}
    results = [
        {"custom_id": "b", "response": answer, "error": None},
        {"custom_id": "a", "response": {"status_code": 400, "body": None}},
        {"custom_id": "c", "response": None, "error": {"code": "batch_expired"}},
    ]
    Path("batch_output.jsonl").write_text("".join(json.dumps(r) + "\n" for r in results), encoding="utf-8")
    exec(compile(block("python"), "datasets.md", "exec"), {})  # noqa: S102 - our own page
    records = list(read_records(Path("records.jsonl")))
    assert [(r.id, r.recorded is not None) for r in records] == [("a", False), ("b", True), ("c", False)]
