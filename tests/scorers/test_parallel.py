import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import psutil
import pytest
from command_line import ROOT
from scored_parts import PER_PART, read_damaged, read_part, read_with_a_bug, scorer_file

from harness.domain.pair import Pair
from harness.errors import ConfigError, PluginBroken, RunDamaged
from harness.scorers.build import build_scorers
from harness.scorers.parallel import ScoringJob, processes_for, score_in_processes
from harness.scorers.stage import score_pairs

MINE = {"use": "scorer.py:mine"}
EXACT = {"use": "exact"}


def job(
    folder: Path, *tables: dict[str, Any], read: Callable[[int], Iterable[Pair]] = read_part
) -> ScoringJob:
    return ScoringJob(read=read, tables=tables, folder=folder, seed=7)


def no_child_is_left() -> bool:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        if not [child for child in psutil.Process().children() if "spawn_main" in " ".join(child.cmdline())]:
            return True
        time.sleep(0.05)
    return False


def test_scores_are_those_of_one_process_in_order(tmp_path: Path) -> None:
    folder = scorer_file(tmp_path, 'return sys.exit(3) if number.endswith("-5") else answer.text == "yes"')
    tables = (EXACT, MINE)
    in_processes = list(score_in_processes(job(folder, *tables), range(1, 6), 2))
    pairs = (pair for part in range(1, 6) for pair in read_part(part))
    assert in_processes == list(score_pairs(pairs, build_scorers(tables, folder), seed=7))
    assert len(in_processes) == 5 * PER_PART * 2
    failed = [row for row in in_processes if row.candidate is not None and row.candidate.value is None]
    assert {row.record_id for row in failed} == {f"r-{part}-5" for part in range(1, 6)}
    assert no_child_is_left()


def test_a_scorer_that_ends_its_process_is_told(tmp_path: Path) -> None:
    # It waits, so that all scores before are read when it ends.
    body = 'return time.sleep(0.5) or os._exit(7) if number == "r-1-230" else True'
    folder = scorer_file(tmp_path, body)
    rows = score_in_processes(job(folder, MINE), range(4), 2)
    with pytest.raises(PluginBroken) as caught:
        list(rows)
    told = 'a scorer ended its process (exit code 7) on one of the 100 records after "r-1-199"'
    assert caught.value.message == told
    assert no_child_is_left()


def test_a_process_that_the_system_kills_is_not_blamed_on_an_exit(tmp_path: Path) -> None:
    folder = scorer_file(tmp_path, 'return os.kill(os.getpid(), 9) if number == "r-1-230" else True')
    with pytest.raises(PluginBroken, match="killed from outside") as caught:
        list(score_in_processes(job(folder, MINE), range(4), 2))
    assert 'after "r-1-199"' in caught.value.message
    assert no_child_is_left()


@pytest.mark.parametrize(
    ("read", "error", "message"),
    [
        (read_damaged, RunDamaged, "pairs.parquet: cannot be read"),
        (read_with_a_bug, RuntimeError, "KeyError: 0"),
    ],
)
def test_trouble_with_the_pairs_is_raised_here(
    read: Callable[[int], Iterable[Pair]], error: type[Exception], message: str, tmp_path: Path
) -> None:
    with pytest.raises(error, match=message) as caught:
        list(score_in_processes(job(tmp_path, EXACT, read=read), range(3), 2))
    if isinstance(caught.value, RunDamaged):
        assert caught.value.hint == "Make it again."


def test_scorers_that_cannot_be_built_are_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="has no setting"):
        list(score_in_processes(job(tmp_path, {"use": "exact", "colour": "red"}), range(2), 1))


def test_who_stops_reading_ends_the_workers(tmp_path: Path) -> None:
    folder = scorer_file(tmp_path, "return time.sleep(0.001) or True")
    rows = score_in_processes(job(folder, MINE), range(100), 2)
    assert next(rows).record_id == "r-0-0"
    rows.close()
    assert no_child_is_left()


SCRIPT = """
import signal
import sys
from pathlib import Path
from scored_parts import read_part
from harness.scorers.parallel import ScoringJob, score_in_processes

if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs ignore it
    tables = [{"use": "scorer.py:mine"}]
    job = ScoringJob(read=read_part, tables=tables, folder=Path(sys.argv[1]), seed=7)
    for row in score_in_processes(job, range(1000), 2):
        print(row.record_id, flush=True)
"""


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_workers_end_with_their_parent(how: signal.Signals, tmp_path: Path) -> None:
    folder = scorer_file(tmp_path, "return time.sleep(0.001) or True")
    script = tmp_path / "script.py"
    script.write_text(textwrap.dedent(SCRIPT), encoding="utf-8")
    environment = {"PYTHONPATH": f"{ROOT / 'tests'}:{ROOT}"}
    with subprocess.Popen(
        [sys.executable, script, folder], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        workers = psutil.Process(process.pid).children(recursive=True)
        assert len(workers) >= 2
        process.send_signal(how)
        process.communicate(timeout=30)
    _, alive = psutil.wait_procs(workers, timeout=20)
    assert alive == []


def test_processes_must_be_worth_their_start() -> None:
    assert processes_for(0.5, 100, 8) == 1
    assert processes_for(3.9, 100, 8) == 1
    assert processes_for(4.1, 100, 8) == 2
    assert processes_for(600, 100, 8) == 8
    assert processes_for(600, 3, 8) == 3
    assert processes_for(600, 0, 8) == 1
