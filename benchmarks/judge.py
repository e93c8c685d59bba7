"""Judge correction: how wide and how honest its interval is, by simulation.

`.venv/bin/python benchmarks/judge.py [--quick]` prints the figures of docs/judge.md in a few minutes.
"""

from dataclasses import dataclass
from random import Random

from options import runs

from harness.analysis.stats.judge_correction import JudgeCorrection, LabelTable, judge_correction


@dataclass(frozen=True)
class Setting:
    """A true pass rate, a judge, and how many records and labels there are."""

    true: float
    sensitivity: float
    specificity: float
    unlabelled: int
    labels: int


@dataclass(frozen=True)
class Figures:
    """Means over all simulated runs."""

    raw: float
    corrected: float
    coverage: float
    width: float
    width_labels_alone: float


ACCEPTANCE = Setting(true=0.88, sensitivity=0.93, specificity=0.75, unlabelled=5000, labels=300)
SETTINGS = (
    ACCEPTANCE,
    Setting(true=0.88, sensitivity=0.93, specificity=0.75, unlabelled=5000, labels=100),
    Setting(true=0.95, sensitivity=0.98, specificity=0.90, unlabelled=2000, labels=100),
    Setting(true=0.90, sensitivity=0.97, specificity=0.97, unlabelled=500, labels=30),
    Setting(true=0.98, sensitivity=0.98, specificity=0.90, unlabelled=2000, labels=100),
    Setting(true=0.50, sensitivity=0.60, specificity=0.60, unlabelled=2000, labels=200),
)


def one_run(setting: Setting, chance: Random) -> JudgeCorrection:
    """One simulated set of verdicts and labels, corrected."""
    cells: dict[tuple[bool, bool], int] = {}
    passes = 0
    for place in range(setting.unlabelled + setting.labels):
        human = chance.random() < setting.true
        judge = chance.random() < (setting.sensitivity if human else 1 - setting.specificity)
        if place < setting.labels:
            cells[human, judge] = cells.get((human, judge), 0) + 1
        else:
            passes += judge
    table = LabelTable(
        both_pass=cells.get((True, True), 0),
        human_only=cells.get((True, False), 0),
        judge_only=cells.get((False, True), 0),
        both_fail=cells.get((False, False), 0),
    )
    return judge_correction(table, passes, setting.unlabelled)


def simulate(setting: Setting, runs: int, seed: int) -> Figures:
    """Means over many runs."""
    chance = Random(seed)
    raw = corrected = covered = width = alone = 0.0
    for _ in range(runs):
        found = one_run(setting, chance)
        raw += found.raw.value or 0.0
        corrected += found.corrected.value or 0.0
        low, high = found.corrected.low or 0.0, found.corrected.high or 0.0
        covered += low <= setting.true <= high
        width += high - low
        alone += (found.labels_alone.high or 0.0) - (found.labels_alone.low or 0.0)
    return Figures(
        raw=raw / runs,
        corrected=corrected / runs,
        coverage=covered / runs,
        width=width / runs,
        width_labels_alone=alone / runs,
    )


def main() -> None:
    """Print a table."""
    count = runs(__doc__, full=10_000, quick=200)
    print("true  sens  spec  unlabelled  labels |  raw judge  corrected  coverage  width  labels alone")
    for seed, setting in enumerate(SETTINGS):
        found = simulate(setting, count, seed)
        print(
            f"{setting.true:.2f}  {setting.sensitivity:.2f}  {setting.specificity:.2f}  "
            f"{setting.unlabelled:>10,}  {setting.labels:>6} |  {found.raw:>9.3f}  {found.corrected:>9.3f}  "
            f"{found.coverage:>8.3f}  {found.width:.3f}  {found.width_labels_alone:>12.3f}"
        )


if __name__ == "__main__":
    main()
