"""A number with its doubt."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A measured share or difference; no number leaves `analysis/stats` without its interval.

    Attributes:
        value: The point estimate; None where n is 0 or the figure is not defined, as kappa with one category.
        low, high: Ends of the interval; None where value is.
        level: Confidence level, such as 0.95.
        n: How many records it rests on.
        method: Name of the interval's formula.
    """

    value: float | None
    low: float | None
    high: float | None
    level: float
    n: int
    method: str


def percent_digits(value: float) -> str:
    """A share in percent without the sign; two significant digits, never rounded to 0 or 100."""
    percent = value * 100
    if percent in (0, 100):
        return f"{percent:.0f}"
    if percent >= 99:
        return f"{percent:.1f}" if percent < 99.95 else f"{min(percent, 99.99):.2f}"
    if percent >= 9.95:
        return f"{percent:.0f}"
    return f"{percent:.1f}" if percent >= 0.995 else f"{percent:.2g}"
