"""Every scorer on the shelf, told on its page and built from its table."""

import re
from pathlib import Path

import pytest

from harness.plugins import settings_of
from harness.scorers.base import needs_reference
from harness.scorers.build import build_scorer
from harness.scorers.registry import REGISTRY

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "scorers.md").read_text(encoding="utf-8")
BUILT_IN = sorted(REGISTRY.built_in)


@pytest.mark.parametrize("name", BUILT_IN)
def test_the_page_tells_every_setting(name: str) -> None:
    section = re.search(rf"^## {name}\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert section is not None, f"docs/scorers.md has no section {name}"
    rows = re.findall(r"^\| ((?:`\w+`(?:, )?)+) \|", section[1], re.MULTILINE)
    told = {setting for row in rows for setting in re.findall(r"`(\w+)`", row)}
    settings = {text.partition(" ")[0] for text in settings_of(REGISTRY.load(name))}
    assert settings <= told


# What a scorer cannot do without.
NEEDED = {"judge": {"criterion": "Every amount of the claim is named."}}


@pytest.mark.parametrize("name", BUILT_IN)
def test_each_can_be_built_with_no_more_than_it_needs(name: str, tmp_path: Path) -> None:
    assert build_scorer({"use": name, **NEEDED.get(name, {})}, tmp_path).name == name


def test_which_judge_an_answer_by_itself(tmp_path: Path) -> None:
    built = {name: build_scorer({"use": name, **NEEDED.get(name, {})}, tmp_path) for name in BUILT_IN}
    alone = {name for name, named in built.items() if not needs_reference(named.scorer)}
    assert alone == {"arithmetic", "checks", "citation"}
