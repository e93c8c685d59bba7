"""What was set out to be run (run.json) and what was run (manifest.json)."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import orjson

from harness.domain.chat import JsonObject
from harness.domain.mark import Mark
from harness.domain.observation import Arm
from harness.errors import RunDamaged, SchemaMismatch
from harness.store.files import write_json_atomically

MANIFEST_VERSION = 1

_HINT = "Run it again; answers that were paid for are kept in journal.jsonl and reused."
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStart:
    """What is known before the first call.

    Attributes:
        run_id: Name of the run's directory.
        identity: Hex digest of everything that decides the answers: records, arms, settings.
        group: Name shared by the runs that compare candidates with one incumbent.
        members: Run ids of that group, this one included.
        dataset: Name of the dataset.
        dataset_path: Its folder as the user gave it.
        dataset_sha256: Digest of the uncompressed records.
        records: How many records it has.
        mark: Where the answers come from.
        arms: What each arm is: provider, model, base URL, source, price. Never a key.
        settings: The other tables of dataset.toml with `--set` applied.
        seed: Seed of all randomness.
        versions: Name to version of the harness, Python and the libraries that matter.
        started_at: When, with its zone.
        sequential: How records are called that are in random order (planned, clusters, largest_cluster);
            None where they are called in the order of the dataset.
        stopped_early: Where not all records of the dataset were called though the run came to its end:
            reason, records, decided.
    """

    run_id: str
    identity: str
    group: str
    members: tuple[str, ...]
    dataset: str
    dataset_path: str
    dataset_sha256: str
    records: int
    mark: Mark
    arms: Mapping[Arm, JsonObject]
    settings: JsonObject
    seed: int
    versions: Mapping[str, str]
    started_at: datetime
    sequential: JsonObject | None = None
    stopped_early: JsonObject | None = None

    @property
    def unit(self) -> str:
        """What one record is, in the singular, as dataset.toml said; "record" where it did not."""
        dataset = self.settings.get("dataset")
        return str((dataset.get("unit") if isinstance(dataset, Mapping) else "") or "record")


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmCounts:
    """How the calls of one arm went.

    Attributes:
        calls: Records with an observation, errors included.
        repeats: Second calls that measure noise; in the tokens and the cost, not in `calls` and `errors`.
        errors: Kind of error to its number.
        retries: Attempts beyond the first, all calls together.
        input_tokens, output_tokens: Sums over the calls whose tokens are known.
        cost_usd: Sum over the calls whose cost is known; None where no cost is known.
        unknown_costs: Calls whose cost is not known.
    """

    calls: int
    errors: Mapping[str, int]
    retries: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost_usd: float | None
    unknown_costs: int = 0
    repeats: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What was run; manifest.json holds the fields of `start` beside the others.

    Attributes:
        judge: How the calls to the judge went, None where no judge was asked.
    """

    start: RunStart
    finished_at: datetime
    counts: Mapping[Arm, ArmCounts]
    judge: ArmCounts | None = None


def write_run_start(path: Path, start: RunStart) -> None:
    """Write run.json.

    Raises:
        StoreError: The disk refuses.
    """
    write_json_atomically(path, {"schema_version": MANIFEST_VERSION, **_plain(start)})


def write_manifest(path: Path, manifest: Manifest) -> None:
    """Write manifest.json; the last file of a run.

    Raises:
        StoreError: The disk refuses.
    """
    others = {
        "finished_at": manifest.finished_at.isoformat(),
        "counts": {arm.value: asdict(counts) for arm, counts in manifest.counts.items()},
        "judge": None if manifest.judge is None else asdict(manifest.judge),
    }
    write_json_atomically(path, {"schema_version": MANIFEST_VERSION, **_plain(manifest.start), **others})


def _plain(start: RunStart) -> dict[str, Any]:
    return asdict(start) | {"started_at": start.started_at.isoformat()}


def read_run_start(path: Path) -> RunStart:
    """Read run.json, or the same fields out of manifest.json.

    Raises:
        RunDamaged: The file is missing, is not JSON, or lacks a field.
        SchemaMismatch: A newer harness wrote it.
    """
    return _start(_Fields(path))


def read_manifest(path: Path) -> Manifest:
    """Read manifest.json.

    Raises:
        RunDamaged: The file is missing (the run is not finished), is not JSON, or lacks a field.
        SchemaMismatch: A newer harness wrote it.
    """
    held = _Fields(path)
    return Manifest(
        start=_start(held),
        finished_at=held.time("finished_at"),
        counts={arm: _counts(held.within("counts").within(arm.value)) for arm in Arm},
        judge=_counts(held.within("judge")) if held.has("judge") else None,
    )


def _start(held: "_Fields") -> RunStart:
    texts = {name: held.take(name, str) for name in _TEXTS}
    return RunStart(
        **texts,
        members=tuple(str(member) for member in held.take("members", list)),
        records=held.take("records", int),
        mark=held.mark("mark"),
        arms={arm: held.within("arms").take(arm.value, dict) for arm in Arm},
        settings=held.take("settings", dict),
        seed=held.take("seed", int),
        versions=held.take("versions", dict),
        started_at=held.time("started_at"),
        sequential=held.take_known("sequential", dict),
        stopped_early=held.take_known("stopped_early", dict),
    )


_TEXTS = tuple(field.name for field in fields(RunStart) if field.type is str)


def _counts(held: "_Fields") -> ArmCounts:
    numbers = {name: held.take(name, int) for name in _NUMBERS if name != "repeats"}
    numbers["repeats"] = held.take_known("repeats", int) or 0
    cost = held.take("cost_usd", float, int, type(None))
    return ArmCounts(**numbers, errors=held.take("errors", dict), cost_usd=cost)


_NUMBERS = tuple(field.name for field in fields(ArmCounts) if field.type is int)


class _Fields:
    """The object of a JSON file, whose fields are taken with their types checked."""

    def __init__(self, path: Path, held: dict[str, Any] | None = None, where: str = "") -> None:
        self._path = path
        self._where = where
        self._held = _object_in(path) if held is None else held

    def take(self, name: str, *kinds: type[_T]) -> Any:
        value = self._held.get(name)
        if name not in self._held or not isinstance(value, kinds) or isinstance(value, bool):
            what = "is not as it was written" if name in self._held else "is missing"
            raise RunDamaged(f"{self._path}: {self._where}{name} {what}", _HINT)
        return value

    def has(self, name: str) -> bool:
        """Whether there is a value; manifests of earlier versions lack some."""
        return self._held.get(name) is not None

    def take_known(self, name: str, kind: type[_T]) -> Any:
        """The value, None where an earlier version did not write it."""
        return self.take(name, kind, type(None)) if name in self._held else None

    def within(self, name: str) -> "_Fields":
        return _Fields(self._path, self.take(name, dict), f"{self._where}{name}.")

    def time(self, name: str) -> datetime:
        text = self.take(name, str)
        try:
            return datetime.fromisoformat(text)
        except ValueError as error:
            raise RunDamaged(f"{self._path}: {name} is not a time", _HINT) from error

    def mark(self, name: str) -> Mark:
        text = self.take(name, str)
        if text not in set(Mark):
            raise RunDamaged(f"{self._path}: {name} is none of {', '.join(Mark)}", _HINT)
        return Mark(text)


def _object_in(path: Path) -> dict[str, Any]:
    try:
        held = orjson.loads(path.read_bytes())
    except FileNotFoundError as error:
        raise RunDamaged(
            f"{path}: the file is missing", "The run did not get that far: run it again."
        ) from error
    except OSError as error:
        raise RunDamaged(f"{path}: cannot be read: {error.strerror or error}") from error
    except orjson.JSONDecodeError as error:
        raise RunDamaged(f"{path}: is not valid JSON: {error}", _HINT) from error
    if not isinstance(held, dict):
        raise RunDamaged(f"{path}: is not a JSON object", _HINT)
    version = held.get("schema_version")
    if isinstance(version, int) and version > MANIFEST_VERSION:
        raise SchemaMismatch(
            f"{path}: was written by a newer harness (version {version}, this one reads {MANIFEST_VERSION})",
            "Update the harness.",
        )
    return held
