"""kill -9 at any moment: nothing that arrived is lost, nothing is paid twice."""

import json
import random
import signal
import subprocess
import time
from collections import Counter
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from command_line import harness, make_dataset, started
from counting_server import CountingServer, counting_server

RECORDS = 400


def settled(journal: Path) -> set[tuple[str, str]]:
    """(arm, record) of every whole line of the journal; the tests' server only gives responses."""
    if not journal.exists():
        return set()
    lines = journal.read_bytes().split(b"\n")[:-1]
    keys = [json.loads(line)["key"] for line in lines]
    return {(arm, record_id) for record_id, arm, _, _ in keys}


def kill_once(dataset: Path, reports: Path, after_s: float) -> None:
    process = started("shadow", dataset, "--reports", reports)
    try:
        process.wait(after_s)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.wait()


def asked_of(server: CountingServer) -> Counter[tuple[str, str]]:
    with server.lock:
        return Counter({(arm, "r" + text.split()[1]): count for (arm, text), count in server.asked.items()})


def torture(tmp_path: Path, kills: int, seed: int) -> None:
    chance = random.Random(seed)
    reports = tmp_path / "reports"
    with counting_server(delay_s=0.01) as server:
        dataset = make_dataset(tmp_path / "echo", RECORDS, url=server.url)
        for _ in range(kills):
            kill_once(dataset, reports, chance.uniform(0.4, 2.2))
            time.sleep(0.1)  # calls of the dead process are still being counted
            runs = sorted((reports / "echo").glob("2*")) if (reports / "echo").exists() else []
            journal = runs[-1] / "journal.jsonl" if runs else tmp_path / "none"
            had, asked_before = settled(journal), asked_of(server)
            if runs and (runs[-1] / "manifest.json").exists():
                break
            kill_once(dataset, reports, chance.uniform(0.4, 2.2))
            time.sleep(0.1)
            again = asked_of(server) - asked_before
            assert not had & set(again), "a settled call was sent again"
            assert had <= settled(journal), "a response was lost"
        done = harness("shadow", dataset, "--reports", reports)
        assert done.returncode == 0, done.stderr
        first = sorted((reports / "echo").glob("2*"))[0]
        assert (first / "manifest.json").exists()
        pairs = pq.read_table(first / "pairs.parquet").to_pydict()
        assert pairs["record_id"] == [f"r{number}" for number in range(RECORDS)]
        assert set(pairs["incumbent_status"]) == set(pairs["candidate_status"]) == {"ok"}
        assert pairs["candidate_answer"] == [f"text {number}" for number in range(RECORDS)]
    lines = (first / "journal.jsonl").read_bytes().splitlines()
    seen = Counter(json.dumps(json.loads(line)["key"]) for line in lines)
    assert max(seen.values()) == 1


def test_four_kills_lose_and_repay_nothing(tmp_path: Path) -> None:
    torture(tmp_path, 2, seed=1)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(5))
def test_fifty_kills_lose_and_repay_nothing(tmp_path: Path, seed: int) -> None:
    torture(tmp_path, 5, seed=100 + seed)
