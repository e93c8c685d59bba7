"""report.html from a run's files: everything is in it once, it stays small, it says what it leaves out."""

import os
import subprocess
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from command_line import ROOT, command, environment, harness
from large_run import write_large_run
from mixed_run import mixed_run
from page_blocks import Carried, carried_by
from report_files import analyzed
from report_runs import HOSTILE, Run, agreement_run, facts, hostile_run, invoices

from harness.analysis import Analysis
from harness.analysis.outcome import CASE_QUADRANTS
from harness.domain.case_row import CaseRow
from harness.errors import RunDamaged
from harness.pipeline.reporting import LARGE_BYTES, WrittenReport, page_data, write_report
from harness.report.model import PageData
from harness.report.pagedata import EVERYTHING, PageLimits
from harness.report.wording import visible
from harness.store.cases import read_cases, write_cases
from harness.store.layout import RunDirectory

RUNS: dict[str, Callable[[], Run]] = {
    "invoices": lambda: invoices(300),
    "mixed": lambda: mixed_run(400, 1),
    "without expected answers": lambda: mixed_run(400, 3, expected=0.0),
    "agreement": lambda: agreement_run(40),
    "hostile": hostile_run,
    "nothing": lambda: Run(pairs=[], scored=[]),
}


def reported(
    run: Run, folder: Path, limits: PageLimits | None = None
) -> tuple[RunDirectory, Analysis, WrittenReport]:
    directory, analysis = analyzed(run, folder)
    return directory, analysis, write_report(directory, analysis, facts(), limits)


def page(directory: RunDirectory) -> Carried:
    return carried_by(directory.report.read_text(encoding="utf-8"))


def id_of(case: dict[str, str]) -> str:
    return case["html"].split('data-id="', 1)[1].split('"', 1)[0]


@pytest.mark.parametrize("name", RUNS)
def test_every_pair_is_in_the_page_once_and_counts_equal_the_analysis(name: str, tmp_path: Path) -> None:
    directory, analysis, _ = reported(RUNS[name](), tmp_path)
    rows = list(read_cases(directory.cases))
    index = page(directory).index
    names = index["names"]
    assert sorted(index["id"]) == sorted(visible(row.record_id) for row in rows)
    quadrants = Counter(names["quadrant"][code]["id"] for code in index["quadrant"])
    assert quadrants == Counter({name: one.count for name, one in analysis.quadrants.items() if one.count})
    groups = Counter(names["group"][code]["id"] for code in index["group"] if code >= 0)
    assert groups == Counter({visible(group.id): group.size for group in analysis.clusters})
    for position, found in enumerate(analysis.slices):
        assert len(index["slices"][position]) == found.n


@pytest.mark.parametrize("name", RUNS)
def test_every_case_is_there_in_full_at_its_row(name: str, tmp_path: Path) -> None:
    directory, analysis, _ = reported(RUNS[name](), tmp_path)
    found = page(directory)
    cases = sum(analysis.count(quadrant) for quadrant in CASE_QUADRANTS[analysis.basis])
    assert found.index["full"] == len(found.cases) == cases + len(found.index["audit"])
    assert set(found.block_sizes[:-1]) <= {50}
    for place, case in enumerate(found.cases):
        assert case["html"].startswith('<article class="case" data-id="')
        assert case["html"].rstrip().endswith("</article>")
        assert case["html"].count("<article") == 1
        if name != "hostile":
            assert id_of(case) == found.index["id"][place]


def test_long_texts_go_on_in_chunks_up_to_a_million_characters(tmp_path: Path) -> None:
    directory, _, _ = reported(hostile_run(), tmp_path)
    found = page(directory)
    place = next(n for n, name in enumerate(found.index["id"]) if name.startswith(f"{len(HOSTILE) - 1}-"))
    case = found.cases[place]
    assert case["more"]
    for key, chunks in case["more"].items():
        assert f'data-more="{key}"' in case["html"]
        assert {len(chunk) for chunk in chunks[:-1]} == {65_536}
        assert 900_000 < sum(map(len, chunks)) <= 1_000_000
    assert len(case["html"]) < 600_000


def test_every_case_in_everything(tmp_path: Path) -> None:
    directory, _, written = reported(invoices(300), tmp_path, EVERYTHING)
    found = page(directory)
    assert found.index["full"] == found.index["rows"] == len(found.cases) == 300
    assert written.notes == ()
    assert written.size == directory.report.stat().st_size


def test_what_had_no_room_is_told_with_the_way_to_all_of_it(tmp_path: Path) -> None:
    directory, analysis = analyzed(invoices(300), tmp_path)
    whole = page_data(directory, analysis, facts(), PageLimits(audit=0))
    half = len(whole.index) + sum(map(len, whole.blocks)) // 2
    limits = PageLimits(file_bytes=half, page_bytes=0, audit=0)
    written = write_report(directory, analysis, facts(), limits)
    found = page(directory)
    cases = sum(analysis.count(quadrant) for quadrant in CASE_QUADRANTS[analysis.basis])
    left = cases - len(found.cases)
    assert 0 < left < cases
    assert written.notes == (
        f"The report lists {left} cases without the answers, to stay small. "
        "All of them: harness report RUN --all",
    )
    by_harm = sorted(read_cases(directory.cases), key=lambda row: row.harm)
    assert {id_of(case) for case in found.cases} == {row.record_id for row in by_harm[: len(found.cases)]}


def test_a_report_too_large_for_mail_is_told_with_the_fix() -> None:
    (note,) = WrittenReport(size=LARGE_BYTES + 1, data=PageData()).notes
    assert note.startswith("warning: the report has 50 MB")
    assert "Without --all" in note
    assert WrittenReport(size=LARGE_BYTES, data=PageData()).notes == ()


def test_cases_of_another_analysis_are_refused(tmp_path: Path) -> None:
    directory, analysis, _ = reported(invoices(20), tmp_path)
    before = directory.report.read_bytes()
    write_cases(directory.cases, [CaseRow(record_id="x", quadrant="both_right")])
    with pytest.raises(RunDamaged, match=r"cases\.parquet tells of 1 pairs, analysis\.json of 20"):
        write_report(directory, analysis, facts())
    assert directory.report.read_bytes() == before


def test_a_row_of_a_pair_that_is_gone_is_listed_without_its_case(tmp_path: Path) -> None:
    directory, analysis = analyzed(invoices(20), tmp_path)
    first, *others = read_cases(directory.cases)
    write_cases(directory.cases, [replace(first, record_id="gone", quadrant="regression"), *others])
    write_report(directory, analysis, facts())
    found = page(directory)
    assert "gone" in found.index["id"][found.index["full"] :]
    assert "gone" not in {id_of(case) for case in found.cases}


def test_the_command_writes_the_same_bytes_again_and_everything_on_demand(tmp_path: Path) -> None:
    run = write_large_run(tmp_path, 1500, 300)
    missing = harness("report", run.path)
    assert missing.returncode == 1
    assert "harness analyze" in missing.stderr
    assert harness("analyze", run.path).returncode == 0
    assert not run.report.exists()
    assert harness("report", run.path).returncode == 0
    once = run.report.read_bytes()
    assert harness("report", run.path).returncode == 0
    assert run.report.read_bytes() == once
    assert len(page(run).cases) == 500
    assert harness("report", run.path, "--all").returncode == 0
    assert len(page(run).cases) == 1500


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_large_run_is_reported_in_bounded_memory(tmp_path: Path) -> None:
    run = write_large_run(tmp_path, 100_000, 10_000)
    assert harness("analyze", run.path, timeout=600).returncode == 0
    with subprocess.Popen(command("report", run.path), cwd=ROOT, env=environment()) as child:
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    assert child.returncode == 0
    assert usage.ru_maxrss / 1024 < 500
    assert run.report.stat().st_size <= 15_000_000
    index = page(run).index
    assert index["rows"] == 100_000
    assert index["full"] > 8_000
