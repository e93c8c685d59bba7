"""Made-up portfolios and comparisons, for the tests of the pages that tell of several runs."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from report_runs import HOSTILE, Run, agreement_run, facts, hostile_run, invoices

from harness.analysis import AnalysisSettings, analyze, analyze_with_cases
from harness.analysis.cases import open_case
from harness.analysis.compare import Comparison, RunRecord, compare
from harness.analysis.stage import aligned
from harness.analysis.trend import Trend
from harness.domain.mark import Mark
from harness.domain.record_digest import RecordDigest
from harness.report.comparison import comparison_view
from harness.report.comparison_model import ComparedRuns, ComparisonView, OpenedPair, Side
from harness.report.portfolio import Unshown
from harness.report.setting_changes import setting_changes
from harness.report.workload import Against, Around, Link, Workload, workload

FINISHED = datetime(2026, 11, 23, 18, 30, tzinfo=UTC)
TREND = Against(run_id="20261120-080000-aaaa", date="2026-11-20", trend=Trend(shared=90, new=4, fixed=7))


def one(run: Run, **told: Any) -> Workload:
    """One row of a portfolio."""
    around = Around(
        report=told.pop("report", "invoices/20261123-182219-3f2a/report.html"),
        finished_at=FINISHED,
        to_judge=told.pop("to_judge", 12),
        against=told.pop("against", TREND),
        others=told.pop("others", ()),
    )
    analysis = analyze(run.pairs, run.scored, AnalysisSettings(margin=told.pop("margin", 0.02)))
    return workload(analysis, facts(**told), around)


def portfolios() -> dict[str, tuple[list[Workload], list[Unshown]]]:
    """Portfolios in every state."""
    bad = HOSTILE[:-1]
    return {
        "empty": ([], []),
        "only damaged": ([], [Unshown(name="a/b", reason="not finished")]),
        "mixed": (
            [
                one(invoices(120), dataset="invoices", tokens_per_month=120_000_000),
                one(
                    agreement_run(),
                    dataset="tickets",
                    mark=Mark.RECORDED,
                    to_judge=None,
                    against=Against(reason="no run before"),
                ),
                one(invoices(90, seed=5), dataset="contracts", mark=Mark.LIVE, margin=0.5, report=""),
                one(Run(pairs=[], scored=[]), dataset="router", mark=Mark.LIVE, to_judge=0),
            ],
            [Unshown(name="old/20250101-000000-aaaa", reason="not finished")],
        ),
        "hostile": (
            [
                one(
                    hostile_run(),
                    dataset=text,
                    run_id=text,
                    unit=text,
                    against=Against(reason=text),
                    others=(Link(text=text, link="a/b/report.html"),),
                )
                for text in bad
            ],
            [Unshown(name=text, reason=text) for text in bad] * 5,
        ),
    }


def records(run: Run, flaky: str = "") -> list[RunRecord]:
    """The rows of a run with digests of its records, as the files hold them."""
    rows = analyze_with_cases(run.pairs, run.scored, AnalysisSettings()).cases
    return [
        RunRecord(
            row=replace(row, rerun="flaky") if row.record_id == flaky else row,
            digest=RecordDigest(
                record_id=row.record_id, prompt=b"p", parameters=b"q", messages=b"m", expected=b"e"
            ),
        )
        for row in rows
    ]


def opened(run: Run) -> Iterator[OpenedPair]:
    """Every pair of a run with its case."""
    rows = analyze_with_cases(run.pairs, run.scored, AnalysisSettings()).cases
    for (pair, scores), row in zip(aligned(run.pairs, run.scored), rows, strict=True):
        yield OpenedPair(pair=pair, case=open_case(pair, scores, row, AnalysisSettings()))


def compared(
    before: Run, now: Run, *, hostile: bool = False
) -> tuple[ComparisonView, Comparison, ComparedRuns]:
    """Two runs as the page tells them."""
    text = HOSTILE[7] if hostile else "20261120-080000-aaaa"
    counted = compare(records(before), records(now))
    names = {
        group.id: group.name
        for run in (before, now)
        for group in analyze(run.pairs, run.scored, AnalysisSettings()).clusters
    }
    side = Side(
        run_id=text,
        date="2026-11-20",
        mark=Mark.SIMULATED,
        incumbent="gpt-4o",
        candidate=HOSTILE[1] if hostile else "llama-3.1-70b",
        link="../20261120-080000-aaaa/report.html",
    )
    told = ComparedRuns(
        dataset=HOSTILE[0] if hostile else "invoices",
        unit=HOSTILE[8] if hostile else "invoice",
        before=side,
        now=replace(side, run_id="20261123-182219-3f2a", candidate="llama-3.3-70b", link="report.html"),
        settings=setting_changes(
            {"candidate": {"model": "llama-3.1-70b"}, "decision": {"margin": 0.02}, HOSTILE[0]: HOSTILE[1]},
            {
                "candidate": {"model": HOSTILE[8] if hostile else "llama-3.3-70b"},
                "decision": {"margin": 0.05},
            },
        ),
        groups=names,
    )
    return comparison_view(counted, told, opened(before), opened(now)), counted, told
