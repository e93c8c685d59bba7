"""`kill -9` at any moment, then the same again: nothing is paid twice, nothing that arrived is lost."""

import asyncio
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from threading import Thread
from time import monotonic, sleep

import pytest
from loopback import Loopback, serving, whole
from victim import CONCURRENCY, plan, record

from harness.domain.chat import Response
from harness.domain.observation import Arm
from harness.replay.plan import observe
from harness.store.journal import JournalIndex

ROOT = Path(__file__).parents[2]
ANSWER = (
    b'{"choices":[{"index":0,"finish_reason":"stop","message":{"role":"assistant","content":"%s"}}],'
    b'"usage":{"prompt_tokens":3,"completion_tokens":2}}'
)


@contextmanager
def server_in_a_thread() -> Iterator[Loopback]:
    """A server that outlives every killed run; answers after 20 ms with 2 kB."""
    started: list[Loopback] = []
    stop: list[Callable[[], object]] = []

    async def answer(writer: asyncio.StreamWriter, number: int) -> None:
        await asyncio.sleep(0.02)
        writer.write(whole(ANSWER % (b"x" * 2000)))
        await writer.drain()

    async def serve() -> None:
        end, loop = asyncio.Event(), asyncio.get_running_loop()
        stop.append(lambda: loop.call_soon_threadsafe(end.set))
        async with serving(answer) as state:
            started.append(state)
            await end.wait()

    thread = Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    try:
        while not started:
            sleep(0.01)
        yield started[0]
    finally:
        stop[0]()
        thread.join()


def start(state: Loopback, path: Path, count: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, str(ROOT / "tests" / "victim.py"), state.url, str(path), str(count)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


def called(request: bytes) -> tuple[str, str]:
    """The arm and the record of a request."""
    arm, number = re.search(rb'"model":\s*"(\w+)"', request), re.search(rb"prompt (\d+)\.", request)
    assert arm
    assert number
    return arm[1].decode(), f"r{number[1].decode()}"


def settled(state: Loopback, path: Path, count: int) -> set[tuple[str, str]]:
    index = JournalIndex.scan(path)
    plans = [plan(arm, state.url) for arm in Arm]
    return {
        (each.arm.value, record(number).id)
        for number in range(count)
        for each in plans
        if isinstance(observe(each, record(number), index)[0].outcome, Response)
    }


def kill_and_resume(path: Path, *, kills: int, count: int, random: Random) -> None:
    with server_in_a_thread() as state:
        for _ in range(kills):
            before, paid = len(state.requests), settled(state, path, count)
            victim = start(state, path, count)
            wanted = before + random.randrange(2 * count // kills)
            due = monotonic() + 60
            while len(state.requests) < wanted and victim.poll() is None and monotonic() < due:
                sleep(0.001)
            sleep(random.random() * 0.03)
            victim.kill()
            victim.wait()
            assert paid <= settled(state, path, count)
            assert not {called(request) for request in state.requests[before:]} & paid
        paid, before = settled(state, path, count), len(state.requests)
        last = start(state, path, count)
        assert last.wait(60) == 0
        assert not {called(request) for request in state.requests[before:]} & paid
        assert len(settled(state, path, count)) == 2 * count
        times = Counter(called(request) for request in state.requests)
    assert len(times) == 2 * count
    assert sum(times.values()) - 2 * count <= kills * 2 * CONCURRENCY
    lines = path.read_bytes().splitlines()
    assert len(lines) == 2 * count  # no call is there twice
    assert all(line.endswith(b"}") for line in lines)


def test_five_kills(tmp_path: Path) -> None:
    kill_and_resume(tmp_path / "journal.jsonl", kills=5, count=120, random=Random(1))


@pytest.mark.slow
def test_fifty_kills(tmp_path: Path) -> None:
    kill_and_resume(tmp_path / "journal.jsonl", kills=50, count=1000, random=Random(2))


def test_two_processes_cannot_continue_one_run(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    with server_in_a_thread() as state:
        first = start(state, path, 3000)
        while not state.requests:
            sleep(0.005)
        second = subprocess.run(
            [sys.executable, str(ROOT / "tests" / "victim.py"), state.url, str(path), "3000"],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            check=False,
        )
        first.kill()
        first.wait()
    assert second.returncode == 1
    assert b"another process is writing this run at this moment" in second.stderr
