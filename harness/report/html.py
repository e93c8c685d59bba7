"""The view as one self-contained page: no outside request, everything escaped."""

import re
from collections.abc import Iterator, Sequence
from functools import cache

from jinja2 import DictLoader, Environment, StrictUndefined
from markupsafe import Markup, escape

from harness.report.assets import (
    HEAD_SCRIPTS,
    OVERVIEW_STYLES,
    policy,
    policy_without_script,
    script,
    style,
    templates,
)
from harness.report.case_parts import CaseView
from harness.report.model import View

COMPARISON_STYLES = ("base", "case", "portfolio")
"""Those of the comparison of two runs, which shows cases as a report does."""

_LONGEST_UNBROKEN = 20
_PIECES = 100
"""Pieces of a template that are put together before they are written."""


def render(view: View) -> str:
    """The page; the same view gives the same text."""
    return "".join(render_pieces(view))


def render_pieces(view: View) -> Iterator[str]:
    """The page piece by piece: with every case in it, it may be larger than memory should be."""
    names = (view.masthead.incumbent, view.masthead.candidate)
    template = _environment().get_template("report.html.j2")
    parts = {"policy": policy(), "style": style(), "head": script(HEAD_SCRIPTS), "script": script()}
    stream = template.stream(v=view, names=names, **parts)
    stream.enable_buffering(_PIECES)
    yield from stream


def case_html(view: CaseView) -> str:
    """The fragment of one open case, escaped; the same view gives the same text."""
    return _environment().get_template("case.html.j2").render(case=view, words=view.words)


def render_overview(template: str, view: object) -> str:
    """A page that tells of several runs, without script; the same view gives the same text.

    Args:
        template: Name of its template.
        view: What it shows, as `v`.
    """
    sheets = COMPARISON_STYLES if template == "compare.html.j2" else OVERVIEW_STYLES
    page = _environment().get_template(template)
    return page.render(v=view, policy=policy_without_script(sheets), style=style(sheets))


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
def _environment() -> Environment:
    environment = Environment(
        loader=DictLoader(templates()),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["unbroken"] = unbroken
    return environment
