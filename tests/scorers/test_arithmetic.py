import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from factories import record
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.dataset.reader import read_records
from harness.domain.chat import Answer
from harness.domain.score import Score
from harness.sandbox.draw import Draw
from harness.sandbox.faults import VALUE_FAULTS
from harness.scorers.arithmetic import Arithmetic
from harness.scorers.base import ScoringContext
from harness.testing import check_scorer

INVOICES = Path(__file__).resolve().parents[2] / "datasets" / "invoices"


def scored(answer: Any, reference: Any = None, *, language: str = "en", **settings: Any) -> Score:
    context = ScoringContext(record=record(tags={"language": language}), seed=7)
    wanted = Answer() if reference is None else Answer(text=json.dumps(reference))
    return Arithmetic(**settings).score(Answer(text=json.dumps(answer)), wanted, context)


def invoice(**changes: Any) -> dict[str, Any]:
    lines = [
        {"description": "a", "quantity": 3, "unit_price": 12.5, "vat_rate": 19, "amount": 37.5},
        {
            "description": "b",
            "quantity": 2,
            "unit_price": 10,
            "discount_percent": 10,
            "vat_rate": 7,
            "amount": 18,
        },
    ]
    totals = {"net": 55.5, "vat": 8.39, "gross": 63.89}
    return {"line_items": changes.pop("line_items", lines), "totals": {**totals, **changes}}


def told(score: Score) -> list[tuple[str, str]]:
    assert {finding.kind for finding in score.findings} <= {"arithmetic"}
    return [(finding.path, finding.note) for finding in score.findings]


def test_amounts_that_agree() -> None:
    score = scored(invoice())
    assert (score.value, score.reason) == (1.0, "5 of 5 sums are right.")


def test_each_equation() -> None:
    wrong = invoice()["line_items"]
    wrong[0] = {**wrong[0], "amount": 35.7}
    assert told(scored(invoice(line_items=wrong, net=53.7, vat=8.04, gross=61.74))) == [
        ("line_items[0].amount", "3 x 12.50 = 37.50, but 35.70 is stated.")
    ]
    assert told(scored(invoice(net=65.5, vat=8.39, gross=73.89))) == [
        ("totals.net", "The sum of 2 lines = 55.50, but 65.50 is stated.")
    ]
    assert told(scored(invoice(gross=63.98))) == [
        ("totals.gross", "55.50 + 8.39 = 63.89, but 63.98 is stated.")
    ]
    assert told(scored(invoice(vat=9.38, gross=64.88))) == [
        ("totals.vat", "19 % of 37.50 + 7 % of 18 = 8.385, but 9.38 is stated.")
    ]


def test_the_share_of_equations_that_hold_is_the_value() -> None:
    score = scored(invoice(gross=70))
    assert score.value == pytest.approx(4 / 5)
    assert not score.right


@pytest.mark.parametrize(
    ("answer", "language"),
    [
        (
            {
                "items": [{"menge": "3", "einzelpreis": "1.234,50 €", "betrag": "3.703,50 €"}],
                "netto": "3.703,50",
            },
            "de",
        ),
        (
            {
                "menu": [{"cnt": "2", "price": "5,000", "amount": "10,000"}],
                "total": {"total_price": "10,000"},
            },
            "en",
        ),
        (
            {
                "lines": [{"qty": 1, "price": 9.99, "total": 9.99}],
                "subtotal": 9.99,
                "tax": 0.8,
                "total": 10.79,
            },
            "en",
        ),
        ({"lines": [{"amount": 119}], "net": 100, "vat": 19, "vat_rate": 0.19, "gross": 119}, "en"),
        ({"lines": [{"amount": 100}, {"amount": 50}], "discount": 15, "shipping": 5, "net": 140}, "en"),
        ({"lines": [{"amount": 100}], "allowances": [{"amount": 10}, {"amount": 5}], "net": 85}, "en"),
        ({"lines": [{"quantity": 1000, "price_base": 100, "price": 5, "amount": 50}], "net": 50}, "en"),
        ({"lines": [{"quantity": 20, "unit_price": 2.77, "amount": 55.46}]}, "en"),
        (
            {
                "lines": [{"quantity": -2, "unit_price": 10, "amount": -20}],
                "net": -20,
                "vat": -3.8,
                "gross": -23.8,
            },
            "en",
        ),
    ],
)
def test_other_names_and_notations(answer: dict[str, Any], language: str) -> None:
    assert scored(answer, language=language).value == 1.0


@pytest.mark.parametrize(
    "answer",
    [{}, [], "text", {"total": 5}, {"lines": []}, {"lines": [{"amount": 5}]}, {"a": [{"quantity": 5}]}],
)
def test_where_parts_are_missing_nothing_is_checked(answer: Any) -> None:
    assert scored(answer).value is None


def test_paths_of_ones_own() -> None:
    answer = {"rows": [{"n": 2, "each": 4, "sum": 9}], "end": {"before": 9, "tax": 1, "after": 11}}
    score = scored(
        answer, lines="rows", quantity="n", unit_price="each", amount="sum",
        net="end.before", vat="end.tax", gross="end.after",
    )  # fmt: skip
    assert [path for path, _ in told(score)] == ["rows[0].sum", "end.after"]


def test_what_the_expected_answer_breaks_too_is_the_documents_own() -> None:
    own = invoice(gross=70)
    assert scored(own, own).right
    assert told(scored(invoice(gross=70, vat=9.99), own)) == [
        ("totals.vat", "19 % of 37.50 + 7 % of 18 = 8.385, but 9.99 is stated.")
    ]


def test_no_false_alarm_on_the_invoices() -> None:
    alone: Counter[tuple[str, bool | None]] = Counter()
    for one in read_records(INVOICES):
        context = ScoringContext(record=one, seed=7)
        assert one.expected is not None
        assert Arithmetic().score(one.expected, one.expected, context).right
        alone[one.tags["origin"], Arithmetic().score(one.expected, Answer(), context).right] += 1
    # Real ones have allowances that the answers do not hold; only the expected answer tells.
    assert alone["generated", True] == 273
    assert alone["real", True] == 17


@pytest.mark.parametrize(
    ("kind", "least"), [("digits_swapped", 0.95), ("decimal_misread", 0.95), ("line_missing", 0.99)]
)
def test_planted_mistakes_break_a_sum(kind: str, least: float) -> None:
    struck = found = 0
    for one in read_records(INVOICES):
        assert one.expected is not None
        assert one.expected.text is not None
        if one.tags["origin"] == "real":
            continue
        damaged = VALUE_FAULTS[kind](json.loads(one.expected.text), Draw(3, one.id))
        if damaged is None or "amount" not in damaged.planted.path + "amount" * (kind == "line_missing"):
            continue
        struck += 1
        answer = Answer(text=json.dumps(damaged.value))
        found += not Arithmetic().score(answer, one.expected, ScoringContext(record=one, seed=7)).right
    assert struck >= 50
    assert found >= least * struck


def test_settings_that_make_no_sense() -> None:
    with pytest.raises(ValueError, match="tolerance must be 0 or more"):
        Arithmetic(tolerance=-1)


def test_awkward_answers() -> None:
    check_scorer(Arithmetic())


NUMBERS: st.SearchStrategy[Any] = (
    st.integers(-9, 9)
    | st.floats(allow_nan=False)
    | st.sampled_from(["1,5", "x", None, True, "1e999", [], {}])
)
LINE = st.dictionaries(st.sampled_from(["quantity", "price", "amount", "vat_rate", "discount"]), NUMBERS)
DOCUMENT = st.fixed_dictionaries(
    {"lines": st.lists(LINE | NUMBERS, max_size=4)},
    optional=dict.fromkeys(
        ["net", "vat", "gross", "vat_rate", "discount", "charges"], NUMBERS | st.lists(NUMBERS)
    ),
)


@settings(deadline=None)
@given(DOCUMENT)
def test_any_amounts(document: dict[str, Any]) -> None:
    score = scored(document)
    assert score.value is None or 0 <= score.value <= 1
    assert scored(document, document).right is not False
