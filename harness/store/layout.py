"""The name and place of every file of a run."""

import difflib
import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from harness.errors import RunNotFound, StoreError

LATEST = "latest"

_RUN_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,79}")
_UNSAFE = re.compile(r"[^\w.-]+")
_LONGEST_NAME = 80
_LISTED = 12


@dataclass(frozen=True, slots=True)
class RunDirectory:
    """A run directory, `reports/<dataset>/<run-id>/`; making the object touches no disk."""

    path: Path

    @property
    def name(self) -> str:
        """`<dataset>/<run-id>`: what `find_run` takes."""
        return f"{self.dataset}/{self.run_id}"

    @property
    def dataset(self) -> str:
        """The name of the dataset's folder of runs."""
        return self.path.parent.name

    @property
    def run_id(self) -> str:
        """The name of the directory itself."""
        return self.path.name

    @property
    def run(self) -> Path:
        """What was set out to be run; written before the first call."""
        return self.path / "run.json"

    @property
    def lock(self) -> Path:
        """Held by the process that works on the run; empty."""
        return self.path / ".lock"

    @property
    def journal(self) -> Path:
        """Every observation, one JSON object a line."""
        return self.path / "journal.jsonl"

    @property
    def judge_journal(self) -> Path:
        """Every answer of the judge, in the form of the journal; missing where no judge was asked."""
        return self.path / "judge.jsonl"

    @property
    def manifest(self) -> Path:
        """What was run; written last, so its presence means the run is complete."""
        return self.path / "manifest.json"

    @property
    def pairs(self) -> Path:
        """One row per record."""
        return self.path / "pairs.parquet"

    @property
    def scores(self) -> Path:
        """One row per record and scorer."""
        return self.path / "scores.parquet"

    @property
    def cases(self) -> Path:
        """What the analysis made of each pair, one row per pair."""
        return self.path / "cases.parquet"

    @property
    def triage(self) -> Path:
        """What people said of the cases, one JSON object a line; missing where nobody has."""
        return self.path / "triage.jsonl"

    @property
    def analysis(self) -> Path:
        """Every figure of the report with its interval."""
        return self.path / "analysis.json"

    @property
    def report(self) -> Path:
        """The report, one self-contained page."""
        return self.path / "report.html"

    def create(self) -> "RunDirectory":
        """Make the directory.

        Raises:
            StoreError: It is already there, or the disk refuses.
        """
        try:
            self.path.mkdir(parents=True)
        except FileExistsError as error:
            raise StoreError(
                f"{self.path} is already there", "Resume that run, or start a new one."
            ) from error
        except OSError as error:
            raise StoreError(f"{self.path}: cannot be made: {error.strerror or error}") from error
        return self


def new_run_id(now: datetime, digest: str) -> str:
    """A run id that sorts by time, like `20261123-182219-3f2a`.

    Args:
        now: The time, with its zone; the id is in UTC.
        digest: Hex digest of what is run; its first four digits end the id.
    """
    return f"{now.astimezone(UTC):%Y%m%d-%H%M%S}-{digest[:4]}"


def run_directory(reports: Path, dataset: str, run_id: str) -> RunDirectory:
    """The directory of a run, which need not exist yet.

    Args:
        reports: The folder of all runs.
        dataset: Name of the dataset's folder; characters unsafe in a file name become hyphens.
        run_id: From `new_run_id`, or letters, digits, `_` and `-`.

    Raises:
        StoreError: The run id cannot name a directory.
    """
    if not _RUN_ID.fullmatch(run_id) or run_id == LATEST:
        raise StoreError(f'"{run_id}" cannot be a run id', "Use letters, digits, hyphens and underscores.")
    return RunDirectory(reports / _safe_name(dataset) / run_id)


def _safe_name(name: str) -> str:
    return _UNSAFE.sub("-", name).strip(".-")[:_LONGEST_NAME] or "dataset"


def comparison_page(run: RunDirectory, earlier_id: str) -> Path:
    """Where the page lies that compares the run with an earlier one."""
    return run.path / f"compare-{earlier_id}.html"


def must_be_folder(path: Path, what: str, hint: str) -> None:
    """Refuse a folder that a person named and that is not there: it would be made by a slip of the keyboard.

    Raises:
        RunNotFound: There is no such folder.
    """
    if not path.is_dir():
        raise RunNotFound(f'there is no folder "{path}" {what}', hint)


def must_have_folder(output: Path | None) -> None:
    """Refuse a file that a person named in a folder that is not there; errors as `must_be_folder`."""
    if output is not None:
        must_be_folder(
            output.parent, f'for "{output.name}"', "Make it first, or name a file in another folder."
        )


def list_runs(reports: Path, dataset: str | None = None) -> tuple[RunDirectory, ...]:
    """The runs of one dataset, or of all; each dataset's oldest first."""
    folders = [reports / _safe_name(dataset)] if dataset else _folders(reports)
    return tuple(
        RunDirectory(path) for folder in folders for path in _folders(folder) if (path / "run.json").is_file()
    )


def _folders(path: Path) -> list[Path]:
    if not path.is_dir():
        return []
    return sorted(entry for entry in path.iterdir() if entry.is_dir() and not entry.is_symlink())


def find_run(reports: Path, reference: str) -> RunDirectory:
    """The run that a person means.

    Args:
        reports: The folder of all runs.
        reference: `dataset` (its latest run; while none is finished, the newest that was stopped after its
            calls), `dataset/latest`, `dataset/run-id`, or a path to a
            run directory or to a file in it.

    Raises:
        RunNotFound: There is no such run; names near ones.
    """
    dataset, _, run_id = reference.strip("/").partition("/")
    if dataset and dataset == _safe_name(dataset) and (reports / dataset).is_dir() and "/" not in run_id:
        return _run_of_dataset(reports, dataset, run_id or LATEST)
    path = Path(reference)
    for place in (path, path.parent):
        if reference and (place / "run.json").is_file():
            return RunDirectory(place.resolve())
    raise _not_found(
        f'there is no run "{reference}"', reference, _references(reports), "harness shadow DATASET"
    )


def _run_of_dataset(reports: Path, dataset: str, run_id: str) -> RunDirectory:
    runs = list_runs(reports, dataset)
    if run_id == LATEST:
        link = reports / dataset / LATEST
        # The link's own target name, under this very folder: a link to anywhere else is not followed.
        run_id = link.readlink().name if link.is_symlink() else _stopped(runs)
    found = next((run for run in runs if run.run_id == run_id), None)
    if found is None:
        wanted = f'there is no run "{dataset}/{run_id or LATEST}"'
        raise _not_found(wanted, run_id, [run.name for run in reversed(runs)], f"harness shadow {dataset}")
    return found


def _stopped(runs: Iterable[RunDirectory]) -> str:
    """The newest run that has answers, where no run of the dataset came to its end; else ""."""
    begun = list(runs)
    if any(run.manifest.is_file() for run in begun):
        return ""
    return next((run.run_id for run in reversed(begun) if run.pairs.is_file()), "")


def _references(reports: Path) -> list[str]:
    runs = list_runs(reports)
    return list(dict.fromkeys(run.dataset for run in runs))


def _not_found(what: str, wanted: str, known: Iterable[str], command: str) -> RunNotFound:
    names = list(known)
    if not names:
        return RunNotFound(f"{what}; there is none yet", f"Make one: `{command}`.")
    near = difflib.get_close_matches(wanted, [*names, *(name.rpartition("/")[2] for name in names)], n=1)
    guess = f'; did you mean "{near[0]}"?' if near else ""
    more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    return RunNotFound(f"{what}{guess}", f"There are: {', '.join(names[:_LISTED])}{more}.")


def point_latest(run: RunDirectory) -> None:
    """Let `<dataset>/latest` mean this run: a relative link, replaced in one step.

    Raises:
        StoreError: Something that is not a link has that name, or the disk refuses.
    """
    link = run.path.parent / LATEST
    if link.exists() and not link.is_symlink():
        raise StoreError(f"{link} is not a link", "Move it away: the harness keeps its link there.")
    unfinished = link.with_name(f".{LATEST}.{uuid4().hex}.tmp")  # another process may point it as well
    try:
        unfinished.symlink_to(run.run_id, target_is_directory=True)
        unfinished.replace(link)
    except OSError as error:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)
        raise StoreError(f"{link}: cannot be written: {error.strerror or error}") from error
