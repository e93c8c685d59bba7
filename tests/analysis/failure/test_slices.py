import re
from dataclasses import replace

import numpy as np
import pytest

from harness.analysis.failure.slice_result import PairedOutcomes, SliceReport, SliceSettings
from harness.analysis.failure.slices import find_slices, least_support
from harness.analysis.features.table import FeatureTable


def credit_notes(n: int = 1200) -> tuple[FeatureTable, PairedOutcomes]:
    """German credit notes with more than 40 lines fail in seven of ten, everything else in one of fifty."""
    generator = np.random.default_rng(11)
    language = generator.choice(["de", "fr", "es"], n)
    kind = generator.choice(["invoice", "credit note"], n, p=[0.6, 0.4])
    lines = generator.integers(1, 81, n).astype(float)
    inside = (language == "de") & (kind == "credit note") & (lines > 40)
    wrong = generator.random(n) < np.where(inside, 0.7, 0.02)
    table = FeatureTable()
    for row in range(n):
        table.add({"language": str(language[row]), "tag:kind": str(kind[row]), "lines": lines[row]})
    kinds = np.where(wrong, np.where(inside, "sign_flipped", "wrong_value"), "")
    return table, PairedOutcomes(
        ids=[f"r{row}" for row in range(n)],
        regressions=wrong,
        gains=generator.random(n) < 0.01 * ~wrong,
        kinds=[str(name) for name in kinds],
    )


def test_the_example_of_the_story() -> None:
    table, outcomes = credit_notes()
    report = find_slices(table, outcomes, SliceSettings(seed=1))
    (found,) = report.slices
    assert sorted((told.feature, told.operator, told.value) for told in found.predicates)[1:] == [
        ("lines", "above", pytest.approx(40, abs=3)),
        ("tag:kind", "is", "credit note"),
    ]
    assert found.text.startswith(
        f"{found.rule}: worse on {found.test_regressions} of {found.test_n} held-back"
    )
    counted = re.search(
        r"held-back records \([\d.]+ %, [\d.]+ to [\d.]+ %\), "
        r"elsewhere (\d+) of (\d+) \([\d.]+ %, [\d.]+ to [\d.]+ %\)",
        found.text,
    )
    assert counted is not None
    assert int(counted[2]) == found.elsewhere.n
    assert int(counted[1]) / int(counted[2]) == found.elsewhere.value
    assert 'mostly "Sign flipped" (' in found.text
    assert found.main_kind == "sign_flipped"
    assert found.adjusted_p < 1e-10
    assert found.beyond_margin


def test_intervals_come_from_the_held_back_half_and_counts_from_all() -> None:
    table, outcomes = credit_notes()
    report = find_slices(table, outcomes, SliceSettings(seed=1, level=0.9))
    (found,) = report.slices
    assert report.discovery_n + report.test_n == 1200
    assert (found.rate.n, found.rate.level) == (found.test_n, 0.9)
    assert found.elsewhere.n == report.test_n - found.test_n
    assert found.test_n < found.n < 1.5 * 2 * found.test_n
    assert found.share_of_regressions == found.regressions / outcomes.regressions.sum()
    assert found.difference.value == pytest.approx((found.test_gains - found.test_regressions) / found.test_n)
    assert found.rate.value is not None
    assert found.elsewhere.value is not None
    assert found.lift == pytest.approx(found.rate.value / found.elsewhere.value)


def test_examples_are_regressions_of_the_main_kind() -> None:
    table, outcomes = credit_notes()
    (found,) = find_slices(table, outcomes, SliceSettings(seed=1)).slices
    assert len(found.examples) == 5
    for record_id in found.examples:
        row = outcomes.ids.index(record_id)
        assert outcomes.regressions[row]
        assert outcomes.kinds[row] == "sign_flipped"


def test_the_same_seed_gives_the_same_slices() -> None:
    first, second = (find_slices(*credit_notes(), SliceSettings(seed=4)) for _ in range(2))
    assert first == second


def test_the_order_of_the_features_does_not_matter_for_what_is_found() -> None:
    table, outcomes = credit_notes()
    backwards = FeatureTable()
    generator = np.random.default_rng(11)
    language = generator.choice(["de", "fr", "es"], 1200)
    kind = generator.choice(["invoice", "credit note"], 1200, p=[0.6, 0.4])
    lines = generator.integers(1, 81, 1200).astype(float)
    for row in range(1200):
        backwards.add({"lines": lines[row], "tag:kind": str(kind[row]), "language": str(language[row])})
    one, other = (find_slices(features, outcomes).slices[0] for features in (table, backwards))
    assert set(one.predicates) == set(other.predicates)


def test_agreement_is_told_as_difference() -> None:
    table, outcomes = credit_notes()
    report = find_slices(table, outcomes, SliceSettings(seed=1, verb="different"))
    assert ": different on " in report.slices[0].text


def few(n: int, wrong: int) -> SliceReport:
    table, outcomes = credit_notes(n)
    return find_slices(table, replace(outcomes, regressions=np.arange(n) < wrong))


def test_too_few_records_give_a_reason_and_no_slice() -> None:
    assert few(99, 50).reason == "99 compared records; slices need 100"
    assert few(400, 9).reason == "9 records on which the candidate is worse; slices need 10"
    assert few(400, 9).slices == ()
    assert few(400, 10).reason == ""
    assert find_slices(
        FeatureTable(),
        PairedOutcomes(ids=(), regressions=np.zeros(0, bool), gains=np.zeros(0, bool), kinds=()),
    ).reason


def test_where_everything_fails_no_place_is_worse() -> None:
    assert few(400, 400).slices == ()


def test_a_list_of_another_length_is_refused() -> None:
    table, outcomes = credit_notes()
    with pytest.raises(ValueError, match="do not fit"):
        find_slices(table, replace(outcomes, kinds=[""]))


@pytest.mark.parametrize(
    ("rows", "support"), [(100, 10), (300, 10), (600, 20), (1500, 50), (5000, 50), (20_000, 200)]
)
def test_least_support(rows: int, support: int) -> None:
    assert least_support(rows) == support


def test_one_customer_with_many_bad_records_is_no_slice() -> None:
    """All records of one customer fail together: to find them again needs another such customer."""
    generator = np.random.default_rng(2)
    customer = np.arange(2000) // 20
    vendor = np.char.add("v", generator.integers(0, 20, 100).astype(str))[customer]
    bad = np.isin(customer, generator.choice(100, 6, replace=False))
    table = FeatureTable()
    for row in range(2000):
        table.add({"tag:vendor": str(vendor[row])})
    outcomes = PairedOutcomes(
        ids=[str(row) for row in range(2000)],
        regressions=bad,
        gains=np.zeros(2000, dtype=bool),
        kinds=[""] * 2000,
        clusters=[str(number) for number in customer],
    )
    alone = [
        bool(find_slices(table, replace(outcomes, clusters=None), SliceSettings(seed=seed)).slices)
        for seed in range(5)
    ]
    together = [bool(find_slices(table, outcomes, SliceSettings(seed=seed)).slices) for seed in range(5)]
    assert all(alone)
    assert not any(together)


def test_a_slice_over_many_customers_is_found_with_clusters_too() -> None:
    generator = np.random.default_rng(8)
    customer = np.arange(2000) // 5
    german = (generator.random(400) < 0.3)[customer]
    table = FeatureTable()
    for row in range(2000):
        table.add({"language": "de" if german[row] else "fr", "lines": float(generator.integers(1, 90))})
    outcomes = PairedOutcomes(
        ids=[str(row) for row in range(2000)],
        regressions=generator.random(2000) < np.where(german, 0.3, 0.05),
        gains=np.zeros(2000, dtype=bool),
        kinds=[""] * 2000,
        clusters=[str(number) for number in customer],
    )
    report = find_slices(table, outcomes)
    assert [found.rule for found in report.slices] == ["language is German"]
    assert "cluster" in report.method


def test_elsewhere_is_where_no_slice_is() -> None:
    generator = np.random.default_rng(9)
    language = generator.choice(["de", "fr", "es", "en"], 4000)
    wrong = generator.random(4000) < np.select([language == "de", language == "fr"], [0.6, 0.2], 0.02)
    table = FeatureTable()
    for code in language:
        table.add({"language": str(code)})
    report = find_slices(
        table,
        PairedOutcomes(
            ids=[str(row) for row in range(4000)],
            regressions=wrong,
            gains=np.zeros(4000, dtype=bool),
            kinds=[""] * 4000,
        ),
    )
    assert [found.rule for found in report.slices] == ["language is German", "language is French"]
    for found in report.slices:
        assert found.elsewhere.n + sum(one.test_n for one in report.slices) == report.test_n
        assert found.elsewhere.high is not None
        assert found.elsewhere.high < 0.05


def test_no_slice_repeats_another() -> None:
    table = FeatureTable()
    generator = np.random.default_rng(3)
    lines = generator.integers(1, 100, 3000).astype(float)
    for value in lines:
        table.add({"lines": value, "length": value * 40, "item_lines": value // 2})
    wrong = generator.random(3000) < np.where(lines > 70, 0.5, 0.03)
    report = find_slices(
        table,
        PairedOutcomes(
            ids=[str(row) for row in range(3000)],
            regressions=wrong,
            gains=np.zeros(3000, dtype=bool),
            kinds=["" for _ in range(3000)],
        ),
    )
    assert len(report.slices) == 1
    assert len(report.slices[0].predicates) == 1
    assert report.slices[0].main_kind == ""


def test_intervals_of_a_slice_go_by_clusters() -> None:
    table, outcomes = credit_notes()
    alone = find_slices(table, outcomes, SliceSettings(seed=1)).slices[0]
    pairs_of_records = [str(row // 2) for row in range(len(outcomes.ids))]
    (together,) = find_slices(
        table, replace(outcomes, clusters=pairs_of_records), SliceSettings(seed=1)
    ).slices[:1]
    assert "cluster" in together.rate.method
    assert "cluster" in together.difference.method
    assert "cluster" not in alone.rate.method
    assert together.rate.value == pytest.approx(together.test_regressions / together.test_n)
    assert together.rate.low is not None
    assert together.rate.high is not None
    assert 0 <= together.rate.low < together.test_regressions / together.test_n < together.rate.high <= 1
