"""The portfolio in the terminal: the rows and totals of the page, with the age of each run."""

from collections.abc import Sequence
from datetime import datetime

from harness.report.costs import saving_words
from harness.report.portfolio import (
    Unshown,
    failures_words,
    headline,
    judged_words,
    lead,
    notes,
    portfolio_view,
    to_judge_words,
    trend_words,
)
from harness.report.wording import amount, for_terminal
from harness.report.workload import Workload

_HEAD = ("Workload", "Mark", "Pairs", "Failures", "Saving a month", "To judge", "Since the run before", "Run")
_NUMBERS = frozenset({2, 5})
_LONGEST = 40


def portfolio_lines(
    workloads: Sequence[Workload], unshown: Sequence[Unshown], *, now: datetime, path: str
) -> list[str]:
    """The table, line by line.

    Args:
        workloads: The rows.
        unshown: Runs that are not in the table.
        now: The time, for the age of the runs.
        path: Where the page is.
    """
    lines = [headline(workloads), *lead(workloads)]
    if workloads:
        lines += ["", *_table(workloads, unshown, now)]
    view = portfolio_view(workloads, unshown)
    lines += [f"Not in the table: {run.name}: {run.reason}" for run in view.unshown]
    lines += [line for line in (view.unshown_more, view.mark_sentence) if line]
    lines += notes(workloads, unshown)[:1] if unshown or workloads else []
    return [for_terminal(line) for line in [*lines, f"Page: {path}"]]


def _table(workloads: Sequence[Workload], unshown: Sequence[Unshown], now: datetime) -> list[str]:
    totals = portfolio_view(workloads, unshown).totals
    rows = [_HEAD, *(_row(told, now) for told in workloads)]
    rows.append(("All", "", totals[4], totals[1], totals[3], totals[7], totals[5], ""))
    widths = [max(len(row[place]) for row in rows) for place in range(len(_HEAD))]
    drawn = ["  ".join(map(_cell, range(len(row)), row, widths)).rstrip() for row in rows]
    lines = [drawn[0]]
    for told, line in zip(workloads, drawn[1:-1], strict=True):
        lines += [line, f"    {told.said}", *_worst(told)]
    return [*lines, drawn[-1]]


def _row(told: Workload, now: datetime) -> tuple[str, ...]:
    return (
        told.name[:_LONGEST],
        told.mark.value,
        f"{told.pairs:,}",
        failures_words(told),
        saving_words(told.saving_usd),
        to_judge_words(told),
        trend_words(told.around.against),
        age(told.around.finished_at, now),
    )


def _cell(place: int, text: str, width: int) -> str:
    return text.rjust(width) if place in _NUMBERS else text.ljust(width)


def _worst(told: Workload) -> list[str]:
    costs = f"    cost per record {told.costs}" if told.costs else ""
    trend = judged_words(told.around.against)
    said = [told.judged, f"new and fixed leave out {trend}" if trend else ""]
    judged = "; ".join(part for part in said if part)
    worst = f"    worst: {told.worst}{f' ({told.worst_more})' if told.worst_more else ''}"
    return [
        line for line in (f"    {judged}" if judged else "", worst if told.failures else "", costs) if line
    ]


def age(then: datetime, now: datetime) -> str:
    """How long ago, in the largest whole unit."""
    seconds = max(0, int((now - then).total_seconds()))
    for unit, length in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds >= length:
            return f"{amount(seconds // length, unit)} ago"
    return "just now"
