"""Slices of single kinds of failure: what is hidden among other failures, and no claim without structure."""

import re

import numpy as np
import pytest
from slice_simulation import documents, table_of

from harness.analysis.failure.slice_result import PairedOutcomes, SliceSettings
from harness.analysis.failure.slices import find_slices
from harness.analysis.failure.slices_by_kind import MOST_KINDS, find_slices_by_kind, frequent_kinds
from harness.analysis.features import FeatureTable


def invoices(n: int = 300, *, noise: float = 0.15, seed: int = 3) -> tuple[FeatureTable, PairedOutcomes]:
    """Signs flipped on long German credit notes, among failures of all kinds everywhere."""
    generator = np.random.default_rng(seed)
    language = generator.choice(["de", "en", "fr", "es"], n)
    kind = generator.choice(["invoice", "credit note"], n, p=[0.6, 0.4])
    lines = generator.integers(1, 81, n).astype(float)
    inside = (language == "de") & (kind == "credit note") & (lines > 20)
    flipped = inside & (generator.random(n) < 0.8)
    wrong = flipped | (generator.random(n) < noise)
    others = generator.choice(["line_missing", "wrong_value", "empty", "truncated"], n)
    table = FeatureTable()
    for row in range(n):
        table.add({"tag:language": str(language[row]), "tag:kind": str(kind[row]), "tag:lines": lines[row]})
    kinds = np.where(flipped, "sign_flipped", np.where(wrong, others, ""))
    return table, PairedOutcomes(
        ids=[f"r{row}" for row in range(n)],
        regressions=wrong,
        gains=np.zeros(n, dtype=bool),
        kinds=[str(name) for name in kinds],
    )


def test_a_kind_that_strikes_one_place_is_told_by_its_name() -> None:
    report = find_slices_by_kind(*invoices(), SliceSettings(seed=1))
    found = report.slices[0]
    assert found.of_kind == "sign_flipped"
    assert {told.feature for told in found.predicates} >= {"tag:kind", "tag:language"}
    assert f": sign flipped on {found.test_regressions} of {found.test_n} held-back records" in found.text
    assert re.search(rf", elsewhere 0 of {found.elsewhere.n} \(0 %, 0 to [\d.]+ %\)$", found.text)
    assert found.elsewhere.value == 0
    assert found.adjusted_p <= 0.05
    assert "questions, Bonferroni" in report.method


def test_one_place_is_told_once() -> None:
    report = find_slices_by_kind(*invoices(2000, noise=0.02), SliceSettings(seed=1))
    assert len(report.slices) == 1


def test_the_price_of_more_questions_is_paid() -> None:
    table, outcomes = invoices(2000)
    alone = find_slices(table, outcomes, SliceSettings(seed=1))
    asked = find_slices(table, outcomes, SliceSettings(seed=1, questions=4))
    assert [found.adjusted_p for found in asked.slices] == pytest.approx(
        [min(1.0, 4 * found.adjusted_p) for found in alone.slices]
    )


def test_only_frequent_kinds_that_are_not_nearly_all_are_searched_for() -> None:
    def kinds_of(*counts: tuple[str, int]) -> tuple[str, ...]:
        kinds = [name for name, count in counts for _ in range(count)]
        n = len(kinds)
        return frequent_kinds(
            PairedOutcomes(
                ids=[""] * n,
                regressions=np.ones(n, dtype=bool),
                gains=np.zeros(n, dtype=bool),
                kinds=kinds,
            )
        )

    assert kinds_of(("a", 9), ("b", 10), ("c", 12)) == ("c", "b")
    assert kinds_of(("a", 95), ("b", 5)) == ()
    assert len(kinds_of(*((name, 20) for name in "abcdef"))) == MOST_KINDS


def test_nothing_is_claimed_without_structure() -> None:
    claims = 0
    for seed in range(10):
        generator = np.random.default_rng([seed, 9])
        n = 1000
        wrong = generator.random(n) < 0.1
        kinds = generator.choice(["sign_flipped", "line_missing", "wrong_value"], n)
        outcomes = PairedOutcomes(
            ids=[str(row) for row in range(n)],
            regressions=wrong,
            gains=np.zeros(n, dtype=bool),
            kinds=[str(kind) if bad else "" for kind, bad in zip(kinds, wrong, strict=True)],
        )
        claims += bool(
            find_slices_by_kind(table_of(documents(generator, n)), outcomes, SliceSettings(seed=seed)).slices
        )
    # 10 runs at 5 %: more than 3 has a chance of 0.1 %.
    assert claims <= 3
