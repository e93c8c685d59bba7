from decimal import Decimal

import pytest

from harness.domain.chat import Answer, ToolCall
from harness.scorers.json_parse import json_text, parse_json, repaired, shown


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ('{"a": [1, 2}', "delimiter at line 1, column 12. It ends in the middle."),
        ('{"a": "b" "c"', "delimiter at line 1, column 11. It ends in the middle."),
        ("{this is} no JSON at all", "enclosed in double quotes at line 1, column 2."),
        ("```\n5\n```", "Expecting value at line 1, column 1."),
        ("I do not know", "Expecting value at line 1, column 1."),
        ("{" * 60_000, "It ends in the middle."),
        ("[" * 150 + "]" * 150, "It is nested deeper than 100 levels."),
        ("", "Expecting value at line 1, column 1."),
    ],
)
def test_what_is_not_json_says_why(text: str, note: str) -> None:
    parsed = parse_json(text)
    assert not parsed.is_valid
    assert [finding.kind for finding in parsed.findings] == ["invalid_json"]
    assert note in parsed.findings[0].note


@pytest.mark.parametrize("before", ["", "Here you are: ", "```json\n"])
def test_an_answer_that_ends_anywhere_is_cut_off(before: str) -> None:
    whole = r'{"a": [{"b": 1.5, "c": "x\u00e9\"y", "d": true, "e": null, "f": -12e5}], "g": "h"}'
    for end in range(1, len(whole)):
        parsed = parse_json(before + whole[:end])
        assert not parsed.is_valid
        assert [finding.kind for finding in parsed.findings] == ["truncated"], whole[:end]
        assert parsed.findings[0].note.endswith("It ends in the middle.")


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("{'a': 1}", "enclosed in double quotes at line 1, column 2."),
        ('{"a": NaN}', "NaN is not JSON."),
        ('{"a": 1e99999999999999999999}', "A number is too large."),
        ('{"a": 1 "b": 2}', "delimiter at line 1, column 9."),
        ('```json\n{"a": 1,}\n```', "Expecting value at line 1, column 1."),
        ('{"a": "}', "at line 1, column 7."),
    ],
)
def test_what_a_repair_tool_could_mend_is_told_apart(text: str, note: str) -> None:
    parsed = parse_json(text)
    assert not parsed.is_valid
    assert [finding.kind for finding in parsed.findings] == ["repairable_json"]
    assert parsed.findings[0].note.endswith(f"{note} A repair tool could mend it.")


@pytest.mark.parametrize(
    "text",
    [
        '```json\n{"a": [1]}\n```',
        '```\n{"a": [1]}\n```\nDone.',
        'Here you are: {"a": [1]}',
        '{"a": [1]}\nHope that helps!',
        'As in [2], a 5" pipe: {"a": [1]}. See [3].',
        '\ufeff{"a": [1]}',
        'Not {this} but\n{"a": [1]}',
    ],
)
def test_text_around_json(text: str) -> None:
    parsed = parse_json(text)
    assert parsed.value == {"a": [1]}
    assert [finding.kind for finding in parsed.findings] == ["prose_around_json"]


@pytest.mark.parametrize(
    ("text", "kind"),
    [('{"lines": [{"a": 1}, {"b"', "truncated"), ('{"lines": [{"a": 1}] {"b": 2}', "invalid_json")],
)
def test_a_part_of_a_broken_answer_is_not_the_answer(text: str, kind: str) -> None:
    parsed = parse_json(text)
    assert (parsed.value, [finding.kind for finding in parsed.findings]) == (None, [kind])


@pytest.mark.parametrize("text", ["{" * 49_000, '{"a":' * 9_000, "[" * 150 + "x"])
def test_no_text_keeps_the_repair_tool_busy(text: str) -> None:
    assert repaired(text) is None


def test_money_is_exact() -> None:
    assert parse_json("[0.10, 3]").value == [Decimal("0.10"), 3]


def test_deep_but_not_too_deep() -> None:
    assert parse_json("[" + "[]," * 150 + "[]]").is_valid


def test_function_arguments_stand_in_for_text() -> None:
    call = ToolCall(id="1", name="f", arguments='{"a": 1}')
    assert json_text(Answer(tool_calls=(call,))) == '{"a": 1}'
    assert json_text(Answer(tool_calls=(call, call))) == ""
    assert json_text(Answer(text="[]", tool_calls=(call,))) == "[]"


def test_shown_values_fit_any_file() -> None:
    assert shown("\ud800") == "\\ud800"
    assert len(shown("x" * 1000)) == 300
    assert shown({"a": Decimal("1.50")}) == '{"a": 1.50}'
    assert shown(Decimal("1.50")) == "1.50"
