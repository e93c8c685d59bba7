"""Plain rows of JSON lines: what the scripts that build a dataset read and write."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson

from harness.dataset.lines import read_lines
from harness.dataset.writer import replacing


def read_rows(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of a .jsonl or .jsonl.gz file, one at a time.

    Raises:
        DatasetError: The file cannot be read.
    """
    for line in read_lines(path):
        yield orjson.loads(line.data)


def write_rows(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    """Write a .jsonl or .jsonl.gz file, the same bytes for the same rows; nothing is left where it fails.

    Raises:
        DatasetError: The disk refuses.
    """
    with replacing(path) as stream:
        for row in rows:
            stream.write(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE))
