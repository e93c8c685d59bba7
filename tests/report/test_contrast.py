import re
from importlib.resources import files

import pytest

from harness.report.assets import HEAD_SCRIPTS, script, style

CSS = (files("harness.report") / "templates" / "css" / "base.css").read_text(encoding="utf-8")
TOKENS = re.findall(r"--([a-z-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);", CSS)
LIGHT = {name: light for name, light, _ in TOKENS}
DARK = {name: dark for name, _, dark in TOKENS}
STATES = ("changed", "missing", "invented", "format")
PAIRS = [
    *((text, ground) for text in ("ink", "muted", "link") for ground in ("page", "panel", "sunk")),
    ("worse", "page"),
    ("worse", "panel"),
    *((name, f"{name}-tint") for name in ("worse", "better", "changed", "missing", "invented", "format")),
    # Marks and words of a line stand beside its tint; names of columns and quotes stand on it.
    *((name, "panel") for name in ("better", "changed", "missing", "format", "invented")),
    ("better", "page"),
    *((name, f"{state}-tint") for name in ("ink", "muted") for state in STATES),
]


def luminance(colour: str) -> float:
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def ratio(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), PAIRS)
def test_text_can_be_read(theme: dict[str, str], text: str, ground: str) -> None:
    assert ratio(theme[text], theme[ground]) >= 4.5


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_edges_can_be_seen(theme: dict[str, str]) -> None:
    assert ratio(theme["edge"], theme["page"]) >= 3


def test_style_stays_small() -> None:
    assert len(style().encode()) <= 15 * 1024


def test_script_stays_small() -> None:
    assert len((script() + script(HEAD_SCRIPTS)).encode()) <= 25 * 1024


def test_every_token_has_a_colour_for_both_themes() -> None:
    assert len(TOKENS) == len(re.findall(r"--[a-z-]+:", CSS))
