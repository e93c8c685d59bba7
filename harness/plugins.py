"""Finds plugins: built in, installed as a package, or in a file beside the dataset.

Built-ins come in by the same door as strangers: a table of name and `module:object`, as an entry
point has it. Nothing is imported before it is asked for by name.
"""

import dataclasses
import difflib
import hashlib
import importlib.util
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from types import ModuleType
from typing import Any, TypeAlias

from harness.errors import PluginBroken, PluginError, PluginNotFound

Folder: TypeAlias = Path
"""A dataset's folder, for code that may not touch the file system itself."""

BUILT_IN_ORIGIN = "built in"


@dataclass(frozen=True, slots=True, kw_only=True)
class PluginDescription:
    """A plugin as a list shows it.

    Attributes:
        origin: "built in", or the package and version it comes from.
        summary: First line of its docstring, or what is wrong with it.
        settings: Its settings with their defaults, as `tolerance = 0.0`.
    """

    name: str
    origin: str
    summary: str
    settings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Registry:
    """A shelf of plugins.

    Attributes:
        group: The entry-point group that packages add plugins to.
        noun: What one plugin is, for messages.
        built_in: Name to `module:object`.
    """

    group: str
    noun: str
    built_in: Mapping[str, str]

    def names(self) -> tuple[str, ...]:
        """Every name on the shelf, sorted."""
        return tuple(sorted({*self.built_in, *(point.name for point in self._installed())}))

    def load(self, name: str) -> Any:
        """The class or function of that name.

        Raises:
            PluginNotFound: There is none.
            PluginBroken: It cannot be loaded, or two plugins claim the name.
        """
        point = self._only(name)
        try:
            return point.load()
        except (KeyboardInterrupt, GeneratorExit):
            raise
        except BaseException as error:  # a plugin's module may raise anything when imported, SystemExit too
            what = f'{self.noun} "{name}" of {_origin(point)} cannot be loaded'
            raise PluginBroken(f"{what}: {raised(error)}", f"Is {point.value} right?") from error

    def describe(self) -> tuple[PluginDescription, ...]:
        """Everything on the shelf; a plugin that cannot be loaded says why in its summary."""
        return tuple(self._description(name) for name in self.names())

    def _description(self, name: str) -> PluginDescription:
        try:
            target = self.load(name)
            origin = _origin(self._only(name))
        except PluginError as error:
            return PluginDescription(name=name, origin="broken", summary=error.message)
        summary = (target.__doc__ or "").strip().partition("\n")[0]
        return PluginDescription(name=name, origin=origin, summary=summary, settings=settings_of(target))

    def _only(self, name: str) -> EntryPoint:
        points = [point for point in self._installed() if point.name == name]
        if name in self.built_in:
            points.append(EntryPoint(name=name, value=self.built_in[name], group=self.group))
        if not points:
            near = difflib.get_close_matches(name, self.names(), n=1)
            hint = f'Did you mean "{near[0]}"? ' if near else ""
            raise PluginNotFound(
                f'there is no {self.noun} "{name}"', f"{hint}Known: {', '.join(self.names())}."
            )
        if len(points) > 1:
            claims = " and ".join(f"{_origin(point)} ({point.value})" for point in points)
            raise PluginBroken(
                f'two plugins are named {self.noun} "{name}": {claims}', "Uninstall or rename one."
            )
        return points[0]

    def _installed(self) -> tuple[EntryPoint, ...]:
        return tuple(entry_points(group=self.group))


def settings_of(target: Any) -> tuple[str, ...]:
    """A plugin's settings with their defaults; a function has none."""
    if not dataclasses.is_dataclass(target):
        return ()
    return tuple(_setting(field) for field in dataclasses.fields(target) if field.init)


def _setting(field: dataclasses.Field[Any]) -> str:
    if field.default is not dataclasses.MISSING:
        return f"{field.name} = {field.default!r}"
    if field.default_factory is not dataclasses.MISSING:
        return f"{field.name} = {field.default_factory()!r}"
    return f"{field.name} (required)"


def _origin(point: EntryPoint) -> str:
    if point.dist is None:
        return BUILT_IN_ORIGIN
    return f"{point.dist.name} {point.dist.version}"


def load_local(folder: Folder, use: str) -> Any:
    """A function or class out of a Python file in the dataset's own folder.

    Args:
        folder: The only place a file is loaded from.
        use: File and name, as `scorer.py:total_amount`.

    Raises:
        PluginNotFound: There is no such file, or nothing of that name in it.
        PluginBroken: The file lies elsewhere, or running it fails.
    """
    file_name, _, name = use.partition(":")
    module = _module(_file_in(folder, file_name, use))
    if not name.isidentifier() or not hasattr(module, name):
        near = difflib.get_close_matches(name, vars(module), n=1)
        hint = f'Did you mean "{near[0]}"?' if near else f'Write use = "{file_name}:NAME".'
        raise PluginNotFound(f'{module.__file__} has no "{name}"', hint)
    return getattr(module, name)


def _file_in(folder: Path, file_name: str, use: str) -> Path:
    if Path(file_name).name != file_name or "\\" in file_name or not file_name.endswith(".py"):
        raise PluginBroken(f'"{use}" does not name a .py file in {folder}', 'Write use = "scorer.py:NAME".')
    file = folder / file_name
    if not file.is_file():
        raise PluginNotFound(f"there is no file {file}", f'Write it, or change use = "{use}".')
    if file.resolve().parent != folder.resolve():
        raise PluginBroken(
            f"{file} is a link to outside the dataset's folder", "Copy the file into the folder."
        )
    return file


class _Loader(SourceFileLoader):
    """Leaves no compiled file in the dataset's folder, and never runs a stale one."""

    def path_stats(self, path: str) -> Any:
        raise OSError("compiled files are not used")


def _module(file: Path) -> ModuleType:
    digest = hashlib.sha256(str(file.resolve()).encode()).hexdigest()[:12]
    name = f"harness_local_{digest}_{file.stem}"
    loader = _Loader(name, str(file))
    module = importlib.util.module_from_spec(ModuleSpec(name, loader, origin=str(file)))
    module.__file__ = str(file)
    # Dataclasses and pickle look a class's module up by name.
    sys.modules[name] = module
    try:
        loader.exec_module(module)
    except (KeyboardInterrupt, GeneratorExit):
        raise
    except BaseException as error:  # a person's file may raise anything, SystemExit too
        del sys.modules[name]
        line = _line_of(error, file)
        raise PluginBroken(f"{file}:{line}: {raised(error)}", "Mend the file.") from error
    return module


def raised(error: BaseException) -> str:
    """What a plugin raised, as `KeyError: 'total'`."""
    kind = type(error).__name__
    try:
        message = str(error)
    except Exception:  # noqa: BLE001  # an exception class of a stranger
        message = "(its message cannot be shown)"
    return f"{kind}: {message}" if message else kind


def _line_of(error: BaseException, file: Path) -> int:
    if isinstance(error, SyntaxError) and error.filename == str(file):
        return error.lineno or 1
    lines = []
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == str(file):
            lines.append(trace.tb_lineno)
        trace = trace.tb_next
    return lines[-1] if lines else 1
