from itertools import product

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.analysis.stats.intervals import share
from harness.analysis.stats.noise import (
    NoiseTally,
    corrected_accuracy,
    corrected_difference,
    identical_share,
)
from harness.analysis.stats.paired import net_difference
from harness.domain.estimate import Estimate

Cross = tuple[bool, bool, bool, bool]
YES: Cross = (True, True, True, True)
NO: Cross = (False, False, False, False)


def tally_of(items: list[tuple[bool, bool, Cross]], clusters: list[str] | None = None) -> NoiseTally:
    tally = NoiseTally()
    for place, (incumbent, candidate, cross) in enumerate(items):
        tally.add(incumbent, candidate, cross, clusters[place] if clusters else None)
    return tally


def answered(i1: int, i2: int, c1: int, c2: int) -> tuple[bool, bool, Cross]:
    return i1 == i2, c1 == c2, (i1 == c1, i1 == c2, i2 == c1, i2 == c2)


def test_four_records_by_hand() -> None:
    found = tally_of(
        [
            answered(1, 1, 1, 1),  # x = 0
            answered(1, 2, 1, 1),  # (0 + 1) / 2 - 1/2 = 0
            answered(1, 1, 2, 2),  # x = 1
            answered(1, 2, 2, 3),  # 0 - 1/4
        ]
    ).summary()
    assert (found.n, found.incumbent_self.value, found.candidate_self.value) == (4, 0.5, 0.75)
    assert found.cross.value == pytest.approx((1 + 0.5 + 0 + 0.25) / 4)
    assert found.excess.value == pytest.approx((1 - 0.25) / 4)
    assert found.normalised.value == pytest.approx(0.4375 / (0.5 * 0.75) ** 0.5)
    wilson = share(2, 4)
    assert (found.incumbent_self.low, found.incumbent_self.high) == (wilson.low, wilson.high)


def test_the_expected_excess_is_half_the_squared_distance_of_the_answer_distributions() -> None:
    incumbent, candidate = (0.6, 0.3, 0.1), (0.1, 0.7, 0.2)
    expected = 0.0
    for i1, i2, c1, c2 in product(range(3), repeat=4):
        chance = incumbent[i1] * incumbent[i2] * candidate[c1] * candidate[c2]
        expected += chance * (tally_of([answered(i1, i2, c1, c2)]).summary().excess.value or 0)
    distance = sum((p - q) ** 2 for p, q in zip(incumbent, candidate, strict=True))
    assert expected == pytest.approx(distance / 2)


def test_a_steadier_candidate_still_shows_its_excess() -> None:
    # The incumbent picks one of two answers, the candidate always the first: s_I - a is 0, the excess is not.
    items = [answered(i1, i2, 0, 0) for i1, i2 in product((0, 1), repeat=2)] * 50
    found = tally_of(items).summary()
    assert (found.incumbent_self.value or 0) - (found.cross.value or 0) == pytest.approx(0)
    assert found.excess.value == pytest.approx(0.25)
    assert (found.excess.low or 0) > 0.1


def test_always_the_same_answers_leave_the_doubt_of_so_many_records() -> None:
    found = tally_of([(True, True, YES)] * 100).summary()
    assert found.excess.value == 0
    assert found.excess.high == pytest.approx(1.984217**2 / (100 + 1.984217**2), abs=1e-6)
    assert found.cross.value == 1
    assert (found.cross.low or 1) < 0.97
    assert found.normalised.value == 1
    assert (found.normalised.low or 1) < 0.97
    assert found.normalised.high == 1


def test_models_that_never_agree() -> None:
    found = tally_of([(True, True, NO)] * 30).summary()
    assert (found.cross.value, found.excess.value, found.normalised.value) == (0, 1, 0)
    assert found.normalised.low == 0
    restless = tally_of([(False, True, NO)] * 30).summary()
    assert (restless.normalised.value, restless.normalised.n) == (None, 30)


def test_one_record_and_none() -> None:
    one = tally_of([(True, False, (True, False, True, False))]).summary()
    assert one.excess.value == 0
    assert (one.excess.low, one.excess.high) == (-1.0, 1.0)
    none = NoiseTally().summary()
    assert (none.n, none.excess.value, none.normalised.value, none.cross.low) == (0, None, None, None)


ANSWERS = st.lists(st.tuples(*[st.integers(0, 2)] * 4), min_size=1, max_size=60)


@given(ANSWERS, st.sampled_from([0.8, 0.95]))
def test_intervals_hold_their_value_and_range_in_any_order(
    answers: list[tuple[int, int, int, int]], level: float
) -> None:
    items = [answered(*one) for one in answers]
    found = tally_of(items).summary(level)
    assert tally_of(list(reversed(items))).summary(level) == found
    for estimate, lowest in (
        (found.incumbent_self, 0),
        (found.candidate_self, 0),
        (found.cross, 0),
        (found.excess, -1),
        (found.normalised, 0),
    ):
        if estimate.value is not None and estimate.low is not None and estimate.high is not None:
            assert lowest <= estimate.low <= estimate.value + 1e-9
            assert estimate.value - 1e-9 <= estimate.high
            assert estimate.level == level


@given(ANSWERS)
def test_swapping_the_arms_changes_only_their_names(answers: list[tuple[int, int, int, int]]) -> None:
    found = tally_of([answered(*one) for one in answers]).summary()
    swapped = tally_of([answered(c1, c2, i1, i2) for i1, i2, c1, c2 in answers]).summary()
    assert swapped.incumbent_self == found.candidate_self
    assert swapped.cross.value == found.cross.value
    assert swapped.excess.value == pytest.approx(found.excess.value)
    assert swapped.excess.high == pytest.approx(found.excess.high, abs=1e-6)


def test_clusters_of_one_are_records_and_repeated_records_widen() -> None:
    generator = numpy.random.default_rng(3)
    items = [answered(*generator.choice(3, size=4, p=[0.7, 0.2, 0.1]).tolist()) for _ in range(80)]
    plain = tally_of(items).summary()
    own = tally_of(items, [f"c{place}" for place in range(80)]).summary()
    assert (own.excess.low, own.excess.high) == pytest.approx((plain.excess.low, plain.excess.high))
    fivefold = tally_of(items * 5, [f"c{place}" for place in range(80)] * 5).summary()
    assert fivefold.n == 400
    assert fivefold.excess.low == pytest.approx(plain.excess.low, abs=0.005)
    assert fivefold.incumbent_self.low == pytest.approx(plain.incumbent_self.low, abs=0.03)
    blind = tally_of(items * 5).summary()
    assert (blind.excess.high or 0) - (blind.excess.low or 0) < 0.6 * (
        (plain.excess.high or 0) - (plain.excess.low or 0)
    )


# Five runs of GPT-4o at temperature 0 with strict JSON (llm-stability): items, how many had one output only,
# and the published percentage. The runs themselves are not at hand, so the outputs here are made up.
STABILITY = {
    "navigate": (250, 150, 60.0),
    "college_mathematics": (100, 45, 45.0),
    "high_school_european_history": (165, 153, 92.7),
    "logical_deduction": (250, 223, 89.2),
    "professional_accounting": (282, 180, 63.8),
    "public_relations": (110, 85, 77.3),
    "ruin_names": (250, 229, 91.6),
}


@pytest.mark.parametrize("task", STABILITY)
def test_items_with_one_identical_output(task: str) -> None:
    items, alike, published = STABILITY[task]
    runs = [["A"] * 5] * alike + [["A", "A", "B", "A", "A"]] * (items - alike)
    found = identical_share(iter(runs))
    assert round(100 * (found.value or 0), 1) == published
    assert found.n == items


def test_items_without_an_output_are_left_out() -> None:
    assert identical_share([[], ["a"], ["a", "b"]]).n == 2
    assert identical_share([]).value is None


def test_wrong_labels_shrink_what_is_measured() -> None:
    true_incumbent, true_candidate, eta = 0.92, 0.85, 0.06
    seen = [true * (1 - eta) + (1 - true) * eta for true in (true_incumbent, true_candidate)]
    observed = share(round(seen[0] * 10_000), 10_000)
    found = corrected_accuracy(observed, eta)
    assert found.value == pytest.approx(true_incumbent, abs=1e-4)
    assert (found.high or 0) - (found.low or 0) == pytest.approx(
        ((observed.high or 0) - (observed.low or 0)) / (1 - 2 * eta)
    )
    difference = Estimate(
        value=seen[1] - seen[0], low=-0.1, high=0.01, level=0.95, n=100, method="Tango score, paired"
    )
    assert corrected_difference(difference, eta).value == pytest.approx(true_candidate - true_incumbent)
    assert corrected_difference(difference, eta).method == "Tango score, paired, corrected for label noise"


def test_what_labels_cannot_tell() -> None:
    assert corrected_accuracy(share(1, 50), 0.1).value == 0.0
    assert corrected_accuracy(share(0, 0), 0.1).value is None
    assert corrected_difference(net_difference(0, 50, 50), 0.2).value == -1.0
    for eta in (-0.1, 0.5, float("nan")):
        with pytest.raises(ValueError, match="share of wrong labels"):
            corrected_accuracy(share(1, 5), eta)
