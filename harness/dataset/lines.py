"""The bytes of a records file, line by line, in bounded memory."""

import gzip
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from harness.errors import DatasetError

MAX_LINE_MB = 32
MAX_LINE_BYTES = MAX_LINE_MB * 1024 * 1024
RECORD_FILES = ("records.jsonl", "records.jsonl.gz")

_BOM = b"\xef\xbb\xbf"
_UTF16_BOMS = (b"\xff\xfe", b"\xfe\xff")
_GZIP_MAGIC = b"\x1f\x8b"
_LISTED_FILES = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line that is not blank, without its line end; `number` counts from 1, blank lines too."""

    number: int
    data: bytes


def records_file(path: Path) -> Path:
    """The records file of a dataset folder; a path to a file is returned as it is.

    Raises:
        DatasetError: There is no such file, or there are two.
    """
    if not path.is_dir():
        _check_present(path)
        return path
    found = [path / name for name in RECORD_FILES if (path / name).is_file()]
    if len(found) > 1:
        raise DatasetError(
            f"{path}: holds both records.jsonl and records.jsonl.gz",
            "Keep one of the two and move the other away.",
        )
    if not found:
        raise DatasetError(
            f"{path}: holds no records.jsonl or records.jsonl.gz; {_content(path)}", _HOW_TO_MAKE
        )
    return found[0]


_HOW_TO_MAKE = (
    'Write one JSON object per line: {"custom_id": "…", "body": {"messages": […]}}. '
    "An OpenAI Batch request file works as it is. `harness dataset new NAME` makes a folder to start from."
)


def _check_present(path: Path) -> None:
    if path.exists():
        return
    if not path.parent.is_dir():
        raise DatasetError(f"{path}: there is no such file, nor the folder it should be in", _HOW_TO_MAKE)
    raise DatasetError(f"{path}: there is no such file; {_content(path.parent)}", _HOW_TO_MAKE)


def _content(folder: Path) -> str:
    names = sorted(entry.name + "/" * entry.is_dir() for entry in folder.iterdir())
    if not names:
        return "the folder is empty"
    more = f" and {len(names) - _LISTED_FILES} more" if len(names) > _LISTED_FILES else ""
    return f"the folder holds {', '.join(names[:_LISTED_FILES])}{more}"


def read_lines(path: Path, *, each_raw: Callable[[bytes], object] | None = None) -> Iterator[Line]:
    """The lines of a .jsonl or .jsonl.gz file; blank ones are skipped.

    Args:
        path: The file.
        each_raw: Is given every line as it stands in the (uncompressed) file, for a digest.

    Raises:
        DatasetError: The file cannot be read, its gzip data are damaged, or a line is too long.
    """
    number = 0
    try:
        with _opened(path) as stream:
            while raw := stream.readline(MAX_LINE_BYTES + 1):
                number += 1
                _check_length(path, number, raw)
                if each_raw:
                    each_raw(raw)
                line = line_of_bytes(number, raw)
                if line.data:
                    yield line
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise _gzip_trouble(path, number, error) from error
    except OSError as error:
        raise DatasetError(f"{path}: cannot be read: {error.strerror or error}") from error


def line_of_bytes(number: int, raw: bytes) -> Line:
    """The line of that number as it stands in the file."""
    return Line(number=number, data=(raw.removeprefix(_BOM) if number == 1 else raw).strip())


def _opened(path: Path) -> BinaryIO:
    if path.name.endswith(".gz"):
        return cast("BinaryIO", gzip.open(path, "rb"))
    stream = path.open("rb")
    start = stream.read(2)
    stream.seek(0)
    if start == _GZIP_MAGIC or start in _UTF16_BOMS:
        stream.close()
        if start == _GZIP_MAGIC:
            raise DatasetError(f"{path}: is compressed with gzip", f"Rename it to {path.name}.gz.")
        raise DatasetError(f"{path}: is UTF-16 text", "Save it as UTF-8.")
    return stream


def _check_length(path: Path, number: int, raw: bytes) -> None:
    if len(raw) > MAX_LINE_BYTES:
        raise DatasetError(
            f"{path}:{number}: line is longer than {MAX_LINE_MB} MB",
            "Each record stands on one line. Shorten this one, or check that the lines end with a line feed.",
        )


def _gzip_trouble(path: Path, lines_read: int, error: Exception) -> DatasetError:
    where = f"{path}:{lines_read + 1}"
    if isinstance(error, EOFError):
        return DatasetError(
            f"{where}: the gzip data break off here", "The file is incomplete: copy it again."
        )
    if isinstance(error, gzip.BadGzipFile) and lines_read == 0:
        return DatasetError(
            f"{where}: is not gzip data, though its name ends in .gz",
            "Compress it with gzip, or take .gz off its name.",
        )
    return DatasetError(f"{where}: the gzip data are damaged here", "Copy or compress the file again.")
