from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.analysis.failure.exposure import ExposureTally, currency_of, exposure
from harness.analysis.failure.severity import SeveritySettings
from harness.domain.chat import Answer
from harness.domain.score import Finding

EURO = Answer(text='{"currency": "eur", "total": 1}')


def off(amount: float | None, path: str = "totals.gross", kind: str = "wrong_value") -> Finding:
    return Finding(kind=kind, path=path, amount=amount)


@pytest.mark.parametrize(
    ("findings", "expected"),
    [
        ((), None),
        ((off(None), Finding(kind="wrong_label")), None),
        ((off(10.0),), 10),
        # The total holds the net amount and the tax: they are one sum of money.
        ((off(100.0, "totals.net"), off(119.0, "totals.gross"), off(19.0, "totals.vat")), 119),
        # Two lines left out, and a total that misses them: not twice the money.
        ((off(60.0, "lines[2]", "line_missing"), off(40.0, "lines[5]", "line_missing"), off(100.0)), 100),
        ((off(60.0, "lines[2]", "line_missing"), off(50.0, "lines[3].amount"), off(7.0)), 110),
        # Net and gross of one line are that line's money once.
        ((off(50.0, "lines[3].net"), off(59.5, "lines[3].gross"), off(1.0, "lines[0].net")), Decimal("60.5")),
        # A tax table repeats the lines.
        ((off(80.0, "lines[0].amount"), off(80.0, "taxes[0].base"), off(15.0, "taxes[1].base")), 95),
        ((off(5.0, "orders[0].lines[1].net"), off(6.0, "orders[1].lines[1].net")), 11),
        ((off(5.0, kind="format_only"), off(0.0)), None),
        ((off(0.1, "a[0].x"), off(0.2, "a[1].x")), Decimal("0.3")),
        ((off(float("nan")),), None),
        ((off(-3.0),), 3),
    ],
)
def test_exposure_of_one_answer(findings: tuple[Finding, ...], expected: Decimal | int | None) -> None:
    assert exposure(findings) == expected


@given(
    st.lists(
        st.builds(
            off, st.none() | st.floats(), st.sampled_from(["a", "b[0].c", "b[1].c", "b[1].d", "e[0]", "]["])
        )
    )
)
def test_exposure_is_finite_and_never_less_than_the_largest_amount(findings: list[Finding]) -> None:
    found = exposure(findings)
    if found is not None:
        assert found.is_finite()
        believable = [abs(one.amount) for one in findings if one.amount and abs(one.amount) < 1e15]
        assert found >= Decimal(str(max(believable, default=0)))


def test_sums_per_currency() -> None:
    tally = ExposureTally()
    dollar = Answer(text='{"currency": "USD"}')
    tally.add("a", EURO, None, (off(10.0),))
    tally.add("b", EURO, (off(1.0),), (off(5.0),))
    tally.add("c", EURO, (off(2.0),), None)
    tally.add("d", dollar, None, (off(300.0),))
    tally.add("e", None, None, (off(7.0),))
    tally.add("f", EURO, None, (off(None),))
    tally.add("g", EURO, None, None)
    rows = tally.summary(level=0.95).rows
    assert [row.currency for row in rows] == ["USD", "EUR", ""]
    euro = rows[1]
    assert (euro.regressions, euro.candidate, euro.incumbent) == (10.0, 15.0, 3.0)
    assert (euro.candidate_records, euro.incumbent_records) == (2, 2)
    assert (euro.largest, euro.largest_record_id) == (10.0, "a")
    assert (euro.candidate_share.value, euro.candidate_share.n) == (2 / 7, 7)
    assert euro.candidate_share.low is not None


def test_an_absurd_amount_is_left_out_and_counted() -> None:
    tally = ExposureTally()
    for number, amount in enumerate((1e308, 1e308, float("inf"), 12.5)):
        tally.add(f"r{number}", EURO, None, (off(amount),))
    (row,) = tally.summary(level=0.95).rows
    assert (row.regressions, row.candidate_records, row.largest_record_id, row.not_counted) == (
        12.5,
        1,
        "r3",
        3,
    )


def test_the_largest_does_not_depend_on_the_order() -> None:
    found = set()
    for ids in (("a", "b"), ("b", "a")):
        tally = ExposureTally()
        for record_id in ids:
            tally.add(record_id, EURO, None, (off(4.0),))
        found.add(tally.summary(level=0.95).rows[0].largest_record_id)
    assert found == {"a"}


def test_currencies_are_bounded() -> None:
    tally = ExposureTally()
    for number in range(300):
        tally.add(f"r{number}", Answer(text=f'{{"currency": "C{number}"}}'), None, (off(1.0),))
    rows = tally.summary(level=0.95).rows
    assert len(rows) == 51
    assert sum(row.candidate for row in rows) == 300


@pytest.mark.parametrize(
    ("text", "settings", "currency"),
    [
        ('{"currency": "eur"}', {}, "EUR"),
        ('{"invoice_currency_code": "€"}', {}, "EUR"),
        ('{"currencyCode": "CHF"}', {}, "CHF"),
        ('{"currency": null, "documentCurrency": "PLN"}', {}, "PLN"),
        ('{"totals": {"currency": "GBP"}}', {}, ""),
        ('{"totals": {"currency": "GBP"}}', {"currency_path": "totals.currency"}, "GBP"),
        ('{"totals": [1]}', {"currency_path": "totals.currency"}, ""),
        ('{"currency": "USD"}', {"currency": "EUR"}, "EUR"),
        ('{"currency": "US\\u001b[31m dollars and more"}', {}, "US[31M DOLL"),
        ('{"currency": 3}', {}, ""),
        ("[1]", {}, ""),
        ("[" * 100_000, {}, ""),
        ("\ud800", {}, ""),
        (None, {}, ""),
    ],
)
def test_currency(text: str | None, settings: dict[str, Any], currency: str) -> None:
    assert currency_of(Answer(text=text), SeveritySettings(**settings)) == currency
