"""Where the candidate breaks, by what went wrong: groups of alike failures as cards, worst first."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from harness.analysis.failure.clusters import Cluster
from harness.analysis.failure.slice_result import Slice
from harness.analysis.outcome import Basis, Quadrant
from harness.analysis.result import Analysis
from harness.domain.estimate import Estimate
from harness.domain.failure import kind_of
from harness.report.dots import rate, scale_end
from harness.report.kinds import SEVERITIES
from harness.report.sections import Evidence, Example, GroupCard, GroupsView, Listed, Rate, Spark
from harness.report.wording import Names, amount, lowered, number, visible

MOST_CARDS = 6
MOST_LISTED = 30
IN_A_ROW = 3
_SPARK_WIDTH = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class _Drawn:
    """A group with what its dots compare."""

    group: Cluster
    rule: Slice | None
    rows: tuple[tuple[str, Estimate], ...]


def groups_view(analysis: Analysis, names: Names, evidence: Evidence, unit: str) -> GroupsView:
    """The section: at most six cards, the other groups as a list.

    Args:
        analysis: The findings.
        names: Display names.
        evidence: Examples and positions, as far as they are known.
        unit: What one record is.
    """
    accuracy = analysis.basis is Basis.EXPECTED
    worse = [group for group in analysis.clusters if group.regressions]
    carded = [group for group in worse if not group.is_rest][:MOST_CARDS] or worse[:1]
    listed = [group for group in worse if group not in carded]
    drawn = [_drawn(group, analysis, names) for group in carded]
    cards = [
        _card(one, end, analysis, names, evidence)
        for place in range(0, len(drawn), IN_A_ROW)
        for end in [_row_end(drawn[place : place + IN_A_ROW])]
        for one in drawn[place : place + IN_A_ROW]
    ]
    return GroupsView(
        title=f"Where {names.candidate} fails" if accuracy else f"Where {names.candidate} differs",
        count=_count(analysis, len(worse)),
        lead=_lead(analysis, names, unit),
        cards=tuple(cards),
        further=tuple(_listed(group) for group in listed[:MOST_LISTED]),
        further_words=_further_words(analysis, listed[MOST_LISTED:], names),
    )


def group_link(group: Cluster) -> str:
    """The fragment that shows a group's cases; the page holds ids with invisible signs written out."""
    return "group=" + quote(visible(group.id), safe="")


def _total(analysis: Analysis) -> int:
    """What the counts of the groups add up to."""
    if analysis.basis is Basis.EXPECTED:
        return analysis.count(Quadrant.REGRESSION)
    return sum(group.regressions for group in analysis.clusters)


def _count(analysis: Analysis, groups: int) -> str:
    if not groups:
        return ""
    return f"{amount(_total(analysis), 'case')} in {amount(groups, 'group')}, most harmful first"


def _lead(analysis: Analysis, names: Names, unit: str) -> str:
    if analysis.compared == 0:
        return "Nothing was compared, so no failure could be found."
    if not any(group.regressions for group in analysis.clusters):
        if analysis.basis is Basis.EXPECTED and analysis.count(Quadrant.REGRESSION) == 0:
            return f"No {unit} got worse with {names.candidate}."
        return "No group of alike failures was found."
    level = f"{analysis.settings.level * 100:g}\u202f%"
    return f"Each case is in one group, so the counts add up. Dots are shares with their {level} range."


def _drawn(group: Cluster, analysis: Analysis, names: Names) -> _Drawn:
    rule = _rule_of(group, analysis)
    rows: tuple[tuple[str, Estimate], ...]
    if rule is not None:
        rows = ("there", rule.rate), ("elsewhere", rule.elsewhere)
    else:
        rows = ((names.candidate, group.share),)
        if group.incumbent_share is not None:
            rows = (*rows, (names.incumbent, group.incumbent_share))
    return _Drawn(group=group, rule=rule, rows=rows)


def _rule_of(group: Cluster, analysis: Analysis) -> Slice | None:
    """The rule about the group's kind: one found for that kind, or one where it is the only group of it."""
    for found in analysis.slices:
        if found.of_kind == group.kind:
            return found
    alone = sum(one.kind == group.kind for one in analysis.clusters) == 1
    for found in analysis.slices:
        if alone and not found.of_kind and found.main_kind == group.kind:
            return found
    return None


def _row_end(row: Sequence[_Drawn]) -> float:
    return scale_end(estimate for one in row for _, estimate in one.rows)


def _card(one: _Drawn, end: float, analysis: Analysis, names: Names, evidence: Evidence) -> GroupCard:
    group = one.group
    severity, mark = SEVERITIES[group.severity]
    return GroupCard(
        group=group.id,
        severity=severity,
        severity_mark=mark,
        count=number(group.regressions),
        count_words="case" if group.regressions == 1 else "cases",
        title=visible(group.name)[:160],
        where=_where(one),
        scale=_scale_words(one, analysis),
        rates=_rates(one, end),
        spark=_spark(evidence.positions.get(group.id, ()), analysis.pairs),
        example=_example(evidence.examples.get(group.id), names, analysis.basis),
        link=group_link(group),
        link_words=f"Show {amount(group.regressions, 'case')}",
    )


def _rates(one: _Drawn, end: float) -> tuple[Rate, ...]:
    return tuple(
        rate(label, estimate, end, own=place == 0) for place, (label, estimate) in enumerate(one.rows)
    )


def _where(one: _Drawn) -> str:
    """The rule that was tested, and what the group's records share besides: a rule may stand in for that."""
    common = f"In common: {visible('; '.join(one.group.common[:3]))}." if one.group.common else ""
    rule = f"Where {visible(one.rule.rule)}." if one.rule is not None else ""
    return f"{rule} {common}".strip()


def _scale_words(one: _Drawn, analysis: Analysis) -> str:
    """What the dots of a card count."""
    if one.rule is None:
        return (
            "Records with this mistake"
            if analysis.basis is Basis.EXPECTED
            else "Records with this difference"
        )
    if one.rule.of_kind:
        # The rule is about the whole kind, of which other cards may show further groups with the same dots.
        what = f"Any {lowered(visible(kind_of(one.rule.of_kind).title)[:80])}"
    else:
        what = "Worse" if analysis.basis is Basis.EXPECTED else "Different"
    return f"{what}, on records the rule was not found on"


def _example(example: Example | None, names: Names, basis: Basis) -> tuple[tuple[str, str], ...]:
    if example is None:
        return ()
    reference = "Expected" if basis is Basis.EXPECTED else names.incumbent
    rows = (
        ("Input", example.snippet),
        (reference, example.expected),
        (names.candidate, example.candidate),
    )
    return tuple((name, text) for name, text in rows if text)


def _spark(positions: Sequence[int], pairs: int) -> Spark | None:
    """Ticks where in the run the cases stand; cases that fall on one unit are one tick."""
    if not positions or pairs < 1:
        return None
    units = sorted({min(_SPARK_WIDTH - 1, place * _SPARK_WIDTH // pairs) for place in positions})
    first, last = min(positions) + 1, max(positions) + 1
    words = (
        f"Its cases in the order of the run: from pair {number(first)} to {number(last)} of {number(pairs)}"
    )
    return Spark(path="".join(f"M{unit}.5 0V10" for unit in units), words=words)


def _listed(group: Cluster) -> Listed:
    return Listed(
        title=visible(group.name)[:160], count=amount(group.regressions, "case"), link=group_link(group)
    )


def _further_words(analysis: Analysis, unlisted: Sequence[Cluster], names: Names) -> str:
    """Groups beyond the list, and failures that the incumbent shares."""
    told = []
    if unlisted:
        cases = amount(sum(group.regressions for group in unlisted), "case")
        told.append(f"{amount(len(unlisted), 'more group')} with {cases} in analysis.json.")
    shared = sum(not group.regressions for group in analysis.clusters)
    if shared:
        both = "only shows" if shared == 1 else "only show"
        told.append(f"{amount(shared, 'further group')} {both} where {names.incumbent} is wrong as well.")
    return " ".join(told)
