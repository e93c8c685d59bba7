"""The rows of an exported file of judgements, JSONL or CSV, as whoever edited it left them."""

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import orjson

from harness.errors import DatasetError
from harness.store.parquet import encodable

MOST_MB = 256

_UTF16_BOMS = (b"\xff\xfe", b"\xfe\xff")
_FORMULA = "=+-@\t\r"
"""A cell that begins so would be run by a spreadsheet: the export puts an apostrophe before it."""

_DELIMITERS = ",;\t"
_EXAMPLE = "Export it from the report as JSONL or CSV (docs/triage.md)."


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One judgement as it stands in the file; `place` is file and line."""

    place: str
    values: Mapping[str, Any]


def rows_of(path: Path, fields: Sequence[str]) -> Iterator[Row]:
    """The rows in order.

    Args:
        path: The file. One that begins with a brace is JSONL, any other is CSV.
        fields: Names that a row may have.

    Raises:
        DatasetError: It cannot be read, is neither of the two, or has a field of another name.
    """
    text = _text_of(path)
    start = text.lstrip()[:1]
    if not start:
        return
    if start == "{" or (start == "[" and path.suffix.lower() != ".csv"):
        yield from _json_rows(path, text, fields)
    else:
        yield from _csv_rows(path, text, fields)


def _text_of(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(MOST_MB * 1024 * 1024 + 1)
    except OSError as error:
        raise DatasetError(f"{path}: cannot be read: {error.strerror or error}", _EXAMPLE) from error
    if len(data) > MOST_MB * 1024 * 1024:
        raise DatasetError(f"{path}: is larger than {MOST_MB} MB", _EXAMPLE)
    if data[:2] in _UTF16_BOMS:
        raise DatasetError(f"{path}: is UTF-16 text", "Save it as UTF-8 (in Excel: CSV UTF-8).")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        hint = "Save it as UTF-8 (in Excel: CSV UTF-8)."
        raise DatasetError(f"{path}:{line}: is not UTF-8 text", hint) from None


def _json_rows(path: Path, text: str, fields: Sequence[str]) -> Iterator[Row]:
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        place = f"{path}:{number}"
        values = _json(line, place)
        if not isinstance(values, dict):
            raise DatasetError(
                f"{place}: not a JSON object", "Each judgement stands on one line, as one object."
            )
        _check_fields(values, fields, place)
        yield Row(
            place=place,
            values={
                name: encodable(value) if isinstance(value, str) else value for name, value in values.items()
            },
        )


def _json(line: str, place: str) -> Any:
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError:
        pass
    try:
        # Half an emoji, as a text field cuts it off, is JSON to a browser.
        return json.loads(line)
    except (ValueError, RecursionError) as error:
        raise DatasetError(f"{place}: not valid JSON: {error}", _EXAMPLE) from None


def _csv_rows(path: Path, text: str, fields: Sequence[str]) -> Iterator[Row]:
    header = text.lstrip("\r\n").partition("\n")[0]
    # Where the comma is a decimal sign, spreadsheets put semicolons between cells.
    delimiter = max(_DELIMITERS, key=header.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    names: list[str] = []
    try:
        for cells in reader:
            place = f"{path}:{reader.line_num}"
            if not any(cells):
                continue
            if not names:
                names = [cell.strip().lower() for cell in cells]
                _check_header(names, fields, place)
                continue
            if len(cells) > len(names) and any(cells[len(names) :]):
                raise DatasetError(
                    f"{place}: has {len(cells)} cells under {len(names)} names",
                    "Put a cell that holds the separator in double quotes.",
                )
            yield Row(place=place, values=dict(zip(names, map(_plain, cells), strict=False)))
    except csv.Error as error:
        raise DatasetError(f"{path}:{reader.line_num}: not valid CSV: {error}", _EXAMPLE) from None


def _plain(cell: str) -> str:
    """The cell without the apostrophe that keeps a spreadsheet from running it."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] and cell[1] in _FORMULA else cell


def _check_header(names: Sequence[str], fields: Sequence[str], place: str) -> None:
    if not set(names) & set(fields):
        raise DatasetError(
            f"{place}: neither JSON nor the header of a CSV file",
            f"A CSV file begins with {','.join(fields)}.",
        )
    _check_fields([name for name in names if name], fields, place)
    twice = next((name for name in names if name and names.count(name) > 1), None)
    if twice:
        raise DatasetError(f'{place}: the column "{twice}" is there twice', "Remove one of them.")


def _check_fields(names: Mapping[str, Any] | Sequence[str], fields: Sequence[str], place: str) -> None:
    for name in names:
        if name not in fields:
            near = get_close_matches(name, fields, n=1)
            mean = f'; did you mean "{near[0]}"?' if near else ""
            raise DatasetError(
                f'{place}: there is no field "{name[:100]}"{mean}', f"There are {', '.join(fields)}."
            )
