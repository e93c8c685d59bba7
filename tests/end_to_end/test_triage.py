"""From what people said of the cases to the figures of the report, with the real command line."""

import csv
import io
import json
import re
import shutil
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from command_line import harness, make_dataset
from counting_server import completion, counting_server

HOSTILE = ("<script>alert(1)</script>", "=cmd|' /C calc'!A0", "\u202egnp.exe\u200b", "a b/ü#%&株")
NAME = "Bo </td><img src=x onerror=alert(1)> \x1b[31m\u202e"


def answer(body: dict[str, Any]) -> tuple[int, dict[str, str], dict[str, object]]:
    """The candidate is wrong on the first six records, and says nothing at all on the sixth."""
    text = body["messages"][-1]["content"]
    number = int(text.split()[-1])
    if body["model"] == "candidate" and number < 6:
        text = "" if number == 5 else f"other {number}"
    return 200, {}, completion(text, body["model"])


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of twenty records whose first four ids are hostile."""
    folder = tmp_path_factory.mktemp("triage")
    with counting_server(answer) as server:
        dataset = make_dataset(folder / "echo", 20, url=server.url)
        records = dataset / "records.jsonl"
        lines = [json.loads(line) for line in records.read_text().splitlines()]
        for line, name in zip(lines, HOSTILE, strict=False):
            line["custom_id"] = name
        records.write_text("".join(json.dumps(line) + "\n" for line in lines))
        done = harness("shadow", dataset, "--reports", folder / "reports")
        assert done.returncode == 0, done.stderr
    return (folder / "reports" / "echo" / "latest").resolve()


@pytest.fixture
def run(made: Path, tmp_path: Path) -> Path:
    """That run, as nobody had judged it."""
    copy = tmp_path / "reports" / "echo" / made.name
    shutil.copytree(made, copy)
    return copy


def rows(run: Path, reviewer: str, said: dict[str, str], **more: Any) -> list[dict[str, Any]]:
    about = json.loads((run / "run.json").read_text())
    common = {"run": about["run_id"], "dataset": "echo", "dataset_sha256": about["dataset_sha256"]}
    rest = {"right": None, "note": "", "reviewer": reviewer, "time": "2026-11-25T20:00:00Z", "bulk": False}
    return [{**common, "record": name, "opinion": opinion, **rest, **more} for name, opinion in said.items()]


def jsonl(path: Path, given: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in given), encoding="utf-8")
    return path


def table(path: Path, given: list[dict[str, Any]]) -> Path:
    """As the page exports it and Excel saves it again."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(given[0])
    for row in given:
        cells = ["" if value is None else str(value) for value in row.values()]
        writer.writerow(["'" + cell if cell[:1] in tuple("=+-@\t\r") else cell for cell in cells])
    path.write_bytes(text.getvalue().encode("utf-8-sig"))
    return path


def figures(run: Path) -> dict[str, int]:
    found = json.loads((run / "analysis.json").read_text())
    return {name: entry["count"] for name, entry in found["quadrants"].items()}


def test_two_people_move_the_figures_and_the_report_says_so(run: Path, tmp_path: Path) -> None:
    assert figures(run) == {"both_right": 14, "regression": 6, "gain": 0, "both_wrong": 0, "unscored": 0}
    done = harness("triage", run)
    assert done.returncode == 0
    assert "Nobody has judged a case of this run." in done.stdout
    assert "harness triage echo/" in done.stdout

    said = {HOSTILE[0]: "acceptable", HOSTILE[1]: "acceptable", HOSTILE[2]: "label_wrong", "r5": "acceptable"}
    ann = jsonl(tmp_path / "ann.jsonl", rows(run, "Ann", said))
    said = {HOSTILE[0]: "acceptable", HOSTILE[1]: "unacceptable", "r10": "unacceptable", "r11": "acceptable"}
    bo = table(tmp_path / "bo.csv", rows(run, NAME, said, note="=1+1 <b>"))
    done = harness("triage", run, ann, bo)
    assert done.returncode == 0, done.stderr
    # r5 stays lost: there is no answer to accept. r10 said what the incumbent said: both are wrong.
    assert figures(run) == {"both_right": 14, "regression": 4, "gain": 0, "both_wrong": 1, "unscored": 1}
    assert "1 label marked wrong, 1 failure accepted, 1 answer found wrong that had passed" in done.stdout
    assert "net loss 21.1 points" in done.stdout
    assert "as scored, net loss 30.0 points" in done.stdout
    assert "Both people say the same on 1 of 2 (50 %" in done.stdout
    assert "People disagree on 1 case" in done.stdout
    assert "=cmd|' /C calc'!A0 (worse) · Ann: acceptable · Bo </td>" in done.stdout
    assert "4 of 6 cases judged; the other 2 count as scored." in done.stdout
    assert "people looked at 2: Candidate is wrong on 1 of 2" in done.stdout
    assert "\x1b" not in done.stdout
    assert "\u202e" not in done.stdout

    page = (run / "report.html").read_text(encoding="utf-8")
    assert (
        "These figures follow from 8 judgements of 2 people. As scored, without them: net loss 30.0" in page
    )
    section = page[page.index('<section id="review"') :]
    section = section[: section.index("</section>")]
    assert f'href="#case={quote(HOSTILE[1], safe="")}"' in section
    assert "Bo &lt;/td&gt;&lt;img src=x onerror=alert(1)&gt; \u241b[31m[U+202E]" in section
    assert not re.search(r"<(img|script|b)\b", section)
    assert 'href="#review"' in page


def test_a_second_time_changes_nothing_and_later_stages_keep_it(run: Path, tmp_path: Path) -> None:
    ann = jsonl(tmp_path / "ann.jsonl", rows(run, "Ann", {"r4": "acceptable", HOSTILE[3]: "label_wrong"}))
    assert harness("triage", run, ann).returncode == 0
    files = [run / name for name in ("triage.jsonl", "analysis.json", "report.html")]
    before = [file.read_bytes() for file in files]
    done = harness("triage", run, ann, ann)
    assert done.returncode == 0, done.stderr
    assert "ann.jsonl: 2 judgements (2 known already)" in done.stdout
    assert [file.read_bytes() for file in files] == before
    shown = harness("triage", run)
    assert shown.stdout.splitlines() == done.stdout.splitlines()[2:]
    assert [file.read_bytes() for file in files] == before
    assert harness("score", run).returncode == 0
    assert "These figures follow from 2 judgements of 1 person" in harness("analyze", run).stdout
    assert harness("report", run).returncode == 0
    assert [file.read_bytes() for file in files] == before


def test_what_the_run_keeps_can_be_taken_in_again(run: Path, tmp_path: Path) -> None:
    ann = jsonl(tmp_path / "ann.jsonl", rows(run, "Ann", {"r4": "acceptable", HOSTILE[0]: "unsure"}))
    assert harness("triage", run, ann).returncode == 0
    kept = (run / "triage.jsonl").read_bytes()
    copy = tmp_path / "kept.jsonl"
    copy.write_bytes(kept)
    assert "2 known already" in harness("triage", run, copy).stdout
    assert (run / "triage.jsonl").read_bytes() == kept


def test_a_newer_opinion_wins_and_a_person_can_be_taken_back(run: Path, tmp_path: Path) -> None:
    old = jsonl(tmp_path / "old.jsonl", rows(run, "", {"r4": "acceptable"}))
    new = jsonl(tmp_path / "new.jsonl", rows(run, "Ann", {"r4": "unsure"}, time="2026-11-26T08:00:00+01:00"))
    done = harness("triage", run, old)
    assert done.returncode == 2
    assert "old.jsonl:1: nobody is named as reviewer" in done.stderr
    assert "--reviewer NAME" in done.stderr
    assert harness("triage", run, old, "--reviewer", "Ann").returncode == 0
    assert figures(run)["regression"] == 5
    assert "1 changed" in harness("triage", run, new).stdout
    assert figures(run)["regression"] == 6
    assert "1 older than what is kept" in harness("triage", run, old, "--reviewer", "Ann").stdout
    assert figures(run)["regression"] == 6
    done = harness("triage", run, "--remove", "An")
    assert done.returncode == 2
    assert "Judged so far by: Ann." in done.stderr
    done = harness("triage", run, "--remove", "Ann", old, "--reviewer", "Ann")
    assert "Ann: 1 judgement taken back" in done.stdout
    assert figures(run)["regression"] == 5
    done = harness("triage", run, "--remove", "Ann")
    assert done.returncode == 0
    assert "Nobody has judged a case of this run" in done.stdout
    assert not (run / "triage.jsonl").exists()
    assert json.loads((run / "analysis.json").read_text())["review"] is None
    assert 'id="review"' not in (run / "report.html").read_text()


def test_a_wrong_file_is_told_and_nothing_of_any_is_taken_in(run: Path, tmp_path: Path) -> None:
    fine = rows(run, "Ann", {"r4": "acceptable"})
    good = jsonl(tmp_path / "good.jsonl", fine)
    before = (run / "analysis.json").read_bytes()
    for name, given, told in (
        ("other", [{**one, "run": "20200101-000000-aaaa"} for one in fine], "judges run"),
        ("hash", [{**one, "dataset_sha256": "00"} for one in fine], "judges other records"),
        ("record", rows(run, "Ann", {"r4": "acceptable", "4": "unsure"}), 'the run has no record "4"'),
        ("opinion", rows(run, "Ann", {"r4": "fine"}), '"fine" is no opinion'),
    ):
        bad = jsonl(tmp_path / f"{name}.jsonl", given)
        done = harness("triage", run, good, bad)
        assert done.returncode == 2
        assert re.search(rf"{name}\.jsonl:\d+: {re.escape(told)}", done.stderr), done.stderr
        assert "Traceback" not in done.stderr
        assert done.stderr.count("\n") == 2
    assert not (run / "triage.jsonl").exists()
    assert (run / "analysis.json").read_bytes() == before
    done = harness("triage", run, "--reviewer", "Ann")
    assert done.returncode == 2
    assert harness("triage", run, tmp_path / "none.jsonl").returncode == 2


def test_a_broken_line_in_what_the_run_keeps_is_told(run: Path, tmp_path: Path) -> None:
    jsonl(run / "triage.jsonl", rows(run, "Ann", {"r4": "acceptable"}, opinion="yes"))
    done = harness("analyze", run)
    assert done.returncode == 2
    assert 'triage.jsonl:1: "yes" is no opinion' in done.stderr


def test_a_run_that_goes_on_keeps_what_was_said(tmp_path: Path) -> None:
    reports = tmp_path / "reports"
    with counting_server(answer) as server:
        dataset = make_dataset(tmp_path / "echo", 20, url=server.url)
        done = harness("shadow", dataset, "--reports", reports, "--budget-usd", "0.40")
        assert done.returncode == 3, done.stdout
        (run,) = reports.glob("echo/2*")
        first = figures(run)
        assert first["regression"] > 0
        ann = jsonl(tmp_path / "ann.jsonl", rows(run, "Ann", {"r0": "acceptable"}))
        assert harness("triage", run, ann).returncode == 0
        assert figures(run)["regression"] == first["regression"] - 1
        done = harness("shadow", dataset, "--reports", reports)
        assert done.returncode == 0, done.stderr
    assert figures(run) == {"both_right": 15, "regression": 5, "gain": 0, "both_wrong": 0, "unscored": 0}
    assert "These figures follow from 1 judgement of 1 person" in done.stdout
