"""Which run directories a command works in: those of the unfinished run of the same identity, or new ones."""

import platform
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from hashlib import blake2b
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from typing import Any

import orjson

from harness.config import RunConfig
from harness.dataset.reader import DatasetFacts, read_records
from harness.domain.mark import Mark
from harness.domain.observation import Arm
from harness.domain.record import Record
from harness.errors import StoreError
from harness.pipeline.arms import ReadyArm, least_real, ready_judge
from harness.store.layout import RunDirectory, list_runs, new_run_id, run_directory
from harness.store.manifest import RunStart, read_run_start, write_run_start

_LIBRARIES = ("shadow-harness", "httpx", "aiohttp", "pyarrow", "rapidfuzz", "scipy")


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One run of a group: a candidate against the shared incumbent.

    Attributes:
        records: How many records the run covers.
        judge: The model that its scorers ask, None where none does.
        command: The command line that repeats the run.
        overrides: The `--set` texts of that command.
    """

    config: RunConfig
    arms: Mapping[Arm, ReadyArm]
    facts: DatasetFacts
    records: int
    command: str
    overrides: tuple[str, ...] = ()
    judge: ReadyArm | None = None

    @property
    def mark(self) -> Mark:
        """What everything shown of the run must say: the least real of all its answers' marks."""
        return least_real(entry.mark for entry in self.called)

    @property
    def called(self) -> tuple[ReadyArm, ...]:
        """Both arms, and the judge where there is one."""
        return (*self.arms.values(), *filter(None, [self.judge]))

    @property
    def identity(self) -> str:
        """Hex digest of all that decides the answers; budget, rates and timeouts do not."""
        says: dict[str, Any] = {
            "records": self.facts.sha256,
            "limit": self.records,
            "stream": self.config.replay.stream,
            "arms": {
                arm.value: entry.describe() | {"price": None, "limits": None, "mark": None}
                for arm, entry in self.arms.items()
            },
            "sandbox": self.config.sandbox if any(entry.embedded for entry in self.arms.values()) else None,
        }
        if self.config.decision.stop == "sequential":
            # Margin and cap say when to stop in this order, not what is called next.
            says["order"] = [self.config.replay.seed, self.config.decision.cluster]
        return blake2b(orjson.dumps(says, option=orjson.OPT_SORT_KEYS), digest_size=8).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenRun:
    """A run directory to work in.

    Attributes:
        resumed: Whether it had been begun before.
    """

    directory: RunDirectory
    member: Member
    start: RunStart
    resumed: bool

    @property
    def finished(self) -> bool:
        """Whether its last file is written."""
        return self.directory.manifest.is_file()


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """What is there of a group already.

    Attributes:
        starts: Identity to start of each run that was begun; empty where there is nothing to continue.
        notes: What a person should know: runs that cannot be read.
    """

    starts: Mapping[str, RunStart]
    notes: list[str]


def find_unfinished(reports: Path, members: Sequence[Member]) -> Begun:
    """The newest begun group of the same runs, if it is not finished."""
    wanted = {member.identity for member in members}
    group = _group_of(members)
    found: dict[str, dict[str, RunStart]] = {}
    notes = []
    for run in list_runs(reports, members[0].config.name):
        try:
            start = read_run_start(run.run)
        except StoreError as error:
            notes.append(f"note: that run cannot be continued: {error.message}")
            continue
        if start.group.startswith(group) and start.identity in wanted:
            found.setdefault(start.group, {})[start.identity] = start
    newest = found[max(found)] if found else {}
    unfinished = len(newest) < len(wanted) or any(
        not _directory(reports, start).manifest.is_file() for start in newest.values()
    )
    return Begun(starts=newest if unfinished else {}, notes=notes)


def open_group(reports: Path, members: Sequence[Member], now: datetime) -> tuple[list[OpenRun], list[str]]:
    """The directories of all members, made where they are missing, before the first call of any.

    Returns:
        The runs, and notes for a person.

    Raises:
        StoreError: A directory cannot be made.
    """
    found = find_unfinished(reports, members)
    begun = found.starts
    moment = f"{now.astimezone(UTC):%Y%m%d-%H%M%S-%f}"
    group = next((start.group for start in begun.values()), f"{_group_of(members)}-{moment}")
    ids = [
        begun[member.identity].run_id if member.identity in begun else _fresh_id(reports, member, now)
        for member in members
    ]
    runs = []
    for member, run_id in zip(members, ids, strict=True):
        start = _start(member, run_id, group, tuple(ids), now)
        directory = run_directory(reports, member.config.name, run_id)
        if member.identity in begun:
            # Settings that do not decide the answers may have changed: the run is told by the newest.
            start = replace(start, started_at=begun[member.identity].started_at)
        else:
            directory.create()
        if not directory.manifest.is_file():
            write_run_start(directory.run, start)
        runs.append(
            OpenRun(directory=directory, member=member, start=start, resumed=member.identity in begun)
        )
    return runs, found.notes


def records_of(member: Member) -> Iterator[Record]:
    """The records of a run, one at a time."""
    return islice(read_records(member.config.folder), member.records)


def _fresh_id(reports: Path, member: Member, now: datetime) -> str:
    """A run id that is not taken; two runs within one second get a number."""
    base = new_run_id(now, member.identity)
    run_id, number = base, 1
    while run_directory(reports, member.config.name, run_id).path.exists():
        number += 1
        run_id = f"{base}-{number}"
    return run_id


def _directory(reports: Path, start: RunStart) -> RunDirectory:
    return run_directory(reports, start.dataset, start.run_id)


def _group_of(members: Sequence[Member]) -> str:
    together = "".join(member.identity for member in members)
    return blake2b(together.encode(), digest_size=6).hexdigest()


def told_settings(config: RunConfig) -> dict[str, Any]:
    """The tables of dataset.toml as run.json keeps them, arms aside."""
    judge = ready_judge(config)
    return {
        "folder": str(config.folder.resolve()),
        "dataset": asdict(config.dataset),
        "replay": asdict(config.replay),
        "scorers": [dict(table) for table in config.scorers],
        "decision": asdict(config.decision),
        "severity": asdict(config.severity),
        "factors": asdict(config.factors),
        "judge": None if judge is None else judge.describe(),
        "sandbox": dict(config.sandbox),
    }


def _start(member: Member, run_id: str, group: str, ids: tuple[str, ...], now: datetime) -> RunStart:
    config = member.config
    return RunStart(
        run_id=run_id,
        identity=member.identity,
        group=group,
        members=ids,
        dataset=config.name,
        dataset_path=str(config.folder),
        dataset_sha256=member.facts.sha256,
        records=member.records,
        mark=member.mark,
        arms={arm: entry.describe() for arm, entry in member.arms.items()},
        settings=told_settings(config) | {"command": member.command, "overrides": list(member.overrides)},
        seed=config.replay.seed,
        versions={"python": platform.python_version()} | {name: version(name) for name in _LIBRARIES},
        started_at=now,
    )
