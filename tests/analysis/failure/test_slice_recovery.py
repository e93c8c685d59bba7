"""Planted structure is found, and nothing else is claimed."""

import pytest
from slice_simulation import false_runs, recovery


def test_planted_slices_are_found() -> None:
    result = recovery(range(8), sizes=(2000,))
    assert result.recall >= 0.9
    assert result.false_share <= 0.05


def test_without_structure_nothing_is_claimed() -> None:
    # 12 runs at 5 %: more than 3 has a chance of 0.2 %.
    assert false_runs(range(12), n=1000) <= 3


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_recall_and_false_slices_over_200_simulations() -> None:
    result = recovery(range(200))
    assert result.recall >= 0.95
    assert result.false_share <= 0.05
    assert result.inexact <= 0.05 * result.claims


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_any_claim_on_null_data_is_rare() -> None:
    assert false_runs(range(200)) <= 0.05 * 200
