import pytest

from harness.analysis.stats.intervals import share as share_of
from harness.domain.estimate import Estimate, percent_digits
from harness.report.wording import (
    amount,
    cut,
    display_name,
    display_names,
    mean,
    plural_of,
    points,
    seconds,
    share,
    share_range,
    usd,
    visible,
)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain\ttext\r\nnext", "plain\ttext\nnext"),
        ("a\x00b\x1b[31m\x7f\r", "a␀b␛[31m␡␍"),
        ("\u202egnp.exe\u202c", "[U+202E]gnp.exe[U+202C]"),
        ("\u2066x\u2069\u200b\ufeff\x85", "[U+2066]x[U+2069][U+200B][U+FEFF][U+0085]"),
        ("\ud83d!", "[U+D83D]!"),
        ("\U000e0041", "[U+E0041]"),
        ("👩\u200d👧", "👩\u200d👧"),
        ("a\u200db \u200d", "a[U+200D]b [U+200D]"),
        ("\u200d\u200d\u200d", "[U+200D][U+200D][U+200D]"),
    ],
)
def test_visible(text: str, shown: str) -> None:
    assert visible(text) == shown


def test_our_cut_is_told() -> None:
    assert cut("abc", 3) == ("abc", "")
    assert cut("abcd", 3) == ("abc", "our cut: the first 3 of 4 characters")
    assert cut("abc", 9, 1_000_000) == ("abc", "our cut: the first 3 of 1,000,000 characters")


@pytest.mark.parametrize(
    ("value", "digits"),
    [
        (0.0, "0"),
        (1.0, "100"),
        (0.33, "33"),
        (0.0782, "7.8"),
        (0.0034, "0.34"),
        (0.99951, "99.95"),
        (0.99999, "99.99"),
        (0.994, "99.4"),
        (0.0995, "10"),
    ],
)
def test_percent_is_never_rounded_to_all_or_nothing(value: float, digits: str) -> None:
    assert percent_digits(value) == digits


def test_a_share_has_count_total_and_range() -> None:
    assert share(share_of(31, 300)) == "31 of 300 (10\u202f%, 7.4 to 14\u202f%)"
    assert share(share_of(0, 0)) == share_range(share_of(0, 0)) == "no data"
    given = Estimate(value=0.9344, low=0.92, high=0.9466, level=0.95, n=9, method="t")
    assert mean(given) == "0.934 (0.920 to 0.947)"
    assert mean(share_of(0, 0)) == "no data"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "not measured"),
        (0.004, "4\u202fms"),
        (0.1234, "0.12\u202fs"),
        (12.34, "12.3\u202fs"),
        (123.4, "123\u202fs"),
    ],
)
def test_seconds(value: float | None, shown: str) -> None:
    assert seconds(value) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "unknown"),
        (0.0, "$0"),
        (12.345, "$12.35"),
        (1234.5, "$1,234.50"),
        (0.0123, "$0.012"),
        (0.00042, "$0.00042"),
        (0.5, "$0.50"),
        (1e-9, "under $0.000001"),
    ],
)
def test_usd(value: float | None, shown: str) -> None:
    assert usd(value) == shown


def test_points_have_a_real_minus() -> None:
    assert points(-0.09) == "\u22129.0"
    assert points(-0.00001) == "0.0"


def test_nouns() -> None:
    assert amount(1, "invoice") == "1 invoice"
    assert amount(2400, "invoice") == "2,400 invoices"
    assert [plural_of(noun) for noun in ("query", "day", "batch", "box")] == [
        "queries",
        "days",
        "batches",
        "boxes",
    ]


@pytest.mark.parametrize(
    ("model", "name"),
    [
        ("gpt-4o-2024-08-06", "GPT-4o"),
        ("meta-llama/Llama-3.3-70B-Instruct-Turbo", "Llama-3.3-70B"),
        ("claude-sonnet-4-20250514", "Claude-sonnet-4"),
        ("mistralai/mixtral-8x7b:free", "Mixtral-8x7b"),
        ("", "no name"),
    ],
)
def test_display_name(model: str, name: str) -> None:
    assert display_name(model) == name


def test_display_names_tell_the_arms_apart() -> None:
    names = display_names("gpt-4o-2024-08-06", "gpt-4o-2024-11-20")
    assert (names.incumbent, names.candidate) == ("gpt-4o-2024-08-06", "gpt-4o-2024-11-20")
    same = display_names("x", "x")
    assert (same.incumbent, same.candidate) == ("X (incumbent)", "X (candidate)")
