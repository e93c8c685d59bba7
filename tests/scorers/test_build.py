from pathlib import Path
from typing import Any

import pytest
from factories import record

from harness.domain.chat import Answer
from harness.errors import ConfigError, PluginBroken, PluginNotFound
from harness.scorers.base import ScoringContext
from harness.scorers.build import build_scorer, build_scorers
from harness.scorers.json_fields import JsonFields
from harness.scorers.label import Label

LOCAL = '''
from dataclasses import dataclass
from typing import Literal, Optional
from harness import scorer

@scorer
def same_length(answer, reference, context):
    return len(answer.text) == len(reference.text)

def helper(answer, reference, context):
    return 1.0

@dataclass(frozen=True)
class Slack:
    """Lengths within a slack."""
    characters: int
    side: Literal["left", "right"] = "left"
    ratio: Optional[float] = None
    anything: object = None

    def __call__(self, answer, reference, context):
        return abs(len(answer.text) - len(reference.text)) <= self.characters

class Plain:
    def score(self, answer, reference, context):
        return None

class Nothing:
    pass
'''


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "scorer.py").write_text(LOCAL)
    return tmp_path


def test_settings_come_from_the_table(folder: Path) -> None:
    table = {
        "use": "json_fields",
        "tolerance": 1,
        "types": {"a": "money"},
        "ignore": ["b"],
        "strict_schema": True,
    }
    named = build_scorer(table, folder)
    assert named.name == "json_fields"
    assert named.scorer == JsonFields(tolerance=1.0, types={"a": "money"}, ignore=("b",), strict_schema=True)
    labels = build_scorer({"use": "label", "name": "stock", "labels": ["in", "out"]}, folder)
    assert (labels.name, labels.scorer) == ("stock", Label(labels=("in", "out")))


@pytest.mark.parametrize(
    ("table", "message", "hint"),
    [
        ({}, '[[scorers]] needs a "use"', "Known: exact, json_fields, label, text"),
        (
            {"use": "json_fields", "tolerence": 1},
            '[[scorers]] json_fields has no setting "tolerence"; did you mean "tolerance"?',
            "It has: tolerance, types, ",
        ),
        ({"use": "exact", "zzz": 1}, '[[scorers]] exact has no setting "zzz"', "It has: ignore_case"),
        ({"use": "exact", "ignore_case": 1}, "exact: ignore_case = 1 must be true or false", ""),
        ({"use": "text", "pass_at": "high"}, "text: pass_at = 'high' must be a number", ""),
        ({"use": "text", "pass_at": True}, "text: pass_at = True must be a number", ""),
        ({"use": "text", "pass_at": 3}, "[[scorers]] text: pass_at must lie above 0", ""),
        ({"use": "label", "labels": "in"}, "label: labels = 'in' must be a list of texts", ""),
        ({"use": "label", "aliases": {"a": 1}}, "label: aliases = {'a': 1} must be a table of texts", ""),
        ({"use": "json_fields", "types": {"a": "cash"}}, 'types: "a" has the unknown type "cash"', ""),
        ({"use": "exact", "name": "../x"}, "exact: name = '../x' cannot be a name", "Use letters"),
        ({"use": "scorer.py:same_length", "x": 1}, 'same_length has no setting "x"', "It has no settings."),
        ({"use": "scorer.py:Slack"}, "missing 1 required positional argument: 'characters'", ""),
        ({"use": "scorer.py:Slack", "characters": 1.5}, "characters = 1.5 must be a whole number", ""),
        (
            {"use": "scorer.py:Slack", "characters": 1, "side": "up"},
            "side = 'up' must be one of 'left', 'right'",
            "",
        ),
        ({"use": "scorer.py:Slack", "characters": 1, "ratio": "x"}, "ratio = 'x' must be a number", ""),
    ],
)
def test_wrong_tables(table: dict[str, Any], message: str, hint: str, folder: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        build_scorer(table, folder)
    assert message in caught.value.message
    assert hint in caught.value.hint


def test_local_functions_and_classes_are_scorers(folder: Path) -> None:
    context = ScoringContext(record=record(), seed=7)
    pair = Answer(text="ab"), Answer(text="abc")
    function = build_scorer({"use": "scorer.py:same_length"}, folder)
    assert function.name == "same_length"
    assert function.scorer.score(*pair, context).value == 0.0
    table = {"use": "scorer.py:Slack", "characters": 1, "side": "right", "ratio": 1, "anything": [1]}
    assert build_scorer(table, folder).scorer.score(*pair, context).value == 1.0
    assert build_scorer({"use": "scorer.py:Plain"}, folder).name == "Plain"


@pytest.mark.parametrize(
    ("use", "message"),
    [
        ("scorer.py:helper", "scorer.py:helper is not marked as a scorer"),
        ("scorer.py:Nothing", "scorer.py:Nothing is no scorer: Nothing has no method score"),
    ],
)
def test_what_is_no_scorer(use: str, message: str, folder: Path) -> None:
    with pytest.raises(PluginBroken, match=message):
        build_scorer({"use": use}, folder)


def test_an_unknown_name_says_what_there_is(folder: Path) -> None:
    with pytest.raises(PluginNotFound, match='there is no scorer "json_field"') as caught:
        build_scorer({"use": "json_field"}, folder)
    assert caught.value.hint.startswith('Did you mean "json_fields"? Known: exact, ')


def test_two_scorers_need_two_names(folder: Path) -> None:
    with pytest.raises(ConfigError, match='two scorers named "exact"'):
        build_scorers([{"use": "exact"}, {"use": "exact"}], folder)
    both = build_scorers([{"use": "exact"}, {"use": "exact", "name": "loose", "ignore_case": True}], folder)
    assert [named.name for named in both] == ["exact", "loose"]
