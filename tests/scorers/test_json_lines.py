import random
from decimal import Decimal
from typing import Any

import pytest

from harness.scorers.json_lines import Alignment, LineRules, align_lines, frozen
from harness.scorers.json_values import Reading, inferred_type

RULES = LineRules(type_of=lambda key, value: inferred_type(value, key), reading=Reading(), match_at=0.5)


def line(description: str, amount: Any, **more: Any) -> dict[str, Any]:
    return {"description": description, "amount": amount, **more}


A, B, C, D = line("apples", 10), line("bread rolls", 25), line("cheese", 47), line("dates", 81)


def align(expected: list[dict[str, Any]], actual: list[dict[str, Any]]) -> Alignment:
    return align_lines(expected, actual, RULES)


@pytest.mark.parametrize(
    ("order", "moved"),
    [
        ("ABCD", []),
        ("BCDA", [0]),
        ("DABC", [3]),
        ("BACD", [0]),
        ("ACBD", [1]),
        ("DCBA", [0, 1, 2]),
    ],
)
def test_only_real_moves_are_moves(order: str, moved: list[int]) -> None:
    lines = {"A": A, "B": B, "C": C, "D": D}
    found = align([A, B, C, D], [lines[name] for name in order])
    assert [index for index, _ in found.moved] == moved
    assert len(found.identical) == 4


def test_a_missing_line_moves_nothing() -> None:
    found = align([A, B, C, D], [B, C, D])
    assert (found.missing, found.moved) == ((0,), ())


def test_equal_lines_are_matched_one_to_one() -> None:
    found = align([A, A, B], [B, A])
    assert found.missing == (1,)
    repeated = align([A, B], [A, A, B])
    assert repeated.duplicated == ((1, 0),)
    other_notation = align(
        [line("apples", Decimal("10.5"))], [line("apples", Decimal("10.5")), line("Apples", "10.50")]
    )
    assert other_notation.duplicated == ((1, 0),)


def test_an_equal_text_is_enough_for_a_pair() -> None:
    assert align([A, B], [B, line("apples", 1000)]).pairs == ((0, 1), (1, 0))


def test_weak_pairs_are_not_pairs() -> None:
    found = align([A], [line("zzz", 999)])
    assert (found.pairs, found.missing, found.invented) == ((), (0,), (0,))


def test_a_strong_pair_is_not_given_up_for_two_weak_ones() -> None:
    found = align([A, B], [line("apples", 11), line("applesx", 10)])
    assert len(found.pairs) >= 1
    assert 0 in dict(found.pairs)


@pytest.mark.parametrize(
    "merged",
    [
        line("apples", 35),
        line("bread rolls", 35),
        line("apples + bread rolls", 35),
        line("apples / bread rolls", "35.00"),
        line("apples", 35, quantity=1),
    ],
)
def test_two_lines_that_became_one(merged: dict[str, Any]) -> None:
    found = align([A, B, C], [C, merged])
    assert found.merged == (((0, 1), 1),)
    assert (found.missing, found.invented, dict(found.pairs)) == ((), (), {2: 0})


def test_three_lines_that_became_one_and_one_that_became_three() -> None:
    one = line("apples", 82)
    assert align([A, B, C, D], [one, D]).merged == (((0, 1, 2), 0),)
    parts = [line("dates", 40), line("dates", 40), line("dates, rest", 1)]
    assert align([A, D], [A, *parts]).split == ((1, (1, 2, 3)),)


def test_a_sum_by_chance_is_no_merge() -> None:
    # The amount fits, the texts share nothing.
    found = align([A, B, C], [C, line("umbrella stand", 35)])
    assert (found.merged, found.missing, found.invented) == ((), (0, 1), (1,))


def test_a_missing_line_of_nothing_is_no_merge() -> None:
    free = line("delivery", 0)
    found = align([A, free], [line("apple", 10)])
    assert (found.merged, found.missing) == ((), (1,))
    assert align([A, B], [line("apples", True)]).merged == ()


def test_without_an_amount_by_name_the_largest_number_adds_up() -> None:
    one, other = {"item": "nut", "pieces": 30}, {"item": "nut", "pieces": 12}
    assert align([one, other], [{"item": "nut", "pieces": 42}]).merged == (((0, 1), 0),)
    assert align([{"item": "nut"}], [{"item": "bolt"}, {"item": "nuts"}]).merged == ()


def test_lines_without_any_text() -> None:
    found = align([{"x": 1, "y": 2, "z": 3}], [{"x": 1, "y": 2, "z": 4}, {"x": 9, "y": 9, "z": 9}])
    assert (found.pairs, found.invented) == (((0, 0),), (1,))


def test_true_is_not_one() -> None:
    assert frozen({"a": [True, {"b": None}]}) != frozen({"a": [1, {"b": None}]})
    assert align([{"a": True}], [{"a": 1}]).identical == frozenset()


def test_two_hundred_lines_are_matched_in_any_order() -> None:
    draw = random.Random(5)
    expected = [line(f"part {draw.randint(100, 999)} {n}", n * 7, quantity=n % 5) for n in range(200)]
    order = list(range(200))
    draw.shuffle(order)
    actual = [{**expected[index], "description": expected[index]["description"] + " x"} for index in order]
    found = align(expected, actual)
    assert all(order[place] == index for index, place in found.pairs)
    assert len(found.pairs) == 200
