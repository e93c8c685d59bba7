"""Failures by kind: their severities in words, and the table of all kinds."""

from harness.analysis.failure.difference import title_of
from harness.analysis.outcome import Basis
from harness.analysis.result import Analysis
from harness.domain.failure import kind_of
from harness.report.sections import Table
from harness.report.wording import Names, number, share, visible

SEVERITIES = {
    3: ("Severe", "severe"),
    2: ("Moderate", "moderate"),
    1: ("Light", "light"),
    0: ("Costs nothing", "light"),
}
_MOST_PATHS = 3


def kind_title(kind: str, basis: Basis, known: str = "") -> str:
    """A kind as a reader sees it; without expected answers, as a difference and not as a mistake.

    Args:
        kind: Its name.
        basis: What the answers are compared with.
        known: The title it has in the analysis, where that differs from the kind's own.
    """
    agreement = basis is Basis.AGREEMENT
    title = title_of(kind, against_other=agreement)
    return title if agreement and title != kind_of(kind).title else known or title


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
                visible(kind_title(kind.kind, analysis.basis, kind.title))[:120],
                SEVERITIES[kind.severity][0],
                *counts,
                share(kind.candidate_share),
                share(kind.incumbent_share),
                paths,
            )
        )
    return Table(
        caption="Failures by kind" if accuracy else "Differences and failures by kind",
        columns=("Kind", "Severity", *only, names.candidate, names.incumbent, "Where"),
        rows=tuple(rows),
        note="A record that shows several kinds is counted in each.",
    )
