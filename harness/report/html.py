"""The view as one self-contained page: no script, no outside request, everything escaped."""

import base64
import hashlib
import re
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

from jinja2 import DictLoader, Environment, StrictUndefined
from markupsafe import Markup, escape

from harness.report.model import View

_TEMPLATES = files("harness.report") / "templates"
_LONGEST_UNBROKEN = 20


def render(view: View) -> str:
    """The page; the same view gives the same text."""
    style = _style()
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    # The style is our own file and must reach the page byte for byte, or its hash would not match.
    trusted = Markup(style)  # noqa: S704
    names = (view.masthead.incumbent, view.masthead.candidate)
    template = _environment().get_template("report.html.j2")
    return template.render(v=view, policy=policy, style=trusted, names=names)


def unbroken(text: str, names: Sequence[str]) -> Markup:
    """The text, escaped, with short model names kept on one line ("GPT-4o" never ends in "GPT-")."""
    short = [re.escape(name) for name in names if len(name) <= _LONGEST_UNBROKEN]
    if not short:
        return escape(text)
    # One split, so that a name is never looked for inside the markup of the other.
    pieces = re.split(f"({'|'.join(sorted(short, key=len, reverse=True))})", text)
    kept = Markup('<span class="nb">{}</span>')
    return Markup("").join(kept.format(piece) if place % 2 else piece for place, piece in enumerate(pieces))


@cache
def _style() -> str:
    """The style sheet without comments and indentation."""
    text = (_TEMPLATES / "report.css").read_text(encoding="utf-8")
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    return "\n".join(line.strip() for line in text.splitlines() if line.strip())


@cache
def _environment() -> Environment:
    template = (_TEMPLATES / "report.html.j2").read_text(encoding="utf-8")
    environment = Environment(
        loader=DictLoader({"report.html.j2": template}),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["unbroken"] = unbroken
    return environment
