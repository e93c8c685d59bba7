"""How far to trust a judge: what its verdicts say of the judge itself."""

from harness.analysis.judged import JudgedSide, JudgeSummary
from harness.analysis.result import Analysis
from harness.report.sections import Table
from harness.report.wording import NO_VALUE, Names, number, percent, share, share_range, visible


def judge_tables(analysis: Analysis, names: Names) -> tuple[Table, ...]:
    """One table per judge scorer; () where none judged."""
    return tuple(_table(summary, names) for summary in analysis.judge.values())


def _table(summary: JudgeSummary, names: Names) -> Table:
    unusable = "; ".join(f"{visible(entry.name)} {number(entry.count)}" for entry in summary.unusable[:5])
    rows = (
        ("Verdicts", number(summary.verdicts)),
        ("of them unusable", unusable or "none"),
        *_side(f"{names.incumbent}: better, equal, worse than expected", summary.incumbent),
        *_side(f"{names.candidate}: better, equal, worse than expected", summary.candidate),
        *_side(f"{names.candidate}: better, equal, worse than {names.incumbent}", summary.agreement),
        ("The two orders disagree", share(summary.order_disagreement)),
        ("Prefers the answer shown first, where it goes by the place", share(summary.first_preferred)),
        *_labels(summary),
    )
    return Table(
        caption=f"How far to trust the verdicts of {visible(summary.scorer)}",
        columns=("", "Judge"),
        rows=rows,
    )


def _side(label: str, side: JudgedSide | None) -> tuple[tuple[str, str], ...]:
    if side is None or not side.wins.n:
        return ()
    counts = (number(round((rate.value or 0) * rate.n)) for rate in (side.wins, side.ties, side.losses))
    return ((label, ", ".join(counts)),)


def _labels(summary: JudgeSummary) -> tuple[tuple[str, str], ...]:
    found = summary.correction
    if found is None:
        return (("Human labels", "none: nothing else tells whether the judge is right"),)
    people = share(summary.human_agreement) if summary.human_agreement else NO_VALUE
    corrected = found.corrected
    told = "no data" if corrected.value is None else f"{percent(corrected.value)} ({share_range(corrected)})"
    left_out = "; ".join(
        f"{visible(entry.name)}: {number(entry.count)}" for entry in summary.labels_left_out[:3]
    )
    return (
        ("Human labels used", number(summary.labels)),
        *((("Human labels not used", left_out),) if left_out else ()),
        ("Judge agrees with people", share(found.agreement)),
        ("People agree with each other", people),
        ("Passes by the judge", share(found.raw)),
        ("Passes corrected by people's labels", told),
    )
