import os
import re
import shutil
import subprocess
import sys
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest
from factories import record

from harness.domain.chat import Answer
from harness.errors import PluginBroken, PluginNotFound
from harness.plugins import Registry, load_local, settings_of
from harness.scorers.base import ScoringContext
from harness.scorers.registry import REGISTRY
from harness.testing import check_scorer

HERE = Path(__file__).parent


def test_the_shelf_lists_what_is_built_in() -> None:
    described = {entry.name: entry for entry in REGISTRY.describe()}
    assert {"exact", "json_fields", "label", "text"} <= set(described)
    assert described["exact"].origin == "built in"
    assert described["exact"].summary == "The same text, or not."
    assert described["exact"].settings == ("ignore_case = False", "ignore_space = False")


def test_required_settings_are_told() -> None:
    assert settings_of(EntryPoint) == ()
    assert "name (required)" in settings_of(type(REGISTRY.describe()[0]))
    assert "types = {}" in settings_of(REGISTRY.load("json_fields"))


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("harness.nowhere:X", 'scorer "mine" of built in cannot be loaded: ModuleNotFoundError'),
        ("harness.errors:Nowhere", 'scorer "mine" of built in cannot be loaded: AttributeError'),
    ],
)
def test_a_plugin_that_cannot_be_loaded(target: str, message: str) -> None:
    shelf = Registry(group="harness.nothing", noun="scorer", built_in={"mine": target})
    with pytest.raises(PluginBroken, match=message):
        shelf.load("mine")
    (entry,) = shelf.describe()
    assert entry.origin == "broken"
    assert message in entry.summary


def test_an_unknown_plugin() -> None:
    with pytest.raises(PluginNotFound, match='there is no scorer "zzz"') as caught:
        REGISTRY.load("zzz")
    assert "Did you mean" not in caught.value.hint


def test_listing_loads_nothing_heavy() -> None:
    code = "import sys; from harness.scorers.registry import REGISTRY; REGISTRY.names(); print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=HERE.parent
    )
    assert not {"scipy", "numpy", "babel", "rapidfuzz"} & set(done.stdout.split())


def test_a_local_file(tmp_path: Path) -> None:
    (tmp_path / "scorer.py").write_text("VALUE = 7\n")
    assert load_local(tmp_path, "scorer.py:VALUE") == 7
    (tmp_path / "scorer.py").write_text("VALUE = 8\n")
    assert load_local(tmp_path, "scorer.py:VALUE") == 8
    assert [path.name for path in tmp_path.iterdir()] == ["scorer.py"]
    with pytest.raises(PluginNotFound, match='has no "VALEU"') as caught:
        load_local(tmp_path, "scorer.py:VALEU")
    assert caught.value.hint == 'Did you mean "VALUE"?'
    with pytest.raises(PluginNotFound, match='has no ""') as caught:
        load_local(tmp_path, "scorer.py")
    assert caught.value.hint == 'Write use = "scorer.py:NAME".'
    with pytest.raises(PluginNotFound, match=r"there is no file .*other\.py"):
        load_local(tmp_path, "other.py:x")


@pytest.mark.parametrize(
    "use", ["../scorer.py:x", "a/scorer.py:x", "/etc/x.py:x", "a\\b.py:x", "scorer.txt:x", ":x"]
)
def test_files_elsewhere_are_not_loaded(use: str, tmp_path: Path) -> None:
    with pytest.raises(PluginBroken, match=r"does not name a \.py file in "):
        load_local(tmp_path, use)


def test_a_link_to_outside_is_not_loaded(tmp_path: Path) -> None:
    (tmp_path / "outside.py").write_text("x = 1\n")
    folder = tmp_path / "dataset"
    folder.mkdir()
    (folder / "scorer.py").symlink_to(tmp_path / "outside.py")
    with pytest.raises(PluginBroken, match="is a link to outside the dataset's folder"):
        load_local(folder, "scorer.py:x")


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("x = 1\nimport nowhere_at_all\n", r"scorer\.py:2: ModuleNotFoundError: No module named"),
        ("x = 1\n\ndef f(:\n", r"scorer\.py:3: SyntaxError"),
        ("def f():\n    return 1 / 0\n\nf()\n", r"scorer\.py:2: ZeroDivisionError"),
        ("import sys\n\nsys.exit(3)\n", r"scorer\.py:3: SystemExit: 3$"),
        ("\nexit()\n", r"scorer\.py:2: SystemExit: None$"),
        ("import asyncio\nraise asyncio.CancelledError\n", r"scorer\.py:2: CancelledError$"),
        ("\x00", r"scorer\.py:1: (SyntaxError|ValueError)"),
    ],
)
def test_a_broken_file_is_named_with_its_line(source: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "scorer.py").write_text(source)
    with pytest.raises(PluginBroken, match=message):
        load_local(tmp_path, "scorer.py:f")


def test_an_interrupt_while_a_file_runs_is_no_trouble_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "scorer.py").write_text("raise KeyboardInterrupt\n")
    with pytest.raises(KeyboardInterrupt):
        load_local(tmp_path, "scorer.py:f")


def test_a_package_that_ends_the_process_is_broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "leaves_at_once.py").write_text("import sys\nsys.exit(3)\n")
    monkeypatch.syspath_prepend(tmp_path)
    shelf = Registry(group="harness.nothing", noun="scorer", built_in={"mine": "leaves_at_once:X"})
    with pytest.raises(PluginBroken, match="cannot be loaded: SystemExit: 3"):
        shelf.load("mine")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which the example package is installed as anyone would, without the network."""
    source = tmp_path_factory.mktemp("source") / "package"
    shutil.copytree(HERE / "plugin_package", source)
    target = tmp_path_factory.mktemp("site")
    options = ["--no-deps", "--no-build-isolation", "--no-index", "--disable-pip-version-check", "--quiet"]
    subprocess.run(
        [sys.executable, "-m", "pip", "install", *options, "--target", str(target), str(source)], check=True
    )
    return target


def python(code: str, *path: Path) -> str:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, (HERE.parent, *path)))}
    command = [sys.executable, "-W", "error", "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    return done.stdout


USE = """
from pathlib import Path
from harness import Answer, ChatRequest, Record, ScoringContext
from harness.scorers.registry import REGISTRY
from harness.scorers.build import build_scorer
entry = next(entry for entry in REGISTRY.describe() if entry.name == "word_count")
print(entry.origin, entry.summary, entry.settings, sep="|")
record = Record(id="r", request=ChatRequest(body={}), recorded=None, expected=None, tags={})
named = build_scorer({"use": "word_count", "slack": 1}, Path())
score = named.scorer.score(Answer(text="a b"), Answer(text="a b c"), ScoringContext(record=record, seed=1))
print(named.name, score.value)
"""


def test_an_installed_package_is_listed_and_used(site: Path) -> None:
    listed, used = python(USE, site).splitlines()
    assert listed == "shadow-harness-example 1.2.0|As many words as the reference.|('slack = 0',)"
    assert used == "word_count 1.0"


def test_a_package_cannot_take_the_name_of_a_built_in_plugin(
    site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(site)
    ours = {"word_count": "harness.scorers.exact:Exact"}
    shelf = Registry(group="harness.scorers", noun="scorer", built_in=ours)
    with pytest.raises(PluginBroken) as caught:
        shelf.load("word_count")
    assert caught.value.message == (
        'two plugins are named scorer "word_count": shadow-harness-example 1.2.0 '
        "(shadow_harness_example:WordCount) and built in (harness.scorers.exact:Exact)"
    )
    (entry,) = shelf.describe()
    assert entry.origin == "broken"


def test_the_scorers_of_the_readme_work_as_printed() -> None:
    text = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
    blocks = [
        block for block in re.findall(r"```python\n(.*?)```", text, re.DOTALL) if "harness import" in block
    ]
    names: dict[str, Any] = {}
    for block in blocks:
        assert len([line for line in block.splitlines() if line.strip()]) < 10
        exec(block, names)  # noqa: S102 - our own page
    context = ScoringContext(record=record(), seed=1)
    right, wrong, prose = (Answer(text=said) for said in ('{"total": 2}', '{"total": 3}', "two"))
    total = names["total_is_right"]
    assert [total(answer, right, context) for answer in (right, wrong, prose)] == [True, False, False]
    assert names["WordCount"](slack=1).score(Answer(text="a b"), Answer(text="a"), context).right
    check_scorer(names["WordCount"]())
