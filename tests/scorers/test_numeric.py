from dataclasses import replace
from typing import Any

import pytest
from factories import record
from hypothesis import given
from hypothesis import strategies as st

from harness.domain.chat import Answer
from harness.domain.score import Score
from harness.scorers.base import ScoringContext
from harness.scorers.numbers import numbers_in
from harness.scorers.numeric import Numeric
from harness.testing import check_scorer


def scored(answer: str, reference: str, *, language: str = "en", **settings: Any) -> Score:
    tagged = record(tags={"language": language} if language else {})
    context = ScoringContext(record=tagged, seed=7)
    return Numeric(**settings).score(Answer(text=answer), Answer(text=reference), context)


def kind(score: Score) -> str | None:
    return score.findings[0].kind if score.findings else None


@pytest.mark.parametrize(
    ("text", "language", "numbers"),
    [
        ("She makes 9 * $2 = $18 every day.", "en", ["9", "2", "18"]),
        ("1,234.50 and 1.234,50", "en", ["1234.50", "1234.50"]),
        ("1.234,50", "de", ["1234.50"]),
        ("1 234,50 € et 12 %", "fr", ["1234.50", "12"]),
        ("1 234", "en", ["1", "234"]),
        ("-5 °C, \u22123, 3-5, 18 -4", "en", ["-5", "-3", "3", "5", "18", "-4"]),
        ("$-5 and -$6", "en", ["-5", "-6"]),
        ("A4, v1.2.3, B-52", "en", ["52"]),
        (".5, 2.5e3, 1e-2.", "en", ["0.5", "2500", "0.01"]),
        ("CHF 1'234.50", "de-CH", ["1234.50"]),
        ("\\boxed{42}", "", ["42"]),
        ("٣", "", ["3"]),
    ],
)
def test_numbers_of_a_text(text: str, language: str, numbers: list[str]) -> None:
    found = [number.value for number in numbers_in(text, language)]
    assert [format(value, "f") for value in found if value is not None] == numbers


def test_a_number_without_a_language_may_be_unreadable() -> None:
    assert [number.value for number in numbers_in("1,234")] == [None]


@pytest.mark.parametrize(
    ("answer", "reference", "settings", "value", "found"),
    [
        ("The answer is 18.", "18", {}, 1.0, None),
        ("18 apples of 20", "18", {}, 0.0, "wrong_value"),
        ("18 apples of 20", "18", {"which": "first"}, 1.0, None),
        ("18 apples of 20", "18", {"which": "only"}, 0.0, "wrong_value"),
        ("18 is 18", "18", {"which": "only"}, 1.0, None),
        ("So 3 + 4.\n#### 7 (of 9)", "#### 7", {"marker": "####", "which": "first"}, 1.0, None),
        ("So 3 + 4 = 7", "#### 7", {"marker": "####"}, 0.0, "field_missing"),
        ("$1,080.00", "1080", {}, 1.0, "format_only"),
        ("-7", "7", {}, 0.0, "sign_flipped"),
        ("12.84", "1284", {}, 0.0, "decimal_misread"),
        ("1248", "1824", {}, 0.0, "wrong_value"),
        ("1824", "8124", {}, 0.0, "digits_swapped"),
        ("none", "7", {}, 0.0, "wrong_value"),
        ("7", "seven", {}, None, None),
        ("7.004", "7", {"tolerance": 0.005}, 1.0, "format_only"),
        ("7.006", "7", {"tolerance": 0.005}, 0.0, "wrong_value"),
        ("1009", "1000", {"relative": 0.01}, 1.0, "format_only"),
        ("1011", "1000", {"relative": 0.01}, 0.0, "wrong_value"),
        ("5 kg", "5 kgs", {"unit": "required"}, 1.0, None),
        ("5 t", "5 kg", {"unit": "required"}, 0.0, "wrong_value"),
        ("5", "5 kg", {"unit": "required"}, 0.0, "wrong_value"),
        ("5 kg", "5", {"unit": "required"}, 1.0, None),
        ("€5", "5 EUR", {"unit": "required"}, 1.0, None),
        ("$5", "5 EUR", {"unit": "required"}, 0.0, "wrong_currency"),
    ],
)
def test_one_number_of_a_text(
    answer: str, reference: str, settings: dict[str, Any], value: float | None, found: str | None
) -> None:
    result = scored(answer, reference, **settings)
    assert (result.value, kind(result)) == (value, found)


def test_the_language_of_the_document_decides() -> None:
    assert scored("1.284", "1284", language="de").value == 1.0
    assert kind(scored("1.284", "1284", language="en")) == "decimal_misread"
    unreadable = scored("1,284", "1284", language="")
    assert (unreadable.value, unreadable.reason) == (0.0, "It cannot be read without doubt.")
    assert scored("1,284", "1284", language="", language_tag="x").value == 0.0
    context = ScoringContext(record=record(), seed=7)
    assert Numeric(language="en").score(Answer(text="1,284"), Answer(text="1284"), context).right


FENCED = '```json\n{"reasoning": "3 + 4", "answer": "$7.00"}\n```'
BROKEN = '{"reasoning": "so \\( 3 + 4 \\)", "answer": 7}'
CUT = '{"reasoning": "she said "4"", "answer": 7'


@pytest.mark.parametrize(
    ("answer", "settings", "value", "found"),
    [
        ('{"answer": 7, "n": 9}', {}, 1.0, None),
        ('{"answer": "7 of 9"}', {"which": "first"}, 1.0, None),
        ('{"answer": true}', {}, 0.0, "wrong_value"),
        (FENCED, {}, 1.0, "format_only"),
        (BROKEN, {}, 0.0, "repairable_json"),
        (BROKEN, {"lenient": True}, 1.0, None),
        (CUT, {}, 0.0, "invalid_json"),
        (CUT, {"lenient": True}, 1.0, None),
        ("The answer: 7", {"lenient": True}, 1.0, None),
        ("I do not know.", {"lenient": True}, 0.0, "invalid_json"),
        ('{"result": 7}', {"lenient": True}, 0.0, "field_missing"),
        ('{"answer": 1e999}', {"lenient": True}, 0.0, "wrong_value"),
        ('{"answer": NaN}', {"lenient": True}, 0.0, "wrong_value"),
    ],
)
def test_a_json_member(answer: str, settings: dict[str, Any], value: float, found: str | None) -> None:
    result = scored(answer, "# 7", field="answer", **settings)
    assert (result.value, kind(result)) == (value, found)


def test_a_deep_member_of_both_sides() -> None:
    text = '{"steps": [{"value": 1}, {"value": 2.50}]}'
    assert scored(text, text, field="steps[1].value").right
    wrong = scored(text, '{"steps": [0, {"value": 2.05}]}', field="steps[1].value")
    assert (kind(wrong), wrong.findings[0].path) == ("digits_swapped", "steps[1].value")


def test_settings_that_make_no_sense() -> None:
    with pytest.raises(ValueError, match="tolerance must be 0 or more, not -1"):
        Numeric(tolerance=-1)
    with pytest.raises(ValueError, match="lenient needs a field"):
        Numeric(lenient=True)


@pytest.mark.parametrize(
    "settings", [{}, {"field": "total", "lenient": True}, {"marker": "4", "which": "only"}]
)
def test_awkward_answers(settings: dict[str, Any]) -> None:
    check_scorer(Numeric(**settings))


@given(
    st.text(st.sampled_from("0123456789.,-+$€eE \u202f\u00a0'\"{}[]:answerkg%°C\\"), max_size=80),
    st.sampled_from(["", "en", "de", "fr", "xx"]),
    st.sampled_from([Numeric(), Numeric(field="answer", lenient=True), Numeric(unit="required")]),
)
def test_nothing_crashes_and_the_same_answer_is_right_or_untold(
    text: str, language: str, scorer: Numeric
) -> None:
    context = ScoringContext(record=record(tags={"language": language}), seed=7)
    assert scorer.score(Answer(text=text), Answer(text=text), context).right is not False
    scorer.score(Answer(text=text), Answer(text="1.5 kg"), replace(context, seed=1))
