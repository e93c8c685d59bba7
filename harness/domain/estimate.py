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
