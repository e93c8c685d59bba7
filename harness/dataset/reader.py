"""records.jsonl as Records, one at a time; errors carry file and line."""

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from harness.dataset.lines import Line, read_lines, records_file
from harness.dataset.record_line import record_of
from harness.dataset.seen import SeenIds
from harness.dataset.shape import ShapeError, quoted
from harness.domain.record import Record
from harness.errors import DatasetError

MAX_TAG_NAMES = 200
MAX_TAG_VALUES = 1000

_MAX_DEPTH = 200  # orjson writes at most 254 levels, and a line is wrapped once more when it is sent
_LONG_NUMBER = re.compile(rb"\d{19}")
_LARGEST_INTEGER = 2**64 - 1
_SMALLEST_INTEGER = -(2**63)


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetFacts:
    """What one pass over a records file finds.

    Attributes:
        records: How many there are.
        sha256: Hex digest of the uncompressed file.
        with_expected, with_recorded: How many have an expected answer, a recorded one.
        characters: Characters of message text in all requests together.
        tags: Tag name to its number of distinct values; names stop at 200, values at 1,000.
    """

    records: int
    sha256: str
    with_expected: int
    with_recorded: int
    characters: int
    tags: Mapping[str, int]


def read_records(path: Path) -> Iterator[Record]:
    """The records of a file or dataset folder, in order.

    Does not look for ids used twice: `check_records` does.

    Raises:
        DatasetError: The file or a line of it cannot be read; says where and how to mend it.
    """
    return (record for _, record in _numbered(records_file(path), None))


def check_records(path: Path) -> DatasetFacts:
    """Read a whole file or dataset folder once and count what it holds, in bounded memory.

    Raises:
        DatasetError: As `read_records`, and where an id is used twice.
    """
    file = records_file(path)
    digest = hashlib.sha256()
    seen, tally = SeenIds(), _Tally()
    for number, record in _numbered(file, digest.update):
        first = seen.first_line(record.id, number)
        if first is not None:
            raise DatasetError(
                f"{file}:{number}: custom_id {quoted(record.id)} was already used in line {first}",
                "Give every record an id of its own.",
            )
        tally.add(record)
    return tally.facts(digest.hexdigest())


def _numbered(file: Path, each_raw: Callable[[bytes], object] | None) -> Iterator[tuple[int, Record]]:
    number = 0
    for line in read_lines(file, each_raw=each_raw):
        number = line.number
        yield number, record_in(file, line)
    if not number:
        raise DatasetError(
            f"{file}: holds no records", 'Write one JSON object per line: {"custom_id": "…", "body": {…}}.'
        )


def record_in(file: Path, line: Line) -> Record:
    """The record of one line.

    Raises:
        DatasetError: Says where the file is wrong and how to mend it.
    """
    try:
        return record_of(_value(line))
    except ShapeError as error:
        raise DatasetError(f"{file}:{line.number}: {error.what}", error.mend) from None


class _Tally:
    """Counts over records; tags are kept as hashes, up to the limits."""

    def __init__(self) -> None:
        self._records = self._with_expected = self._with_recorded = self._characters = 0
        self._tags: dict[str, set[int]] = {}

    def add(self, record: Record) -> None:
        self._records += 1
        self._with_expected += record.expected is not None
        self._with_recorded += record.recorded is not None
        self._characters += sum(len(message.text) for message in record.request.messages)
        for name, value in record.tags.items():
            if name not in self._tags and len(self._tags) >= MAX_TAG_NAMES:
                continue
            values = self._tags.setdefault(name, set())
            if len(values) < MAX_TAG_VALUES:
                values.add(hash(value))

    def facts(self, sha256: str) -> DatasetFacts:
        return DatasetFacts(
            records=self._records,
            sha256=sha256,
            with_expected=self._with_expected,
            with_recorded=self._with_recorded,
            characters=self._characters,
            tags={name: len(values) for name, values in self._tags.items()},
        )


def _value(line: Line) -> Any:
    try:
        value = orjson.loads(line.data)
    except orjson.JSONDecodeError as error:
        raise _json_trouble(line.data, error) from None
    if line.data.count(b"{") + line.data.count(b"[") > _MAX_DEPTH:
        _check_depth(value)
    if _LONG_NUMBER.search(line.data):
        _check_integers(line.data)
    return value


def _check_depth(value: object) -> None:
    level: list[object] = [value]
    for _ in range(_MAX_DEPTH):
        level = [child for parent in level for child in _children(parent)]
        if not level:
            return
    raise _too_deep()


def _children(value: object) -> list[object]:
    held = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [child for child in held if isinstance(child, dict | list)]


def _check_integers(data: bytes) -> None:
    """Refuse integers that would silently lose digits by becoming floats."""

    def read(digits: str) -> int:
        if len(digits) > 20 or not _SMALLEST_INTEGER <= int(digits) <= _LARGEST_INTEGER:
            raise ShapeError(
                f"the integer {quoted(digits)} has more than 64 bits",
                "Write it as a string to keep all its digits.",
            )
        return int(digits)

    json.loads(data, parse_int=read)


def _too_deep() -> ShapeError:
    return ShapeError(f"the JSON is nested deeper than {_MAX_DEPTH} levels", "Flatten it.")


def _json_trouble(data: bytes, error: orjson.JSONDecodeError) -> ShapeError:
    try:
        text = data.decode()
    except UnicodeDecodeError as wrong_byte:
        place = wrong_byte.start
        return ShapeError(
            f"not UTF-8: byte {place + 1} of the line is 0x{data[place]:02x}", "Save the file as UTF-8."
        )
    if "depth" in error.msg:
        return _too_deep()
    if "surrogate" in error.msg:
        return ShapeError(
            f"not valid JSON at character {error.pos + 1}: half a surrogate pair, such as \\ud83d alone",
            "Write the other half as well, or \\ufffd instead.",
        )
    for name in ("NaN", "Infinity", "-Infinity"):
        if text.startswith(name, error.pos) or text.startswith(name, max(0, error.pos - 1)):
            return ShapeError(f"not valid JSON at character {error.pos + 1}: {name} is not JSON", "Use null.")
    return ShapeError(
        f"not valid JSON at character {error.pos + 1}: {error.msg.partition(': line ')[0]}",
        "Each line must be one whole JSON object.",
    )
