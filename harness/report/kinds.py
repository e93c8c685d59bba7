"""Failures by kind as cards and rows."""

import re

from harness.analysis.failure.summary import KindSummary
from harness.analysis.outcome import Basis, Quadrant
from harness.analysis.result import Analysis
from harness.domain.estimate import Estimate
from harness.report.model import KindView, Rate
from harness.report.wording import Names, amount, number, percent, share_range, visible

CARDS = 6
SEVERITIES = {
    3: ("Severe", "severe"),
    2: ("Moderate", "moderate"),
    1: ("Light", "light"),
    0: ("Costs nothing", "light"),
}


def kind_anchor(kind: str) -> str:
    """The id of the group of cases with that primary kind."""
    return "kind-" + (re.sub(r"[^a-z0-9]+", "-", kind.lower()).strip("-")[:60] or "other")


def kind_views(analysis: Analysis, names: Names, shown: frozenset[str]) -> tuple[KindView, ...]:
    """All kinds, most harmful first, on one scale.

    Args:
        analysis: The findings.
        names: Display names.
        shown: Kinds that have a group of cases on the page.
    """
    highs = [kind.candidate_share.high or 0.0 for kind in analysis.kinds[:CARDS]]
    highs += [kind.incumbent_share.high or 0.0 for kind in analysis.kinds[:CARDS]]
    scale = max(highs, default=1.0) or 1.0
    return tuple(_kind(kind, analysis, names, scale, shown) for kind in analysis.kinds)


def card_views(kinds: tuple[KindView, ...]) -> tuple[KindView, ...]:
    """The kinds drawn as cards: the first ones that count against the candidate."""
    return tuple(kind for kind in kinds[:CARDS] if kind.count != "0")


def _kind(
    kind: KindSummary, analysis: Analysis, names: Names, scale: float, shown: frozenset[str]
) -> KindView:
    severity, mark = SEVERITIES[kind.severity]
    agreement = analysis.basis is Basis.AGREEMENT
    count = kind.candidate if agreement else kind.only_candidate
    link_words, note = _link(kind, agreement, kind.kind in shown)
    return KindView(
        severity=severity,
        severity_mark=mark,
        title=visible(kind.title),
        count=number(count),
        count_words="records" if agreement else f"only {names.candidate}",
        candidate=_rate(names.candidate, kind.candidate, kind.candidate_share, scale),
        incumbent=_rate(names.incumbent, kind.incumbent, kind.incumbent_share, scale),
        paths=tuple((visible(path.name)[:80], number(path.count)) for path in kind.paths[:3]),
        link=kind_anchor(kind.kind) if link_words else "",
        link_words=link_words,
        note=note,
    )


def _link(kind: KindSummary, agreement: bool, shown: bool) -> tuple[str, str]:
    """Words of the link to the kind's group, and where its other cases are."""
    if not shown:
        listed = "" if agreement or not kind.only_candidate else "Listed under another of their kinds."
        return "", listed
    if agreement:
        return "Show the cases", ""
    elsewhere = kind.only_candidate - kind.primary_only_candidate
    note = f"{number(elsewhere)} more are listed under another of their kinds." if elsewhere else ""
    return f"Show {amount(kind.primary_only_candidate, 'case')}", note


def _rate(label: str, count: int, estimate: Estimate, scale: float) -> Rate:
    low, value, high = (
        min(1.0, (place or 0.0) / scale) * 100 for place in (estimate.low, estimate.value, estimate.high)
    )
    return Rate(
        label=label,
        count=number(count),
        percent=percent(estimate.value or 0.0),
        range=share_range(estimate),
        low=f"{low:.1f}%",
        value=f"{value:.1f}%",
        high=f"{high:.1f}%",
        width=f"{max(0.0, high - low):.1f}%",
    )


def kinds_title(analysis: Analysis, names: Names) -> tuple[str, str]:
    """Title and lead of the section."""
    if analysis.compared == 0:
        return f"How {names.candidate} fails", "Nothing was compared, so no failure could be found."
    if not analysis.kinds:
        return f"How {names.candidate} fails", "No failure was found on either side."
    if analysis.basis is Basis.AGREEMENT:
        differ = analysis.count(Quadrant.DIFFER)
        return (
            f"How {names.candidate} differs",
            f"{amount(differ, 'record')} differ. The dots say how often each kind was seen, with the range.",
        )
    losses = analysis.count(Quadrant.REGRESSION)
    own = sum(kind.only_candidate > 0 for kind in analysis.kinds)
    lead = (
        f"{amount(losses, 'case')} only {names.candidate} gets wrong, in {amount(own, 'kind')}, "
        "most harmful first. "
        f"The dots say how often each arm makes the mistake, with the "
        f"{analysis.settings.level * 100:g}\u202f% range; a record can show several kinds."
    )
    return f"How {names.candidate} fails", lead
