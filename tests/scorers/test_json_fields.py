import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from factories import record
from hypothesis import given
from hypothesis import strategies as st

from harness.domain.chat import Answer
from harness.domain.failure import is_failure
from harness.domain.score import Score, Verdict
from harness.scorers.base import ScoringContext
from harness.scorers.json_fields import JsonFields
from harness.testing import check_scorer

Change = Callable[[dict[str, Any]], object]
CONTEXT = ScoringContext(record=record(tags={"language": "de"}), seed=7)


def answer(value: Any) -> Answer:
    return Answer(text=json.dumps(value))


def score(value: Any, reference: Any, scorer: JsonFields | None = None) -> Score:
    return (scorer or JsonFields()).score(answer(value), answer(reference), CONTEXT)


def changed(invoice: dict[str, Any], change: Change) -> Score:
    other = copy.deepcopy(invoice)
    change(other)
    return score(other, invoice)


def found(result: Score) -> list[tuple[str, str]]:
    return [(finding.kind, finding.path) for finding in result.findings]


def test_the_five_rows_from_the_field(invoice: dict[str, Any]) -> None:
    coffee = {"description": "Coffee", "quantity": 3, "unit_price": 2.5, "vat_rate": 7, "amount": 7.5}
    same = changed(invoice, lambda other: None)
    moved = changed(invoice, lambda other: other["line_items"].append(other["line_items"].pop(0)))
    spurious = changed(invoice, lambda other: other["line_items"].insert(0, coffee))
    missed = changed(invoice, lambda other: other["line_items"].pop(0))
    misread = changed(
        invoice, lambda other: other["line_items"][4].update(amount=invoice["line_items"][4]["amount"] * 100)
    )
    assert (same.value, same.findings) == (1.0, ())
    assert (moved.value, found(moved)) == (1.0, [("moved", "line_items[0]")])
    assert moved.findings[0].note == "Was line 1, is line 10."
    assert found(spurious) == [("line_invented", "line_items[0]")]
    assert found(missed) == [("line_missing", "line_items[0]")]
    assert found(misread) == [("decimal_misread", "line_items[4].amount")]
    for wrong in (spurious, missed, misread):
        assert wrong.right is False
        assert wrong.value is not None
        assert wrong.value <= 0.5


def test_a_money_error_ranks_before_any_reorder_and_the_larger_error_first(invoice: dict[str, Any]) -> None:
    def change(other: dict[str, Any]) -> None:
        other["line_items"].reverse()
        other["line_items"][0]["amount"] *= 10
        other["line_items"][3]["amount"] *= 1000
        other["seller"]["name"] = "Acme Gmb"
        other["totals"]["net"] = "6.056,25"

    result = changed(invoice, change)
    kinds = [finding.kind for finding in result.findings]
    assert found(result)[0] == ("decimal_misread", "line_items[6].amount")
    assert kinds[:3] == ["decimal_misread", "decimal_misread", "text_differs"]
    assert set(kinds[3:]) == {"format_only", "moved"}
    assert result.reason.startswith("Decimal separator misread at line_items[6].amount, and 2 more; ")


def test_merged_and_split_lines_are_one_finding_each(invoice: dict[str, Any]) -> None:
    def merge(other: dict[str, Any]) -> None:
        first, second = other["line_items"][2:4]
        first.update(description="Backup storage, Domain renewal", quantity=1)
        first["amount"] = round(first["amount"] + second["amount"], 2)
        other["line_items"].remove(second)

    def split(other: dict[str, Any]) -> None:
        line = other["line_items"][5]
        part = {**line, "amount": 100, "quantity": 1}
        line["amount"] = round(line["amount"] - 100, 2)
        other["line_items"].insert(0, part)

    merged, parted = changed(invoice, merge), changed(invoice, split)
    assert found(merged) == [("line_merged", "line_items[2]")]
    assert merged.findings[0].note == "Lines 3 and 4 became line 3 of the answer."
    assert found(parted) == [("line_split", "line_items[5]")]
    assert parted.findings[0].note == "Line 6 became lines 1 and 7 of the answer."


def test_a_repeated_line(invoice: dict[str, Any]) -> None:
    result = changed(invoice, lambda other: other["line_items"].append(other["line_items"][2]))
    assert found(result) == [("line_duplicated", "line_items[10]")]
    assert result.findings[0].note == "Repeats line 3."


def test_missing_and_surplus_fields(invoice: dict[str, Any]) -> None:
    def change(other: dict[str, Any]) -> None:
        del other["due_date"]  # null in the reference: nothing is lost
        del other["totals"]["vat"]
        other["seller"] = None
        other["note"] = {"text": "paid", "by": "x"}
        other["empty"] = []

    result = changed(invoice, change)
    assert sorted(found(result)) == [
        ("field_invented", "note"),
        ("field_missing", "seller"),
        ("field_missing", "totals.vat"),
        ("format_only", "empty"),
    ]


def test_other_arrays() -> None:
    assert score({"tags": ["b", "a"]}, {"tags": ["a", "b"]}).value == 1.0
    assert found(score({"tags": ["c", "a"]}, {"tags": ["a", "b", "d"]})) == [
        ("wrong_value", "tags[1]"),
        ("field_missing", "tags[2]"),
    ]
    assert found(score({"tags": ["a", "a"]}, {"tags": ["a"]})) == [("field_invented", "tags[1]")]
    assert found(score({"at": [2, 1]}, {"at": [1, 2]})) == [
        ("wrong_value", "at[0]"),
        ("wrong_value", "at[1]"),
    ]
    assert score([[1, [2]]], [[1, [2]]]).value == 1.0
    assert found(score({"a": 1}, {"a": {"b": 1}})) == [("wrong_value", "a")]
    assert found(score({"a": []}, {"a": [{"b": 1}]})) == [("line_missing", "a[0]")]


def test_nested_lines_are_matched_too() -> None:
    reference: dict[str, Any] = {
        "orders": [{"id": "A", "rows": [{"sku": "x", "n": 1}, {"sku": "y", "n": 2}]}, {"id": "B", "rows": []}]
    }
    other = copy.deepcopy(reference)
    other["orders"].reverse()
    other["orders"][1]["rows"].reverse()
    result = score(other, reference)
    assert result.value == 1.0
    assert {finding.kind for finding in result.findings} == {"moved"}


@pytest.mark.parametrize(("language", "right"), [("de", [1000, "1000"]), ("en", [1, "1"]), ("", [1, "1"])])
def test_a_total_that_is_a_text_is_never_right_a_thousand_times_too_large(
    language: str, right: list[Any]
) -> None:
    context = ScoringContext(record=record(tags={"language": language}), seed=7)
    reference = answer({"total": "1.000"})
    told = {
        one: JsonFields().score(answer({"total": one}), reference, context) for one in (1, "1", 1000, "1000")
    }
    assert [one for one, result in told.items() if result.right] == right
    wrong = {result.findings[0].kind for result in told.values() if not result.right}
    assert wrong == {"decimal_misread"}


def test_settings() -> None:
    reference = {"a": 1.00, "b": "In-Stock", "run": {"id": 1}, "t": "Consulting in March"}
    other = {"a": 1.01, "b": "in stock", "run": {"id": 2}, "t": "Consulting, in March"}
    strict = {finding.path for finding in score(other, reference).findings if is_failure(finding)}
    assert strict == {"a", "b", "run.id", "t"}
    loose = JsonFields(tolerance=0.01, types={"b": "label"}, ignore=("run",), text_at=0.9)
    assert score(other, reference, loose).value == 1.0
    assert score(other, reference, loose).reason == "All 3 fields are right, 2 written differently."
    notation = score({"a": "1,00"}, {"a": 1.00}, JsonFields(format_only_fails=True))
    assert found(notation) == [("wrong_value", "a")]
    assert notation.findings[0].verdict is Verdict.FORMAT_ONLY


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"match_at": 1.2}, "match_at must lie between 0 and 1, not 1.2"),
        ({"text_at": -1.0}, "text_at must lie between 0 and 1, not -1.0"),
        ({"tolerance": -0.1}, "tolerance must be 0 or more, not -0.1"),
        ({"tolerance": float("nan")}, "tolerance must be 0 or more, not nan"),
        ({"match_at": float("nan")}, "match_at must lie between 0 and 1, not nan"),
    ],
)
def test_settings_must_make_sense(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        JsonFields(**settings)


def test_answers_that_are_not_json() -> None:
    reference = answer({"a": 1})
    scorer = JsonFields()
    broken = scorer.score(Answer(text='{"a": 1'), reference, CONTEXT)
    assert (broken.value, found(broken)) == (0.0, [("truncated", "")])
    chatty = scorer.score(Answer(text='Sure: {"a": 1}'), reference, CONTEXT)
    assert (chatty.value, found(chatty)) == (0.8, [("prose_around_json", "")])
    by_chance = scorer.score(Answer(text="No idea, see [1]."), reference, CONTEXT)
    assert found(by_chance) == [("invalid_json", "")]
    unusable = scorer.score(reference, Answer(text="none"), CONTEXT)
    assert unusable.value is None
    assert unusable.reason == "The reference is not JSON. Expecting value at line 1, column 1."
    both = scorer.score(Answer(text='```\n{"a": 1}\n```'), Answer(text='Result: {"a": 1}'), CONTEXT)
    assert both.value == 1.0


def test_findings_are_bounded() -> None:
    lines = [{"name": f"line {number}", "amount": number} for number in range(400)]
    assert len(score({"lines": lines}, {"lines": []}).findings) <= 200
    others = [{"name": f"row {number} x", "amount": number + 0.5} for number in range(400)]
    assert len(score({"lines": lines}, {"lines": others}).findings) <= 200


def test_schema(schema_context: ScoringContext) -> None:
    def kinds(value: Any, reference: Any, scorer: JsonFields | None = None) -> list[tuple[str, str]]:
        return found((scorer or JsonFields()).score(answer(value), answer(reference), schema_context))

    right: dict[str, Any] = {
        "kind": "invoice",
        "total": 1234.5,
        "date": None,
        "lines": [{"vat": 7}, {"vat": 19}],
    }
    assert kinds({**right, "kind": "receipt"}, right) == [("schema_violation", "kind")]
    assert kinds({**right, "total": "1234.50"}, right) == [("format_only", "total")]
    assert kinds({**right, "total": "123450"}, right) == [("decimal_misread", "total")]
    assert kinds({**right, "total": "1234.50"}, right, JsonFields(strict_schema=True)) == [
        ("schema_violation", "total")
    ]
    assert kinds({**right, "extra": 1}, right) == [("field_invented", "extra")]
    assert kinds({"kind": "invoice", "lines": right["lines"]}, right) == [("field_missing", "total")]
    reordered = {**right, "lines": [{"vat": 8}, {"vat": 7, "x": [1]}], "kind": "receipt"}
    assert ("schema_violation", "kind") in kinds(reordered, right)
    assert kinds({**right, "kind": "receipt"}, {**right, "kind": "receipt"}) == []
    assert kinds({**right, "kind": "receipt"}, right, JsonFields(ignore=("kind",))) == []
    near = {**right, "total": 1234.4}
    assert kinds(near, right, JsonFields(tolerance=0.2)) == [("schema_violation", "total")]
    named = {**right, "lines": [{"vat": 19, "name": "Tea"}, {"vat": 7, "name": "Rum"}]}
    turned = {**right, "lines": [{"vat": 8, "name": "Rum"}, {"vat": 19, "name": "Tea"}]}
    assert kinds(turned, named) == [("schema_violation", "lines[1].vat"), ("moved", "lines[0]")]
    one_more = {**right, "lines": [{"vat": 8, "x": 1}, *right["lines"]]}
    assert kinds(one_more, right) == [("line_invented", "lines[0]")]


def test_verdicts_cover_every_field_and_line() -> None:
    reference = {"name": "A", "lines": [{"d": "one", "n": 1}, {"d": "two", "n": 2}, {"d": "three", "n": 3}]}
    other = {"name": "a", "lines": [{"d": "two", "n": 2}, {"d": "one", "n": 7}, {"d": "strange", "n": 99}]}
    told = JsonFields(match_at=0.5).verdicts(answer(other), answer(reference), CONTEXT)
    table = {
        (one.path, one.is_line): one.verdict.value for one in told if one.verdict is not Verdict.INVENTED
    }
    assert table == {
        ("name", False): "format_only",
        ("lines[0]", True): "changed",
        ("lines[0].d", False): "same",
        ("lines[0].n", False): "changed",
        ("lines[1]", True): "same",
        ("lines[1].d", False): "same",
        ("lines[1].n", False): "same",
        ("lines[2]", True): "missing",
        ("lines[2].d", False): "missing",
        ("lines[2].n", False): "missing",
    }
    invented = [one.path for one in told if one.verdict is Verdict.INVENTED]
    assert invented == ["lines[2]", "lines[2].d", "lines[2].n"]
    assert JsonFields().verdicts(Answer(text="?"), answer(reference), CONTEXT) == ()


def test_verdicts_of_merged_lines(invoice: dict[str, Any]) -> None:
    other = copy.deepcopy(invoice)
    gone = other["line_items"].pop(4)
    other["line_items"][3]["amount"] += gone["amount"]
    told = JsonFields().verdicts(answer(other), answer(invoice), CONTEXT)
    lines = [
        one.verdict.value for one in told if one.is_line and one.path in ("line_items[3]", "line_items[4]")
    ]
    assert lines == ["changed", "changed"]


def test_the_scorer_keeps_its_promises() -> None:
    check_scorer(JsonFields())


SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=20,
)
LINES = st.lists(
    st.fixed_dictionaries(
        {"description": st.sampled_from(["", "ab", "abc", "xyz", "12"]), "amount": st.integers(-3, 30)},
        optional={
            "date": st.sampled_from(["2024-03-05", "05.03.2024", None]),
            "tags": st.lists(st.booleans()),
        },
    ),
    max_size=6,
)


@given(JSON)
def test_an_answer_is_right_against_itself(value: Any) -> None:
    result = score(value, value)
    assert result.value == 1.0
    assert not [finding for finding in result.findings if is_failure(finding)]


@given(JSON, JSON)
def test_any_two_answers_can_be_scored_either_way(one: Any, other: Any) -> None:
    for result in (score(one, other), score(other, one)):
        assert result.value is not None
        assert 0.0 <= result.value <= 1.0
        assert (result.value == 1.0) is not any(map(is_failure, result.findings))


@given(LINES, LINES, st.randoms(use_true_random=False))
def test_the_order_of_lines_changes_nothing(one: list[Any], other: list[Any], random: Any) -> None:
    before = score({"lines": one}, {"lines": other})
    shuffled = one.copy()
    random.shuffle(shuffled)
    after = score({"lines": shuffled}, {"lines": other})
    assert after.value == pytest.approx(before.value)
