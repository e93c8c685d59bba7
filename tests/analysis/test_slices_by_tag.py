from collections.abc import Sequence

from harness.analysis.outcome import ArmOutcome, Basis, Outcome, Quadrant
from harness.analysis.slices_by_tag import SliceTally

RIGHT = Outcome(
    basis=Basis.EXPECTED,
    quadrant=Quadrant.BOTH_RIGHT,
    incumbent=ArmOutcome(right=True, findings=()),
    candidate=ArmOutcome(right=True, findings=()),
)


def rows(values: Sequence[str | None]) -> dict[str, int]:
    tally = SliceTally(tag="t")
    for value in values:
        tally.add({} if value is None else {"t": value}, RIGHT)
    return {row.value: row.n for row in tally.table(Basis.EXPECTED, level=0.95).rows}


def test_equal_bins_in_order_and_records_without_the_tag() -> None:
    assert rows([*(str(value) for value in range(100)), None]) == {
        "0 to 19": 20,
        "20 to 39": 20,
        "40 to 59": 20,
        "60 to 79": 20,
        "80 to 99": 20,
        "(no tag)": 1,
    }


def test_one_value_that_fills_a_bin_stands_alone() -> None:
    found = rows(["1"] * 50 + [str(value) for value in range(2, 20)])
    assert next(iter(found)) == "1"
    assert sum(found.values()) == 68


def test_few_numbers_are_not_binned() -> None:
    assert rows(["3", "1", "3", "nan"]) == {"3": 2, "1": 1, "nan": 1}


def test_values_are_bounded() -> None:
    found = rows([f"v{place}" for place in range(5100)])
    assert found["(other values)"] == 5100 - 11
