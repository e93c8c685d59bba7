"""reports/index.html: the latest finished run of every dataset, side by side."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import Any
from urllib.parse import quote

from harness.analysis import analysis_from_json
from harness.analysis.result import Analysis
from harness.analysis.trend import FAILURES, Standing, standing, trend
from harness.domain.observation import Arm
from harness.errors import HarnessError, StoreError
from harness.report.facts import ArmFacts, RunFacts
from harness.report.html import render_overview
from harness.report.portfolio import Unshown, portfolio_view
from harness.report.portfolio_text import portfolio_lines
from harness.report.workload import Against, Around, Link, Workload, needs_attention, workload
from harness.store.cases import read_standings
from harness.store.files import write_bytes_atomically
from harness.store.layout import RunDirectory, comparison_page, list_runs, must_be_folder
from harness.store.manifest import Manifest, RunStart, read_manifest

PAGE = "index.html"
_OURS = b'<meta name="generator" content="Shadow Harness">'
_LOOKED_AT = 4096
_MOST_OTHERS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class _Finished:
    """A run that came to its end."""

    run: RunDirectory
    manifest: Manifest

    @property
    def start(self) -> RunStart:
        return self.manifest.start

    @property
    def candidate(self) -> tuple[str, str]:
        arm = self.start.arms[Arm.CANDIDATE]
        return str(arm.get("provider")), str(arm.get("model"))


def portfolio_of(reports: Path) -> tuple[list[Workload], list[Unshown]]:
    """The rows, what needs attention first, and the runs that are no row nor behind one, with the reason."""
    workloads: list[Workload] = []
    unshown: list[Unshown] = []
    for _, runs in groupby(list_runs(reports), key=lambda run: run.dataset):
        finished = sorted(
            _finished(list(runs), unshown), key=lambda one: (one.manifest.finished_at, one.run.run_id)
        )
        while finished:
            newest = finished.pop()
            try:
                workloads.append(_workload(newest, finished))
                break
            except HarnessError as error:
                unshown.append(Unshown(name=newest.run.name, reason=_reason(error, newest.run)))
    return sorted(workloads, key=needs_attention), sorted(unshown, key=lambda run: run.name)


def _finished(runs: Sequence[RunDirectory], unshown: list[Unshown]) -> Iterator[_Finished]:
    for run in runs:
        if not run.manifest.is_file():
            unshown.append(Unshown(name=run.name, reason="not finished", link=_link(run)))
            continue
        try:
            yield _Finished(run=run, manifest=read_manifest(run.manifest))
        except HarnessError as error:
            unshown.append(Unshown(name=run.name, reason=_reason(error, run)))


def _reason(error: HarnessError, run: RunDirectory) -> str:
    """What is wrong, without the place of the folder: the page must not depend on where it lies."""
    return error.message.replace(f"{run.path}/", "")


def _workload(newest: _Finished, earlier: Sequence[_Finished]) -> Workload:
    analysis = _analysis(newest.run)
    before = next((one for one in reversed(earlier) if one.candidate == newest.candidate), None)
    to_judge, against = _cases(newest, before)
    around = Around(
        report=_link(newest.run),
        finished_at=newest.manifest.finished_at,
        to_judge=to_judge,
        against=against,
        others=_others(newest, earlier),
    )
    return workload(analysis, _facts(newest.start), around)


def _analysis(run: RunDirectory) -> Analysis:
    if not run.analysis.is_file():
        raise StoreError("analysis.json: the file is missing")
    return analysis_from_json(run.analysis.read_bytes())


def _volume(settings: Mapping[str, Any]) -> int | None:
    factors = settings.get("factors")
    volume = factors.get("tokens_per_month") if isinstance(factors, Mapping) else None
    return volume if isinstance(volume, int) else None


def _facts(start: RunStart) -> RunFacts:
    arms = {
        arm: ArmFacts(model=str(says.get("model")), provider=str(says.get("provider")))
        for arm, says in start.arms.items()
    }
    return RunFacts(
        dataset=start.dataset,
        mark=start.mark,
        run_id=start.run_id,
        date=f"{start.started_at:%Y-%m-%d}",
        incumbent=arms[Arm.INCUMBENT],
        candidate=arms[Arm.CANDIDATE],
        unit=start.unit,
        tokens_per_month=_volume(start.settings),
    )


def _link(run: RunDirectory) -> str:
    return _address(run, run.report)


def _address(run: RunDirectory, page: Path) -> str:
    """A page in the run's directory as seen from the index; "" where there is none."""
    return f"{quote(run.dataset)}/{quote(run.run_id)}/{quote(page.name)}" if page.is_file() else ""


def _others(newest: _Finished, earlier: Sequence[_Finished]) -> tuple[Link, ...]:
    """The latest run of each other candidate, newest first."""
    latest: dict[tuple[str, str], RunDirectory] = {}
    for one in reversed(earlier):
        if one.candidate != newest.candidate:
            latest.setdefault(one.candidate, one.run)
    return tuple(Link(text=model, link=_link(run)) for (_, model), run in list(latest.items())[:_MOST_OTHERS])


class _Judged:
    """Passes rows on and counts the failures that nobody has judged."""

    def __init__(self) -> None:
        self.left = 0

    def watch(self, rows: Iterator[tuple[str, str, str, str]]) -> Iterator[tuple[str, Standing]]:
        for record_id, *told in rows:
            quadrant, review, _ = told
            self.left += quadrant in FAILURES and not review
            yield record_id, standing(*told)


def _cases(newest: _Finished, before: _Finished | None) -> tuple[int | None, Against]:
    """How many cases are to judge, and what changed since the run before."""
    missing = Against(reason="the run has no list of cases")
    if not newest.run.cases.is_file():
        return None, missing
    judged = _Judged()
    try:
        earlier, against = _before(before)
        found = trend(earlier, judged.watch(read_standings(newest.run.cases)))
    except HarnessError:
        return None, Against(reason="the list of cases cannot be read")
    if against is not None:
        return judged.left, against
    than = before or newest
    return judged.left, Against(
        run_id=than.start.run_id,
        date=f"{than.start.started_at:%Y-%m-%d}",
        trend=found,
        link=_address(newest.run, comparison_page(newest.run, than.run.run_id)),
        command=f"harness compare {than.run.name} {newest.run.name}",
    )


def _before(before: _Finished | None) -> tuple[dict[str, Standing], Against | None]:
    """The records of the run before, or why there is nothing to compare with."""
    if before is None:
        return {}, Against(reason="no run before")
    if not before.run.cases.is_file():
        return {}, Against(reason="the run before has no list of cases")
    with suppress(HarnessError):
        return {name: standing(*told) for name, *told in read_standings(before.run.cases)}, None
    return {}, Against(reason="the list of cases of the run before cannot be read")


def write_portfolio(reports: Path) -> Path:
    """Write reports/index.html; the same runs give the same bytes.

    Raises:
        StoreError: The disk refuses, or the file there is not ours.
    """
    return _write(reports, *portfolio_of(reports))


def _write(reports: Path, workloads: Sequence[Workload], unshown: Sequence[Unshown]) -> Path:
    page = reports / PAGE
    if page.is_file() and not _is_ours(page):
        raise StoreError(
            f"{page} was not written by the harness", "Move it away: the page of all workloads is kept there."
        )
    text = render_overview("portfolio.html.j2", portfolio_view(workloads, unshown))
    write_bytes_atomically(page, text.encode())
    return page


def _is_ours(page: Path) -> bool:
    with page.open("rb") as file:
        return _OURS in file.read(_LOOKED_AT)


def portfolio_after(run: RunDirectory, reports: Path | None = None) -> tuple[str, ...]:
    """Write the page of the folder that a run lies in; gives what went wrong: that is not the run's trouble.

    Args:
        run: The run.
        reports: The folder of runs that the user named: a run elsewhere has been copied, and no page is made.
    """
    folder = run.path.resolve().parent.parent
    if reports is not None and folder != reports.resolve():
        return ()
    try:
        write_portfolio(folder if reports is None else reports)
    except (HarnessError, OSError) as error:
        return (f"note: the page of all workloads could not be written: {error}",)
    return ()


def print_portfolio(reports: Path) -> str:
    """`harness portfolio`: write the page, and give the same table as text.

    Raises:
        RunNotFound: There is no such folder.
        StoreError: As `write_portfolio`.
    """
    must_be_folder(reports, "of runs", "Name it with --reports, or make a run: harness shadow DATASET")
    workloads, unshown = portfolio_of(reports)
    page = _write(reports, workloads, unshown)
    return "\n".join(portfolio_lines(workloads, unshown, now=datetime.now(UTC), path=str(page)))
