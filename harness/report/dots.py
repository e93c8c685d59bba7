"""Shares as dots with ranges on one scale that begins at 0."""

from collections.abc import Iterable, Sequence

from harness.domain.estimate import Estimate
from harness.report.sections import DotChart, Rate, Scale
from harness.report.wording import GAP, number, percent, share_range

_ENDS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1.0)


def scale_end(estimates: Iterable[Estimate]) -> float:
    """The least round share, above 0, that no interval goes beyond."""
    highest = max((estimate.high or 0.0 for estimate in estimates), default=0.0)
    return next((end for end in _ENDS if end >= highest), 1.0)


def rate(label: str, estimate: Estimate, end: float, *, own: bool) -> Rate:
    """One dot.

    Args:
        label: Whose share it is.
        estimate: The share; without a value it stands at 0 and says "no data".
        end: The share at the end of the scale.
        own: Whether it is the one the reader is to look at.
    """
    low, value, high = (
        min(1.0, (place or 0.0) / end) * 100 for place in (estimate.low, estimate.value, estimate.high)
    )
    hits = round((estimate.value or 0.0) * estimate.n)
    return Rate(
        label=label,
        count=f"{number(hits)} of {number(estimate.n)}",
        percent="no data" if estimate.value is None else percent(estimate.value),
        range=share_range(estimate),
        low=f"{low:.1f}%",
        value=f"{value:.1f}%",
        high=f"{high:.1f}%",
        width=f"{max(0.0, high - low):.1f}%",
        own=own,
    )


def dot_chart(rows: Sequence[tuple[str, Estimate]], sentence: str) -> DotChart:
    """Shares under each other; the last one is the one to look at.

    Args:
        rows: Labels and shares.
        sentence: What the chart shows, for those who do not see it.
    """
    end = scale_end(estimate for _, estimate in rows)
    rates = tuple(
        rate(label, estimate, end, own=place == len(rows) - 1) for place, (label, estimate) in enumerate(rows)
    )
    middle = f"{end * 50:g}{GAP}%"
    return DotChart(sentence=sentence, rates=rates, scale=Scale(middle=middle, end=f"{end * 100:g}{GAP}%"))


def complement(estimate: Estimate) -> Estimate:
    """The share of what is left: wrong answers from right ones, disagreement from agreement."""

    def flipped(value: float | None) -> float | None:
        return None if value is None else 1 - value

    return Estimate(
        value=flipped(estimate.value),
        low=flipped(estimate.high),
        high=flipped(estimate.low),
        level=estimate.level,
        n=estimate.n,
        method=estimate.method,
    )
