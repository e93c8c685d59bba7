from pathlib import Path

import pytest

from harness.dataset.manifest import find_dataset, list_datasets
from harness.errors import DatasetError


def make(folder: Path, *files: str) -> Path:
    folder.mkdir(parents=True)
    for name in files:
        (folder / name).touch()
    return folder


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "datasets"
    make(root / "tickets", "dataset.toml", "records.jsonl.gz")
    make(root / "invoices", "dataset.toml", "records.jsonl")
    make(root / "bare", "records.jsonl")
    make(root / "hollow", "dataset.toml")
    make(root / "notes", "README")
    return root


def trouble(name: str, root: Path) -> DatasetError:
    with pytest.raises(DatasetError) as caught:
        find_dataset(name, root)
    return caught.value


def test_datasets_are_listed_by_name(root: Path, tmp_path: Path) -> None:
    assert list_datasets(root) == ("hollow", "invoices", "tickets")
    assert list_datasets(tmp_path / "no") == ()


def test_a_dataset_is_found_by_name_and_by_path(root: Path, tmp_path: Path) -> None:
    assert find_dataset("invoices", root) == root / "invoices"
    elsewhere = make(tmp_path / "My Data", "dataset.toml", "records.jsonl")
    assert find_dataset(str(elsewhere), root) == elsewhere
    assert find_dataset(f"{root}/tickets/", root) == root / "tickets"


def test_a_name_that_climbs_is_a_path(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path / "outside", "dataset.toml", "records.jsonl")
    monkeypatch.chdir(tmp_path / "datasets" / "notes")
    assert 'no dataset "../outside"' in trouble("../outside", root).message
    monkeypatch.chdir(root)
    assert find_dataset("../outside", root) == Path("../outside")
    for name in ("..", ".", "", "/"):
        trouble(name, root)


def test_an_unknown_name_gets_a_guess_and_the_list(root: Path, tmp_path: Path) -> None:
    error = trouble("invoice", root)
    assert error.message == 'there is no dataset "invoice"; did you mean "invoices"?'
    assert (
        error.hint == f"{root} holds: hollow, invoices, tickets. The path of a dataset folder works as well."
    )
    assert trouble("zzz", root).message == 'there is no dataset "zzz"'
    empty = trouble("zzz", tmp_path / "no")
    assert empty.message == f'there is no dataset "zzz"; {tmp_path}/no holds none'
    assert empty.hint == "Make one: `harness dataset new NAME`."


def test_incomplete_folders_are_told(root: Path) -> None:
    bare = trouble("bare", root)
    assert bare.message == f"{root}/bare has records but no dataset.toml"
    assert "harness dataset new NAME" in bare.hint
    assert trouble("notes", root).message == f"{root}/notes is not a dataset: it has no dataset.toml"
    hollow = trouble("hollow", root)
    assert hollow.message == f"{root}/hollow has a dataset.toml but no records.jsonl or records.jsonl.gz"
    file = trouble(f"{root}/invoices/records.jsonl", root)
    assert file.message == f"{root}/invoices/records.jsonl is a file, not a dataset folder"
    assert file.hint == f"Give the folder: {root}/invoices."
