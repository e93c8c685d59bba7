"""Portfolio, comparison and the other forms of a report, by the real command line on real runs."""

import csv
import io
import json
import re
import shlex
import shutil
import subprocess
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from command_line import ROOT, command, environment, harness, make_dataset
from counting_server import counting_server

from harness.analysis import analysis_from_json
from harness.store.cases import read_cases


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two runs of invoices with other mistakes planted, one of exceptions."""
    folder = tmp_path_factory.mktemp("several") / "reports"
    for arguments in (
        ("invoices", "--limit", "60"),
        ("invoices", "--limit", "80", "--set", "sandbox.seed=99", "--set", "decision.margin=0.05"),
        ("exceptions", "--limit", "20"),
    ):
        done = harness("shadow", *arguments, "--reports", folder)
        assert done.returncode == 0, done.stderr
    return folder


def runs(reports: Path, dataset: str = "invoices") -> list[Path]:
    return sorted(path for path in (reports / dataset).iterdir() if path.is_dir() and not path.is_symlink())


def copied(reports: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(reports, tmp_path / "reports", symlinks=True))


def test_every_finished_run_writes_the_portfolio_and_it_is_the_same_every_time(reports: Path) -> None:
    page = (reports / "index.html").read_bytes()
    done = harness("portfolio", "--reports", reports)
    assert done.returncode == 0, done.stderr
    assert (reports / "index.html").read_bytes() == page
    text = page.decode()
    for run in (runs(reports)[1], runs(reports, "exceptions")[0]):
        assert f'href="{run.parent.name}/{run.name}/report.html"' in text
    assert "SIMULATED" in done.stdout
    assert "just now" in done.stdout or "minute" in done.stdout


def test_the_portfolio_tells_the_numbers_of_the_reports(reports: Path) -> None:
    done = harness("portfolio", "--reports", reports)
    before, now = ({row.record_id: row for row in read_cases(run / "cases.parquet")} for run in runs(reports))
    failed = {name for name, row in now.items() if row.quadrant == "regression"}
    failed_before = {name for name, row in before.items() if row.quadrant == "regression"}
    wrong_before = failed_before | {name for name, row in before.items() if row.quadrant == "both_wrong"}
    right_now = {name for name, row in now.items() if row.quadrant in ("both_right", "gain")}
    new = (failed & before.keys()) - wrong_before
    fixed = failed_before & right_now
    (line,) = [line for line in done.stdout.splitlines() if line.startswith("invoices ")]
    assert f"{len(failed)} of 80" in line
    assert f"{len(new)} new, {len(fixed)} fixed" in line
    assert f" {len(failed)}  " in line


def test_the_portfolio_follows_what_people_say_of_the_cases(reports: Path, tmp_path: Path) -> None:
    folder = copied(reports, tmp_path)
    run = runs(folder)[1]
    failed = [row.record_id for row in read_cases(run / "cases.parquet") if row.quadrant == "regression"]
    page = folder / "index.html"
    assert cells(page, "invoices")["Failures"].startswith(f"{len(failed)} of 80 ")
    assert cells(page, "invoices")["To judge"] == f"{len(failed)}"
    about = json.loads((run / "run.json").read_text())
    judged = {
        "run": about["run_id"],
        "dataset": "invoices",
        "dataset_sha256": about["dataset_sha256"],
        "right": None,
        "note": "",
        "reviewer": "Ada",
        "time": "2026-11-25T20:00:00Z",
        "bulk": False,
    }
    said = [
        {**judged, "record": failed[0], "opinion": "acceptable"},
        {**judged, "record": failed[1], "opinion": "unacceptable"},
    ]
    file = tmp_path / "triage.jsonl"
    file.write_text("".join(json.dumps(line) + "\n" for line in said))
    done = harness("triage", f"invoices/{run.name}", file, "--reports", folder)
    assert done.returncode == 0, done.stderr
    assert cells(page, "invoices")["Failures"].startswith(f"{len(failed) - 1} of 80 ")
    assert cells(page, "invoices")["To judge"] == f"{len(failed) - 2}"
    told = page.read_bytes()
    assert harness("portfolio", "--reports", folder).returncode == 0
    assert page.read_bytes() == told


def test_what_people_accepted_is_no_regression_of_the_next_run(tmp_path: Path) -> None:
    reports = tmp_path / "reports"

    def shadowed() -> None:
        done = harness("shadow", "invoices", "--limit", "70", "--reports", reports)
        assert done.returncode == 0, done.stderr

    shadowed()
    (before,) = runs(reports)
    failed = [row.record_id for row in read_cases(before / "cases.parquet") if row.quadrant == "regression"]
    about = json.loads((before / "run.json").read_text())
    common = {
        "run": about["run_id"],
        "dataset": "invoices",
        "dataset_sha256": about["dataset_sha256"],
        "right": None,
        "note": "",
        "reviewer": "Ada",
        "time": "2026-11-25T20:00:00Z",
        "bulk": False,
    }
    said = {failed[0]: "acceptable", failed[1]: "acceptable", failed[2]: "unacceptable", failed[3]: "unsure"}
    file = tmp_path / "ann.jsonl"
    lines = [json.dumps({**common, "record": name, "opinion": opinion}) for name, opinion in said.items()]
    file.write_text("\n".join(lines) + "\n")
    assert harness("triage", before, file, "--reports", reports).returncode == 0
    assert "after 4 judgements" in cells(reports / "index.html", "invoices")["Failures"]
    shadowed()
    now = next(run for run in runs(reports) if run != before)

    told = harness("compare", before, now, "--reports", reports)
    assert told.returncode == 0, told.stderr
    counts = {name: int(line.split()[len(name.split())]) for line, name in counted(told.stdout)}
    assert (counts["New"], counts["Fixed"], counts["In all"]) == (0, 0, 68)
    assert counts["Still failing"] >= len(failed) - 2
    sentence = "2 records judged in only one of the runs, or not alike, are left out"
    assert sentence in told.stdout
    assert sentence in (now / f"compare-{before.name}.html").read_text()
    assert sentence in harness("compare", before, now, "--format", "md").stdout
    row = cells(reports / "index.html", "invoices")
    assert (
        " ".join(row["Since the run before"].split())
        == "0 new, 0 fixed on 68 shared records 2 judged in one only"
    )
    assert "leave out 2 records that people judged" in (reports / "index.html").read_text()


def cells(page: Path, dataset: str) -> dict[str, str]:
    """The row of a dataset on the page of all workloads, by column."""
    (row,) = [
        part for part in page.read_text().split("<tr>") if f'<a href="{dataset}/' in part.split("</th>")[0]
    ]
    found = re.findall(r'<td data-label="([^"]*)"[^>]*>(.*?)</td>', row, re.DOTALL)
    return {name: re.sub(r"\s*<[^>]*>\s*", " ", text).strip() for name, text in found}


def test_damaged_and_unfinished_runs_are_listed_and_break_nothing(reports: Path, tmp_path: Path) -> None:
    folder = copied(reports, tmp_path)
    old, new = runs(folder)
    (new / "analysis.json").write_text("{")
    (runs(folder, "exceptions")[0] / "manifest.json").unlink()
    (folder / "receipts" / "20250101-000000-aaaa").mkdir(parents=True)
    (folder / "receipts" / "20250101-000000-aaaa" / "run.json").write_text("{")
    (old / "cases.parquet").write_bytes(b"PAR1 nonsense")
    done = harness("portfolio", "--reports", folder)
    assert done.returncode == 0, done.stderr
    text = (folder / "index.html").read_text()
    assert f'href="invoices/{old.name}/report.html"' in text
    assert f"{new.name}</bdi>: <bdi>analysis.json is not JSON" in text
    assert "not finished" in text
    assert str(folder) not in text


def test_a_first_run_that_was_stopped_is_found_by_its_dataset_and_linked(tmp_path: Path) -> None:
    reports = tmp_path / "reports"
    with counting_server() as server:
        dataset = make_dataset(tmp_path / "echo", 30, url=server.url)
        stopped = harness("shadow", dataset, "--reports", reports, "--budget-usd", "0.30")
    assert stopped.returncode == 3
    (run,) = runs(reports, "echo")
    assert not (reports / "echo" / "latest").exists()
    for arguments in (("report", "echo"), ("report", "echo", "--format", "md"), ("analyze", "echo")):
        done = harness(*arguments, "--reports", reports)
        assert done.returncode == 0, done.stderr
        assert "the run is not finished" in done.stdout
    harness("report", "echo", "--reports", reports)
    text = (reports / "index.html").read_text()
    assert (
        f'<a href="echo/{run.name}/report.html"><bdi>echo/{run.name}</bdi></a>: <bdi>not finished</bdi>'
        in text
    )


def test_an_empty_folder_has_a_page_that_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "reports").mkdir()
    done = harness("portfolio", "--reports", tmp_path / "reports")
    assert done.returncode == 0, done.stderr
    assert "harness shadow DATASET" in done.stdout
    assert "No finished run yet" in (tmp_path / "reports" / "index.html").read_text()


def test_a_folder_that_is_not_there_is_refused_and_not_made(reports: Path, tmp_path: Path) -> None:
    before, now = runs(reports)
    typo = tmp_path / "typo"
    file = typo / "out"
    for arguments, told in (
        (("portfolio", "--reports", typo), f'there is no folder "{typo}" of runs'),
        (("compare", before, now, "--output", file), f'there is no folder "{typo}" for "out"'),
        (("compare", before, now, "--format", "md", "--output", file), f'there is no folder "{typo}"'),
        (("report", now, "--format", "csv", "--output", file), f'there is no folder "{typo}" for "out"'),
    ):
        done = harness(*arguments)
        assert done.returncode == 2, done.stderr
        assert told in done.stderr
        assert "Traceback" not in done.stderr
        assert not typo.exists()


def test_a_page_of_someone_else_is_not_overwritten(reports: Path, tmp_path: Path) -> None:
    folder = copied(reports, tmp_path)
    (folder / "index.html").write_text("<h1>mine</h1>")
    done = harness("portfolio", "--reports", folder)
    assert done.returncode == 1
    assert "was not written by the harness" in done.stderr
    assert harness("report", "invoices", "--reports", folder).returncode == 0
    assert (folder / "index.html").read_text() == "<h1>mine</h1>"


def test_a_run_that_lies_elsewhere_makes_no_page_there(reports: Path, tmp_path: Path) -> None:
    run = Path(shutil.copytree(runs(reports)[0], tmp_path / "mail" / "run"))
    assert harness("report", run, "--reports", reports).returncode == 0
    assert not (tmp_path / "index.html").exists()


def test_two_runs_are_compared_on_the_records_they_share(reports: Path) -> None:
    before, now = runs(reports)
    done = harness("compare", f"invoices/{before.name}", f"invoices/{now.name}", "--reports", reports)
    assert done.returncode == 0, done.stderr
    assert "Same records only: 60. Left out: 20 only in run" in done.stdout
    assert "Set otherwise: decision margin 0.02 -> 0.05" in done.stdout
    assert "Set otherwise: sandbox seed 1547 -> 99" in done.stdout
    counts = [int(line.split()[len(name.split())]) for line, name in counted(done.stdout)]
    assert sum(counts[:-1]) == counts[-1] == 60
    page = now / f"compare-{before.name}.html"
    first = page.read_bytes()
    assert f'href="invoices/{now.name}/{page.name}"' in (reports / "index.html").read_text()
    assert f'href="../{before.name}/report.html#case=' in first.decode()
    assert 'href="report.html#case=' in first.decode()
    harness("compare", before, now, "--reports", reports)
    assert page.read_bytes() == first


def counted(text: str) -> list[tuple[str, str]]:
    """The lines of the counts, with the name that each begins with."""
    names = ("Fixed", "Still failing", "New", "Gains won", "Gains lost", "Both wrong", "Right", "In all")
    lines = text.splitlines()
    return [(next(line for line in lines if line.startswith(f"  {name} ")), name) for name in names]


def test_the_comparison_is_printed_or_put_elsewhere(reports: Path, tmp_path: Path) -> None:
    before, now = runs(reports)
    text = harness("compare", before, now, "--format", "text")
    assert text.returncode == 0, text.stderr
    assert "Still failing" in text.stdout
    told = harness("compare", before, now, "--format", "md", "--output", tmp_path / "c.md")
    assert told.returncode == 0, told.stderr
    assert (tmp_path / "c.md").read_text().startswith("### `invoices`: ")
    page = tmp_path / "deep" / "c.html"
    page.parent.mkdir()
    assert harness("compare", before, now, "--output", page).returncode == 0
    links = set(re.findall(r'href="([^"#]+)', page.read_text()))
    assert {(page.parent / link).resolve() for link in links} == {
        run.resolve() / "report.html" for run in (before, now)
    }


def test_runs_that_cannot_be_compared_are_refused(reports: Path, tmp_path: Path) -> None:
    folder = copied(reports, tmp_path)
    before, now = runs(folder)
    other = harness("compare", "exceptions", "invoices", "--reports", folder)
    assert other.returncode == 2
    assert "is a run of exceptions" in other.stderr
    same = harness("compare", "invoices", now, "--reports", folder)
    assert same.returncode == 2
    assert "the same run twice" in same.stderr
    (before / "cases.parquet").unlink()
    missing = harness("compare", before, now)
    assert missing.returncode == 1
    assert "cases.parquet: the file is missing" in missing.stderr
    assert "harness analyze" in missing.stderr
    assert all("Traceback" not in done.stderr for done in (other, same, missing))


def test_changed_prompts_are_told_and_changed_inputs_left_out(tmp_path: Path) -> None:
    reports = tmp_path / "reports"

    def records(folder: Path, change: str) -> None:
        lines = []
        for number in range(8):
            user = f"text {number}" if change != "input" or number >= 3 else f"other {number}"
            system = "Copy." if change != "prompt" else "Copy exactly."
            messages = [{"role": "system", "content": system}, {"role": "user", "content": user}]
            lines.append({"custom_id": f"r{number}", "body": {"messages": messages}, "expected": user})
        text = "\n".join(map(json.dumps, lines)) + "\n"
        (folder / "records.jsonl").write_text(text, encoding="utf-8")

    with counting_server() as server:
        dataset = make_dataset(tmp_path / "echo", 8, url=server.url)
        for change in ("", "prompt", "input"):
            records(dataset, change)
            assert harness("shadow", dataset, "--reports", reports).returncode == 0
    first, prompt, changed = runs(reports, "echo")
    told = harness("compare", first, prompt, "--format", "text").stdout
    assert "The prompt changed on 8 records." in told
    assert "Same records only: 8; none is left out." in told
    told = harness("compare", first, changed, "--format", "text").stdout
    assert "Same records only: 5. Left out: 3 with other messages." in told
    told = harness("compare", first, changed, "--format", "text", "--changed-input").stdout
    assert "Left out: 3 with another expected answer." in told


def test_the_failures_of_a_run_as_rows(reports: Path) -> None:
    run = runs(reports)[1]
    rows = [row for row in read_cases(run / "cases.parquet") if row.quadrant in ("regression", "both_wrong")]
    table = harness("report", run, "--format", "csv")
    assert table.returncode == 0, table.stderr
    read = list(csv.DictReader(io.StringIO(table.stdout)))
    lines = [json.loads(line) for line in harness("report", run, "--format", "jsonl").stdout.splitlines()]
    assert [line["record_id"] for line in read] == [row.record_id for row in rows]
    assert [line["record_id"] for line in lines] == [row.record_id for row in rows]
    assert all(line["sentence"] and line["expected"] and line["group"] for line in lines)
    assert {line["mark"] for line in lines} == {"SIMULATED"}


def test_a_reader_that_goes_away_is_no_error(reports: Path) -> None:
    written = command("report", runs(reports)[1], "--reports", reports, "--format", "jsonl")
    whole = subprocess.run(written, cwd=ROOT, env=environment(), capture_output=True, check=True)
    assert len(whole.stdout) > 70_000  # more than a pipe holds, so the program is still writing
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", f"{shlex.join(written)} | head -c 10"],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_test_report_and_a_comment(reports: Path, tmp_path: Path) -> None:
    run = runs(reports)[1]
    analysis = analysis_from_json((run / "analysis.json").read_bytes())
    file = tmp_path / "junit.xml"
    done = harness("report", run, "--format", "junit", "--output", file)
    assert done.returncode == 0, done.stderr
    (suite,) = ET.fromstring(file.read_bytes())  # noqa: S314 - our own file
    assert int(suite.attrib["tests"]) == analysis.pairs
    assert int(suite.attrib["failures"]) == analysis.quadrants["regression"].count
    told = harness("report", run, "--format", "md", "--link", "https://ci.example.com/a/report.html")
    assert "[report](<https://ci.example.com/a/report.html>)" in told.stdout
    assert "**SIMULATED**" in told.stdout
    assert (run / "report.html").is_file()


@pytest.mark.parametrize(
    "arguments",
    [
        ("--format", "csv", "--all"),
        ("--format", "html", "--output", "x.html"),
        ("--format", "csv", "--link", "https://example.com"),
        ("--format", "docx"),
    ],
)
def test_an_option_that_would_do_nothing_is_refused(reports: Path, arguments: tuple[str, ...]) -> None:
    done = harness("report", runs(reports)[0], *arguments)
    assert done.returncode == 2
    assert "Error" in done.stderr


def test_a_run_without_figures_has_no_other_form(reports: Path, tmp_path: Path) -> None:
    folder = copied(reports, tmp_path)
    run = runs(folder)[0]
    (run / "analysis.json").unlink()
    for form in ("md", "junit", "csv", "jsonl"):
        done = harness("report", run, "--format", form, "--output", tmp_path / "out")
        assert done.returncode == 1
        assert "harness analyze" in done.stderr
        assert not (tmp_path / "out").exists()
