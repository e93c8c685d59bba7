import copy
import json
from typing import Any

import pytest
from factories import record
from hypothesis import given
from hypothesis import strategies as st

from harness.domain.chat import Answer
from harness.domain.score import Finding
from harness.scorers.base import ScoringContext
from harness.scorers.json_fields import JsonFields
from harness.scorers.json_money import MoneyFields
from harness.scorers.json_paths import PathRules

CONTEXT = ScoringContext(record=record(tags={"language": "de"}), seed=7)


def findings(actual: Any, expected: Any, scorer: JsonFields | None = None) -> tuple[Finding, ...]:
    one, other = (Answer(text=json.dumps(value)) for value in (actual, expected))
    return (scorer or JsonFields()).score(one, other, CONTEXT).findings


def amounts(actual: Any, expected: Any, **settings: Any) -> dict[tuple[str, str], float | None]:
    found = findings(actual, expected, JsonFields(**settings))
    return {(finding.kind, finding.path): finding.amount for finding in found}


def test_a_wrong_amount_is_off_by_the_difference(invoice: dict[str, Any]) -> None:
    other = copy.deepcopy(invoice)
    other["totals"].update(net="605.625,00", gross=-7206.94)
    other["line_items"][4].update(amount=1, description="Certificates")
    other["seller"]["name"] = "Acme"
    assert amounts(other, invoice) == {
        ("decimal_misread", "totals.net"): pytest.approx(605625 - 6056.25),
        ("sign_flipped", "totals.gross"): pytest.approx(2 * 7206.94),
        ("wrong_value", "line_items[4].amount"): pytest.approx(526.25 - 1),
        ("text_differs", "line_items[4].description"): None,
        ("text_differs", "seller.name"): None,
    }


def test_a_side_that_is_missing_costs_all_of_it(invoice: dict[str, Any]) -> None:
    other = copy.deepcopy(invoice)
    other["totals"] = {"net": None, "gross": "illegible"}
    other["discount_amount"] = "12,50"
    assert amounts(other, invoice) == {
        ("field_missing", "totals.net"): 6056.25,
        ("field_missing", "totals.vat"): None,
        ("wrong_value", "totals.gross"): 7206.94,
        ("field_invented", "discount_amount"): 12.5,
    }
    del other["totals"]
    assert amounts(other, invoice)["field_missing", "totals"] == 7206.94
    other["line_items"] = None
    total = sum(line["amount"] for line in invoice["line_items"])
    assert amounts(other, invoice)["field_missing", "line_items"] == pytest.approx(total)


def test_a_line_amounts_to_its_amount_not_to_its_price(invoice: dict[str, Any]) -> None:
    invoice["line_items"][0].update(quantity=0.5, unit_price=90.0, amount=45.0)
    other = copy.deepcopy(invoice)
    gone = other["line_items"].pop(0)
    other["line_items"].append({"description": "Coffee", "quantity": 3, "amount": "7,50 EUR"})
    other["line_items"].append(copy.deepcopy(other["line_items"][0]))
    assert gone["amount"] == 45.0
    assert amounts(other, invoice) == {
        ("line_missing", "line_items[0]"): 45.0,
        ("line_invented", "line_items[9]"): 7.5,
        ("line_duplicated", "line_items[10]"): other["line_items"][0]["amount"],
    }


def test_lines_that_were_merged_put_nothing_at_risk(invoice: dict[str, Any]) -> None:
    other = copy.deepcopy(invoice)
    first, second = other["line_items"][2:4]
    first.update(description="Backup storage, Domain renewal", quantity=1)
    first["amount"] = round(first["amount"] + second["amount"], 2)
    other["line_items"].remove(second)
    assert amounts(other, invoice) == {("line_merged", "line_items[2]"): None}


@pytest.mark.parametrize(
    ("expected", "types", "amount"),
    [
        ({"total": 100}, {}, None),  # pages? nobody says that this is money
        ({"total": 100}, {"total": "money"}, 40.0),
        ({"total": 100, "currency": "EUR"}, {}, 40.0),
        ({"total": 100, "currency": "EUR"}, {"total": "number"}, None),
        ({"total": 100, "head": {"currency_code": "USD"}}, {}, 40.0),
        ({"total": 100, "currency": ""}, {}, None),
        ({"total": "100,00 €"}, {}, 40.0),
        ({"totalAmount": 100, "currency": "EUR"}, {}, 40.0),
        ({"net_weight": 100, "currency": "EUR"}, {}, None),
        ({"total_pages": 100, "currency": "EUR"}, {}, None),
        ({"vat_rate": 100, "currency": "EUR"}, {}, None),
        ({"height": 100, "currency": "EUR"}, {}, None),
    ],
)
def test_what_is_money(expected: dict[str, Any], types: dict[str, str], amount: float | None) -> None:
    (key, value), *_ = expected.items()
    actual = {**expected, key: "60,00 €" if isinstance(value, str) else 60}
    (finding,) = findings(actual, expected, JsonFields(types=types))
    assert finding.amount == amount


@pytest.mark.parametrize("number", ["1e308", "1e999", "-1e99999999", "9" * 400, "0." + "0" * 400 + "1"])
def test_an_absurd_number_is_no_endless_sum(number: str) -> None:
    expected = {"total": 12.5, "currency": "EUR", "lines": [{"amount": 1, "text": "a"}]}
    actual = f'{{"total": {number}, "currency": "EUR", "lines": [{{"text": "zzz", "amount": {number}}}]}}'
    found = JsonFields().score(Answer(text=actual), Answer(text=json.dumps(expected)), CONTEXT).findings
    assert found
    assert all(finding.amount is None or 0 < finding.amount < float("inf") for finding in found)


def test_a_schema_violation_that_takes_a_findings_place_keeps_its_amount(
    schema_context: ScoringContext,
) -> None:
    scorer = JsonFields(types={"total": "money"})
    one, other = (Answer(text=json.dumps({"kind": "invoice", "total": total})) for total in (10.25, 4.5))
    (finding,) = scorer.score(one, other, schema_context).findings
    assert (finding.kind, finding.amount) == ("schema_violation", 5.75)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.decimals(allow_nan=False) | st.text(),
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.sampled_from(["total", "currency", "net", "x"]), inner)
    ),
    max_leaves=12,
)


@given(values, values)
def test_any_two_values_give_a_finite_amount_or_none(expected: Any, actual: Any) -> None:
    money = MoneyFields(PathRules({}, ()), {"currency": "EUR"}, "en")
    for amount in (money.at_risk(expected, actual, "total"), money.line(actual, "total")):
        assert amount is None or 0 < amount < float("inf")
