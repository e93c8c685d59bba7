"""The cases of the page: which are shown, how much of each, and in which groups."""

from collections.abc import Iterable, Mapping, Sequence

from harness.analysis.cases import Case
from harness.analysis.outcome import CASE_QUADRANTS, Quadrant
from harness.analysis.result import Analysis
from harness.domain.failure import kind_of
from harness.domain.pair import Pair
from harness.report.case_view import MARKS, CaseLimits, CaseView, case_view, lost_case
from harness.report.kinds import SEVERITIES, kind_anchor
from harness.report.model import CaseGroup, CaseSection
from harness.report.wording import Names, amount, number, visible

SHOWN = {
    Quadrant.REGRESSION: 200,
    Quadrant.BOTH_WRONG: 50,
    Quadrant.GAIN: 50,
    Quadrant.DIFFER: 200,
    Quadrant.ONE_FAILED: 50,
    Quadrant.BOTH_FAILED: 50,
}
IDS_SHOWN = 300
PAGE_TEXT = 200_000
"""Characters that the page shows of one text of each case, all cases together."""

PAGE_ROWS = 4_000
"""Rows of tables that the page shows of all cases together."""


def chosen_cases(analysis: Analysis) -> tuple[Case, ...]:
    """The cases shown in full: the worst of each quadrant."""
    shown: dict[Quadrant, int] = {}
    chosen = []
    for case in analysis.cases:
        shown[case.quadrant] = shown.get(case.quadrant, 0) + 1
        if shown[case.quadrant] <= SHOWN.get(case.quadrant, 0):
            chosen.append(case)
    return tuple(chosen)


def casebook(analysis: Analysis, pairs: Iterable[Pair], names: Names) -> tuple[CaseSection, ...]:
    """Open the chosen cases.

    Args:
        analysis: The findings.
        pairs: At least the pairs of the chosen cases, in any order; others are passed over.
        names: Display names.
    """
    cases = {case.record_id: case for case in chosen_cases(analysis)}
    many = max(1, len(cases))
    limits = CaseLimits(
        text=min(65_536, max(600, PAGE_TEXT // many)),
        further=0,
        value=min(1_000, max(60, PAGE_TEXT // (8 * many))),
        folded=min(120, max(10, PAGE_ROWS // many)),
        rows=min(240, max(8, PAGE_ROWS // many)),
    )
    drawn = {name: lost_case(case, names) for name, case in cases.items()}
    for pair in pairs:
        if pair.record.id in cases:
            case = cases[pair.record.id]
            drawn[case.record_id] = case_view(case, pair, analysis.basis, names, limits=limits)
    return tuple(
        _section(
            quadrant, analysis, [case for case in cases.values() if case.quadrant is quadrant], drawn, names
        )
        for quadrant in CASE_QUADRANTS[analysis.basis]
        if analysis.count(quadrant)
    )


def _section(
    quadrant: Quadrant,
    analysis: Analysis,
    cases: Sequence[Case],
    drawn: Mapping[str, CaseView],
    names: Names,
) -> CaseSection:
    total = analysis.count(quadrant)
    rest = next((rest for rest in analysis.more_cases if rest.quadrant is quadrant), None)
    kept = [case.record_id for case in analysis.cases if case.quadrant is quadrant]
    rest_ids = (*kept[len(cases) :], *(rest.record_ids if rest else ()))[:IDS_SHOWN]
    return CaseSection(
        anchor=f"cases-{quadrant.value.replace('_', '-')}",
        title=f"{_title(quadrant, names)}: {number(total)}",
        lead=_lead(quadrant, names),
        mark=MARKS[quadrant][0],
        groups=_groups(quadrant, analysis, cases, drawn),
        rest_words=_rest_words(total, len(cases), len(rest_ids)),
        rest_ids=tuple(visible(record_id)[:120] for record_id in rest_ids),
    )


def _title(quadrant: Quadrant, names: Names) -> str:
    return {
        Quadrant.REGRESSION: f"Only {names.candidate} is wrong",
        Quadrant.BOTH_WRONG: "Both are wrong",
        Quadrant.GAIN: f"Only {names.incumbent} is wrong",
        Quadrant.DIFFER: "They differ",
        Quadrant.ONE_FAILED: "One failed",
        Quadrant.BOTH_FAILED: "Both failed",
    }[quadrant]


def _lead(quadrant: Quadrant, names: Names) -> str:
    return {
        Quadrant.REGRESSION: f"These get worse with {names.candidate}. "
        "Each is listed once, under the first of its kinds. Worst first.",
        Quadrant.BOTH_WRONG: "Hard for both, or the expected answer is wrong. Worst first.",
        Quadrant.GAIN: f"These get better with {names.candidate}. Worst first.",
        Quadrant.DIFFER: "Nobody has checked who is right. Grouped by kind, worst first.",
        Quadrant.ONE_FAILED: "One of the two gave no usable answer.",
        Quadrant.BOTH_FAILED: "Neither gave a usable answer.",
    }[quadrant]


def _rest_words(total: int, shown: int, listed: int) -> str:
    if total <= shown:
        return ""
    beyond = total - shown - listed
    more = f" and {number(beyond)} more in pairs.parquet" if beyond else ""
    if not listed:
        return f"{number(total - shown)} more in pairs.parquet."
    return f"{number(listed)} further cases by id{more}"


def _groups(
    quadrant: Quadrant, analysis: Analysis, cases: Sequence[Case], drawn: Mapping[str, CaseView]
) -> tuple[CaseGroup, ...]:
    """Groups in the order of the kinds; only regressions (or differing pairs) are grouped by kind."""
    if quadrant not in (Quadrant.REGRESSION, Quadrant.DIFFER):
        views = tuple(drawn[case.record_id] for case in cases)
        plain = CaseGroup(anchor="", title="", severity="", severity_mark="", count="", note="", cases=views)
        return (plain,) if views else ()
    order = {kind.kind: place for place, kind in enumerate(analysis.kinds)}
    totals = {kind.kind: kind.primary_only_candidate for kind in analysis.kinds}
    titles = {kind.kind: kind.title for kind in analysis.kinds}
    severities = {kind.kind: int(kind.severity) for kind in analysis.kinds}
    by_kind: dict[str, list[CaseView]] = {}
    for case in cases:
        by_kind.setdefault(case.kind, []).append(drawn[case.record_id])
    groups = []
    for kind in sorted(by_kind, key=lambda kind: (order.get(kind, len(order)), kind)):
        views = tuple(by_kind[kind])
        total = totals.get(kind, 0) if quadrant is Quadrant.REGRESSION else len(views)
        severity, mark = SEVERITIES[severities.get(kind, int(kind_of(kind).severity))]
        groups.append(
            CaseGroup(
                anchor=kind_anchor(kind),
                title=visible(titles.get(kind, kind)),
                severity=severity,
                severity_mark=mark,
                count=amount(max(total, len(views)), "case"),
                note=f"The worst {number(len(views))} are shown." if total > len(views) else "",
                cases=views,
            )
        )
    return tuple(groups)
