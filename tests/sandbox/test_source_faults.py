import copy
from typing import Any

import pytest
from sandbox_data import CONTRACT, INVOICE, ROUTED

from harness.sandbox.draw import Draw
from harness.sandbox.faults import Damaged
from harness.sandbox.source_faults import SOURCE_FAULTS

SEEDS = range(40)
PRINTED = "Freight 37.05, net 407.55 of 4075.50, 704.55 and 407.50, cash 500.00, change 15.02"


def strike(kind: str, seed: int, value: Any = None, prompt: str = CONTRACT) -> Damaged | None:
    value = ROUTED if value is None else value
    before = copy.deepcopy(value)
    damaged = SOURCE_FAULTS[kind](value, Draw(seed), prompt)
    assert value == before, "the right answer must stay as it is"
    return damaged


def clauses(damaged: Damaged | None) -> list[tuple[str, str]]:
    assert damaged is not None
    return [(one["id"], one["quote"]) for one in damaged.value["clauses"]]


RIGHT = [(one["id"], one["quote"]) for one in ROUTED["clauses"]]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_hallucinated_clause_is_the_next_number_and_its_words_are_nowhere(seed: int) -> None:
    damaged = strike("hallucinated_reference", seed)
    (changed,) = set(clauses(damaged)) - set(RIGHT)
    assert changed[0] == "7.4"
    assert changed[1] not in CONTRACT
    assert damaged is not None
    assert "7.4, which does not exist" in damaged.planted.note


@pytest.mark.parametrize("seed", SEEDS)
def test_a_misattributed_quote_stands_in_another_clause_that_exists(seed: int) -> None:
    found = clauses(strike("misattributed_reference", seed))
    assert [quote for _, quote in found] == [quote for _, quote in RIGHT]
    ((was, now),) = [
        (one[0], other[0]) for one, other in zip(RIGHT, found, strict=True) if one[0] != other[0]
    ]
    assert now in {"7.1", "7.2", "7.3", "8", "8.1", "8.2"} - {was}


@pytest.mark.parametrize("seed", SEEDS)
def test_a_misquoted_clause_says_something_else(seed: int) -> None:
    found = clauses(strike("misquoted_reference", seed))
    assert [one for one, _ in found] == [one for one, _ in RIGHT]
    ((was, now),) = [
        (one[1], other[1]) for one, other in zip(RIGHT, found, strict=True) if one[1] != other[1]
    ]
    assert now not in CONTRACT
    assert now in {
        was.replace("may", "may not"),
        was.replace("may", "shall"),
        was.replace("thirty (30)", "sixty (60)"),
        was.replace("shall", "shall not"),
        was.replace("shall", "may"),
        was.replace("10", "20"),
    }


def test_a_missing_reference_is_gone() -> None:
    assert {tuple(clauses(strike("reference_missing", seed))) for seed in SEEDS} == {
        (RIGHT[0],),
        (RIGHT[1],),
    }


@pytest.mark.parametrize("seed", SEEDS)
def test_a_wrong_value_is_another_amount_of_the_document(seed: int) -> None:
    damaged = strike("wrong_value", seed, {"total": 407.55}, PRINTED)
    assert damaged is not None
    # Not 4075.50 (ten times), 704.55 (the same digits) or 407.50 (cut off).
    assert damaged.value["total"] in {37.05, 500.00, 15.02}
    assert damaged.planted.path == "total"


@pytest.mark.parametrize(
    ("kind", "value", "prompt"),
    [
        ("hallucinated_reference", {"clauses": []}, CONTRACT),
        ("hallucinated_reference", {"clauses": [{"id": "Annex", "quote": "x"}]}, CONTRACT),
        ("misattributed_reference", {"clauses": [{"id": "7.1", "quote": "too short"}]}, CONTRACT),
        ("misattributed_reference", ROUTED, "no clause here"),
        (
            "misquoted_reference",
            {"clauses": [{"id": "7.1", "quote": "nothing here can be turned round"}]},
            "",
        ),
        ("reference_missing", {"clauses": []}, CONTRACT),
        ("reference_missing", "a text", CONTRACT),
        ("wrong_value", INVOICE, "no amount"),
        ("wrong_value", {"name": "x"}, PRINTED),
    ],
)
def test_what_cannot_be_told_is_not_planted(kind: str, value: Any, prompt: str) -> None:
    assert strike(kind, 1, value, prompt) is None
