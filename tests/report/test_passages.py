import pytest

from harness.report.passages import SEARCHED, excerpts, notations, spans_of


def found(text: str, *values: str, quotes: tuple[str, ...] = ()) -> list[str]:
    return [text[start:end] for start, end in spans_of(text, values, quotes)]


@pytest.mark.parametrize(
    ("value", "printed"),
    [
        ("7637.66", "7.637,66"),
        ("7637.66", "7,637.66"),
        ("7637.66", "7 637,66"),
        ("7637.66", "7\u00a0637,66"),
        ("-1284.5", "1.284,50"),
        ("10922.74", "-10.922,74"),
        ("10922.74", "\u221210.922,74"),
        ("10922.74", "10.922,74-"),
        ("10922.74", "10 922,74"),
        ("-10922.74", "10 922,74"),
        ("1284.0", "1284"),
        ("3.5925", "3,5925"),
        ("2026-08-31", "31.08.2026"),
        ("2026-08-31", "08/31/2026"),
        ("2026-08-31", "August 31, 2026"),
        ("2026-08-01", "1.8.2026"),
        ("Palette EPAL", "Palette EPAL"),
        ("Palette EPAL getauscht", "Palette EPAL\n   getauscht"),
        ("株式会社ミナト商会", "株式会社ミナト商会"),
    ],
)
def test_a_value_is_found_as_it_is_printed(value: str, printed: str) -> None:
    assert found(f"Summe: {printed} EUR", value) == [printed]


def test_a_minus_within_a_word_is_not_the_sign_of_a_number() -> None:
    assert found("RG-7637.66 and 7637.66-a", "7637.66") == ["7637.66", "7637.66"]


VAT = """\
Summe netto -71.325,59
MwSt. 19 % auf -57.286,43 -10.884,42
MwSt. 7 % auf -547,37 -38,32
MwSt. 0 % auf -13.491,79 -0,00
Gesamtbetrag EUR -82.248,33
"""


def test_an_amount_that_is_printed_in_parts_only_is_found_by_its_parts() -> None:
    assert found(VAT, "10922.74") == ["-10.884,42", "-38,32"]
    assert found(VAT, "-10922.74") == ["-10.884,42", "-38,32"]
    assert found("Tax 1,000.10 USD\nTax 20.02- USD\n", "1020.12") == ["1,000.10", "20.02-"]
    assert found(VAT, "10922.75") == []
    assert found("Tax 10.00\n\nno amount here\nTax 20.00\n", "30.00") == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("No. 17637.662", "7637.66"),
        ("a, b", "a"),
        ("x 10 " * 9 + "100 100 100 100 100", "100"),
        ("2026-13-45", "2026-12-45"),
        ("", "anything"),
        ("text", ""),
    ],
)
def test_what_points_to_no_place_is_not_marked(text: str, value: str) -> None:
    assert found(text, value) == []


def test_quotes_are_found_across_lines_and_overlaps_become_one() -> None:
    text = "The buyer shall\n  pay each invoice within thirty days."
    assert found(text, "thirty days", quotes=("shall pay each invoice within thirty…",)) == [
        "shall\n  pay each invoice within",
        "thirty days",
    ]
    assert found(text, "each invoice", quotes=("shall pay each invoice",)) == ["shall\n  pay each invoice"]
    assert found(text, quotes=("…",)) == []


def test_only_the_beginning_of_a_long_document_is_searched() -> None:
    assert found("x" * SEARCHED + " 7637.66", "7637.66") == []


def test_notations_hold_a_number_once() -> None:
    told = notations("1000.00")
    assert len(told) == len(set(told))
    assert notations("1e5") == ("1e5",)


def test_excerpts_show_what_stands_around_and_do_not_overlap() -> None:
    text = "one two three four five six seven eight nine ten"
    assert [text[low:high] for low, high in excerpts(text, [(14, 18), (19, 23), (44, 47)], 6, 5)] == [
        "four five six",
        "nine ten",
    ]
    assert len(excerpts("x " * 500, [(place, place + 1) for place in range(0, 900, 100)], 5, 3)) == 3
