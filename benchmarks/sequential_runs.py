"""How long sequential runs are, and what the planned order is good for; prints two Markdown tables.

`.venv/bin/python benchmarks/sequential_runs.py [--quick]` takes about a minute. The seeds are fixed, so it
prints the same figures everywhere.
"""

import heapq
import sys
from dataclasses import dataclass
from random import Random
from statistics import median

from options import runs

from harness.analysis.deciding import Difference, SequentialTest
from harness.analysis.stats.noninferiority import Conclusion
from harness.analysis.stats.power import records_needed

MARGIN, ALPHA, POWER, DISCORDANT = 0.05, 0.025, 0.8, 0.1
FIXED = records_needed(discordant=DISCORDANT, margin=MARGIN, alpha=ALPHA, power=POWER)
CAP = 3 * records_needed(discordant=2 * DISCORDANT, margin=MARGIN, alpha=ALPHA, power=POWER)
IN_FLIGHT = 64
SLOW = 20.0


@dataclass(frozen=True)
class Answer:
    """What a record comes to, and how long the candidate takes for it."""

    difference: int
    takes: float


def answers(difference: float, chance: Random) -> list[Answer]:
    """Answers of a run up to the cap; those the candidate gets wrong take longer."""
    gain = (DISCORDANT + difference) / 2
    made = []
    for _ in range(CAP):
        share = chance.random()
        value = 1 if share < gain else -1 if share < DISCORDANT else 0
        made.append(Answer(value, chance.expovariate(1 / (SLOW if value < 0 else 1.0))))
    return made


def by_arrival(planned: list[Answer]) -> list[Answer]:
    """The same in the order in which they come back, with so many calls in flight."""
    ends: list[tuple[float, int]] = []
    come = []
    now = 0.0
    for place, answer in enumerate(planned):
        if len(ends) == IN_FLIGHT:
            now, first = heapq.heappop(ends)
            come.append(planned[first])
        heapq.heappush(ends, (now + answer.takes, place))
    return come + [planned[place] for _, place in sorted(ends)]


def verdict(order: list[Answer]) -> tuple[Conclusion, int]:
    """What is shown, and after how many records."""
    test = SequentialTest(margin=MARGIN, alpha=ALPHA)
    for answer in order:
        if (
            test.add([Difference(least=answer.difference, most=answer.difference)])
            is not Conclusion.UNDECIDED
        ):
            break
    return test.conclusion, test.n


def lengths(count: int) -> list[str]:
    """How long runs are, by how good the candidate really is."""
    lines = ["| the candidate is | non-inferior | inferior | undecided at the cap | median records |"]
    lines.append("|---|---|---|---|---|")
    for name, difference in (
        ("better by the margin", MARGIN),
        ("equal", 0.0),
        ("worse by half the margin", -MARGIN / 2),
        ("worse by the margin", -MARGIN),
        ("worse by twice the margin", -2 * MARGIN),
    ):
        found = [verdict(answers(difference, Random(f"{name} {run}"))) for run in range(count)]
        shares = [sum(ended is one for ended, _ in found) / count for one in Conclusion]
        told = " | ".join(f"{share * 100:.0f} %" for share in shares)
        lines.append(f"| {name} | {told} | {median(n for _, n in found):,.0f} |")
    return lines


def orders(count: int) -> list[str]:
    """False passes, by the order in which answers are looked at."""
    planned = [answers(-MARGIN, Random(f"order {run}")) for run in range(count)]
    lines = ["| answers are looked at | wrongly called non-inferior |", "|---|---|"]
    for name, seen in (
        ("in the planned order", planned),
        ("as they arrive", [by_arrival(one) for one in planned]),
    ):
        passes = sum(verdict(one)[0] is Conclusion.NON_INFERIOR for one in seen)
        lines.append(f"| {name} | {passes / count * 100:.1f} % |")
    return lines


def main() -> None:
    """Print both tables."""
    count = runs(__doc__, full=400, quick=40)
    told = [
        f"Margin {MARGIN * 100:.0f} points, alpha {ALPHA}, the models disagree on {DISCORDANT * 100:.0f} % "
        f"of the records; {count} simulated runs a row. "
        f"A fixed run needs {FIXED:,} records, the cap is {CAP:,}.",
        "",
        *lengths(count),
        "",
        f"The candidate is worse by the margin, {IN_FLIGHT} calls are in flight, and its wrong answers take "
        f"{SLOW:.0f} times as long:",
        "",
        *orders(count),
    ]
    sys.stdout.write("\n".join(told) + "\n")


if __name__ == "__main__":
    main()
