r"""Text from outside in a Markdown comment: it must not run, link, mention or break a table.

GitHub and GitLab turn `@user`, `#123`, `!45`, `GH-6`, web addresses and more into links after the Markdown is
read, so a backslash does not help: a zero-width space behind the sign does. Inside code nothing is linked.
"""

import re
from collections.abc import Sequence

from harness.report.wording import visible

COMMENT_LIMIT = 65_536
"""Most characters of a comment on GitHub."""

_BREAK = "&#8203;"
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_PUNCTUATION = frozenset("\\`*_[]|~!#$")
# What means something only at the beginning of a line: lists, quotes, headings, rules.
_AT_THE_START = re.compile(r"^\d+(?=[.)])|^(?=[-+=>])")
# Signs that begin a reference on GitHub or GitLab, and what comes before the rest of an address.
_REFERENCE = re.compile(r"[@#!~%&$^](?=\w|\")|\bGH-(?=\d)|\b(?:https?|ftp|mailto|www)(?=[:.])", re.IGNORECASE)


def plain_md(text: str, limit: int = 300) -> str:
    """Foreign text as Markdown that shows exactly it, on one line.

    Args:
        text: The text.
        limit: Most characters of it that are shown.
    """
    shown = " ".join(visible(text[: limit * 4]).split())
    if len(shown) > limit:
        shown = shown[:limit] + "…"
    # Marked before anything is escaped, so that no sign of ours is taken for one of theirs.
    marked = _REFERENCE.sub(lambda match: f"{match.group()}\x00", shown)
    return _AT_THE_START.sub(lambda match: match.group() + "\\", "".join(map(_escaped, marked)))


def _escaped(sign: str) -> str:
    if sign == "\x00":
        return _BREAK
    if sign in _ENTITIES:
        return _ENTITIES[sign]
    return f"\\{sign}" if sign in _PUNCTUATION else sign


def code_md(text: str, limit: int = 120) -> str:
    """Foreign text as code: nothing in it is linked, and an id can be copied as it is."""
    shown = " ".join(visible(text[: limit * 4]).split()) or " "
    shown = shown if len(shown) <= limit else shown[:limit] + "…"
    longest = max((len(run) for run in re.findall(r"`+", shown)), default=0)
    fence = "`" * (longest + 1)
    space = " " if shown.startswith(("`", " ")) or shown.endswith(("`", " ")) else ""
    # A pipe ends the cell of a table even inside code.
    return f"{fence}{space}{shown.replace('|', chr(92) + '|')}{space}{fence}"


def link_md(address: str) -> str:
    """A web address as a link; anything else, such as a path, as code."""
    if not re.fullmatch(r"https?://[\w.-]+(?::\d+)?(?:/[\w./~%?=&#+:,;@!-]*)?", address):
        return code_md(address, 300)
    return f"[report](<{address}>)"


def table_md(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table; all cells are Markdown already. Columns of counts stand to the right."""
    counts = [all(row[place].replace(",", "").isdigit() for row in rows) for place in range(len(columns))]
    lines = [_line(columns), _line(["---:" if right else "---" for right in counts])]
    return "\n".join([*lines, *(_line(row) for row in rows)])


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def comment(parts: Sequence[str]) -> str:
    """The parts as one comment; parts that GitHub would not take any more are left out, which is said."""
    note = "_More was left out: a comment holds 65,536 characters._"
    room = COMMENT_LIMIT - len(note) - 4
    kept: list[str] = []
    for part in parts:
        room -= len(part) + 2
        if room < 0:
            kept.append(note)
            break
        kept.append(part)
    return "\n\n".join(kept) + "\n"
