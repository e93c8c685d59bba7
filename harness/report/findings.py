"""The findings beyond the counts: margin, noise, slices, groups of failures, money, checks without labels."""

from harness.analysis.failure.clusters import Cluster
from harness.analysis.failure.exposure import ExposureRow
from harness.analysis.failure.slice_result import Slice
from harness.analysis.label_free import LabelFree
from harness.analysis.outcome import Basis, Quadrant
from harness.analysis.reruns import Confirmation, Noise
from harness.analysis.result import Analysis
from harness.analysis.stats.noninferiority import Conclusion, NonInferiority
from harness.domain.estimate import Estimate
from harness.report.kinds import SEVERITIES
from harness.report.model import Table
from harness.report.wording import (
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
        return f"{names.candidate} is shown to lose less than the {margin} you allow (p {p})."
    if finding.conclusion is Conclusion.INFERIOR:
        return f"{names.candidate} is shown to lose more than the {margin} you allow."
    if finding.more_records is None and not finding.hopeless:
        return f"Undecided at the {margin} you allow: the run ended before it was certain."
    if finding.more_records is None:
        units = plural_of(unit)
        return f"Undecided at the {margin} you allow; at the loss seen, more {units} would not show it."
    more = amount(finding.more_records, f"more {unit}")
    return f"Undecided at the {margin} you allow: about {more} would be needed to show it."


def p_value(p: float) -> str:
    """A p-value as it is read: "0.012", "under 0.001"."""
    return "under 0.001" if p < 0.001 else f"{p:.2g}"


def incumbent_sentence(analysis: Analysis, names: Names) -> str:
    """The incumbent's own error rate: it is not the truth."""
    if analysis.basis is Basis.EXPECTED and analysis.incumbent_right is not None:
        wrong = analysis.count(Quadrant.GAIN) + analysis.count(Quadrant.BOTH_WRONG)
        rate = analysis.incumbent_right
        if rate.low is None or rate.high is None or not rate.n:
            return ""
        span = share_range(_complement(rate))
        return f"{names.incumbent} itself is wrong on {number(wrong)} of {number(rate.n)} ({span})."
    checks = analysis.label_free
    if checks is None or checks.incumbent_fails.value is None:
        return ""
    return f"{names.incumbent} itself fails a check on {share(checks.incumbent_fails)}."


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


def suspects_sentence(checks: LabelFree | None, names: Names) -> str:
    """Where the arms disagree, which one a check speaks against."""
    if checks is None or not checks.disagreements:
        return ""
    return (
        f"Of {amount(checks.disagreements, 'checked disagreement')}, the checks speak against "
        f"{names.candidate} alone on {number(checks.candidate_suspect)}, against {names.incumbent} alone on "
        f"{number(checks.incumbent_suspect)}, against both on {number(checks.both_suspect)}; "
        f"they cannot tell on {number(checks.neither)}."
    )


def money_sentence(analysis: Analysis, names: Names) -> str:
    """The money at risk in the candidate's failures, largest currency first."""
    told = [_money(row.regressions, row.currency) for row in analysis.exposure.rows[:3] if row.regressions]
    if not told:
        return ""
    most = analysis.exposure.rows[0]
    return (
        f"Money at risk where only {names.candidate} is wrong: {', '.join(told)}; its largest single "
        f"mistake is {_money(most.largest, most.currency)} ({visible(most.largest_record_id)})."
    )


def _money(value: float, currency: str = "") -> str:
    return f"{value:,.2f} {visible(currency)[:8]}".strip()


def money_table(analysis: Analysis, names: Names) -> Table | None:
    """Exposure per currency, None without money fields."""
    rows = tuple(_money_row(row) for row in analysis.exposure.rows)
    if not rows:
        return None
    return Table(
        caption="Money at risk: amounts that are off, or that missing and invented lines stand for",
        columns=(
            "Currency",
            f"Only {names.candidate} wrong",
            f"{names.candidate}, all",
            f"{names.incumbent}, all",
            "Largest",
        ),
        rows=rows,
    )


def _money_row(row: ExposureRow) -> tuple[str, ...]:
    return (
        visible(row.currency)[:8] or "unknown",
        _money(row.regressions),
        _money(row.candidate),
        _money(row.incumbent),
        _money(row.largest),
    )


def slice_sentences(analysis: Analysis) -> tuple[str, ...]:
    """The rules, as a person reads them, worst first."""
    return tuple(visible(found.text) for found in analysis.slices)


def slice_rules(analysis: Analysis, names: Names) -> Table | None:
    """Every rule with its counts, on the records it was tested on; None without one."""
    if not analysis.slices:
        return None
    wrong = f"Only {names.candidate} wrong" if analysis.basis is Basis.EXPECTED else "Differ or failed"
    searched = analysis.slice_search
    return Table(
        caption="Rules that hold on records they were not found on",
        columns=("Where", "Pairs", wrong, "Tested on", "There, tested", "Elsewhere", "p"),
        rows=tuple(_rule(found) for found in analysis.slices),
        note=f"{amount(searched.tested, 'rule')} tested. Test: {visible(searched.method)}.",
    )


def _rule(found: Slice) -> tuple[str, ...]:
    return (
        visible(found.rule),
        number(found.n),
        number(found.regressions),
        number(found.test_n),
        share(found.rate),
        share(found.elsewhere),
        p_value(found.adjusted_p),
    )


def slice_note(analysis: Analysis) -> str:
    """Why there is no rule."""
    if analysis.slices:
        return ""
    searched = analysis.slice_search
    if searched.reason:
        return f"No rule was looked for: {visible(searched.reason)}"
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
    more = len(analysis.clusters) - len(shown)
    return Table(
        caption=f"Alike failures of {names.candidate}, most harmful first",
        columns=("What goes wrong", "Severity", "Records", f"Only {names.candidate}", "Typical", "Worst"),
        rows=tuple(_group(group) for group in shown),
        note=f"{amount(more, 'more group')} not shown, the failures of a kind alone among them."
        if more
        else "",
    )


def _group(group: Cluster) -> tuple[str, ...]:
    common = f" ({visible('; '.join(group.common))})" if group.common else ""
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
            f"{amount(noise.records, 'record')} were called twice on both arms.",
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
        f"({share_range(found.share)}): confirmed. {number(found.flaky)} did not: flaky."
    )


def _self(noise: Noise, names: Names) -> str:
    floor = noise.floor
    told = ((names.incumbent, floor.incumbent_self), (names.candidate, floor.candidate_self))
    parts = [
        f"{name} agrees with itself on {percent(rate.value)}" for name, rate in told if rate.value is not None
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


def sequential_sentence(analysis: Analysis, unit: str) -> str:
    """The reading that holds at every look."""
    found = analysis.sequential
    if found is None or not found.records:
        return ""
    if found.decided_at is None and not analysis.settings.sequential:
        return ""  # the fixed reading stands above; this one only takes longer
    if found.decided_at is None:
        return (
            f"Read one by one in random order, {amount(found.records, unit)} leave it undecided "
            f"(evidence {found.e_noninferior:.3g} for, {found.e_inferior:.3g} against; "
            f"{found.threshold:.0f} decides)."
        )
    return (
        f"Read one by one in random order, it was {_CONCLUSIONS[found.conclusion]} after "
        f"{amount(found.decided_at, unit)}; this reading holds however often one looks."
    )
