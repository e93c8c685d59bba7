"""The findings beyond the counts: margin, noise, slices, groups of failures, money, checks without labels."""

from harness.analysis.failure.clusters import Cluster
from harness.analysis.failure.exposure import ExposureRow
from harness.analysis.failure.slice_result import Slice
from harness.analysis.outcome import Basis
from harness.analysis.reruns import Confirmation, Noise
from harness.analysis.result import Analysis
from harness.analysis.stats.noninferiority import Conclusion, NonInferiority
from harness.domain.estimate import Estimate
from harness.domain.failure import kind_of
from harness.report.kinds import SEVERITIES
from harness.report.model import Table
from harness.report.wording import (
    GAP,
    Names,
    amount,
    number,
    percent,
    plural_of,
    points,
    share,
    share_range,
    visible,
)

MOST_GROUPS = 20
MOST_FIELDS = 10
_CONCLUSIONS = {
    Conclusion.NON_INFERIOR: "shown to stay within the margin",
    Conclusion.INFERIOR: "shown to lose more than the margin",
    Conclusion.UNDECIDED: "undecided",
}


def margin_sentence(finding: NonInferiority | None, names: Names, unit: str) -> str:
    """The non-inferiority finding in one sentence, "" where nothing was compared."""
    if finding is None:
        return ""
    margin = f"{points(finding.margin)} points"
    if finding.conclusion is Conclusion.NON_INFERIOR:
        p = p_value(finding.p_value)
        return f"{names.candidate} is shown to lose less than the {margin} you allow ({p})."
    if finding.conclusion is Conclusion.INFERIOR:
        return f"{names.candidate} is shown to lose more than the {margin} you allow."
    if finding.more_records is None and not finding.hopeless:
        return f"Undecided at the {margin} you allow: the run ended before it was certain."
    if finding.more_records is None:
        units = plural_of(unit)
        return (
            f"Undecided at the {margin} you allow; with the loss seen, more {units} "
            "would not show that it stays within them."
        )
    more = amount(finding.more_records, f"more {unit}")
    return f"Undecided at the {margin} you allow: about {more} would be needed to show it."


def p_value(p: float) -> str:
    """A p-value with its sign of relation: "p = 0.012", "p < 0.001"."""
    return "p < 0.001" if p < 0.001 else f"p = {p:.2g}"


def incumbent_sentence(analysis: Analysis, names: Names) -> str:
    """The incumbent's own error rate: it is not the truth."""
    if analysis.basis is Basis.EXPECTED and analysis.incumbent_right is not None:
        rate = analysis.incumbent_right
        if rate.low is None or rate.high is None or not rate.n:
            return ""
        return f"{names.incumbent} itself is wrong on {share(_complement(rate))}."
    failed = analysis.incumbent_failed
    if failed is None or failed.value is None:
        return ""
    return f"{names.incumbent} itself gives an answer that fails by itself on {share(failed)}."


def _complement(rate: Estimate) -> Estimate:
    def flipped(value: float | None) -> float | None:
        return None if value is None else 1 - value

    return Estimate(
        value=flipped(rate.value),
        low=flipped(rate.high),
        high=flipped(rate.low),
        level=rate.level,
        n=rate.n,
        method=rate.method,
    )


def suspects_sentence(analysis: Analysis, names: Names) -> str:
    """Which arm the checks speak against where they differ; "" where expected answers say who is right."""
    checks = analysis.label_free
    if checks is None or not checks.disagreements or analysis.basis is Basis.EXPECTED:
        return ""
    both = f", against both on {number(checks.both_suspect)}" if checks.both_suspect else ""
    return (
        f"They differ on {amount(checks.disagreements, 'record')}. Checks that need no expected answer speak "
        f"against {names.candidate} alone on {number(checks.candidate_suspect)}, against {names.incumbent} "
        f"alone on {number(checks.incumbent_suspect)}{both}; on {number(checks.neither)} they cannot tell."
    )


def money_sentence(analysis: Analysis, names: Names) -> str:
    """The money at risk in the candidate's failures, largest currency first."""
    rows = [row for row in analysis.exposure.rows if row.regressions]
    if not rows:
        return ""
    told = ", ".join(f"{_money(row.regressions)} {_currency(row)}" for row in rows[:3])
    more = f" and {amount(len(rows) - 3, 'more currency')}" if len(rows) > 3 else ""
    accuracy = analysis.basis is Basis.EXPECTED
    where = f"where only {names.candidate} is wrong" if accuracy else "where they differ"
    single = "Its largest single mistake" if accuracy else "The largest single difference"
    return (
        f"Money at risk {where}: {told}{more}. {single}: "
        f"{_money(rows[0].largest)} {_currency(rows[0])} in {visible(rows[0].largest_record_id)[:80]}."
    )


def _currency(row: ExposureRow) -> str:
    return visible(row.currency)[:8] or "(no currency)"


def _money(value: float) -> str:
    return f"{value:,.2f}"


def money_table(analysis: Analysis, names: Names) -> Table | None:
    """Exposure per currency, None without money fields."""
    rows = tuple(_money_row(row) for row in analysis.exposure.rows)
    if not rows:
        return None
    return Table(
        caption="Money at risk: by how much amounts are off, and what missing and invented lines amount to",
        columns=(
            "Currency",
            f"Only {names.candidate} wrong",
            f"{names.candidate} wrong",
            f"{names.incumbent} wrong",
            f"Largest of {names.candidate}",
        ),
        rows=rows,
    )


def _money_row(row: ExposureRow) -> tuple[str, ...]:
    return (
        _currency(row),
        _money(row.regressions),
        _money(row.candidate),
        _money(row.incumbent),
        _money(row.largest),
    )


def slice_sentences(analysis: Analysis) -> tuple[str, ...]:
    """The rules, as a person reads them, worst first; no line ends before a per cent sign."""
    return tuple(visible(found.text).replace(" %", f"{GAP}%") for found in analysis.slices)


def worst_place(analysis: Analysis) -> str:
    """The first rule, for the top of the page; "" without one."""
    rules = slice_sentences(analysis)
    return f"Worst where {rules[0]}." if rules else ""


def slice_rules(analysis: Analysis, names: Names) -> Table | None:
    """Every rule with its counts, on the records it was tested on; None without one."""
    if not analysis.slices:
        return None
    wrong = f"Only {names.candidate} wrong" if analysis.basis is Basis.EXPECTED else "Differ or failed"
    searched = analysis.slice_search
    return Table(
        caption="Rules that hold on records they were not found on",
        columns=("Where", "Pairs", wrong, "Tested half: there", "Tested half: elsewhere", "Test"),
        rows=tuple(_rule(found) for found in analysis.slices),
        note=f"{amount(searched.tested, 'rule')} tested: {visible(searched.method)}.",
    )


def _rule(found: Slice) -> tuple[str, ...]:
    return (
        visible(found.rule),
        number(found.n),
        number(found.regressions) + _of_kind(found),
        share(found.rate),
        share(found.elsewhere),
        p_value(found.adjusted_p),
    )


def _of_kind(found: Slice) -> str:
    """To which kind of failure the counts of a rule are limited."""
    return f" ({visible(kind_of(found.of_kind).title.lower())})" if found.of_kind else ""


def slice_note(analysis: Analysis) -> str:
    """What the rules rest on, or why there is none."""
    if analysis.slices:
        return (
            "Found on one half of the records, tested on the other. "
            "A rule's sentence counts the tested half only, the held-back records."
        )
    searched = analysis.slice_search
    if searched.reason:
        return f"No rule was looked for: {visible(searched.reason)}."
    return (
        f"No rule holds: {amount(searched.tested, 'candidate rule')} found on {number(searched.discovery_n)} "
        f"records did not stand the test on the other {number(searched.test_n)}."
    )


def group_table(analysis: Analysis, names: Names) -> Table | None:
    """Groups of alike failures of the candidate; None without one."""
    if not analysis.clusters:
        return None
    several = [group for group in analysis.clusters if group.size > 1]
    shown = (several or list(analysis.clusters))[:MOST_GROUPS]
    what, count = f"Failures of {names.candidate}", f"Only {names.candidate} wrong"
    if analysis.basis is Basis.AGREEMENT:
        what, count = "Differences", "Differ or failed"
    return Table(
        caption=f"{what} that are alike, most harmful first",
        columns=("What changed", "Severity", "Records", count, "Typical", "Worst"),
        rows=tuple(_group(group) for group in shown),
        note=_unshown([group for group in analysis.clusters if group not in shown]),
    )


def _unshown(groups: list[Cluster]) -> str:
    if not groups:
        return ""
    single = sum(group.size == 1 for group in groups)
    each = "each" if single == len(groups) else f"{number(single)} of them"
    told = f", {each} of a single record" if single else ""
    return f"{amount(len(groups), 'more group')} not shown{told}."


def _group(group: Cluster) -> tuple[str, ...]:
    common = f". In common: {visible('; '.join(group.common))}" if group.common else ""
    return (
        visible(group.name)[:160] + common[:160],
        SEVERITIES[group.severity][0],
        number(group.size),
        number(group.regressions),
        visible(group.medoid),
        visible(group.worst),
    )


def noise_sentences(analysis: Analysis, names: Names) -> tuple[str, ...]:
    """What asking again tells; () where nothing was."""
    noise = analysis.noise
    if noise is None:
        return ()
    return tuple(
        sentence
        for sentence in (
            f"Both models were asked twice on {amount(noise.records, 'record')}.",
            _confirmed(noise.regressions, analysis.basis),
            _self(noise, names),
            _excess(noise, names),
        )
        if sentence
    )


def _confirmed(found: Confirmation, basis: Basis) -> str:
    noun = "regression" if basis is Basis.EXPECTED else "difference"
    if not found.rerun:
        return f"None of the {amount(found.found, noun)} was among them." if found.found else ""
    return (
        f"{number(found.confirmed)} of {amount(found.rerun, noun)} among them came out the same again "
        f"({share_range(found.share)}): confirmed."
    ) + (f" {number(found.flaky)} did not: flaky." if found.flaky else "")


def _self(noise: Noise, names: Names) -> str:
    floor = noise.floor
    told = ((names.incumbent, floor.incumbent_self), (names.candidate, floor.candidate_self))
    parts = [
        f"{name} agrees with itself on {percent(rate.value)} ({share_range(rate)})"
        for name, rate in told
        if rate.value is not None
    ]
    return f"{', '.join(parts)}." if parts else ""


def _excess(noise: Noise, names: Names) -> str:
    excess = noise.floor.excess
    if excess.value is None or excess.low is None or excess.high is None:
        return ""
    span = f"{points(excess.value)} points ({points(excess.low)} to {points(excess.high)})"
    if excess.low > 0:
        return f"The arms differ more than noise explains: by {span}."
    return f"The arms differ from each other by no more than noise explains ({span} beyond it)."


def noise_table(analysis: Analysis, names: Names) -> Table | None:
    """Noise per field; None where nothing was called twice or no field differs."""
    noise = analysis.noise
    if noise is None or not noise.fields:
        return None
    return Table(
        caption="Fields that differ, on the records called twice",
        columns=(
            "Field",
            "Arms differ",
            f"{names.incumbent} differs from itself",
            f"{names.candidate} differs from itself",
            "Beyond noise, points",
        ),
        rows=tuple(
            (
                visible(entry.path)[:80],
                number(entry.differs),
                number(entry.incumbent_differs),
                number(entry.candidate_differs),
                _points_range(entry.excess),
            )
            for entry in noise.fields[:MOST_FIELDS]
        ),
    )


def _points_range(estimate: Estimate) -> str:
    if estimate.value is None or estimate.low is None or estimate.high is None:
        return "no data"
    return f"{points(estimate.value)} ({points(estimate.low)} to {points(estimate.high)})"


def sequential_sentence(analysis: Analysis, names: Names, unit: str) -> str:
    """The reading that holds at every look."""
    found = analysis.sequential
    if found is None or not found.records:
        return ""
    if found.decided_at is None and not analysis.settings.sequential:
        return ""  # the fixed reading stands above; this one only takes longer
    if found.decided_at is None:
        return (
            f"Read one by one in random order, {amount(found.records, unit)} leave it undecided: evidence "
            f"{found.e_noninferior:.3g} for the candidate and {found.e_inferior:.3g} against it, where "
            f"{found.threshold:.0f} decides."
        )
    return (
        f"Read one by one in random order, {amount(found.decided_at, unit)} were enough: "
        f"{names.candidate} is {_CONCLUSIONS[found.conclusion]}. "
        f"That test may be looked at after every {unit}."
    )
