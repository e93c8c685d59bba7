"""One arm: a bounded queue, workers that come as they are needed, attempts and retries."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from random import Random

from harness.domain.chat import Response, Usage
from harness.domain.observation import CallError, Observation, Timing
from harness.errors import ProviderError, TimedOut
from harness.providers.base import HttpCall, Reply, Session
from harness.replay.ledger import Ledger
from harness.replay.plan import ArmPlan, Job, internal_error
from harness.replay.throttle.adaptive import ConcurrencyGate, Verdict
from harness.replay.throttle.clock import Clock
from harness.replay.throttle.limiter import Limiter
from harness.replay.throttle.retry import RetryPolicy

Spawn = Callable[[Coroutine[None, None, None]], asyncio.Task[None]]

_FIRST_PLACES = 16
# A provider keeps its own time-outs; this one only catches a plugin that does not.
_OVERTIME_S = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Failure:
    """How an attempt failed: always a CallError, and the exception where it is a provider's."""

    error: CallError
    sent_at_s: float | None
    latency_s: float | None
    cause: ProviderError | None


@dataclass(slots=True)
class _Waits:
    """What a call has waited for us, in seconds."""

    queue_s: float = 0.0
    backoff_s: float = 0.0
    attempt: int = 0


class Lane:
    """Makes the calls of one arm.

    The session is given before the first job. Memory is bounded by twice the concurrency.
    """

    session: Session

    def __init__(self, plan: ArmPlan, ledger: Ledger, spawn: Spawn, clock: Clock) -> None:
        settings = plan.settings
        self.plan = plan
        self._arm = plan.arm
        self._ledger = ledger
        self._spawn = spawn
        self._clock = clock
        self._random = Random(f"{settings.seed}-{plan.arm}")  # noqa: S311  spreads retries, guards nothing
        self._retry = RetryPolicy(retries=settings.retries)
        # With a budget the first call is made alone: only then is it known what one costs.
        start = _FIRST_PLACES if settings.budget_usd is None else 1
        self._gate = ConcurrencyGate(maximum=settings.concurrency, start=start, clock=clock)
        self._limiter = Limiter(rpm=settings.rpm, tpm=settings.tpm, clock=clock)
        self._queue: asyncio.Queue[Job | None] = asyncio.Queue(maxsize=settings.concurrency)
        self._workers: set[asyncio.Task[None]] = set()
        self._sending: set[asyncio.Task[None] | None] = set()
        self._idle = 0

    async def submit(self, job: Job) -> None:
        """Hand in a job; waits while the queue is full."""
        if self._queue.qsize() >= self._idle and len(self._workers) < self.plan.settings.concurrency:
            worker = self._spawn(self._work())
            self._workers.add(worker)
            worker.add_done_callback(self._workers.discard)
        await self._queue.put(job)

    async def finish(self) -> None:
        """No more jobs: the workers end when the queue is empty."""
        await self._queue.put(None)

    def quit(self) -> None:
        """End every worker whose call is not with the server; the others end after it."""
        for worker in self._workers - self._sending:
            worker.cancel()

    async def _work(self) -> None:
        while not self._ledger.ending:
            self._idle += 1
            try:
                job = await self._queue.get()
            finally:
                self._idle -= 1
            if job is None:
                self._queue.put_nowait(None)  # for the next worker
                return
            await self._call(job)
            if job.then is not None and not self._ledger.ending:
                await self._call(job.then)

    async def _call(self, job: Job) -> None:
        """Attempt until there is an outcome, and record it; nothing is recorded where the run stops first.

        Nor is a failure that would have been tried again, had the run not come to its end: it would count
        against the arm.
        """
        waits = _Waits()
        while (outcome := await self._attempt(job, waits)) is not None:
            wait_s = None
            if isinstance(outcome, _Failure) and outcome.cause is not None and self._ledger.reason is None:
                wait_s = self._retry.wait_s(outcome.cause, waits.attempt, self._random)
            if wait_s is None:
                self._ledger.record(_observation(job, outcome, waits), job)
                return
            if self._ledger.end is not None:
                return
            waits.attempt += 1
            began = self._clock.monotonic()
            await self._clock.sleep(wait_s)
            waits.backoff_s += self._clock.monotonic() - began

    async def _attempt(self, job: Job, waits: _Waits) -> Reply | _Failure | None:
        """One attempt, or None where the run stops before it is sent."""
        began = self._clock.monotonic()
        ticket = await self._gate.enter()
        verdict = Verdict.SILENT
        try:
            reserved = await self._limiter.acquire(
                input_tokens=job.input_tokens, max_output_tokens=job.max_output_tokens
            )
            waits.queue_s += self._clock.monotonic() - began
            if not self._ledger.may_send(self._arm):
                return None
            outcome = await self._send(job.call)
            verdict = _verdict(outcome)
            self._learn(outcome, reserved)
            return outcome
        finally:
            self._gate.leave(ticket, verdict)
            self._ledger.places[self._arm] = self._gate.places

    async def _send(self, call: HttpCall) -> Reply | _Failure:
        task = asyncio.current_task()
        self._sending.add(task)
        sent_at_s, began = self._clock.now(), self._clock.monotonic()
        try:
            async with asyncio.timeout(self.plan.settings.total_timeout_s + _OVERTIME_S):
                return await self.session.send(call)
        except ProviderError as error:
            return _failure(error, error.sent_at_s, error.latency_s)
        except TimeoutError:
            late = TimedOut("the call did not end in time, and its provider did not end it")
            return _failure(late, sent_at_s, self._clock.monotonic() - began)
        except Exception as error:  # noqa: BLE001  a plugin's bug on one record must not end the run
            return _Failure(error=internal_error(error), sent_at_s=sent_at_s, latency_s=None, cause=None)
        finally:
            self._sending.discard(task)
            self._ledger.ended(self._arm)

    def _learn(self, outcome: Reply | _Failure, reserved: float) -> None:
        """What an attempt teaches about the limits."""
        if isinstance(outcome, Reply):
            self._limiter.settle(reserved, outcome.response.usage)
        elif outcome.cause is not None:
            self._limiter.settle(reserved, None if outcome.cause.retryable else Usage())
            self._limiter.pause(self._retry.pause_s(outcome.cause))


def _verdict(outcome: Reply | _Failure) -> Verdict:
    if isinstance(outcome, Reply):
        return Verdict.CLEAN
    return Verdict.RATE_LIMITED if outcome.error.kind == "rate_limited" else Verdict.SILENT


def _failure(error: ProviderError, sent_at_s: float | None, latency_s: float | None) -> _Failure:
    return _Failure(
        error=CallError(
            kind=error.kind, message=error.message, http_status=error.http_status, partial=error.partial
        ),
        sent_at_s=sent_at_s,
        latency_s=latency_s,
        cause=error,
    )


def _observation(job: Job, outcome: Reply | _Failure, waits: _Waits) -> Observation:
    result: Response | CallError = outcome.response if isinstance(outcome, Reply) else outcome.error
    return Observation(
        key=job.key,
        outcome=result,
        timing=Timing(
            started_at_s=outcome.sent_at_s,
            queue_s=waits.queue_s,
            backoff_s=waits.backoff_s,
            ttft_s=outcome.ttft_s if isinstance(outcome, Reply) else None,
            latency_s=outcome.latency_s,
            retries=waits.attempt,
        ),
    )
