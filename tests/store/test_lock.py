import os
import subprocess
import sys
from pathlib import Path

import pytest

from harness.errors import StoreError
from harness.store.layout import RunDirectory
from harness.store.lock import run_lock

HOLDER = """
import sys
from pathlib import Path
from harness.store.layout import RunDirectory
from harness.store.lock import run_lock
with run_lock(RunDirectory(Path(sys.argv[1]))):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_another_process_cannot_work_on_a_run_and_a_dead_one_holds_nothing(tmp_path: Path) -> None:
    run = RunDirectory(tmp_path)
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(StoreError) as caught, run_lock(run):
            pass
        assert caught.value.message == f"{tmp_path}: another process is working on this run"
        assert caught.value.hint == "Wait for it or stop it."
        holder.kill()
    with run_lock(run):
        pass


def test_a_lock_is_given_back(tmp_path: Path) -> None:
    run = RunDirectory(tmp_path)
    with pytest.raises(KeyError), run_lock(run):
        raise KeyError
    with run_lock(run), pytest.raises(StoreError, match="another process"), run_lock(run):
        pass


def test_a_run_that_is_not_there_cannot_be_held(tmp_path: Path) -> None:
    missing = RunDirectory(tmp_path / "none")
    with pytest.raises(StoreError, match=r"none/\.lock: cannot be opened: No such file"), run_lock(missing):
        pass
