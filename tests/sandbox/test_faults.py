import copy
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import orjson
import pytest
from sandbox_data import INVOICE

from harness.sandbox import faults
from harness.sandbox.draw import Draw

SEEDS = range(60)


def damage(kind: str, seed: int, value: Any = None) -> faults.Damaged:
    value = INVOICE if value is None else value
    before = copy.deepcopy(value)
    damaged = faults.VALUE_FAULTS[kind](value, Draw(seed))
    assert value == before, "the right answer must stay as it is"
    assert damaged is not None
    assert damaged.value != value
    assert damaged.planted.kind == kind
    return damaged


def at(value: Any, path: str) -> Any:
    for part in path.replace("[", ".").replace("]", "").split("."):
        value = value[int(part)] if part.isdigit() else value[part]
    return value


def amounts(value: Any) -> list[Decimal]:
    return [Decimal(str(line["amount"])) for line in value["line_items"]]


def changed_paths(one: Any, other: Any, path: str = "") -> list[str]:
    if isinstance(one, dict):
        return [
            found for key in one for found in changed_paths(one[key], other[key], f"{path}.{key}".strip("."))
        ]
    if isinstance(one, list):
        return [
            found
            for place, inner in enumerate(one)
            for found in changed_paths(inner, other[place], f"{path}[{place}]")
        ]
    return [] if one == other else [path]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_missing_line_is_gone_and_the_totals_stay(seed: int) -> None:
    damaged = damage("line_missing", seed)
    lines = list(INVOICE["line_items"])
    lines.remove(at(INVOICE, damaged.planted.path))
    assert damaged.value == {**INVOICE, "line_items": lines}


@pytest.mark.parametrize("seed", SEEDS)
def test_an_invented_line_is_like_no_other(seed: int) -> None:
    damaged = damage("line_invented", seed)
    assert damaged.value["line_items"][:-1] == INVOICE["line_items"]
    new = at(damaged.value, damaged.planted.path)
    assert new["description"] not in {line["description"] for line in INVOICE["line_items"]}
    assert new["amount"] not in {line["amount"] for line in INVOICE["line_items"]}
    assert new["amount"] == new["unit_price"] * new["quantity"]


@pytest.mark.parametrize("seed", SEEDS)
def test_merged_lines_keep_the_sum(seed: int) -> None:
    damaged = damage("line_merged", seed)
    assert len(damaged.value["line_items"]) == len(INVOICE["line_items"]) - 1
    assert sum(amounts(damaged.value)) == sum(amounts(INVOICE))


@pytest.mark.parametrize("seed", SEEDS)
def test_a_split_line_keeps_sum_and_quantity_in_unequal_parts(seed: int) -> None:
    damaged = damage("line_split", seed)
    place = int(damaged.planted.path.split("[")[1].strip("]"))
    first, second = damaged.value["line_items"][place : place + 2]
    whole = INVOICE["line_items"][place]
    assert first["quantity"] + second["quantity"] == whole["quantity"]
    assert first["quantity"] != second["quantity"]
    assert first["amount"] != second["amount"]
    assert sum(amounts(damaged.value)) == sum(amounts(INVOICE))


@pytest.mark.parametrize("seed", SEEDS)
def test_swapped_digits_are_the_same_digits_and_no_power_of_ten(seed: int) -> None:
    damaged = damage("digits_swapped", seed)
    assert changed_paths(INVOICE, damaged.value) == [damaged.planted.path]
    right, wrong = (Decimal(str(at(one, damaged.planted.path))) for one in (INVOICE, damaged.value))
    digits = [sorted(str(number).replace(".", "").strip("0")) for number in (right, wrong)]
    assert [d for d in digits[0] if d != "0"] == [d for d in digits[1] if d != "0"]
    assert str((right / wrong).normalize()).strip("0.E+-") != "1"


@pytest.mark.parametrize("value", [{"amount": 11.11}, {"amount": 5.0}, {"amount": 100.0}, {"note": "x"}])
def test_digits_that_cannot_be_swapped_are_left(value: dict[str, Any]) -> None:
    assert faults.digits_swapped(value, Draw(1)) is None


def test_swapped_digits_never_read_as_a_misread_decimal() -> None:
    for cents in range(101, 2000, 7):
        value = {"amount": cents / 100}
        found = faults.digits_swapped(value, Draw(cents))
        if found is not None:
            ratio = Decimal(str(found.value["amount"])) / Decimal(str(value["amount"]))
            assert ratio.normalize().as_tuple().digits != (1,)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_misread_decimal_is_a_power_of_ten(seed: int) -> None:
    damaged = damage("decimal_misread", seed)
    assert changed_paths(INVOICE, damaged.value) == [damaged.planted.path]
    right, wrong = (Decimal(str(at(one, damaged.planted.path))) for one in (INVOICE, damaged.value))
    assert wrong == right * 100


def test_a_misread_thousands_point_divides_by_a_thousand() -> None:
    assert damage("decimal_misread", 1, {"amount": 1234.56}).value == {"amount": 1.23456}


def test_nothing_to_misread() -> None:
    assert faults.decimal_misread({"quantity": 3}, Draw(1)) is None


def test_the_currency_becomes_another() -> None:
    assert damage("wrong_currency", 1).value["currency"] in {"USD", "GBP", "CHF"}
    assert faults.wrong_currency({"amount": 1}, Draw(1)) is None


def test_only_a_date_that_stays_a_date_is_turned() -> None:
    damaged = damage("date_order", 1)
    assert damaged.value == {**INVOICE, "issue_date": "2025-05-03"}
    assert faults.date_order({"day": "2025-05-05", "due": "2025-05-13"}, Draw(1)) is None


@pytest.mark.parametrize("seed", SEEDS)
def test_format_only_keeps_the_value(seed: int) -> None:
    damaged = damage("format_only", seed)
    right, written = at(INVOICE, damaged.planted.path), at(damaged.value, damaged.planted.path)
    if isinstance(right, str):
        assert written == "19.04.2025"
    else:
        assert float(written.replace(".", "").replace(",", ".")) == right


def test_format_only_needs_an_amount_or_a_plain_date() -> None:
    assert faults.format_only({"day": "2025-05-05"}, Draw(1)) is None
    assert faults.format_only({"amount": 1234.5, "day": "2025-05-05"}, Draw(1)).value["amount"] == "1.234,50"  # type: ignore[union-attr]


@pytest.mark.parametrize("seed", SEEDS)
def test_moved_lines_are_all_there(seed: int) -> None:
    damaged = damage("moved", seed)
    assert sorted(amounts(damaged.value)) == sorted(amounts(INVOICE))
    assert amounts(damaged.value) != amounts(INVOICE)


@pytest.mark.parametrize("kind", ["line_missing", "line_merged", "line_split", "moved"])
def test_a_single_small_line_cannot_be_dropped_merged_split_or_moved(kind: str) -> None:
    one = {**INVOICE["line_items"][0], "quantity": 2.0}
    assert faults.VALUE_FAULTS[kind]({"line_items": [one]}, Draw(1)) is None
    assert faults.VALUE_FAULTS[kind]({"text": "no lines"}, Draw(1)) is None


def test_no_line_is_invented_where_there_are_none() -> None:
    assert faults.line_invented({"total": 3}, Draw(1)) is None


@pytest.mark.parametrize("seed", SEEDS)
def test_repairable_json_is_refused_and_lacks_one_comma(seed: int) -> None:
    text = faults.as_text({**INVOICE, "note": 'a, "quoted", text'})
    broken = faults.repairable_json(text, Draw(seed))
    assert broken is not None
    assert len(broken) == len(text)
    with pytest.raises(orjson.JSONDecodeError):
        orjson.loads(broken)
    assert 'a, \\"quoted\\", text' in broken


def test_a_text_without_members_cannot_lack_a_comma() -> None:
    assert faults.repairable_json('{"a":1}', Draw(1)) is None


@pytest.mark.parametrize("seed", SEEDS)
def test_invalid_json_is_no_json_but_tells_the_values(seed: int) -> None:
    broken = faults.invalid_json(faults.as_text(INVOICE), Draw(seed))
    with pytest.raises(orjson.JSONDecodeError):
        orjson.loads(broken)
    assert INVOICE["invoice_number"] in broken


@pytest.mark.parametrize("wrap", [faults.prose_around_json, faults.truncated])
def test_texts_around_and_cut(wrap: Callable[[str, Draw], str]) -> None:
    text = faults.as_text(INVOICE)
    for seed in SEEDS:
        changed = wrap(text, Draw(seed))
        with pytest.raises(orjson.JSONDecodeError):
            orjson.loads(changed)
        assert text in changed or text.startswith(changed)
