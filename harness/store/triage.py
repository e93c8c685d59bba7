"""What people said of a run's cases: exported files in, triage.jsonl of the run out.

An exported file is JSONL or CSV, of the report page or written by hand; docs/triage.md tells its fields.
triage.jsonl has the same form, with one line per record and reviewer.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

import orjson

from harness.domain.judgement import Judgement, Opinion, RightSide
from harness.errors import DatasetError
from harness.store.files import write_bytes_atomically
from harness.store.judgement_file import Row, rows_of

MOST_NAME = 200

_REQUIRED = ("run", "dataset_sha256", "record", "opinion")
_TEXTS = (*_REQUIRED, "dataset", "right", "note", "reviewer", "time")
_FIELDS = (
    "run",
    "dataset",
    "dataset_sha256",
    "record",
    "opinion",
    "right",
    "note",
    "reviewer",
    "time",
    "bulk",
)
_TRUTHS = {"true": True, "1": True, "false": False, "0": False, "": False}
_Word = TypeVar("_Word", Opinion, RightSide)


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedRun:
    """The run that judgements must be of."""

    run_id: str
    dataset: str
    dataset_sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A judgement and the place it was read from, such as `ann.jsonl:3`."""

    judgement: Judgement
    place: str


@dataclass(slots=True)
class Taken:
    """What became of the judgements of an import.

    Attributes:
        new: Of a record that this person had not judged.
        changed: Put in the place of an older one.
        known: The very same was there.
        older: Passed over, since the one that is kept is newer.
    """

    new: int = 0
    changed: int = 0
    known: int = 0
    older: int = 0


@dataclass(slots=True)
class Judgements:
    """A run's judgements: the newest of each person on each record.

    The newer one is that of the later time; where a time is not told, the one that comes later.
    """

    held: dict[tuple[str, str], Judgement] = field(default_factory=dict)

    def add(self, judgement: Judgement, taken: Taken | None = None) -> None:
        """Take one more; tells in `taken` what became of it."""
        taken = taken or Taken()
        key = judgement.record_id, judgement.reviewer
        before = self.held.get(key)
        if before is None:
            taken.new += 1
        elif before == judgement:
            taken.known += 1
        elif before.time and judgement.time and _instant(judgement.time) < _instant(before.time):
            taken.older += 1
            return
        else:
            taken.changed += 1
        self.held[key] = judgement

    def remove(self, reviewer: str) -> int:
        """Forget all of one person; gives how many there were."""
        gone = [key for key in self.held if key[1] == reviewer]
        for key in gone:
            del self.held[key]
        return len(gone)

    @property
    def reviewers(self) -> tuple[str, ...]:
        """Who judged, by name."""
        return tuple(sorted({reviewer for _, reviewer in self.held}))

    def ordered(self) -> tuple[Judgement, ...]:
        """All of them by record and person: the same however they came in."""
        return tuple(self.held[key] for key in sorted(self.held))


def read_triage(path: Path, of: JudgedRun) -> Judgements:
    """What the run keeps; nothing where there is no file.

    Raises:
        DatasetError: A line cannot be read or is of another run; names file and line.
    """
    kept = Judgements()
    if path.is_file():
        for placed in read_judgements(path, of):
            kept.add(placed.judgement)
    return kept


def write_triage(path: Path, of: JudgedRun, judgements: Judgements) -> None:
    """Write triage.jsonl, atomically; without any judgement there is no file.

    Raises:
        StoreError: The disk refuses.
    """
    if not judgements.held:
        path.unlink(missing_ok=True)
        return
    lines = (_line(of, judgement) for judgement in judgements.ordered())
    write_bytes_atomically(path, b"".join(lines))


def _line(of: JudgedRun, judgement: Judgement) -> bytes:
    told = {
        "run": of.run_id,
        "dataset": of.dataset,
        "dataset_sha256": of.dataset_sha256,
        "record": judgement.record_id,
        "opinion": judgement.opinion,
        "right": judgement.right,
        "note": judgement.note,
        "reviewer": judgement.reviewer,
        "time": judgement.time,
        "bulk": judgement.in_bulk,
    }
    return orjson.dumps(told, option=orjson.OPT_APPEND_NEWLINE)


def read_judgements(path: Path, of: JudgedRun, *, reviewer: str = "") -> Iterator[Placed]:
    """The judgements of one exported file, in its order.

    Args:
        path: JSONL or CSV, told apart by what is in it.
        of: The run that they must be of.
        reviewer: Who judged, where a line does not say.

    Raises:
        DatasetError: The file or a line of it cannot be read, or is of another run.
    """
    for row in rows_of(path, _FIELDS):
        yield Placed(judgement=_judgement(row, of, reviewer), place=row.place)


def of_records(
    placed: Sequence[Placed], record_ids: Iterable[str], shown: Callable[[str], str]
) -> list[Judgement]:
    """The judgements under the ids that the run's records have.

    Args:
        placed: The judgements; their records are held in memory.
        record_ids: Of the run, read once.
        shown: How the report writes an id: characters that cannot be seen are written out there, and so they
            are in its export.

    Raises:
        DatasetError: Names the first judgement whose record is not one of the run's.
    """
    missing = {one.judgement.record_id for one in placed}
    names: dict[str, str] = {}
    for record_id in record_ids:
        if not missing:
            break
        for written in (record_id, shown(record_id)):
            if written in missing:
                missing.discard(written)
                names[written] = record_id
    first = next((one for one in placed if one.judgement.record_id in missing), None)
    if first is not None:
        raise DatasetError(
            f'{first.place}: the run has no record "{first.judgement.record_id[:200]}"',
            "A spreadsheet drops leading zeros and rounds long numbers: open the CSV with that column as "
            "text, or export JSONL from the report.",
        )
    return [replace(one.judgement, record_id=names[one.judgement.record_id]) for one in placed]


def _judgement(row: Row, of: JudgedRun, reviewer: str) -> Judgement:
    texts = {name: _text(row, name) for name in _TEXTS}
    for name in _REQUIRED:
        if not texts[name].strip():
            raise _wrong(row, f'"{name}" is missing', f"Each judgement has {', '.join(_REQUIRED)}.")
    _must_be_of(row, texts, of)
    opinion = _word(row, "opinion", texts["opinion"], Opinion)
    right = _word(row, "right", texts["right"], RightSide) if texts["right"].strip() else None
    name = texts["reviewer"].strip() or reviewer
    if not name:
        raise _wrong(row, "nobody is named as reviewer", "Say who judged with --reviewer NAME.")
    if len(name) > MOST_NAME:
        raise _wrong(row, f"the reviewer's name is longer than {MOST_NAME} characters", "Shorten it.")
    return Judgement(
        record_id=texts["record"],
        opinion=opinion,
        right=right if opinion is Opinion.LABEL_WRONG else None,
        note=texts["note"],
        reviewer=name,
        time=_time(row, texts["time"].strip()),
        in_bulk=_truth(row, "bulk"),
    )


def _must_be_of(row: Row, texts: Mapping[str, str], of: JudgedRun) -> None:
    run_id, digest = texts["run"].strip(), texts["dataset_sha256"].strip()
    if run_id != of.run_id:
        raise _wrong(
            row,
            f'judges run "{run_id[:100]}", but this is "{of.run_id}"',
            "Other answers were judged there. Import the file into that run.",
        )
    if digest != of.dataset_sha256:
        raise _wrong(
            row,
            f"judges other records: dataset_sha256 begins {digest[:12]}, "
            f"that of this run {of.dataset_sha256[:12]}",
            "Judge the cases in the report of this very run.",
        )


def _text(row: Row, name: str) -> str:
    value = row.values.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise _wrong(row, f'"{name}" must be a text', "Write it in quotes.")
    return value


def _word(row: Row, name: str, text: str, words: type[_Word]) -> _Word:
    told = text.strip().lower().replace(" ", "_")
    known = [word.value for word in words]
    if told not in known:
        near = get_close_matches(told, known, n=1)
        mean = f'; did you mean "{near[0]}"?' if near else ""
        raise _wrong(row, f'"{text[:100]}" is no {_NOUNS[words]}{mean}', f"There are {', '.join(known)}.")
    return words(told)


_NOUNS: Mapping[type[StrEnum], str] = {Opinion: "opinion", RightSide: "side that can be right"}


def _truth(row: Row, name: str) -> bool:
    value = row.values.get(name)
    if isinstance(value, bool):
        return value
    told = _TRUTHS.get((value or "").strip().lower()) if isinstance(value, str | None) else None
    if told is None:
        raise _wrong(row, f'"{name}" must be true or false', "Leave it out where nothing was judged in bulk.")
    return told


def _time(row: Row, text: str) -> str:
    try:
        if text:
            _instant(text)
    except ValueError:
        raise _wrong(
            row, f'"{text[:100]}" is no time', "Write it as 2026-11-25T20:00:00Z, or leave it empty."
        ) from None
    return text


def _instant(text: str) -> datetime:
    """A moment that can be compared; a time without a zone is taken as UTC."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _wrong(row: Row, what: str, hint: str) -> DatasetError:
    return DatasetError(f"{row.place}: {what}", hint)
