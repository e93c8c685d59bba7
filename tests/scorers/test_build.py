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
from harness.scorers.registry import REGISTRY

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
        ({}, '[[scorers]] needs a "use"', f"Known: {', '.join(REGISTRY.names())}"),
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
        ({"use": "text", "pass_at": -0.1}, "[[scorers]] text: pass_at must lie above 0", ""),
        ({"use": "text", "pass_at": float("nan")}, "pass_at = nan must be a finite number", ""),
        ({"use": "json_fields", "tolerance": -1}, "json_fields: tolerance must be 0 or more, not -1.0", ""),
        ({"use": "json_fields", "tolerance": float("nan")}, "tolerance = nan must be a finite number", ""),
        ({"use": "json_fields", "tolerance": float("inf")}, "tolerance = inf must be a finite number", ""),
        ({"use": "json_fields", "tolerance": 10**400}, "must be a finite number", ""),
        ({"use": "json_fields", "match_at": 1.5}, "match_at must lie between 0 and 1, not 1.5", ""),
        ({"use": "json_fields", "match_at": float("nan")}, "match_at = nan must be a finite number", ""),
        ({"use": "json_fields", "text_at": -0.5}, "text_at must lie between 0 and 1, not -0.5", ""),
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
    assert caught.value.hint.startswith(f'Did you mean "json_fields"? Known: {", ".join(REGISTRY.names())}')


def test_two_scorers_need_two_names(folder: Path) -> None:
    with pytest.raises(ConfigError, match='two scorers named "exact"'):
        build_scorers([{"use": "exact"}, {"use": "exact"}], folder)
    both = build_scorers([{"use": "exact"}, {"use": "exact", "name": "loose", "ignore_case": True}], folder)
    assert [named.name for named in both] == ["exact", "loose"]


@pytest.mark.parametrize(
    ("tables", "error", "message"),
    [
        ([{"use": "zzz"}], PluginNotFound, 'there is no scorer "zzz"'),
        ([{}], ConfigError, '[[scorers]] needs a "use"'),
        ([{"use": "exact"}, {"use": "exact"}], ConfigError, '[[scorers]] has two scorers named "exact"'),
        ([{"use": "exact", "x": 1}], ConfigError, '[[scorers]] exact has no setting "x"'),
        (
            [{"use": "json_fields", "tolerance": -1}],
            ConfigError,
            "[[scorers]] json_fields: tolerance must be",
        ),
        ([{"use": "scorer.py:helper"}], PluginBroken, "scorer.py:helper is not marked as a scorer"),
        ([{"use": "other.py:x"}], PluginNotFound, "there is no file "),
        ([{"use": "../x.py:x"}], PluginBroken, '"../x.py:x" does not name a .py file in '),
    ],
)
def test_a_message_names_the_settings_file(
    tables: list[dict[str, Any]], error: type[ConfigError], message: str, folder: Path
) -> None:
    with pytest.raises(error) as caught:
        build_scorers(tables, folder)
    assert caught.value.message.startswith(f"{folder}/dataset.toml: {message}")
    assert "\\n" not in caught.value.message + caught.value.hint


@pytest.mark.parametrize(
    ("name", "source", "message", "hint"),
    [
        (
            "few",
            "@scorer\ndef few(answer):\n    return True\n",
            "3: few(answer) cannot be called with (answer, reference, context): too many positional",
            "Write def few(answer, reference, context):",
        ),
        (
            "score",
            "@scorer\ndef score(a, b, c, d): return True\n",
            "3: score(a, b, c, d) cannot be called with (answer, reference, context): missing a required",
            "Write def score(answer, reference, context):",
        ),
        (
            "named",
            "@scorer\ndef named(*, answer, reference, context): return True\n",
            "3: named(*, answer, reference, context) cannot be called",
            "Write def named(answer, reference, context):",
        ),
        (
            "later",
            "@scorer\nasync def later(answer, reference, context): return True\n",
            "3: later is async; scorers are not",
            "Write def later(answer, reference, context):",
        ),
        (
            "Selfless",
            "class Selfless:\n    def score(answer, reference, context): return None\n",
            "3: score(reference, context) cannot be called",
            "Write def score(self, answer, reference, context):",
        ),
        (
            "Called",
            "class Called:\n    x = 1\n    def __call__(self, answer): return None\n",
            "4: __call__(answer) cannot be called",
            "Write def __call__(self, answer, reference, context):",
        ),
    ],
)
def test_a_scorer_that_cannot_be_called(
    name: str, source: str, message: str, hint: str, tmp_path: Path
) -> None:
    file = tmp_path / "scorer.py"
    file.write_text(f"from harness import scorer\n{source}")
    with pytest.raises(PluginBroken) as caught:
        build_scorers([{"use": f"scorer.py:{name}"}], tmp_path)
    assert caught.value.message.startswith(f"{file}:{message}")
    assert caught.value.hint == hint


@pytest.mark.parametrize(
    "source",
    [
        "@scorer\ndef x(*all): return True\n",
        "@scorer\ndef x(answer, reference, context, slack=1): return True\n",
        "class x:\n    @staticmethod\n    def score(answer, reference, context): return None\n",
        "import functools\nx = scorer(functools.partial(lambda d, a, b, c: True, 1))\n",
    ],
)
def test_a_scorer_that_can_be_called(source: str, tmp_path: Path) -> None:
    (tmp_path / "scorer.py").write_text(f"from harness import scorer\n{source}")
    assert build_scorers([{"use": "scorer.py:x"}], tmp_path)[0].name == "x"


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("def __post_init__(self): raise SystemExit(3)", "scorer.py:X cannot be made: SystemExit: 3"),
        ("y: 'Nowhere' = 1", "scorer.py:X: a setting's type cannot be read: NameError: name 'Nowhere'"),
    ],
)
def test_a_class_that_cannot_be_made(source: str, message: str, tmp_path: Path) -> None:
    lines = ["from dataclasses import dataclass", "@dataclass", "class X:", f"    {source}"]
    lines.append("    def score(self, answer, reference, context): return None")
    (tmp_path / "scorer.py").write_text("\n".join(lines))
    with pytest.raises(PluginBroken) as caught:
        build_scorers([{"use": "scorer.py:X"}], tmp_path)
    assert caught.value.message.startswith(f"{tmp_path}/dataset.toml: {message}")
