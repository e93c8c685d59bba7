from decimal import Decimal

import pytest

from harness.scorers.notation import currency_codes, looks_like_money, read_date, read_number


@pytest.mark.parametrize(
    ("text", "language", "reading"),
    [
        ("1.234,56", "de", "1234.56"),
        ("1.234", "de", "1234"),
        ("1.234", "en", "1.234"),
        ("1,234", "en", "1234"),
        ("1,234.50", "en-US", "1234.50"),
        ("1 234,56", "fr", "1234.56"),
        ("1\u00a0234,56", "fr", "1234.56"),
        ("1\u202f234,56", "fr-FR", "1234.56"),
        ("1.234,56", "es", "1234.56"),
        ("12.345.678,9", "es", "12345678.9"),
        ("1'234.50", "de-CH", "1234.50"),
        ("1\u2019234.50", "de_CH", "1234.50"),
        ("1,23,456.00", "en-IN", "123456.00"),
        ("1,234.56", "de", "1234.56"),
        ("12,50", "en", "12.50"),
        ("1.234,56 €", "de", "1234.56"),
        ("EUR 1.234,56", "", "1234.56"),
        ("RM 1,234.50", "en", "1234.50"),
        ("RM9.00", "", "9.00"),
        ("-€5.00", "", "-5.00"),
        ("\u22125,00", "de", "-5.00"),
        ("5,00-", "de", "-5.00"),
        ("(1,234.50)", "en", "-1234.50"),
        ("1234.56", "", "1234.56"),
        ("1.234.567", "", "1234567"),
        ("1 234 567", "", "1234567"),
        ("1234,567", "", "1234.567"),
        ("1,234", "", None),
        ("1.23.45", "", None),
        ("1.2,345,6", "de", None),
        ("12,345,6", "", None),
        ("(5", "", None),
        ("Net 30", "", None),
        ("5 apples", "", None),
        ("1234", "klingon-zz", "1234"),
        ("1234", "not a tag", "1234"),
        ("9" * 61, "", None),
        ("", "", None),
    ],
)
def test_numbers(text: str, language: str, reading: str | None) -> None:
    number = read_number(text, language)
    assert (None if number is None else str(number)) == reading


def test_a_number_is_never_read_loosely() -> None:
    # Loose reading makes 1.23456 of this.
    assert read_number("1.234,56", "en") == Decimal("1234.56")


@pytest.mark.parametrize(
    ("text", "language", "readings"),
    [
        ("2024-03-05", "", [(2024, 3, 5)]),
        ("2024-03-05T00:00:00Z", "", [(2024, 3, 5)]),
        ("2024/3/5", "", [(2024, 3, 5)]),
        ("05.03.2024", "", [(2024, 3, 5)]),
        ("5.3.24", "de", [(2024, 3, 5)]),
        ("05. 03. 2024", "cs", [(2024, 3, 5)]),
        ("05/03/2024", "fr", [(2024, 3, 5)]),
        ("05/03/2024", "en-US", [(2024, 5, 3)]),
        ("05/03/2024", "en-GB", [(2024, 3, 5)]),
        ("05/03/2024", "en", [(2024, 5, 3), (2024, 3, 5)]),
        ("05/03/2024", "", []),
        ("25/03/2024", "", [(2024, 3, 25)]),
        ("05/05/2024", "", [(2024, 5, 5)]),
        ("5 March 2024", "", [(2024, 3, 5)]),
        ("March 5th, 2024", "", [(2024, 3, 5)]),
        ("5. März 2024", "de", [(2024, 3, 5)]),
        ("5 de marzo de 2024", "es", [(2024, 3, 5)]),
        ("5 févr. 2024", "fr", [(2024, 2, 5)]),
        ("5. März 2024", "", []),
        ("2024-13-05", "", []),
        ("next week", "de", []),
        ("x" * 100, "", []),
    ],
)
def test_dates(text: str, language: str, readings: list[tuple[int, int, int]]) -> None:
    assert list(read_date(text, language)) == readings


def test_currencies() -> None:
    assert currency_codes(" € ") == currency_codes("eur") == {"EUR"}
    assert "CAD" in currency_codes("$")
    assert currency_codes("dollars and cents") == frozenset()


@pytest.mark.parametrize(
    ("text", "money"),
    [("12.50", True), ("1.234,56 €", True), ("EUR 12", True), ("12345", False), ("Net 30", False)],
)
def test_money_in_texts(text: str, money: bool) -> None:
    assert looks_like_money(text) is money
