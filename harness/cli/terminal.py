"""What goes to the terminal. Text from records and models is hostile: it must not move the cursor."""

import os
import re
import sys

import click

# C0 and C1 controls, and the characters that reorder or hide text.
_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e0fff]"
)


def plain(text: str, limit: int = 2000) -> str:
    """The text with control, bidirectional and invisible characters shown as escapes."""
    safe = _UNSAFE.sub(lambda match: f"\\x{ord(match[0]):02x}", text)
    return safe if len(safe) <= limit else safe[:limit] + " …"


def say(text: str = "") -> None:
    """Print one line to standard output, with untrusted characters made visible."""
    click.echo("\n".join(plain(line) for line in text.split("\n")))


def note(text: str) -> None:
    """Print one line to standard error."""
    click.echo(plain(text), err=True)


def is_interactive() -> bool:
    """Whether a person can be asked: a terminal on both sides and no CI."""
    return sys.stdin.isatty() and sys.stderr.isatty() and not os.environ.get("CI")
