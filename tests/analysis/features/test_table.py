from collections.abc import Mapping

import numpy as np
import pytest

from harness.analysis.features.encoding import Encoded
from harness.analysis.features.table import MOST_COLUMNS, FeatureTable
from harness.analysis.features.text import Value


def table_of(*rows: Mapping[str, Value]) -> FeatureTable:
    table = FeatureTable()
    for row in rows:
        table.add(row)
    return table


def counts(encoded: Encoded) -> dict[str, int]:
    return {told.text: int(encoded.rows_of(place).sum()) for place, told in enumerate(encoded.predicates)}


def test_categories_and_missing_values() -> None:
    table = table_of(*[{"currency": "EUR"}] * 5, *[{"currency": "USD"}] * 3, *[{"currency": None}] * 2, {})
    assert counts(table.encoded(support=2)) == {"no currency": 3, "currency is EUR": 5, "currency is USD": 3}
    assert "currency is USD" not in counts(table.encoded(support=4))


def test_few_numbers_are_cut_between_each_other() -> None:
    table = table_of(*[{"pages": float(1 + place % 3)} for place in range(9)])
    assert counts(table.encoded(support=1)) == {
        "more than 1 page": 6,
        "at most 1 page": 3,
        "more than 2 pages": 3,
        "at most 2 pages": 6,
        "exactly 1 page": 3,
        "exactly 2 pages": 3,
        "exactly 3 pages": 3,
    }


def test_many_numbers_are_cut_at_real_values_narrower_at_the_ends() -> None:
    table = table_of(*[{"lines": float(place)} for place in range(1, 201)], {"lines": None})
    found = counts(table.encoded(support=1))
    assert found["more than 190 lines"] == 10
    assert found["at most 10 lines"] == 10
    assert found["101 to 140 lines"] == 40
    assert found["no number of lines"] == 1
    assert len(found) == 7 * 2 + 6 + 1


def test_a_rare_count_is_cut_at_zero() -> None:
    table = table_of(
        *[{"negative_amounts": 0.0}] * 97, *[{"negative_amounts": float(n)} for n in range(1, 10)]
    )
    found = counts(table.encoded(support=5))
    assert found["with negative amounts"] == 9
    assert found["no negative amounts"] == 97


def test_predicates_of_nearly_all_records_are_left_out() -> None:
    table = table_of(*[{"currency": "EUR"}] * 99, {"currency": "USD"})
    assert counts(table.encoded(support=2)) == {}


def test_a_tag_of_numbers_has_values_and_thresholds() -> None:
    table = table_of(*[{"tag:code": str(place % 15)} for place in range(300)])
    found = counts(table.encoded(support=10))
    assert found["code is 7"] == 20
    assert found["code above 12"] == 40


def test_a_tag_with_some_words_among_numbers_is_a_category() -> None:
    table = table_of(*[{"tag:x": "1"}] * 5, *[{"tag:x": "many"}] * 5)
    assert counts(table.encoded(support=2)) == {"x is 1": 5, "x is many": 5}


def test_ids_are_dropped_and_named() -> None:
    rows: list[Mapping[str, Value]] = [
        {"tag:id": f"doc-{place}", "tag:kind": "ab"[place % 2]} for place in range(50)
    ]
    table = table_of(*rows)
    assert table.identities == ("tag:id",)
    assert list(counts(table.encoded(support=2))) == ["kind is a", "kind is b"]
    assert [entry.name for entry in table.summary()] == ["tag:kind"]


def test_ids_of_a_long_run_take_no_memory() -> None:
    table = table_of(*[{"tag:id": f"doc-{place}"} for place in range(10_100)])
    assert table.identities == ("tag:id",)
    assert table.summary() == ()


def test_many_vendors_are_no_ids_and_late_ones_are_joined() -> None:
    table = table_of(*[{"tag:vendor": f"v{place % 1000}"} for place in range(5000)])
    (summary,) = table.summary()
    assert (summary.distinct, summary.missing) == (301, 0)
    assert summary.top[0].name == "(other)"
    assert summary.top[0].count == 700 * 5
    assert "(other)" not in " ".join(counts(table.encoded(support=5)))


def test_columns_are_bounded_and_the_rest_counted() -> None:
    table = table_of(*[{f"tag:{place}": "x" for place in range(5000)}] * 3)
    assert len(table.summary()) == MOST_COLUMNS
    assert table.surplus == 1000


def test_a_feature_that_comes_late_is_missing_before() -> None:
    late: Mapping[str, Value] = {"lines": 2.0, "currency": "EUR"}
    table = table_of(*[{"lines": 1.0}] * 4, *[late] * 4)
    assert counts(table.encoded(support=2))["no currency"] == 4


def test_the_users_tags_come_first() -> None:
    rows: list[Mapping[str, Value]] = [
        {"lines": float(place % 2), "tag:kind": "ab"[place % 2]} for place in range(10)
    ]
    table = table_of(*rows)
    assert counts(table.encoded(support=2)).popitem()[0].endswith("line")
    assert next(iter(counts(table.encoded(support=2)))) == "kind is a"


def test_summaries() -> None:
    table = table_of(
        *[{"lines": float(place), "currency": None} for place in range(1, 102)], {"currency": "EUR"}
    )
    lines, currency = table.summary()
    assert (lines.distinct, lines.missing, lines.quantiles) == (101, 1, (1, 26, 51, 76, 101))
    assert (currency.distinct, currency.missing, currency.top[0].count) == (1, 101, 1)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_quantity_that_is_no_number_is_missing(value: float) -> None:
    table = table_of({"lines": 1.0}, {"lines": value}, {"lines": 1.0})
    assert counts(table.encoded(support=1)) == {"no number of lines": 1, "exactly 1 line": 2}


def test_an_empty_table_has_no_predicates() -> None:
    encoded = FeatureTable().encoded(support=1)
    assert encoded.predicates == ()
    assert encoded.codes.shape == (0, 0)


def test_every_row_lies_in_one_bin_of_each_column() -> None:
    generator = np.random.default_rng(5)
    rows: list[dict[str, Value]] = [
        {"lines": float(generator.integers(0, 500)), "tag:kind": str(generator.choice(["a", "b", "c"]))}
        for _ in range(400)
    ]
    encoded = table_of(*rows).encoded(support=4)
    for place, told in enumerate(encoded.predicates):
        inside = encoded.rows_of(place)
        column = [row[told.feature] for row in rows]
        if isinstance(told.value, str):
            assert inside.tolist() == [value == told.value for value in column]
        elif told.operator == "above":
            assert inside.tolist() == [value > told.value for value in column]  # type: ignore[operator]
