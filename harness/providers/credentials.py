"""Keys from the environment: read when they are needed, never stored, never shown."""

import os
from typing import Protocol

from harness.errors import ConfigError


class NeedsKey(Protocol):
    """A provider that can say which key it wants."""

    @property
    def key_names(self) -> tuple[str, ...]:
        """Environment variables that may hold the key, the one that wins first."""
        ...

    @property
    def key_required(self) -> bool:
        """Whether a call without a key is pointless."""
        ...

    @property
    def label(self) -> str:
        """How people call it, as `openai/gpt-4o`."""
        ...


def require_key(provider: NeedsKey, *, arm: str = "") -> str | None:
    """The key, or None where none is set and none is needed.

    Args:
        provider: Whose key.
        arm: `incumbent` or `candidate`, for the message.

    Raises:
        ConfigError: A key is needed and not set, or cannot be sent in a header.
    """
    missing = missing_key(provider, arm=arm)
    if missing is not None:
        raise ConfigError(missing)
    name = next((name for name in provider.key_names if _value(name)), None)
    if name is None:
        return None
    key = _value(name)
    if not (key.isascii() and key.isprintable() and " " not in key):
        raise ConfigError(
            f"{name} holds a space, a line break or a character outside ASCII, so it cannot be a key",
            hint="Copy the key again; its value is not shown here.",
        )
    return key


def missing_key(provider: NeedsKey, *, arm: str = "") -> str | None:
    """One line that names the variable which must be set first, or None where nothing is missing."""
    if not provider.key_required or any(_value(name) for name in provider.key_names):
        return None
    needed_by = f"{arm} {provider.label}".strip()
    return f"{' or '.join(provider.key_names)} is not set; needed by {needed_by}"


def _value(name: str) -> str:
    return os.environ.get(name, "").strip()
