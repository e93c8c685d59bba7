"""`harness compare`: two runs of one dataset."""

import os
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.analysis import analysis_from_json
from harness.analysis.cases import open_case
from harness.analysis.compare import Comparison, RunRecord, compare
from harness.analysis.result import Analysis
from harness.analysis.stage import aligned
from harness.domain.observation import Arm
from harness.errors import RunDamaged, RunsDiffer
from harness.pipeline.portfolio import portfolio_after
from harness.report.comparison import comparison_view, shown_records
from harness.report.comparison_model import ComparedRuns, ComparisonView, OpenedPair, Side
from harness.report.comparison_text import comparison_comment, comparison_lines
from harness.report.html import render_overview
from harness.report.setting_changes import setting_changes
from harness.store.cases import read_cases
from harness.store.digests import read_digests
from harness.store.files import write_bytes_atomically
from harness.store.layout import RunDirectory, comparison_page, find_run, must_have_folder
from harness.store.manifest import RunStart, read_run_start
from harness.store.pairs import read_pairs
from harness.store.scores import read_scores

HTML, TEXT, MARKDOWN = "html", "text", "md"
_SETTINGS = ("scorers", "decision", "severity", "judge", "sandbox", "replay", "factors")
_ARM_SETTINGS = ("provider", "model", "base_url", "source", "price", "limits")
_ANALYZE = "Make it: harness analyze {run}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Opened:
    run: RunDirectory
    start: RunStart
    analysis: Analysis


def compare_runs(
    before: str,
    now: str,
    *,
    reports: Path,
    form: str = HTML,
    output: Path | None = None,
    with_changed_input: bool = False,
) -> str:
    """Compare two runs and write the page, or give the text.

    Args:
        before: The earlier run, as `find_run` takes it.
        now: The later run.
        reports: The folder of all runs.
        form: html, text or md.
        output: File to write to; None for the place of the page, or for the returned text.
        with_changed_input: Compare records whose messages changed as well.

    Returns:
        What to print.

    Raises:
        RunNotFound: There is no such run, or no folder for the output.
        RunDamaged, SchemaMismatch: As their messages say.
        RunsDiffer: They are runs of two datasets, or the same run twice.
        StoreError: The disk refuses.
    """
    must_have_folder(output)
    one, other = _opened(before, reports), _opened(now, reports)
    _must_fit(one, other)
    page = output or comparison_page(other.run, one.run.run_id)
    comparison = compare(
        _records(one, other.analysis.settings.cluster),
        _records(other, other.analysis.settings.cluster),
        level=other.analysis.settings.level,
        with_changed_input=with_changed_input,
    )
    told = _told(one, other, page.parent)
    shown = shown_records(comparison) if form == HTML else ()
    ids = frozenset(record.record_id for record in shown)
    view = comparison_view(comparison, told, _pairs(one, ids), _pairs(other, ids))
    text = _written(view, comparison, told, form, page if form == HTML else output)
    # The page of all workloads links the comparison.
    notes = portfolio_after(other.run, reports) if form == HTML and output is None else ()
    return "\n".join([*notes, text])


def _written(
    view: ComparisonView, comparison: Comparison, told: ComparedRuns, form: str, file: Path | None
) -> str:
    if form == MARKDOWN:
        text = comparison_comment(view, comparison, told)
    else:
        text = "\n".join(comparison_lines(view, comparison)) + "\n"
    if file is None:
        return text.rstrip("\n")
    content = render_overview("compare.html.j2", view) if form == HTML else text
    write_bytes_atomically(file, content.encode())
    return f"{text}Page: {file}" if form == HTML else f"Written: {file}"


def _opened(reference: str, reports: Path) -> _Opened:
    run = find_run(reports, reference)
    for file in (run.analysis, run.cases, run.pairs, run.scores):
        if not file.is_file():
            raise RunDamaged(
                f"{file}: the file is missing, so this run cannot be compared",
                _ANALYZE.format(run=run.name) if run.pairs.is_file() else "The run did not get that far.",
            )
    return _Opened(
        run=run,
        start=read_run_start(run.run),
        analysis=analysis_from_json(run.analysis.read_bytes()),
    )


def _must_fit(one: _Opened, other: _Opened) -> None:
    if one.run.path.resolve() == other.run.path.resolve():
        raise RunsDiffer(f"{one.run.name} is the same run twice", "Name two runs of one dataset.")
    if one.start.dataset != other.start.dataset:
        raise RunsDiffer(
            f"{one.run.name} is a run of {one.start.dataset}, {other.run.name} one of {other.start.dataset}",
            "Only runs of one dataset can be compared record by record.",
        )


def _records(opened: _Opened, cluster: str | None) -> Iterator[RunRecord]:
    """Rows and digests side by side: both files are in the order of the pairs."""
    digests = read_digests(opened.run.pairs, cluster=cluster)
    try:
        for row, digest in zip(read_cases(opened.run.cases), digests, strict=True):
            if row.record_id != digest.record_id:
                raise ValueError
            yield RunRecord(row=row, digest=digest)
    except ValueError:
        raise RunDamaged(
            f"{opened.run.cases} does not fit the pairs of the run", _ANALYZE.format(run=opened.run.name)
        ) from None


def _pairs(opened: _Opened, ids: Collection[str]) -> Iterator[OpenedPair]:
    """The pairs of these records, with what is wrong with them."""
    if not ids:
        return
    rows = {row.record_id: row for row in read_cases(opened.run.cases) if row.record_id in ids}
    scored = read_scores(opened.run.scores, ids=ids)
    for pair, scores in aligned(read_pairs(opened.run.pairs, ids=ids), scored):
        case = open_case(pair, scores, rows[pair.record.id], opened.analysis.settings)
        yield OpenedPair(pair=pair, case=case)


def _told(one: _Opened, other: _Opened, folder: Path) -> ComparedRuns:
    return ComparedRuns(
        dataset=other.start.dataset,
        unit=other.start.unit,
        before=_side(one, folder),
        now=_side(other, folder),
        settings=setting_changes(_settings(one.start), _settings(other.start)),
        groups={group.id: group.name for opened in (one, other) for group in opened.analysis.clusters},
    )


def _side(opened: _Opened, folder: Path) -> Side:
    start = opened.start
    return Side(
        run_id=start.run_id,
        date=f"{start.started_at:%Y-%m-%d}",
        mark=start.mark,
        incumbent=str(start.arms[Arm.INCUMBENT].get("model")),
        candidate=str(start.arms[Arm.CANDIDATE].get("model")),
        link=_address(opened.run.report, folder),
        finished=opened.run.manifest.is_file(),
    )


def _address(report: Path, folder: Path) -> str:
    """The report as seen from the page; "" where there is none."""
    if not report.is_file():
        return ""
    with suppress(ValueError):  # another drive
        return Path(os.path.relpath(report.resolve(), folder.resolve())).as_posix()
    return ""


def _settings(start: RunStart) -> dict[str, Any]:
    """What decides answers and findings, by section; what only the place of the files decides is left out."""
    arms = {
        arm.value: {name: start.arms[arm].get(name) for name in _ARM_SETTINGS if start.arms[arm].get(name)}
        for arm in (Arm.CANDIDATE, Arm.INCUMBENT)
    }
    return {
        **arms,
        "dataset": {"records sha256": start.dataset_sha256[:16]},
        "records": start.records,
        "seed": start.seed,
        **{name: start.settings.get(name) for name in _SETTINGS},
        "versions": {name: start.versions.get(name) for name in ("shadow-harness",)},
    }
