"""The correction of a judge's pass rate by human labels."""

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.analysis.stats.intervals import share
from harness.analysis.stats.judge_correction import JudgeCorrection, LabelTable, judge_correction


@dataclass(frozen=True)
class Run:
    """One simulated set: human labels and the judge's verdicts, the first ones labelled."""

    human: np.ndarray
    judge: np.ndarray
    labels: int

    def corrected(self) -> JudgeCorrection:
        human, judge = self.human[: self.labels], self.judge[: self.labels]
        table = LabelTable(
            both_pass=int((human & judge).sum()),
            human_only=int((human & ~judge).sum()),
            judge_only=int((~human & judge).sum()),
            both_fail=int((~human & ~judge).sum()),
        )
        rest = self.judge[self.labels :]
        return judge_correction(table, int(rest.sum()), len(rest))


def simulated(
    chance: np.random.Generator, true: float, sensitivity: float, specificity: float, n: int, labels: int
) -> Run:
    human = chance.random(n + labels) < true
    judge = chance.random(n + labels) < np.where(human, sensitivity, 1 - specificity)
    return Run(human=human, judge=judge, labels=labels)


def check_acceptance(runs: int) -> None:
    """The acceptance values: raw .848, coverage 95 %, width .058 against .073 from labels alone."""
    chance = np.random.default_rng(11)
    found = [simulated(chance, 0.88, 0.93, 0.75, 5000, 300).corrected() for _ in range(runs)]
    covered = np.mean([one.corrected.low <= 0.88 <= one.corrected.high for one in found])  # type: ignore[operator]
    raw = [one.raw for one in found]
    assert np.mean([one.value for one in raw]) == pytest.approx(0.848, abs=0.002)
    assert np.mean([one.high < 0.88 for one in raw]) > 0.99  # type: ignore[operator]
    assert np.mean([one.corrected.value for one in found]) == pytest.approx(0.88, abs=0.003)
    assert covered == pytest.approx(0.95, abs=0.005 + 2 * (0.95 * 0.05 / runs) ** 0.5)
    assert _width([one.corrected for one in found]) == pytest.approx(0.058, abs=0.002)
    assert _width([one.labels_alone for one in found]) == pytest.approx(0.073, abs=0.002)


def _width(estimates: list) -> float:  # type: ignore[type-arg]
    return float(np.mean([one.high - one.low for one in estimates]))


def test_acceptance_values_hold() -> None:
    check_acceptance(1000)


@pytest.mark.slow
def test_acceptance_values_hold_over_many_runs() -> None:
    check_acceptance(20_000)


@pytest.mark.parametrize(
    ("true", "sensitivity", "specificity", "n", "labels"),
    [
        (0.95, 0.98, 0.90, 2000, 100),
        (0.90, 0.97, 0.97, 500, 30),
        (0.98, 0.98, 0.90, 2000, 100),
        (0.50, 0.60, 0.60, 2000, 200),
        (0.50, 0.50, 0.50, 2000, 200),
    ],
)
def test_few_labels_and_good_or_useless_judges_are_covered_too(
    true: float, sensitivity: float, specificity: float, n: int, labels: int
) -> None:
    chance = np.random.default_rng(5)
    found = [
        simulated(chance, true, sensitivity, specificity, n, labels).corrected().corrected for _ in range(400)
    ]
    assert np.mean([one.low <= true <= one.high for one in found]) >= 0.93  # type: ignore[operator]


def test_the_value_is_that_of_the_formula() -> None:
    """Worked from the arrays themselves."""
    run = simulated(np.random.default_rng(3), 0.8, 0.9, 0.7, 1000, 200)
    human, judge, rest = run.human[:200], run.judge[:200], run.judge[200:]
    weight = np.cov(human, judge)[0, 1] / np.var(run.judge) / (1 + 200 / 1000)
    value = weight * rest.mean() + np.mean(human - weight * judge)
    variance = np.var(human - weight * judge) / 199 + weight**2 * np.var(rest) / 1000
    found = run.corrected()
    assert found.weight == pytest.approx(weight)
    assert found.corrected.value == pytest.approx(value)
    for limit in (found.corrected.low, found.corrected.high):
        # Wilson's limits are where the distance is t times the error that the limit itself implies.
        assert limit is not None
        implied = variance * limit * (1 - limit) / (value * (1 - value))
        assert abs(limit - value) == pytest.approx(1.97196 * np.sqrt(implied), abs=1e-5)
    assert found.corrected.n == 1200


def test_shares_beside_people() -> None:
    table = LabelTable(both_pass=80, human_only=6, judge_only=4, both_fail=10)
    found = judge_correction(table, 900, 1000)
    assert found.agreement == share(90, 100)
    assert found.sensitivity == share(80, 86)
    assert found.specificity == share(10, 14)
    assert found.labels_alone == share(86, 100)
    assert found.raw == share(984, 1100)
    assert table.matrix == ((80, 6), (4, 10))


@pytest.mark.parametrize(
    ("table", "passes", "unlabelled"),
    [
        (LabelTable(), 90, 100),
        (LabelTable(both_pass=1), 90, 100),
        (LabelTable(both_pass=30), 100, 100),
        (LabelTable(both_pass=30, human_only=3), 0, 0),
    ],
)
def test_where_the_judge_teaches_nothing_the_labels_stand_alone(
    table: LabelTable, passes: int, unlabelled: int
) -> None:
    found = judge_correction(table, passes, unlabelled)
    assert found.weight == 0.0
    assert found.corrected == found.labels_alone


COUNTS = st.integers(0, 400)


@given(COUNTS, COUNTS, COUNTS, COUNTS, st.integers(1, 5000), st.floats(0, 1))
def test_an_estimate_lies_within_its_interval_and_swapping_pass_and_fail_mirrors_it(
    both: int, human: int, judge: int, neither: int, unlabelled: int, rate: float
) -> None:
    passes = round(unlabelled * rate)
    table = LabelTable(both_pass=both, human_only=human, judge_only=judge, both_fail=neither)
    mirrored = LabelTable(both_pass=neither, human_only=judge, judge_only=human, both_fail=both)
    found = judge_correction(table, passes, unlabelled).corrected
    mirror = judge_correction(mirrored, unlabelled - passes, unlabelled).corrected
    if found.value is None:
        assert table.n == 0
        return
    assert found.low is not None
    assert found.high is not None
    assert 0 <= found.low <= found.value <= found.high <= 1
    assert mirror.value == pytest.approx(1 - found.value)
    assert mirror.low == pytest.approx(1 - found.high)
    assert mirror.high == pytest.approx(1 - found.low)
