import json
from typing import Any

import pytest
from factories import record
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.domain.chat import Answer, ToolCall
from harness.domain.score import Score
from harness.scorers.base import ScoringContext
from harness.scorers.tool_call import ToolCalls
from harness.testing import check_scorer

Calls = list[tuple[str, Any]]


def calling(*calls: tuple[str, Any]) -> Answer:
    return Answer(
        tool_calls=tuple(
            ToolCall(
                id=str(place), name=name, arguments=given if isinstance(given, str) else json.dumps(given)
            )
            for place, (name, given) in enumerate(calls)
        )
    )


def scored(got: Answer, wanted: Answer, **settings: Any) -> Score:
    return ToolCalls(**settings).score(got, wanted, ScoringContext(record=record(), seed=7))


def told(score: Score) -> list[tuple[str, str]]:
    assert {finding.kind for finding in score.findings} <= {"wrong_tool_call"}
    return [(finding.path, finding.note.partition(":")[0]) for finding in score.findings]


WEATHER = {"city": "Bonn", "days": 3, "hourly": False}


@pytest.mark.parametrize(
    "got",
    [
        {"days": 3, "city": "bonn", "hourly": False},
        {"city": "Bonn.", "days": 3.0, "hourly": False, "unit": None},
        {"city": "B-onn", "days": 3, "hourly": False},
    ],
)
def test_right_calls(got: dict[str, Any]) -> None:
    assert scored(calling(("weather", got)), calling(("weather", WEATHER))).right


@pytest.mark.parametrize(
    ("got", "found"),
    [
        ([("forecast", WEATHER)], [("call[0].name", "name")]),
        ([("weather", {**WEATHER, "city": "Köln"})], [("call[0].arguments.city", "value")]),
        ([("weather", {**WEATHER, "days": "3"})], [("call[0].arguments.days", "type")]),
        ([("weather", {**WEATHER, "days": 4})], [("call[0].arguments.days", "value")]),
        ([("weather", {**WEATHER, "hourly": 0})], [("call[0].arguments.hourly", "type")]),
        ([("weather", {**WEATHER, "hourly": True})], [("call[0].arguments.hourly", "value")]),
        ([("weather", {**WEATHER, "unit": "F"})], [("call[0].arguments.unit", "unexpected")]),
        ([("weather", {"city": "Bonn", "hourly": False})], [("call[0].arguments.days", "missing")]),
        ([("weather", '{"city": "Bonn"')], [("call[0].arguments", "arguments")]),
        ([("weather", "[1]")], [("call[0].arguments", "arguments")]),
        ([], [("call[0]", "count")]),
        ([("weather", WEATHER), ("weather", WEATHER)], [("call[1]", "count")]),
    ],
)
def test_mistakes_by_class(got: Calls, found: list[tuple[str, str]]) -> None:
    score = scored(calling(*got), calling(("weather", WEATHER)))
    assert told(score) == found
    assert score.value == (0.5 if len(got) == 2 else 0.0)


def test_numbers_come_before_texts() -> None:
    def right(wanted: Any, got: Any, **settings: Any) -> bool | None:
        return scored(calling(("f", {"x": got})), calling(("f", {"x": wanted})), **settings).right

    assert not right("1.5", "15")
    assert right("1.50", "1.5")
    assert not right("1-5", "15")
    assert not right("007", "7")
    assert right("New York, NY", "new york ny")
    assert not right(1.5, 1.51)
    assert right(1.5, 1.51, tolerance=0.02)


def test_nested_arguments() -> None:
    wanted = {"route": {"from": "Bonn", "via": ["Köln", "Aachen"]}}
    got = {"route": {"from": "Bonn", "via": ["Köln", "Trier"]}}
    assert told(scored(calling(("go", got)), calling(("go", wanted)))) == [
        ("call[0].arguments.route.via[1]", "value")
    ]
    longer = {"route": {"from": "Bonn", "via": ["Köln"]}}
    assert told(scored(calling(("go", longer)), calling(("go", wanted)))) == [
        ("call[0].arguments.route.via", "value")
    ]


def test_the_order_of_parallel_calls() -> None:
    wanted = calling(("f", {"x": 1}), ("f", {"x": 2}), ("g", {}))
    got = calling(("g", {}), ("f", {"x": 2}), ("f", {"x": 3}))
    score = scored(got, wanted)
    assert score.value == pytest.approx(2 / 3)
    assert told(score) == [("call[0].arguments.x", "value")]
    assert scored(got, wanted, match="in order").value == pytest.approx(1 / 3)


def test_settings() -> None:
    got, wanted = calling(("f", {"x": 1, "unit": "C"})), calling(("f", {"x": 1}))
    assert scored(got, wanted, optional=("unit",)).right
    assert scored(wanted, got, optional=("f.unit",)).right
    assert not scored(wanted, got, optional=("g.unit",)).right
    assert not scored(calling(("f", {"x": 1, "unit": "F"})), got, optional=("unit",)).right
    assert scored(calling(("f", {"x": 2})), wanted, ignore=("x",)).right
    with pytest.raises(ValueError, match="tolerance must be 0 or more"):
        ToolCalls(tolerance=-1)


def test_alternatives_as_in_the_leaderboard() -> None:
    wanted = calling(("f", {"city": ["Bonn", "Bonn, DE"], "unit": ["C", ""]}))
    assert scored(calling(("f", {"city": "bonn de"})), wanted, alternatives=True).right
    assert scored(calling(("f", {"city": "Bonn", "unit": "C"})), wanted, alternatives=True).right
    wrong = scored(calling(("f", {"city": "Köln", "unit": "F"})), wanted, alternatives=True)
    assert told(wrong) == [("call[0].arguments.city", "value"), ("call[0].arguments.unit", "value")]
    listed = calling(("f", {"cities": ["Bonn", "Aachen"]}))
    assert scored(listed, listed, alternatives=True).right


@pytest.mark.parametrize(
    "text",
    [
        '{"name": "f", "arguments": {"x": 1}}',
        '[{"name": "f", "parameters": {"x": 1}}]',
        '[{"f": {"x": 1}}]',
        '{"type": "function", "function": {"name": "f", "arguments": "{\\"x\\": 1}"}}',
        '```json\n{"name": "f", "arguments": {"x": 1}}\n```',
    ],
)
def test_calls_written_as_text(text: str) -> None:
    assert scored(Answer(text=text), calling(("f", {"x": 1}))).right


def test_where_no_call_is_expected() -> None:
    assert scored(Answer(text="Hello."), Answer(text="Hi.")).right
    assert told(scored(calling(("f", {})), Answer(text="Hi."))) == [("call[0]", "count")]


def test_an_unreadable_reference_tells_nothing() -> None:
    broken = calling(("f", "{"))
    assert scored(calling(("f", {})), broken).value is None
    assert scored(broken, broken).right


def test_awkward_answers() -> None:
    check_scorer(ToolCalls())
    check_scorer(ToolCalls(match="in order", alternatives=True))


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("ab"), inner, max_size=2),
    max_leaves=5,
)
CALLS = st.lists(st.tuples(st.sampled_from("fg"), st.dictionaries(st.sampled_from("xy"), VALUES)), max_size=4)


@settings(deadline=None)
@given(CALLS, CALLS, st.booleans())
def test_any_calls(got: Calls, wanted: Calls, alternatives: bool) -> None:
    score = scored(calling(*got), calling(*wanted), alternatives=alternatives)
    assert score.value is None or (score.value == 1.0) == (not score.findings)
    assert scored(calling(*got), calling(*got)).right is not False
    assert scored(calling(*reversed(got)), calling(*got)).right is not False
