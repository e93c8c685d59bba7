"""The mock endpoint: compiled once into a temporary folder, one process per setting."""

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SOURCE = Path(__file__).with_name("mockllm.c")
_START_S = 5.0


class NoCompilerError(Exception):
    """There is no C compiler."""


def build(folder: Path) -> Path:
    """Compile the mock.

    Raises:
        NoCompilerError: There is no `cc`.
    """
    compiler = shutil.which("cc")
    if compiler is None:
        raise NoCompilerError("error: the benchmark needs a C compiler (cc) for its mock endpoint")
    program = folder / "mockllm"
    subprocess.run([compiler, "-O2", "-w", "-o", str(program), str(SOURCE)], check=True)
    return program


@contextmanager
def serving(program: Path, *options: str) -> Iterator[str]:
    """Serve on a free port while the context lasts; gives the base url."""
    port = _free_port()
    child = subprocess.Popen([str(program), "--port", str(port), *options])
    try:
        _wait_for(port)
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        child.kill()
        child.wait()


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _wait_for(port: int) -> None:
    until = time.monotonic() + _START_S
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 0.2).close()
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.01)
        else:
            return
