"""Scores on several cores: parts of the pairs go to worker processes, the scores come back in order.

Scorers of a dataset's own file cannot be sent to another process, so each worker builds them anew from their
tables. Nor are the pairs sent: to take one apart and put it together again costs more than to read it
from disk. A worker that is ahead waits; what it has sent stays packed until its turn comes.
"""

import pickle
import signal
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from itertools import islice
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any

from harness.domain.pair import Pair
from harness.domain.score import ScoredPair
from harness.errors import HarnessError, PluginBroken
from harness.plugins import Folder
from harness.scorers.base import AskAbout
from harness.scorers.build import build_scorers
from harness.scorers.stage import score_pairs

# A process takes about a second to start: imports.
_WORTH_A_PROCESS_S = 2.0
_SENT_AT_ONCE = 100
# How many parts may be under way for each process.
_AHEAD = 2
_JOIN_S = 5.0
_SCORED, _DONE, _FAILED = b"s", b"d", b"f"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoringJob:
    """What a worker process needs; can be pickled.

    Attributes:
        read: Gives the pairs of a part by its number.
        tables: The `[[scorers]]` tables.
        folder: The dataset's folder, where local scorers lie.
        seed: For scorers that draw at random.
        answers: Opens what a judge has said, None without one.
    """

    read: Callable[[int], Iterable[Pair]]
    tables: Sequence[Mapping[str, Any]]
    folder: Folder
    seed: int
    answers: Callable[[], AbstractContextManager[AskAbout]] | None = None


def processes_for(seconds: float, parts: int, cores: int) -> int:
    """How many processes are worth their start.

    Args:
        seconds: CPU time that the scoring will take.
        parts: How many parts there are to share.
        cores: How many cores there are.
    """
    return max(1, min(cores, parts, int(seconds / _WORTH_A_PROCESS_S)))


def score_in_processes(job: ScoringJob, parts: range, processes: int) -> Generator[ScoredPair, None, None]:
    """The scores of all parts, in the order of the parts, as `score_pairs` gives them.

    Args:
        job: What to score and with what.
        parts: What `job.read` takes.
        processes: How many worker processes to start.

    Raises:
        PluginBroken: A scorer ended its process, or gave a score that cannot be sent.
        HarnessError: As building the scorers or reading the pairs.
    """
    with _Pool(job, processes) as pool:
        yield from pool.scored(parts)


@dataclass(slots=True)
class _Worker:
    """A process and the part it works on, None while it waits; and what it last sent of that part."""

    process: BaseProcess
    connection: Connection
    part: int | None = None
    sent: bytes | None = None


class _Pool:
    """Worker processes; leaving the block ends them, whatever they are at."""

    def __init__(self, job: ScoringJob, processes: int) -> None:
        self._workers: list[_Worker] = []
        self._job = job
        self._processes = processes
        # Packed scores by part, and the parts that are whole.
        self._arrived: dict[int, deque[bytes]] = {}
        self._whole: set[int] = set()

    def __enter__(self) -> "_Pool":
        context = get_context("spawn")
        for _ in range(self._processes):
            ours, theirs = context.Pipe()
            process = context.Process(target=_work, args=(theirs, self._job), daemon=True)
            process.start()
            # Only the worker holds its end now: it closes with the worker, however that ends.
            theirs.close()
            self._workers.append(_Worker(process, ours))
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self._workers:
            worker.connection.close()
            worker.process.terminate()
        for worker in self._workers:
            worker.process.join(_JOIN_S)
            if worker.process.is_alive():
                worker.process.kill()
                worker.process.join()

    def scored(self, parts: range) -> Iterator[ScoredPair]:
        """The scores in order."""
        waiting = iter(parts)
        following = next(waiting, None)
        for part in parts:
            while True:
                following = self._give_out(following, waiting, part)
                arrived = self._arrived.get(part)
                if arrived:
                    yield from pickle.loads(arrived.popleft())  # noqa: S301  # our own worker packed it
                elif part in self._whole:
                    break
                else:
                    self._receive()
            self._whole.discard(part)
            self._arrived.pop(part, None)

    def _give_out(self, following: int | None, waiting: Iterator[int], wanted: int) -> int | None:
        """Give the next parts to workers that wait, not too far ahead of the part that is wanted."""
        for worker in self._workers:
            if following is None or following >= wanted + _AHEAD * self._processes:
                break
            if worker.part is None:
                worker.part, worker.sent = following, None
                try:
                    worker.connection.send(following)
                except OSError:
                    raise self._ended(worker) from None
                following = next(waiting, None)
        return following

    def _receive(self) -> None:
        """Take in what has arrived; wait for something where nothing has."""
        ready = wait([worker.connection for worker in self._workers])
        for worker in self._workers:
            if worker.connection in ready:
                self._take(worker)

    def _take(self, worker: _Worker) -> None:
        try:
            message = worker.connection.recv_bytes()
        except (EOFError, OSError):
            raise self._ended(worker) from None
        kind, packed = message[:1], message[1:]
        if kind == _FAILED:
            raise pickle.loads(packed)  # noqa: S301  # our own worker packed it
        if worker.part is None:
            return
        if kind == _DONE:
            self._whole.add(worker.part)
            worker.part = worker.sent = None
        else:
            worker.sent = packed
            self._arrived.setdefault(worker.part, deque()).append(packed)

    def _ended(self, worker: _Worker) -> PluginBroken:
        worker.process.join(_JOIN_S)
        last = pickle.loads(worker.sent)[-1].record_id if worker.sent else None  # noqa: S301
        after = f'the {_SENT_AT_ONCE} records after "{last}"' if last else f"part {worker.part} of the pairs"
        code = worker.process.exitcode
        if code == -signal.SIGKILL:
            return PluginBroken(
                f"a scoring process was killed from outside on one of {after}",
                "Most likely memory ran out: a scorer took too much on that record.",
            )
        return PluginBroken(
            f"a scorer ended its process (exit code {code}) on one of {after}",
            "Score with one scorer at a time to find which; scorers must not end the program.",
        )


def _work(connection: Connection, job: ScoringJob) -> None:
    """Score part after part until there is nobody to send scores to."""
    # Ctrl-C reaches the whole group; the parent ends its workers itself.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        _score_parts(connection, job)
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return
    except HarnessError as error:
        connection.send_bytes(_FAILED + pickle.dumps(error))
    except Exception as error:  # noqa: BLE001  # the parent raises it
        told = RuntimeError(f"{type(error).__name__}: {error}")
        connection.send_bytes(_FAILED + pickle.dumps(told))


def _score_parts(connection: Connection, job: ScoringJob) -> None:
    scorers = build_scorers(job.tables, job.folder)
    with job.answers() if job.answers else nullcontext() as ask:
        while True:
            part = connection.recv()
            rows = score_pairs(job.read(part), scorers, seed=job.seed, ask=ask)
            while batch := list(islice(rows, _SENT_AT_ONCE * len(scorers))):
                connection.send_bytes(_SCORED + _packed(batch))
            connection.send_bytes(_DONE)


def _packed(batch: list[ScoredPair]) -> bytes:
    try:
        return pickle.dumps(batch, pickle.HIGHEST_PROTOCOL)
    except (pickle.PicklingError, TypeError, AttributeError) as error:
        raise PluginBroken(
            f"a scorer gave a score that cannot be sent to another process: {error}"
        ) from error
