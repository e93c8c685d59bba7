import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from harness.errors import RunNotFound, StoreError
from harness.store.layout import RunDirectory, find_run, list_runs, new_run_id, point_latest, run_directory

IDS = ("20261123-182219-3f2a", "20261124-090000-aaaa")


@pytest.fixture
def reports(tmp_path: Path) -> Path:
    reports = tmp_path / "reports"
    for run_id in IDS:
        run_directory(reports, "invoices", run_id).create().run.write_text("{}", encoding="utf-8")
    point_latest(RunDirectory(reports / "invoices" / IDS[1]))
    run_directory(reports, "tickets", IDS[0]).create().run.write_text("{}", encoding="utf-8")
    return reports


def trouble(reports: Path, reference: str) -> RunNotFound:
    with pytest.raises(RunNotFound) as caught:
        find_run(reports, reference)
    assert caught.value.exit_code == 2
    return caught.value


def test_every_file_has_its_place() -> None:
    run = RunDirectory(Path("reports/invoices/20261123-182219-3f2a"))
    assert (run.name, run.dataset, run.run_id) == ("invoices/20261123-182219-3f2a", "invoices", IDS[0])
    files = (run.run, run.journal, run.manifest, run.pairs, run.scores, run.analysis, run.report)
    assert {file.parent for file in files} == {run.path}
    assert [file.name for file in files] == [
        "run.json",
        "journal.jsonl",
        "manifest.json",
        "pairs.parquet",
        "scores.parquet",
        "analysis.json",
        "report.html",
    ]


def test_run_ids_are_utc_and_sort_by_time() -> None:
    assert new_run_id(datetime(2026, 11, 23, 18, 22, 19, tzinfo=UTC), "3f2a" * 16) == IDS[0]
    east = timezone(timedelta(hours=2))
    assert new_run_id(datetime(2026, 11, 23, 20, 22, 19, tzinfo=east), "3f2a" * 16) == IDS[0]


@pytest.mark.parametrize(
    ("dataset", "folder"),
    [
        ("invoices", "invoices"),
        ("My Data", "My-Data"),
        ("../../etc", "etc"),
        ("..", "dataset"),
        (".hidden", "hidden"),
        ("a/b\\c:d\n", "a-b-c-d"),
        ("für", "für"),
        ("x" * 300, "x" * 80),
    ],
)
def test_dataset_names_are_made_safe(dataset: str, folder: str) -> None:
    assert run_directory(Path("reports"), dataset, IDS[0]).path == Path("reports") / folder / IDS[0]


@pytest.mark.parametrize("run_id", ["", "latest", "../x", "a/b", ".x", "x" * 81, "a b"])
def test_unsafe_run_ids_are_refused(run_id: str) -> None:
    with pytest.raises(StoreError, match="cannot be a run id") as caught:
        run_directory(Path("reports"), "x", run_id)
    assert caught.value.hint == "Use letters, digits, hyphens and underscores."


def test_a_directory_is_made_once(reports: Path) -> None:
    with pytest.raises(StoreError, match="is already there"):
        run_directory(reports, "invoices", IDS[0]).create()
    (reports / "file").touch()
    with pytest.raises(StoreError, match="cannot be made: Not a directory"):
        run_directory(reports, "file", IDS[0]).create()


def test_runs_are_listed_oldest_first(reports: Path) -> None:
    assert [run.name for run in list_runs(reports)] == [
        f"invoices/{IDS[0]}",
        f"invoices/{IDS[1]}",
        f"tickets/{IDS[0]}",
    ]
    assert [run.run_id for run in list_runs(reports, "invoices")] == list(IDS)
    assert list_runs(reports / "no") == ()


@pytest.mark.parametrize(
    ("reference", "run_id"),
    [
        ("invoices", IDS[1]),
        ("invoices/", IDS[1]),
        ("invoices/latest", IDS[1]),
        (f"invoices/{IDS[0]}", IDS[0]),
        (f"{{reports}}/invoices/{IDS[0]}", IDS[0]),
        ("{reports}/invoices/latest", IDS[1]),
        ("{reports}/invoices/latest/report.html", IDS[1]),
    ],
)
def test_a_run_is_found(reports: Path, reference: str, run_id: str) -> None:
    found = find_run(reports, reference.format(reports=reports))
    assert found.path.resolve() == (reports / "invoices" / run_id).resolve()
    assert found.run_id == run_id


def test_an_unknown_run_gets_a_guess_and_the_list(reports: Path) -> None:
    error = trouble(reports, "invoices/20261123-182219-3f2b")
    assert error.message == (f'there is no run "invoices/20261123-182219-3f2b"; did you mean "{IDS[0]}"?')
    assert error.hint == f"There are: invoices/{IDS[1]}, invoices/{IDS[0]}."
    assert trouble(reports, "invoice").message == 'there is no run "invoice"; did you mean "invoices"?'
    assert trouble(reports, "invoice").hint == "There are: invoices, tickets."
    assert trouble(reports, "../invoices").message.startswith('there is no run "../invoices"')
    trouble(reports, "")
    trouble(reports, "/")


def test_without_any_run_it_says_how_to_make_one(tmp_path: Path) -> None:
    error = trouble(tmp_path / "reports", "invoices")
    assert error.message == 'there is no run "invoices"; there is none yet'
    assert error.hint == "Make one: `harness shadow DATASET`."
    (tmp_path / "reports" / "invoices").mkdir(parents=True)
    assert trouble(tmp_path / "reports", "invoices").hint == "Make one: `harness shadow invoices`."


def test_many_runs_are_not_all_listed(reports: Path) -> None:
    for number in range(20):
        run_directory(reports, "invoices", f"r{number:02}").create().run.touch()
    assert trouble(reports, "invoices/zzz").hint.endswith(" and 10 more.")


def test_a_latest_link_that_leads_nowhere_or_outside_is_not_followed(reports: Path, tmp_path: Path) -> None:
    link = reports / "invoices" / "latest"
    for target in ("gone", str(tmp_path)):
        link.unlink()
        link.symlink_to(target)
        assert "there is no run" in trouble(reports, "invoices").message


def test_while_no_run_is_finished_the_newest_that_has_answers_is_meant(reports: Path) -> None:
    assert "there is no run" in trouble(reports, "tickets").message
    (reports / "tickets" / IDS[0] / "pairs.parquet").touch()
    run_directory(reports, "tickets", IDS[1]).create().run.touch()
    assert find_run(reports, "tickets").run_id == IDS[0]
    assert find_run(reports, "tickets/latest").run_id == IDS[0]
    (reports / "tickets" / IDS[1] / "pairs.parquet").touch()
    assert find_run(reports, "tickets").run_id == IDS[1]
    (reports / "tickets" / IDS[0] / "manifest.json").touch()
    assert "there is no run" in trouble(reports, "tickets").message


def test_the_latest_link_is_relative_and_replaced(reports: Path) -> None:
    run = RunDirectory(reports / "invoices" / IDS[0])
    point_latest(run)
    link = reports / "invoices" / "latest"
    assert str(link.readlink()) == IDS[0]
    moved = reports.rename(reports.with_name("moved"))
    assert find_run(moved, "invoices").run_id == IDS[0]
    assert sorted(entry.name for entry in (moved / "invoices").iterdir()) == [*IDS, "latest"]


def test_a_latest_that_is_no_link_is_left_alone(reports: Path) -> None:
    (reports / "tickets" / "latest").mkdir()
    with pytest.raises(StoreError, match="latest is not a link"):
        point_latest(RunDirectory(reports / "tickets" / IDS[0]))
    with pytest.raises(StoreError, match="latest: cannot be written"):
        point_latest(RunDirectory(reports / "none" / IDS[0]))


def test_finding_a_run_brings_no_heavy_library_in() -> None:
    code = (
        "import sys, harness.store.layout, harness.store.manifest, harness.dataset.reader\n"
        "print({'pyarrow', 'pandas', 'numpy'} & set(sys.modules))\n"
    )
    root = str(Path(__file__).parents[2])
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": root},
    )
    assert done.stdout == "set()\n"
