"""The first cases of each group as they stand on the page: what is read without script, and printed."""

from markupsafe import Markup

from harness.analysis.outcome import Quadrant
from harness.analysis.result import Analysis
from harness.report.case_index import NO_GROUP
from harness.report.case_view import MARKS
from harness.report.groups import group_link
from harness.report.kinds import SEVERITIES
from harness.report.model import FirstCases, PageData, StaticCases
from harness.report.wording import Names, amount, number, visible


def static_cases(analysis: Analysis, data: PageData, names: Names) -> tuple[StaticCases, ...]:
    """The groups, most harmful first, then the quadrants outside of them."""
    return tuple(_one(analysis, first, names) for first in data.first)


def _one(analysis: Analysis, first: FirstCases, names: Names) -> StaticCases:
    cases = tuple(Markup(html) for html in first.html)  # noqa: S704 - our template escaped what is foreign
    if first.group == NO_GROUP:
        title, total = _quadrant_title(first.quadrant, names), analysis.count(Quadrant(first.quadrant))
        mark, severity, severity_mark = MARKS[Quadrant(first.quadrant)][0], "", ""
        anchor = f"quadrant={first.quadrant}"
    else:
        group = analysis.clusters[first.group]
        title, total, mark = visible(group.name), group.size, ""
        severity, severity_mark = SEVERITIES[group.severity]
        anchor = group_link(group)
    count = amount(total, "case")
    return StaticCases(
        anchor=anchor,
        title=title,
        mark=mark,
        severity=severity,
        severity_mark=severity_mark,
        count=f"{number(len(cases))} of {count}" if total > len(cases) else count,
        cases=cases,
    )


def _quadrant_title(quadrant: str, names: Names) -> str:
    return {
        Quadrant.REGRESSION: f"Only {names.candidate} is wrong",
        Quadrant.BOTH_WRONG: "Both are wrong",
        Quadrant.GAIN: f"Only {names.incumbent} is wrong",
        Quadrant.DIFFER: "They differ",
        Quadrant.ONE_FAILED: "One failed",
        Quadrant.BOTH_FAILED: "Both failed",
    }[Quadrant(quadrant)]
