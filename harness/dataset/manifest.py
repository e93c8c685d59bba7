"""Which datasets there are, what their `[dataset]` table says, and how a new one is made."""

import difflib
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from harness.dataset.lines import RECORD_FILES
from harness.dataset.template import template_files
from harness.errors import DatasetError

MANIFEST = "dataset.toml"
MAX_NAME_CHARACTERS = 64

_NAME = re.compile(r"\w[\w.-]*")
_NEW_NAME = re.compile("[a-z0-9][a-z0-9-]*")
_SMALLEST_MANIFEST = (
    'Write dataset.toml there: [dataset] with workload = "…" and task = "…", [incumbent] and [candidate] '
    'with provider = "…" and model = "…". `harness dataset new NAME` makes a folder to copy from.'
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetSettings:
    """The `[dataset]` table of dataset.toml.

    Attributes:
        workload: What production uses the model for, as the report names it.
        task: The kind of task, such as extraction or classification.
        unit: What one record is, for the report: "invoice", "ticket".
        slices: Names of the tags the report compares.
        note: What a reader of the report must know about these records, in one or two sentences.
    """

    workload: str
    task: str
    unit: str = "record"
    slices: tuple[str, ...] = ()
    note: str = ""


def find_dataset(name_or_path: str, root: Path) -> Path:
    """The folder of a dataset.

    Args:
        name_or_path: A name under the root, or the path of a dataset folder anywhere.
        root: The folder that holds the datasets, usually `datasets`.

    Raises:
        DatasetError: There is none, or the folder lacks dataset.toml or its records.
    """
    if _NAME.fullmatch(name_or_path) and (root / name_or_path).is_dir():
        return _checked(root / name_or_path)
    path = Path(name_or_path)
    if name_or_path and path.is_dir():
        return _checked(path)
    if path.is_file():
        raise DatasetError(f"{path} is a file, not a dataset folder", f"Give the folder: {path.parent}.")
    raise _unknown(name_or_path, root)


def list_datasets(root: Path) -> tuple[str, ...]:
    """The names of the datasets under the root, in alphabetical order."""
    if not root.is_dir():
        return ()
    return tuple(sorted(entry.name for entry in root.iterdir() if (entry / MANIFEST).is_file()))


def _checked(folder: Path) -> Path:
    names = {entry.name for entry in folder.iterdir()}
    has_records = not names.isdisjoint(RECORD_FILES)
    if MANIFEST not in names:
        what = (
            "has records but no dataset.toml" if has_records else "is not a dataset: it has no dataset.toml"
        )
        raise DatasetError(f"{folder} {what}", _SMALLEST_MANIFEST)
    if not has_records:
        raise DatasetError(
            f"{folder} has a dataset.toml but no records.jsonl or records.jsonl.gz",
            'Write one JSON object per line: {"custom_id": "…", "body": {"messages": […]}}. '
            "An OpenAI Batch request file works as it is.",
        )
    return folder


def _unknown(name: str, root: Path) -> DatasetError:
    known = list_datasets(root)
    near = difflib.get_close_matches(name, known, n=1)
    guess = f'; did you mean "{near[0]}"?' if near else ""
    if not known:
        return DatasetError(
            f'there is no dataset "{name}"; {root} holds none', "Make one: `harness dataset new NAME`."
        )
    return DatasetError(
        f'there is no dataset "{name}"{guess}',
        f"{root} holds: {', '.join(known)}. The path of a dataset folder works as well.",
    )


def new_dataset(root: Path, name: str) -> Path:
    """Make a dataset folder with two sample records.

    Args:
        root: The folder that holds the datasets; made where it is missing.
        name: Small letters, digits and hyphens.

    Raises:
        DatasetError: The name is not allowed, something of that name is there, or the disk refuses.
    """
    if not _NEW_NAME.fullmatch(name) or len(name) > MAX_NAME_CHARACTERS:
        raise DatasetError(
            f'"{name}" cannot name a dataset',
            f"Use up to {MAX_NAME_CHARACTERS} small letters, digits and hyphens, a letter or digit first.",
        )
    folder = root / name
    if folder.exists() or folder.is_symlink():
        raise DatasetError(f"{folder} is already there", "Choose another name; nothing is overwritten.")
    _write(folder, name)
    return folder


def _write(folder: Path, name: str) -> None:
    unfinished = folder.with_name(f".{name}.tmp")
    try:
        unfinished.mkdir(parents=True)
        for file, text in template_files(name).items():
            (unfinished / file).write_text(text, encoding="utf-8")
        unfinished.rename(folder)
    except OSError as error:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise DatasetError(f"{folder}: cannot be written: {error.strerror or error}") from error
