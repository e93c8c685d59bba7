from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.scorers.json_values import (
    FieldType,
    Reading,
    canonical,
    compare_values,
    inferred_type,
    is_adjacent_swap,
    misread_power,
    number_of,
)

DE = Reading(language="de")


def kind(expected: Any, actual: Any, key: str = "x", reading: Reading = DE) -> str | None:
    expected, actual = (Decimal(str(v)) if isinstance(v, float) else v for v in (expected, actual))
    difference = compare_values(expected, actual, inferred_type(expected, key), reading)
    return difference.kind if difference else None


@pytest.mark.parametrize(
    ("expected", "actual", "found"),
    [
        (1234.5, 1234.50, None),
        (1234.56, "1.234,56", "format_only"),
        (1234.56, "1,234.56", "format_only"),
        (1234.56, "EUR 1.234,56", "format_only"),
        (3, "3", "format_only"),
        (1234.56, 123456, "decimal_misread"),
        (1234.56, 1.23456, "decimal_misread"),
        (1234.56, 1.234, "decimal_misread"),
        (1234.56, 1.23, "decimal_misread"),
        (1239.56, 1.24, "decimal_misread"),
        (1234.56, "123456", "decimal_misread"),
        (100, 1, "decimal_misread"),
        (1234.56, -1234.56, "sign_flipped"),
        (1234.56, 1243.56, "digits_swapped"),
        (12.34, 13.24, "digits_swapped"),
        (19.9, 19.09, "digits_swapped"),
        (1234.56, 1234.65, "digits_swapped"),
        (1284.50, 1234.50, "wrong_value"),
        (1284.50, 1.5, "wrong_value"),
        (5, -7, "wrong_value"),
        (0, 7, "wrong_value"),
        (5, "five", "wrong_value"),
        (5, True, "wrong_value"),
        (5, [5], "wrong_value"),
        (5, None, "field_missing"),
        (5, "", "field_missing"),
        (None, 5, "field_invented"),
        (None, "", "format_only"),
        (True, True, None),
        (True, 1, "wrong_value"),
        (True, "TRUE", "format_only"),
        (True, False, "wrong_value"),
        ("1234.56", 1234.56, "format_only"),
        ("1.234,56 €", "EUR 1234.56", "format_only"),
        ("1.234,56 €", "$ 1234.56", "wrong_currency"),
        ("1.234,56 €", "1.234,65 €", "digits_swapped"),
        ("2024-03-05", "05.03.2024", "format_only"),
        ("2024-03-05", "2024-05-03", "date_order"),
        ("2024-03-15", "2024-15-03", "date_order"),
        ("2024-03-05", "3. Mai 2024", "date_order"),
        ("2024-03-05", "2024-03-06", "wrong_value"),
        ("2024-03-05", "soon", "wrong_value"),
        ("2024-03-05", 20240305, "wrong_value"),
        ("05.03.2024", "2024-03-05", "format_only"),
        ("2024-03-05T10:00:00+00:00", "2024-03-05T10:00:00Z", "format_only"),
        ("2024-03-05T10:00:00", "2024-03-05T11:00:00", "wrong_value"),
        ("2024-03-05T10:00:00", 7, "wrong_value"),
        ("2024-03-05T10:00:00", "today at ten", "wrong_value"),
        ("Acme GmbH", "ACME  GmbH", "format_only"),
        ("Acme \u201eX\u201c \u2013 1", 'acme "x" - 1', "format_only"),
        ("Acme GmbH", "Acme Gmb", "text_differs"),
        ("Acme GmbH", "Zyx & Co", "wrong_value"),
        ("12345", 12345, "format_only"),
        ("Acme", 7, "wrong_value"),
    ],
)
def test_kinds_by_inferred_type(expected: Any, actual: Any, found: str | None) -> None:
    assert kind(expected, actual) == found


@pytest.mark.parametrize(
    ("key", "expected", "actual", "found"),
    [
        ("currency", "EUR", "€", "format_only"),
        ("currency_code", "EUR", "eur", "format_only"),
        ("currency", "EUR", "USD", "wrong_currency"),
        ("vat_id", "DE123456789", "DE 123 456 789", "format_only"),
        ("vat_id", "DE123456789", "DE123465789", "digits_swapped"),
        ("invoice_number", "RE-0153", "RE-0154", "wrong_value"),
        ("id", "153", 153, "format_only"),
        ("paid", "12", "012", "wrong_value"),
    ],
)
def test_kinds_by_name(key: str, expected: str, actual: object, found: str) -> None:
    assert kind(expected, actual, key) == found


EN = Reading(language="en")
UNTAGGED = Reading()
NUMBERS = [1, 1.0, 1.234, 12.34, 1000, 1234, "1", "1000", "1234", "1.000", "1,000", "1.234", "1,234"]
NUMBERS += ["1.234,00", "1,234.00", "1.000.000", "1 000", "1'000", "EUR 1.000", "1.000-", "0.123", "0,123"]


@pytest.mark.parametrize("key", ["total", "x"])
@pytest.mark.parametrize(
    ("expected", "reading", "right"),
    [
        ("1.000", DE, {1000, "1000", "1.000", "1.000,00"}),
        ("1.000", EN, {1, "1", "1.000", "1.00"}),
        ("1.000", UNTAGGED, {1, "1", "1.000", "1.00"}),
        ("1.234", DE, {1234, "1234", "1.234"}),
        ("1,234", DE, {1.234, "1,234"}),
        ("1,234", EN, {1234, "1234", "1,234"}),
        ("1,234", UNTAGGED, {"1,234"}),
    ],
)
def test_a_text_has_one_reading(expected: str, reading: Reading, right: set[Any], key: str) -> None:
    tried = {1, 1000, 1.234, 1234, "1", "1000", "1234", "1.000", "1.00", "1.000,00", "1.234", "1,234"}
    assert {one for one in tried if kind(expected, one, key, reading) in (None, "format_only")} == right


def test_a_number_against_a_text() -> None:
    assert kind(1000, "1.000", reading=DE) == "format_only"
    misread = compare_values(1000, "1.000", FieldType.NUMBER, EN)
    assert misread is not None
    assert (misread.kind, misread.note) == ("decimal_misread", "1000 times too small.")
    assert kind(1, "1.000", reading=DE) == "decimal_misread"
    # Quotes around the very number are no other number.
    assert kind(1.899, "1.899", reading=DE) == "format_only"
    assert kind(1.899, 1899, reading=DE) == kind(1.899, "1899", reading=DE) == "decimal_misread"


def test_digits_alone_are_an_amount_where_the_name_says_so() -> None:
    assert kind("1000", "1.000", "total") == kind("1000", 1000, "total") == "format_only"
    assert kind("1000", "1.000", "net_amount") == "format_only"
    assert kind("1000", "1.000", "x") == kind("1000", "1.000", "total_id") == "wrong_value"
    assert kind("0100", "100", "network") == "wrong_value"


@given(
    st.sampled_from(NUMBERS)
    | st.decimals(allow_nan=False, allow_infinity=False, places=3)
    | st.text("01.,' -"),
    st.sampled_from(["", "de", "en", "fr", "de-CH", "es", "en-IN"]),
    st.sampled_from(["total", "x", "id"]),
    st.decimals(-10_000, 10_000, places=3) | st.integers(-10_000, 10_000) | st.none(),
    st.integers(1, 9),
)
def test_of_two_numbers_powers_of_ten_apart_one_is_right_at_most(
    expected: Any, language: str, key: str, actual: Any, power: int
) -> None:
    reading = Reading(language=language)
    assert compare_values(expected, expected, inferred_type(expected, key), reading) is None
    if actual is None:  # near the reference, where both would be right if ever
        actual = number_of(Decimal(str(expected)) if isinstance(expected, float) else expected, language)
    if not actual:
        return
    others = (actual, Decimal(actual).scaleb(power), Decimal(actual).scaleb(-power))
    assert sum(kind(expected, other, key, reading) in (None, "format_only") for other in others) <= 1


def test_a_date_of_the_reference_is_one_day() -> None:
    assert kind("05/03/2024", "2024-05-03", reading=EN) == "format_only"
    assert kind("05/03/2024", "2024-03-05", reading=EN) == "date_order"
    assert kind("05/03/2024", "2024-03-05", reading=Reading(language="en-GB")) == "format_only"
    assert kind("2024-03-05", "05/03/2024", reading=EN) == "format_only"


def test_an_ambiguous_number_is_not_taken_for_right() -> None:
    assert kind(1234, "1,234", reading=Reading()) == "wrong_value"
    assert kind(1234, "1,234", reading=Reading(language="en")) == "format_only"


def test_a_tolerance_is_absolute() -> None:
    near = Reading(tolerance=Decimal("0.01"))
    assert kind(10.00, 10.01, reading=near) is None
    assert kind(10.00, 10.02, reading=near) == "wrong_value"


def test_alike_texts_may_count_as_equal_but_not_their_numbers() -> None:
    loose = Reading(text_at=0.9)
    assert kind("Consulting in March", "Consulting, in March", reading=loose) == "format_only"
    assert kind("Consulting part 1 of 2", "Consulting part 1 of 3", reading=loose) == "text_differs"


def test_declared_types() -> None:
    assert compare_values("In-Stock", "in stock", FieldType.LABEL, DE) is not None
    label = compare_values("a", "b", FieldType.LABEL, DE)
    assert label is not None
    assert label.kind == "wrong_label"
    unreadable = compare_values("n/a", "N/A", FieldType.MONEY, DE)
    assert unreadable is not None
    assert unreadable.kind == "format_only"


@pytest.mark.parametrize("extreme", ["1e999999", "1e-999999", "-1e400", "9" * 4000])
def test_extreme_numbers_raise_nothing(extreme: str) -> None:
    for other in ("1", "1e999999", "2e-999999", "0"):
        difference = compare_values(Decimal(other), Decimal(extreme), FieldType.NUMBER, DE)
        assert difference is None or difference.magnitude >= 0


def test_the_size_of_an_error_is_relative() -> None:
    hundredfold = compare_values(Decimal(5), Decimal(500), FieldType.NUMBER, DE)
    assert hundredfold is not None
    assert hundredfold.magnitude == pytest.approx(99.0)
    assert hundredfold.note == "100 times too large."


def test_misread_power() -> None:
    assert misread_power(Decimal("1234.56"), Decimal("123456")) == 2
    assert misread_power(Decimal("1234.56"), Decimal("1.234")) == -3
    assert misread_power(Decimal("1234.56"), Decimal("-123456")) == 0
    assert misread_power(Decimal(1), Decimal("1e12")) == 0


def test_adjacent_swaps() -> None:
    assert is_adjacent_swap("1234", "1324")
    assert not is_adjacent_swap("1234", "4231")
    assert not is_adjacent_swap("12", "123")
    assert not is_adjacent_swap("ab", "ba")


@pytest.mark.parametrize(
    ("one", "other", "field_type"),
    [
        (Decimal("1234.5"), "1.234,50", FieldType.NUMBER),
        ("2024-03-05", "05.03.2024", FieldType.DATE),
        ("€", "EUR", FieldType.CURRENCY),
        ("DE 1", "DE1", FieldType.ID),
        ("A  b", "a B", FieldType.TEXT),
    ],
)
def test_equal_meanings_have_one_stand_in(one: Any, other: Any, field_type: FieldType) -> None:
    assert canonical(one, field_type, DE) == canonical(other, field_type, DE)


def test_stand_ins_keep_booleans_and_numbers_apart() -> None:
    assert canonical(True, FieldType.BOOLEAN, DE) != canonical(1, FieldType.NUMBER, DE)
    assert hash(canonical([1], FieldType.TEXT, DE))
