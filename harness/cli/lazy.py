"""Work that a command does, loaded by name, so that its `--help` imports no heavy library."""

from importlib import import_module
from typing import Any


def load(target: str) -> Any:
    """The object that `package.module:name` names."""
    module, _, name = target.partition(":")
    return getattr(import_module(module), name)
