"""Checks before the run that a scorer can be called as it will be called."""

import inspect
from typing import Any

from harness.errors import PluginBroken

_PARAMETERS = "answer, reference, context"


def check_signature(target: Any, use: str) -> None:
    """Check that a function, or a scorer's method `score`, takes what every scorer is given.

    Args:
        target: What will be called, bound to its object if it is a method.
        use: The scorer as dataset.toml names it.

    Raises:
        PluginBroken: It is async, or cannot be called with three positional arguments; names file
            and line.
    """
    function = getattr(target, "__func__", target)
    name = getattr(function, "__name__", use.rpartition(":")[2])
    first = "" if function is target else "self, "
    hint = f"Write def {name}({first}{_PARAMETERS}):"
    if inspect.iscoroutinefunction(function):
        raise PluginBroken(f"{_place(function, use)}: {name} is async; scorers are not", hint)
    try:
        signature = inspect.signature(target)
    except (TypeError, ValueError):  # written in C: the first call tells
        return
    try:
        signature.bind(None, None, None)
    except TypeError as error:
        what = f"{name}{signature} cannot be called with ({_PARAMETERS})"
        raise PluginBroken(f"{_place(function, use)}: {what}: {error}", hint) from error


def _place(function: Any, use: str) -> str:
    """File and line of the `def`, below its decorators."""
    function = inspect.unwrap(function)
    code = getattr(function, "__code__", None)
    if code is None:
        return use
    try:
        lines, first = inspect.getsourcelines(function)
    except (OSError, TypeError):
        return f"{code.co_filename}:{code.co_firstlineno}"
    below = (at for at, line in enumerate(lines) if line.lstrip().startswith(("def ", "async def ")))
    return f"{code.co_filename}:{first + next(below, 0)}"
