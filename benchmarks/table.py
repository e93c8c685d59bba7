"""The table of a benchmark: medians, ranges, goals."""

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median
from typing import TypeAlias

Samples: TypeAlias = dict[tuple[str, str], list[float]]
"""Values by variant and quantity, one per repetition."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One row: what was measured, and what it should be.

    Attributes:
        number: The goal it belongs to.
        goal: The bound, None where the figure only stands beside others.
        at_least: Whether the bound is a lower one.
    """

    number: str
    what: str
    unit: str
    values: list[float]
    goal: float | None = None
    at_least: bool = False

    def line(self) -> str:
        """The row in Markdown."""
        middle = median(self.values)
        shown = f"{digits(middle)} [{digits(min(self.values))}-{digits(max(self.values))}]"
        goal = verdict = ""
        if self.goal is not None:
            goal = f"{'≥' if self.at_least else '≤'} {self.goal:g}"
            held = middle >= self.goal if self.at_least else middle <= self.goal
            verdict = "pass" if held else "**miss**"
        return f"| {self.number} | {self.what} | {self.unit} | {shown} | {goal} | {verdict} |"


def digits(value: float) -> str:
    """Three significant digits without an exponent."""
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def print_table(rows: Iterable[Cell]) -> None:
    """Write the table."""
    print("| goal | what | unit | median [min-max] | goal | |\n| --- | --- | --- | --- | --- | --- |")
    for row in rows:
        print(row.line())
