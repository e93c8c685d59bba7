import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.scorers.quote_facts import changes
from harness.scorers.quote_text import SearchText, searchable
from harness.scorers.quotes import Passage, passages

SOURCE = (
    "7.1 The Supplier shall deliver the goods within thirty (30) days after receipt of the order. "
    "7.2 Neither party may assign this Agree-\nment without the \u201cprior written\u201d consent of "
    "the other. 7.3 The fee is $1,250.00 per month \u2014 payable by 15 March 2024. "
    "7.4 The Buyer cannot terminate before that date."
)
TEXT = SearchText(SOURCE)


def first(quote: str) -> Passage | None:
    return next(passages(quote, TEXT), None)


def told(quote: str) -> tuple[list[str], list[str]] | None:
    found = first(quote)
    return None if found is None else (list(found.added), list(found.lost))


@pytest.mark.parametrize(
    "quote",
    [
        "The Supplier shall deliver the goods within thirty (30) days after receipt of the order",
        "THE SUPPLIER SHALL DELIVER THE GOODS",
        "\u201cNeither party may assign this Agreement without the 'prior written' consent\u201d",
        "Neither party may as-\nsign this  Agreement",
        "the Suppl1er sha11 deliver tbe goods within thirty (30) days",
        "Neither party may assign \u2026 consent of the other",
        "Neither party may assign [...] consent of the other.",
        "[T]he Supplier shall deliver the goods",
        "[It] shall deliver the goods within thirty (30) days",
        "The fee is $1,250.00 per month, payable by 15 March 2024",
        "The Buyer can not terminate before that date",
        "The Buyer can't terminate before that date",
        "thirty (30) days",
        "theSupplier shalldeliver the goods within thirty (30) days",
    ],
)
def test_genuine_quotes(quote: str) -> None:
    assert told(quote) == ([], [])


@pytest.mark.parametrize(
    ("quote", "added", "lost"),
    [
        ("The Supplier shall not deliver the goods within thirty (30) days", ["not"], []),
        ("The Supplier may deliver the goods within thirty (30) days", ["may"], ["shall"]),
        ("The Supplier shall deliver the goods within thirty (60) days", ["60"], ["30"]),
        ("The fee is \u20ac1,250.00 per month, payable by 15 March 2024", ["\u20ac1,250.00"], ["$1,250.00"]),
        ("The fee is $1,250.00 per month, payable by 15 April 2024", ["april"], ["march"]),
        ("Neither party may assign this Agreement with the prior written consent", [], ["without"]),
        ("The Buyer can terminate before that date. ", [], ["cannot"]),
    ],
)
def test_altered_quotes(quote: str, added: list[str], lost: list[str]) -> None:
    assert told(quote) == (added, lost)


@pytest.mark.parametrize(
    "quote",
    [
        "goods order the shall receipt days within of Supplier the deliver (30) thirty after The",
        "The Tenant shall keep the premises clean at all times",
        "ninety (90) days",
        "days after\u2026The Supplier shall",
        "hirty (30) days after",
        "",
        "\u2026",
        "\u201c\u201d",
    ],
)
def test_words_that_are_not_there(quote: str) -> None:
    assert first(quote) is None


def test_the_way_back_to_the_original() -> None:
    found = first("assign this Agreement without")
    assert found is not None
    start, end = TEXT.original(found.start, found.end)
    assert SOURCE[start:end] == "assign this Agree-\nment without"


def test_all_places_of_a_quote_are_given() -> None:
    assert [passage.start for passage in passages("the other", SearchText("the other, the other"))] == [0, 11]


@pytest.mark.parametrize(
    ("quoted", "source", "told"),
    [
        ("er darf nicht liefern", "er muss liefern", (["darf", "nicht"], ["muss"])),
        ("il ne peut pas c\u00e9der", "il doit c\u00e9der", (["ne", "peut", "pas"], ["doit"])),
        ("no podr\u00e1 ceder", "podr\u00e1 ceder", (["no"], [])),
        ("within 10 to 20 days", "within 20 to 10 days", ([], [])),
        ("the 30th day", "the 20th day", (["30th"], ["20th"])),
        ("shallnot pay", "shall not pay", ([], [])),
        ("t0 pay n0 fee", "to pay no fee", ([], [])),
    ],
)
def test_telling_words(quoted: str, source: str, told: tuple[list[str], list[str]]) -> None:
    assert changes(quoted.split(), source.split()) == told


def test_searchable_texts() -> None:
    assert (
        searchable("The \u201cnon-\nexclusive\u201d right\u2014of  10\u201315 \ufb01nal\u00ad")
        == "the nonexclusive right of 10-15 final"
    )


@pytest.mark.parametrize(
    "quote", ["word " * 2000, "a\u2026" * 5000, "[x] " * 5000, "1 " * 5000, "shall " * 2000]
)
def test_no_quote_takes_long(quote: str) -> None:
    before = time.process_time()
    list(passages(quote, SearchText("the words of a contract 1 shall not. " * 10_000)))
    assert time.process_time() - before < 3


@given(st.text(max_size=200), st.text(max_size=400))
def test_any_texts(quote: str, source: str) -> None:
    text = SearchText(source)
    for passage in passages(quote, text):
        start, end = text.original(passage.start, passage.end)
        assert 0 <= start <= end <= len(source)
