import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.analysis.features.shape import shape_of
from harness.analysis.features.text import LOOKED_AT, text_features

ROOT = Path(__file__).parents[3]


def lines_of(name: str) -> list[dict[str, Any]]:
    with gzip.open(ROOT / name, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


SNIPPETS = {row["id"]: row["text"] for row in lines_of("tests/data/features/snippets.jsonl.gz")}
INVOICES = lines_of("datasets/invoices/records.jsonl.gz")


def test_a_german_invoice() -> None:
    text = lines_of("datasets/invoices/zugferd.jsonl.gz")[0]["text"]
    found = text_features(text)
    assert {name: found[name] for name in ("language", "script", "number_format", "currency", "table")} == {
        "language": "de",
        "script": "Latin",
        "number_format": "comma",
        "currency": "EUR",
        "table": "none",
    }
    assert found["pages"] == 3
    assert found["lines"] == len(text.split("\n"))
    assert found["negative_amounts"] == 4  # -9,07 -50,00 -1,00 -8,07
    assert found["percentages"] == text.count("%")
    assert (found["dates"], found["date_format"]) == (5, "dots")
    assert found["item_lines"] == 5


def test_a_scanned_receipt() -> None:
    found = text_features(SNIPPETS["sroie-001"])
    assert (found["currency"], found["number_format"], found["language"]) == ("MYR", "point", "en")
    assert (found["dates"], found["date_format"]) == (1, "slashes")
    assert found["amounts"] == 11  # with 10.00%, which is written alike
    assert found["item_lines"] == 2 + 1  # two articles; @DISC 10.00% -5.59
    assert found["negative_amounts"] == 2
    assert found["uppercase"] == 1


def test_a_contract_has_words_and_no_amounts() -> None:
    found = text_features(SNIPPETS["cuad-00c463d350"])
    assert (found["language"], found["number_format"], found["currency"]) == ("en", "none", None)
    assert (found["amounts"], found["item_lines"], found["dates"], found["date_format"]) == (0, 0, 0, None)
    assert found["table"] == "aligned"
    assert isinstance(found["noise"], float)
    assert found["noise"] < 0.005


def test_a_chinese_enquiry() -> None:
    found = text_features(SNIPPETS["lawbench-2-4-0000"])
    assert (found["language"], found["script"], found["lines"]) == ("zh", "Chinese", 3)
    assert (found["numbers"], found["uppercase"]) == (0, 0)


def test_the_features_agree_with_what_the_invoices_are_known_to_be() -> None:
    """300 invoices whose language, decimal sign and currency were known before any was written."""
    found = [(row, text_features(row["body"]["messages"][1]["content"])) for row in INVOICES]
    language = [row["tags"]["language"] == features["language"] for row, features in found]
    decimal = [row["tags"]["decimal"] == features["number_format"] for row, features in found]
    currency = [row["expected"]["currency"] == features["currency"] for row, features in found]
    assert sum(language) >= 292
    assert sum(decimal) >= 295
    assert sum(currency) >= 299


@pytest.mark.parametrize(
    ("text", "commas", "points"),
    [
        ("1.234,56", 1, 0),
        ("1,234,567.89", 0, 1),
        ("1'234.50 CHF", 0, 1),
        ("12,345 pieces", 0, 0),
        ("3,3333 per m", 0, 0),
        ("05.06.2018 at 12,00", 1, 0),
        ("clause 12.34.56", 0, 0),
        ("2018-06-05", 0, 0),
        ("5,00 and 6.00", 1, 1),
    ],
)
def test_amounts_have_two_decimals(text: str, commas: int, points: int) -> None:
    shape = shape_of(text.encode())
    assert (shape.commas, shape.points) == (commas, points)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Rabatt -9,07 EUR", 1),
        ("-$1,234.50 and $-5.00", 2),
        ("(1,234.50)", 1),
        ("12.50- and 3.00", 1),
        ("5.00-6.00", 0),
        ("2018-06-05", 0),
        ("€ -5,00", 1),
        ("pages 3-4", 0),
    ],
)
def test_negative_amounts(text: str, count: int) -> None:
    assert shape_of(text.encode()).negatives == count


@pytest.mark.parametrize(
    ("text", "count"),
    [("1.234,56 and 7", 2), ("no 12, 13", 2), ("none", 0), ("12/34", 2), ("1'000'000", 1)],
)
def test_numbers(text: str, count: int) -> None:
    assert shape_of(text.encode()).numbers == count


@pytest.mark.parametrize(
    ("clean", "misread"),
    [
        ("TOTAL of the invoice", "T0TAL of the inv0ice"),
        ("please pay by Friday", "p l e a s e pay b y Friday"),
        ("price 10.50 each", "price 1O.50 each"),
        ("Gebühr für Maut", "Geb\ufffdhr f\ufffdr Maut"),
        ("Gebühr für Maut", "Gebühr für Maut".encode().decode("latin-1")),
        ("tidy words here", "t~dy w\x01rds here"),
    ],
)
def test_noise_is_what_reading_badly_leaves(clean: str, misread: str) -> None:
    assert text_features(clean)["noise"] == 0
    assert text_features(misread)["noise"] > 0  # type: ignore[operator]


def test_tax_codes_initials_and_article_numbers_are_no_noise() -> None:
    assert text_features("MILK 1L 2 X 6.35 12.70 S Z, J. K. Rowling, KR3, DPT.05 149.00")["noise"] == 0


@pytest.mark.parametrize(
    ("text", "table"),
    [
        ("| a | b |\n|---|---|\n| 1 | 2 |", "pipes"),
        ("a|b", "none"),
        ("a\tb\n1\t2\n3\t4", "tabs"),
        ("name     price\nmilk     1.00\nbread    2.00", "aligned"),
        ("<table><tr><td>1</td></tr></table>", "html"),
        ("plain words", "none"),
    ],
)
def test_tables(text: str, table: str) -> None:
    assert text_features(text)["table"] == table


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        ("EUR 5 and € 6 and $ 7", "EUR"),
        ("EUROPE wide", None),
        ("5 GBP, 6 GBP, 1 USD", "GBP"),
        ("RM 12.00", "MYR"),
        ("¥ 500", "¥"),
    ],
)
def test_currency(text: str, currency: str | None) -> None:
    assert text_features(text)["currency"] == currency


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("Ünïcödé", "Latin"),
        ("Привет мир", "Cyrillic"),
        ("Ελλάδα", "Greek"),
        ("שלום", "Hebrew"),
        ("مرحبا", "Arabic"),
        ("नमस्ते दुनिया", "Indic"),
        ("สวัสดีครับ", "Thai"),
        ("안녕하세요", "Korean"),
        ("これは日本語の文章です", "Japanese"),
        ("母亲突然离家出走 USD 12", "Chinese"),
        ("123 😀 €", None),
    ],
)
def test_script(text: str, script: str | None) -> None:
    assert text_features(text)["script"] == script


@pytest.mark.parametrize(
    ("text", "markup"),
    [('{"a": 1}', "json"), ("<b>x</b>", "tags"), ("see ```code```", "fenced"), ("a < b", "none")],
)
def test_markup(text: str, markup: str) -> None:
    assert text_features(text)["markup"] == markup


def test_an_empty_text() -> None:
    found = text_features("")
    assert (found["length"], found["lines"], found["pages"], found["noise"]) == (0, 0, 1, 0)
    assert (found["language"], found["uppercase"], found["digits"]) == (None, None, None)


def test_length_and_lines_are_of_all_of_it_patterns_of_its_beginning() -> None:
    text = "x" * LOOKED_AT + "\n5,00 5,00" * 1000
    found = text_features(text)
    assert (found["length"], found["lines"], found["item_lines"]) == (len(text), 1001, 0)


@pytest.mark.timeout(5)
@pytest.mark.parametrize(
    "piece", ["9,99", "-", "a0", " b ", "|", "\t", "(", "0.0.0", "€", "\ud800", "\x00", "<td", "`", "1-1-"]
)
def test_hostile_text_takes_no_longer_than_any_other(piece: str) -> None:
    for _ in range(20):
        text_features(piece * (2_000_000 // len(piece)))


@given(st.text(st.characters(codec=None), max_size=300))
def test_any_text_has_features_in_range(text: str) -> None:
    found = text_features(text)
    assert found["length"] == len(text)
    for name in ("noise", "uppercase"):
        value = found[name]
        assert value is None or (isinstance(value, float) and 0 <= value <= 1)
    assert all(value >= 0 for value in found.values() if isinstance(value, float))
