"""The style, the script and the templates of our pages, read once from the package."""

import base64
import hashlib
import re
from functools import cache
from importlib.resources import files

from markupsafe import Markup

_TEMPLATES = files("harness.report") / "templates"
STYLES = ("base", "answer", "groups", "case", "browser", "charts", "narrow")
"""Style sheets of the report in the order in which they follow each other."""

OVERVIEW_STYLES = ("base", "portfolio")
"""Those of the pages that tell of several runs: the report does not pay for them."""

SCRIPTS: tuple[str, ...] = ("start",)
"""Scripts in the order in which they follow each other; all share one scope."""


@cache
def style(sheets: tuple[str, ...] = STYLES) -> Markup:
    """These style sheets as one, without comments and spaces that mean nothing."""
    text = "".join((_TEMPLATES / "css" / f"{name}.css").read_text(encoding="utf-8") for name in sheets)
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    text = re.sub(r"\s+", " ", text)
    text = re.sub(r"\s*([{};,])\s*", r"\1", text).replace(": ", ":").replace(";}", "}").strip()
    return Markup(text)  # noqa: S704 - our own file; escaped, its hash would not match


@cache
def script() -> Markup:
    """The scripts as one function of their own scope, without comment lines and indentation."""
    text = "".join((_TEMPLATES / "js" / f"{name}.js").read_text(encoding="utf-8") for name in SCRIPTS)
    lines = (line.strip() for line in text.splitlines())
    kept = "\n".join(line for line in lines if line and not line.startswith("//"))
    return Markup(f'(()=>{{"use strict";\n{kept}\n}})();')  # noqa: S704 - our own files


@cache
def templates() -> dict[str, str]:
    """The templates by name."""
    return {
        entry.name: entry.read_text(encoding="utf-8")
        for entry in _TEMPLATES.iterdir()
        if entry.name.endswith(".j2")
    }


def policy() -> str:
    """The Content-Security-Policy of a page: nothing loads, only our own style and script run."""
    return (
        f"default-src 'none'; script-src 'sha256-{_digest(script())}'; "
        f"style-src 'sha256-{_digest(style())}'; base-uri 'none'; form-action 'none'"
    )


def policy_without_script(sheets: tuple[str, ...]) -> str:
    """The Content-Security-Policy of a page that has these style sheets and no script at all."""
    digest = _digest(style(sheets))
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
