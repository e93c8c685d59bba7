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
    """The scripts as one function of their own scope, without comments and spaces that mean nothing."""
    text = "".join((_TEMPLATES / "js" / f"{name}.js").read_text(encoding="utf-8") for name in SCRIPTS)
    return Markup(f'(()=>{{"use strict";{_tight(text)}}})();')  # noqa: S704 - our own files


_LITERAL = re.compile(
    r"""("(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`"""
    r"""|(?<=[(=,])\ ?/(?![/*])(?:[^/\\\n\[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+/)"""
)
"""A string, a template or a regular expression (which in our scripts follows "(", "=" or ",")."""


def _tight(text: str) -> str:
    """A script without comments, indentation and spaces around signs; strings and the like stay."""
    text = re.sub(r"(?m)^\s*//.*\n|(?<=[;{,]) // .*$", "", text)
    literals: list[str] = []

    def put_away(found: re.Match[str]) -> str:
        literals.append(found[0].strip())
        return "\0"

    code = _LITERAL.sub(put_away, text)
    code = re.sub(r" *([-+=*/%<>!?:&|,;(){}\[\]]) *", r"\1", code)
    code = re.sub(r"\n\s*", "\n", code)
    # A line that ends or begins with one of these goes on: no statement ends there.
    code = re.sub(r"([{(\[,;=?:&|])\n|\n([})\].?:&|])", r"\1\2", code)
    code = re.sub(r",([})\]])|;(})", r"\1\2", code)
    code = re.sub(r"\bconst\b", "let", code)
    merged = ""
    while merged != code:
        merged, code = code, re.sub(r"((?<=[;{}\n])let [^;{}]*);let ", r"\1,", code)
    return re.sub("\0", lambda _: literals.pop(0), code)


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
