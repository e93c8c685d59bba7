"""The findings beyond the counts, as sentences: margin, noise, rules, money, checks without labels."""

from harness.analysis.failure.exposure import ExposureRow
from harness.analysis.outcome import Basis
from harness.analysis.reruns import Confirmation, Noise
from harness.analysis.result import Analysis
from harness.analysis.stats.noninferiority import Conclusion, NonInferiority
from harness.report.dots import complement
from harness.report.sections import Table
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
        return f"{names.incumbent} itself is wrong on {share(complement(rate))}."
    failed = analysis.incumbent_failed
    if failed is None or failed.value is None:
        return ""
    return f"{names.incumbent} itself gives an answer that fails by itself on {share(failed)}."


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


def noise_sentences(analysis: Analysis, names: Names) -> tuple[str, ...]:
    """What asking again tells; () where nothing was."""
    noise = analysis.noise
    if noise is None:
        return ()
    return tuple(
        sentence
        for sentence in (
            f"Both models were asked twice on {amount(noise.records, 'record')}.",
            confirmed_sentence(
                noise.regressions, "regression" if analysis.basis is Basis.EXPECTED else "difference"
            ),
            _self(noise, names),
            _excess(noise, names),
        )
        if sentence
    )


def confirmed_sentence(found: Confirmation, noun: str) -> str:
    """How many of the cases asked again came out the same; "" where there is none.

    Args:
        found: What asking again showed.
        noun: What the cases are, in the singular.
    """
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
