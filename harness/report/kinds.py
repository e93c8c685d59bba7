"""Failures by kind: their severities in words, and the table of all kinds."""

from harness.analysis.outcome import Basis
from harness.analysis.result import Analysis
from harness.report.sections import Table
from harness.report.wording import Names, number, share, visible

SEVERITIES = {
    3: ("Severe", "severe"),
    2: ("Moderate", "moderate"),
    1: ("Light", "light"),
    0: ("Costs nothing", "light"),
}
_MOST_PATHS = 3


def kinds_table(analysis: Analysis, names: Names) -> Table | None:
    """Every kind, most harmful first; a record can show several. None without any."""
    if not analysis.kinds:
        return None
    accuracy = analysis.basis is Basis.EXPECTED
    only = (f"Only {names.candidate}",) if accuracy else ()
    rows = []
    for kind in analysis.kinds:
        paths = ", ".join(
            f"{visible(path.name)[:80]} {number(path.count)}" for path in kind.paths[:_MOST_PATHS]
        )
        counts = (number(kind.only_candidate),) if accuracy else ()
        rows.append(
            (
                visible(kind.title)[:120],
                SEVERITIES[kind.severity][0],
                *counts,
                share(kind.candidate_share),
                share(kind.incumbent_share),
                paths,
            )
        )
    return Table(
        caption="Failures by kind",
        columns=("Kind", "Severity", *only, names.candidate, names.incumbent, "Where"),
        rows=tuple(rows),
        note="A record that shows several kinds is counted in each.",
    )
