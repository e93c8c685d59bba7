"""One measurement in a process of its own: `python benchmarks/work.py JOB`, JOB and result as JSON.

CPU is that of this process, user and system, from the first request to the last; imports are outside.
"""

import asyncio
import resource
import sys
import time
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import orjson

from harness.domain.chat import Answer, ChatRequest, Response, Usage
from harness.domain.observation import Arm, CallKey, Observation, Timing
from harness.domain.record import Record
from harness.providers.http import HttpProvider
from harness.providers.openai import OpenAIDialect
from harness.replay.plan import ArmPlan
from harness.replay.runner import replay
from harness.replay.settings import ReplaySettings
from harness.store.journal import Journal, JournalIndex
from harness.store.journal_line import encode_line

PROMPT = "The goods arrived late and one pallet was broken. " * 20
ANSWER = "alpha bravo charlie delta " * 30
WINDOW = 1000


def record(number: int) -> Record:
    """A record with a prompt of 1 kB."""
    messages = [{"role": "user", "content": f"Document {number}. {PROMPT}"}]
    return Record(
        id=f"doc-{number}",
        request=ChatRequest(body={"messages": messages, "max_tokens": 200}),
        recorded=None,
        expected=None,
        tags={},
    )


class UnsyncedJournal(Journal):
    """The same journal, never brought to disk: what durability costs is the difference."""

    def _keep_synced(self) -> None:
        return


class Watched:
    """Records that note the clocks at every `WINDOW`th of them."""

    def __init__(self, count: int) -> None:
        self._count = count
        self.seen: list[tuple[int, float, float]] = []

    def __iter__(self) -> Iterator[Record]:
        for number in range(self._count):
            if number % WINDOW == 0:
                self.seen.append((number, time.process_time(), time.monotonic()))
            yield record(number)

    def between(self, first: float, last: float) -> tuple[float, float]:
        """CPU ms and wall ms per request between two records."""
        number, cpu, wall = min(self.seen, key=lambda entry: abs(entry[0] - first))
        end_number, end_cpu, end_wall = min(self.seen, key=lambda entry: abs(entry[0] - last))
        requests = 2 * max(1, end_number - number)
        return (end_cpu - cpu) * 1000 / requests, (end_wall - wall) * 1000 / requests


def plans(url: str, settings: ReplaySettings) -> dict[Arm, ArmPlan]:
    """Both arms at the mock."""
    return {
        arm: ArmPlan(
            arm=arm,
            name=arm.value,
            provider=HttpProvider(
                dialect=OpenAIDialect(),
                base_url=url,
                model=f"mock-{arm}",
                label=f"mock/{arm}",
                stream=settings.stream,
                max_connections=settings.concurrency,
            ),
            settings=settings,
        )
        for arm in Arm
    }


def measure_replay(job: dict[str, Any]) -> dict[str, float]:
    """The whole replay stage: both arms, journal, limits, retries."""
    settings = ReplaySettings(concurrency=job["in_flight"] // 2, stream=job.get("stream", False))
    watched = Watched(job["records"])
    make = Journal if job.get("sync", True) else UnsyncedJournal
    with TemporaryDirectory() as folder, make(Path(folder) / "journal.jsonl") as journal:
        cpu, wall = time.process_time(), time.monotonic()
        result = asyncio.run(replay(watched, plans(job["url"], settings), journal, settings))
        cpu, wall = time.process_time() - cpu, time.monotonic() - wall
    done = sum(arm.done - sum(arm.errors.values()) for arm in result.progress.arms.values())
    if done != 2 * job["records"]:
        raise SystemExit(f"only {done} of {2 * job['records']} calls were answered")
    last = watched.seen[-1][0]
    return {
        "cpu_ms": cpu * 1000 / done,
        "per_s": done / wall,
        "steady_per_s": 1000 / watched.between(last * 0.4, last * 0.9)[1],
        "early_ms": watched.between(WINDOW, 6 * WINDOW)[0],
        "late_ms": watched.between(max(0, last - 5 * WINDOW), last)[0],
        "rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def measure_client(job: dict[str, Any]) -> dict[str, float]:
    """A bare client in a loop: no journal, no limits, no retries, the answer parsed and dropped."""
    send = {"aiohttp": _aiohttp, "httpx": _httpx}[job["client"]]
    run: Any = asyncio.run
    if job.get("uvloop"):
        run = import_module("uvloop").run  # optional
    cpu = time.process_time()
    run(send(job["url"] + "/chat/completions", job["requests"], job["in_flight"]))
    return {"cpu_ms": (time.process_time() - cpu) * 1000 / job["requests"]}


def _body(number: int) -> bytes:
    return orjson.dumps({**record(number).request.body, "model": "mock-a"})


async def _aiohttp(url: str, requests: int, in_flight: int) -> None:
    import aiohttp  # noqa: PLC0415  only here

    numbers = iter(range(requests))
    connector = aiohttp.TCPConnector(limit=in_flight)
    async with aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar()) as session:

        async def work() -> None:
            for number in numbers:
                async with session.post(url, data=_body(number)) as response:
                    orjson.loads(await response.read())

        await asyncio.gather(*(work() for _ in range(in_flight)))


async def _httpx(url: str, requests: int, in_flight: int) -> None:
    import httpx  # noqa: PLC0415  only here

    numbers = iter(range(requests))
    async with httpx.AsyncClient(limits=httpx.Limits(max_connections=in_flight), timeout=60) as client:

        async def work() -> None:
            for number in numbers:
                orjson.loads((await client.post(url, content=_body(number))).content)

        await asyncio.gather(*(work() for _ in range(in_flight)))


def measure_resume(job: dict[str, Any]) -> dict[str, float]:
    """A run of which all but the last record is done: seconds until that one's calls are answered."""
    settings = ReplaySettings(stream=False)
    arms = plans(job["url"], settings)
    done = job["rows"] // 2
    with TemporaryDirectory() as folder:
        path = Path(folder) / "journal.jsonl"
        _fill(path, arms, done)
        wall = time.monotonic()
        JournalIndex.scan(path).close()
        scan = time.monotonic() - wall
        with Journal(path) as journal:
            wall, cpu = time.monotonic(), time.process_time()
            records = (record(number) for number in range(done + 1))
            result = asyncio.run(replay(records, arms, journal, settings))
            wall, cpu = time.monotonic() - wall, time.process_time() - cpu
    called = sum(arm.done for arm in result.progress.arms.values())
    if called != 2:
        raise SystemExit(f"{called} calls were made again, not 2")
    return {"scan_s": scan, "wall_s": wall, "cpu_s": cpu}


def _fill(path: Path, arms: dict[Arm, ArmPlan], records: int) -> None:
    response = Response(answer=Answer(text=ANSWER), usage=Usage(input_tokens=250, output_tokens=190))
    timing = Timing(started_at_s=1.7e9, latency_s=0.25)
    with path.open("wb") as file:
        for number in range(records):
            request = record(number).request
            for arm, plan in arms.items():
                if plan.provider is None:
                    continue
                key = CallKey(
                    record_id=f"doc-{number}",
                    arm=arm,
                    repeat=0,
                    fingerprint=plan.provider.prepare(request).fingerprint,
                )
                file.write(encode_line(Observation(key=key, outcome=response, timing=timing)))


_KINDS = {"replay": measure_replay, "client": measure_client, "resume": measure_resume}

if __name__ == "__main__":
    asked = orjson.loads(sys.argv[1])
    sys.stdout.buffer.write(orjson.dumps(_KINDS[asked["kind"]](asked)))
