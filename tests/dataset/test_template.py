import runpy
import tomllib
from pathlib import Path

import pytest
from factories import record

from harness.dataset.manifest import DatasetSettings, find_dataset, new_dataset
from harness.dataset.reader import check_records
from harness.domain.chat import Answer
from harness.errors import DatasetError
from harness.scorers.base import ScoringContext


def test_a_new_dataset_is_found_checked_and_complete(tmp_path: Path) -> None:
    root = tmp_path / "datasets"
    folder = new_dataset(root, "my-tickets")
    assert find_dataset("my-tickets", root) == folder
    assert sorted(entry.name for entry in folder.iterdir()) == [
        "SOURCE.md",
        "dataset.toml",
        "records.jsonl",
        "scorer.py",
    ]
    facts = check_records(folder)
    assert (facts.records, facts.with_expected, facts.with_recorded) == (2, 2, 1)
    table = tomllib.loads((folder / "dataset.toml").read_text(encoding="utf-8"))
    settings = DatasetSettings(**table["dataset"])
    assert settings.workload == "my-tickets"
    assert set(settings.slices) <= set(facts.tags)
    assert [entry.name for entry in root.iterdir()] == ["my-tickets"]


@pytest.mark.parametrize(
    ("said", "right", "verdict"),
    [("Billing.", "billing", True), ("other", "billing", False), ("", "billing", False), ("x", "", None)],
)
def test_its_scorer_works(tmp_path: Path, said: str, right: str, verdict: bool | None) -> None:
    names = runpy.run_path(str(new_dataset(tmp_path, "x") / "scorer.py"))
    context = ScoringContext(record=record(), seed=1)
    assert names["first_word"](Answer(text=said), Answer(text=right), context) is verdict


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    with pytest.raises(DatasetError, match="x is already there") as caught:
        new_dataset(tmp_path, "x")
    assert caught.value.hint == "Choose another name; nothing is overwritten."


@pytest.mark.parametrize("name", ["", "../x", "Big", "-x", "a_b", "x" * 65, "a/b", "ü"])
def test_other_names_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(DatasetError, match="cannot name a dataset") as caught:
        new_dataset(tmp_path, name)
    assert "small letters, digits and hyphens" in caught.value.hint
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DatasetError, match="x: cannot be written: Not a directory"):
        new_dataset(tmp_path / "file", "x")
