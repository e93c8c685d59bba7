"""Builds scorers from the `[[scorers]]` tables of dataset.toml."""

import dataclasses
import difflib
import inspect
import math
import re
from collections.abc import Mapping, Sequence
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from harness.errors import ConfigError, PluginBroken, PluginError
from harness.plugins import Folder, load_local, raised
from harness.scorers.base import Scorer
from harness.scorers.function import FunctionScorer
from harness.scorers.registry import REGISTRY
from harness.scorers.signature import check_signature
from harness.scorers.stage import NamedScorer

# Of a table, not of the scorer.
_RESERVED = ("use", "name", "decides")
_NAME = re.compile(r"[A-Za-z0-9][\w.-]{0,63}", re.ASCII)
_WORDS = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "a text",
    tuple: "a list of texts",
    Mapping: "a table of texts",
}


def build_scorers(tables: Sequence[Mapping[str, Any]], dataset_folder: Folder) -> tuple[NamedScorer, ...]:
    """All scorers of a dataset, in order; where no table says `decides = true`, the first one decides.

    Raises:
        ConfigError: As `build_scorer`, or two scorers have one name; names dataset.toml.
        PluginError: As `build_scorer`; names dataset.toml, or the scorer's own file and line.
    """
    file = dataset_folder / "dataset.toml"
    built: list[NamedScorer] = []
    for table in tables:
        try:
            named = build_scorer(table, dataset_folder)
            _check_new(named.name, [other.name for other in built])
        except (ConfigError, PluginError) as error:
            if _names_own_file(error, table, dataset_folder):
                raise
            raise type(error)(f"{file}: {error.message}", error.hint) from error
        built.append(named)
    if built and not any(named.decides for named in built):
        # Without a word the first one decides.
        built[0] = dataclasses.replace(built[0], decides=True)
    return tuple(built)


def _check_new(name: str, names: Sequence[str]) -> None:
    if name in names:
        raise ConfigError(f'[[scorers]] has two scorers named "{name}"', 'Give one of them a name = "…".')


def _names_own_file(error: ConfigError | PluginError, table: Mapping[str, Any], folder: Folder) -> bool:
    own = str(table.get("use")).partition(":")[0]
    return own.endswith(".py") and error.message.startswith(f"{folder / own}:")


def build_scorer(table: Mapping[str, Any], dataset_folder: Folder) -> NamedScorer:
    """A scorer with its settings.

    Args:
        table: `use` (a name on the shelf, or `scorer.py:NAME`), optionally `name` and `decides`, and
            settings.
        dataset_folder: Where `scorer.py` lies.

    Raises:
        ConfigError: A setting is unknown or of the wrong type.
        PluginError: The scorer cannot be found or loaded, or is none.
    """
    use = table.get("use")
    if not isinstance(use, str) or not use:
        raise ConfigError(
            '[[scorers]] needs a "use"', f"Known: {', '.join(REGISTRY.names())}, scorer.py:NAME."
        )
    target = load_local(dataset_folder, use) if ":" in use or use.endswith(".py") else REGISTRY.load(use)
    name = table.get("name", use.rpartition(":")[2])
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise ConfigError(
            f"[[scorers]] {use}: name = {name!r} cannot be a name", "Use letters, digits, - and _."
        )
    settings = {key: value for key, value in table.items() if key not in _RESERVED}
    decides = table.get("decides", False)
    if not isinstance(decides, bool):
        raise ConfigError(f"[[scorers]] {use}: decides = {decides!r} must be true or false")
    return NamedScorer(name=name, scorer=_scorer(target, use, settings), decides=decides)


def _scorer(target: Any, use: str, settings: Mapping[str, Any]) -> Scorer:
    if not inspect.isclass(target):
        if not getattr(target, "__harness_scorer__", False):
            raise PluginBroken(f"{use} is not marked as a scorer", "Write @scorer above the function.")
        _checked(use, settings, {})
        check_signature(target, use)
        return FunctionScorer(function=target)
    if not callable(getattr(target, "score", None)) and "__call__" not in dir(target):
        raise PluginBroken(
            f"{use} is no scorer: {target.__name__} has no method score", "See docs/scorers.md."
        )
    made = _made(target, use, settings)
    if callable(getattr(made, "score", None)):
        check_signature(made.score, use)
        return made  # type: ignore[no-any-return]
    check_signature(made.__call__, use)
    return FunctionScorer(function=made)


def _made(target: type, use: str, settings: Mapping[str, Any]) -> Any:
    fields = dataclasses.fields(target) if dataclasses.is_dataclass(target) else ()
    try:
        hints = get_type_hints(target) if fields else {}
    except (NameError, TypeError) as error:
        raise PluginBroken(f"{use}: a setting's type cannot be read: {raised(error)}") from error
    known = {field.name: hints[field.name] for field in fields if field.init}
    arguments = _checked(use, settings, known)
    try:
        return target(**arguments)
    except (TypeError, ValueError) as error:
        raise ConfigError(f"[[scorers]] {use}: {error}") from error
    except (KeyboardInterrupt, GeneratorExit):
        raise
    except BaseException as error:  # a person's class may raise anything, SystemExit too
        raise PluginBroken(f"{use} cannot be made: {raised(error)}") from error


def _checked(use: str, settings: Mapping[str, Any], known: Mapping[str, Any]) -> dict[str, Any]:
    for key in settings:
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1)
            mean = f'; did you mean "{near[0]}"?' if near else ""
            hint = f"It has: {', '.join(known)}." if known else "It has no settings."
            raise ConfigError(f'[[scorers]] {use} has no setting "{key}"{mean}', hint)
    return {key: _value(f"[[scorers]] {use}: {key}", value, known[key]) for key, value in settings.items()}


def _value(where: str, value: Any, wanted: Any) -> Any:
    """The value as the dataclass wants it: a list becomes a tuple, a whole number a float."""
    if get_origin(wanted) in (Union, UnionType):
        kinds = [kind for kind in get_args(wanted) if kind is not NoneType]
        wanted = kinds[0] if len(kinds) == 1 else Any
    kind = get_origin(wanted) or wanted
    if kind is Literal:
        if value not in get_args(wanted):
            raise ConfigError(f"{where} = {value!r} must be one of {', '.join(map(repr, get_args(wanted)))}")
        return value
    if kind not in _FITS:
        return value
    if not _FITS[kind](value):
        raise ConfigError(f"{where} = {value!r} must be {_WORDS.get(kind, 'a table of texts')}")
    if kind is float and not _is_finite(value):
        raise ConfigError(f"{where} = {value} must be a finite number")
    return tuple(value) if kind is tuple else float(value) if kind is float else value


def _is_finite(value: float) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:  # TOML has whole numbers of any length
        return False


def _is_table(value: Any) -> bool:
    return isinstance(value, Mapping) and all(isinstance(text, str) for text in value.values())


_FITS = {
    bool: lambda value: isinstance(value, bool),
    int: lambda value: isinstance(value, int) and not isinstance(value, bool),
    float: lambda value: isinstance(value, (int, float)) and not isinstance(value, bool),
    str: lambda value: isinstance(value, str),
    tuple: lambda value: isinstance(value, list) and all(isinstance(item, str) for item in value),
    dict: _is_table,
    Mapping: _is_table,
}
