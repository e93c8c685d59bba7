"""The planted truth: a file that tests read and the runner never sees."""

import os
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Self

import orjson

from harness.errors import HarnessError
from harness.sandbox.faults import Planted


class TruthFile:
    """Appends one JSON line per answer: record_id, model, repeat and the faults planted in it.

    After a restart of the sandbox an answer given again is written again: the last line counts.
    """

    def __init__(self, path: Path) -> None:
        try:
            self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        except OSError as trouble:
            raise HarnessError(
                f"{path}: the truth cannot be written there: {trouble.strerror}.", "Name another file."
            ) from trouble

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._file)

    def append(self, record_id: str, model: str, repeat: int, faults: tuple[Planted, ...]) -> None:
        """Write one line, whole or not at all."""
        line = {
            "record_id": record_id,
            "model": model,
            "repeat": repeat,
            "faults": [asdict(fault) for fault in faults],
        }
        os.write(self._file, orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))
