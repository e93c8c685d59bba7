"""The style, the script and the templates of our pages, read once from the package."""

import base64
import hashlib
from functools import cache
from importlib.resources import files

from markupsafe import Markup
from rcssmin import cssmin
from rjsmin import jsmin

_TEMPLATES = files("harness.report") / "templates"
STYLES = ("base", "answer", "groups", "case", "browser", "charts", "narrow")
"""Style sheets of the report in the order in which they follow each other."""

OVERVIEW_STYLES = ("base", "portfolio")
"""Those of the pages that tell of several runs: the report does not pay for them."""

SCRIPTS: tuple[str, ...] = (
    "start",
    "theme",
    "data",
    "filters",
    "inside",
    "list",
    "link",
    "pane",
    "judge",
    "exchange",
    "keys",
    "begin",
)
"""Scripts at the end of the page, in the order in which they follow each other; all share one scope."""

HEAD_SCRIPTS = ("head",)
"""What must run before anything is painted: the script at the end waits for all of a large file."""


@cache
def style(sheets: tuple[str, ...] = STYLES) -> Markup:
    """These style sheets as one, without comments and spaces that mean nothing."""
    text = "".join((_TEMPLATES / "css" / f"{name}.css").read_text(encoding="utf-8") for name in sheets)
    return Markup(cssmin(text))  # noqa: S704 - our own files; escaped, their hash would not match


@cache
def script(parts: tuple[str, ...] = SCRIPTS) -> Markup:
    """These scripts as one block of their own scope, without comments and spaces that mean nothing."""
    text = "".join((_TEMPLATES / "js" / f"{name}.js").read_text(encoding="utf-8") for name in parts)
    return Markup(f'"use strict";{{{jsmin(text)}}}')  # noqa: S704 - our own files, as above


@cache
def templates() -> dict[str, str]:
    """The templates by name."""
    return {
        entry.name: entry.read_text(encoding="utf-8")
        for entry in _TEMPLATES.iterdir()
        if entry.name.endswith(".j2")
    }


def policy() -> str:
    """The Content-Security-Policy of a page: nothing loads, only our own style and scripts run."""
    first, last = _digest(script(HEAD_SCRIPTS)), _digest(script())
    return (
        f"default-src 'none'; script-src 'sha256-{first}' 'sha256-{last}'; "
        f"style-src 'sha256-{_digest(style())}'; base-uri 'none'; form-action 'none'"
    )


def policy_without_script(sheets: tuple[str, ...]) -> str:
    """The Content-Security-Policy of a page that has these style sheets and no script at all."""
    digest = _digest(style(sheets))
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
