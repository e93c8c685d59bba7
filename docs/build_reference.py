"""Writes docs/settings.md from the code: `make docs`. A test checks that the page is up to date."""

import dataclasses
import inspect
import re
import sys
from pathlib import Path
from typing import Any, get_type_hints

import click

from harness.analysis.failure.severity import SeveritySettings
from harness.cli.main import COMMANDS, root
from harness.config import DecisionSettings, FactorSettings
from harness.dataset.manifest import DatasetSettings
from harness.providers.arm import ArmSettings, OwnPrice
from harness.replay.settings import ReplaySettings
from harness.sandbox.settings import JudgeBehavior, ModelBehavior, SandboxSettings, Where

PAGE = Path(__file__).parent / "settings.md"
TABLES: tuple[tuple[str, type[Any]], ...] = (
    ("`[dataset]`", DatasetSettings),
    ("`[incumbent]`, `[candidate]` and `[judge]`", ArmSettings),
    ("`price` of an arm, written as a table", OwnPrice),
    ("`[replay]`", ReplaySettings),
    ("`[decision]`", DecisionSettings),
    ("`[severity]`", SeveritySettings),
    ("`[factors]`", FactorSettings),
    ("`[sandbox]`", SandboxSettings),
    ('`[sandbox.models."NAME"]`', ModelBehavior),
    ('`[[sandbox.models."NAME".where]]`', Where),
    ("`judge` of a sandbox model, written as a table", JudgeBehavior),
)
EXIT_CODES = """Exit codes: 0 done, 1 trouble with a run or its files, 2 wrong input, 3 stopped early and
resumable.
"""
_TOML_NAMES = (
    (r"Mapping\[str, tuple\[str, \.\.\.\]\]", "table of lists of texts"),
    (r"tuple\[str, \.\.\.\]", "list of texts"),
    (r"Mapping\[str, str\]", "table of texts"),
    (r"tuple\[Where, \.\.\.\]", "list of tables"),
    (r"Mapping\[str, float\]", "table of numbers"),
    (r"Mapping\[str, ModelBehavior\]", "table of tables"),
    (r"Literal\[(.*?)\]", r"one of \1"),
    (r"\b(?:OwnPrice|JudgeBehavior)\b", "table"),
    (r"\bstr\b", "text"),
    (r"\bbool\b", "true or false"),
    (r"\bint\b", "whole number"),
    (r"\bfloat\b", "number"),
    (r"\|", "or"),
)
HEAD = """# Settings and commands

Made from the code by `make docs`; do not edit it by hand.

Settings stand in `datasets/<name>/dataset.toml`. `--set section.key=value` wins over the file. The
environment holds keys and addresses of providers only ([providers.md](providers.md)). The settings of a
scorer stand in its `[[scorers]]` table ([scorers.md](scorers.md)).
"""


def page() -> str:
    """The whole page as Markdown."""
    parts = [HEAD]
    parts += [settings_table(title, kind) for title, kind in TABLES]
    parts.append("\n## Commands\n\n" + EXIT_CODES)
    parts += [commands(name) for name in COMMANDS]
    return "\n".join(parts).rstrip() + "\n"


def settings_table(title: str, kind: type[Any]) -> str:
    """One dataclass as a table of keys, types, defaults and meanings."""
    meanings = attributes(kind)
    hints = get_type_hints(kind)
    rows = [f"\n## {title}\n"]
    rows += ["| key | type | default | meaning |", "| --- | --- | --- | --- |"]
    for field in dataclasses.fields(kind):
        meaning = meanings.get(field.name, "")
        rows.append(f"| `{field.name}` | {type_name(hints[field.name])} | {default(field)} | {meaning} |")
    return "\n".join(rows)


def attributes(kind: type[Any]) -> dict[str, str]:
    """The Attributes section of a docstring: name to meaning."""
    section = re.search(r"Attributes:\n(.*?)(?:\n\n|\Z)", inspect.getdoc(kind) or "", re.DOTALL)
    entries = re.split(r"\n    (?=\S)", "\n" + section[1]) if section else []
    meanings: dict[str, str] = {}
    for entry in entries:
        names, colon, text = entry.strip().partition(": ")
        if colon:
            cell = " ".join(text.split()).replace("|", "\\|")
            meanings.update({name.strip(): cell for name in names.split(",")})
    return meanings


def type_name(hint: Any) -> str:
    """The type as a reader of TOML would call it."""
    text = hint.__name__ if isinstance(hint, type) and not hasattr(hint, "__args__") else str(hint)
    text = re.sub(r"[\w.]+\.(\w+)", r"\1", text).replace(" | None", "")
    text = re.sub(r"^Optional\[(.*)\]$", r"\1", text)
    for python, toml in _TOML_NAMES:
        text = re.sub(python, toml, text)
    return text


def default(field: dataclasses.Field[Any]) -> str:
    """The default as written in TOML; "required" without one."""
    if field.default is dataclasses.MISSING:
        return "required" if field.default_factory is dataclasses.MISSING else "empty"
    value = field.default
    if value is None:
        return "none"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, tuple):
        return f"`{list(value)}`"
    return f'`"{value}"`' if isinstance(value, str) else f"`{value}`"


def commands(name: str) -> str:
    """The help of one command and of its subcommands."""
    command = root.get_command(click.Context(root), name)
    if command is None:
        raise SystemExit(f"no command {name}")
    texts = [help_text(command, f"harness {name}")]
    if isinstance(command, click.Group):
        texts += [help_text(sub, f"harness {name} {key}") for key, sub in command.commands.items()]
    return "\n".join(texts)


def help_text(command: click.Command, name: str) -> str:
    """`--help` of one command as a code block."""
    context = click.Context(command, info_name=name, terminal_width=100, max_content_width=100)
    return f"### `{name}`\n\n```text\n{command.get_help(context)}\n```\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    sys.stdout.write(f"{PAGE} written\n")
