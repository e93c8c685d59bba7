"""The sandbox as a child process that never outlives its parent."""

import os
import re
import select
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import orjson

from harness.errors import HarnessError

START_S = 30.0
END_S = 5.0
_PACKAGES = Path(__file__).resolve().parents[2]
_LISTENING = re.compile(r"listening on (http://\S+)")


@contextmanager
def embedded(
    dataset: Path, truth: Path | None = None, table: Mapping[str, Any] | None = None
) -> Iterator[str]:
    """A sandbox of this dataset on a free port while the context lasts; gives its base url.

    Args:
        dataset: The dataset's folder.
        truth: Where the planted truth is appended; None: nowhere.
        table: The [sandbox] table with its overrides; None reads it from dataset.toml.

    Raises:
        HarnessError: It did not start; the message holds what it wrote.
    """
    command = [sys.executable, "-m", "harness.sandbox.server", "--dataset", str(dataset), "--die-with-parent"]
    if truth is not None:
        command += ["--truth", str(truth)]
    if table is not None:
        command += ["--table", orjson.dumps(table).decode()]
    paths = [str(_PACKAGES), *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
    with tempfile.TemporaryFile("w+") as complaints:
        child = subprocess.Popen(  # noqa: S603  # our own module, with paths as arguments
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=complaints,
            text=True,
            env=environment,
        )
        try:
            yield _base_url(child, complaints)
        finally:
            _end(child)


def _base_url(child: subprocess.Popen[str], complaints: IO[str]) -> str:
    output = child.stdout
    if output is None:  # cannot be: it was opened as a pipe
        raise HarnessError("The sandbox has no output to read from.")
    ready, _, _ = select.select([output], [], [], START_S)
    found = _LISTENING.search(output.readline()) if ready else None
    if found:
        return found.group(1)
    child.kill()
    child.wait()
    complaints.seek(0)
    wrote = complaints.read().strip()[-2000:] or f"nothing was heard of it for {START_S:g} s"
    raise HarnessError(f"The sandbox did not start: {wrote}")


def _end(child: subprocess.Popen[str]) -> None:
    for stream in (child.stdin, child.stdout):
        if stream is not None:
            stream.close()
    try:
        child.wait(END_S)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
