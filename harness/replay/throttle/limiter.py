"""Requests per minute, tokens per minute and pauses of one arm; first come, first served."""

import asyncio
import math
import time
from collections import deque
from typing import Any

from asyncio_throttle.throttler import Throttler

from harness.domain.chat import Usage
from harness.replay.throttle.clock import Clock

_BURST_S = 0.1  # how much of a second's quota may leave at once
_POLL_S = 0.001
_FIRST_GUESS_OUTPUT_TOKENS = 256


class Limiter:
    """Lets calls through no faster than an arm may send them.

    One lock in front of everything keeps the order and lets a single task poll: asyncio-throttle alone
    lets every waiter poll, in no order.
    """

    def __init__(self, *, rpm: float | None, tpm: float | None, clock: Clock) -> None:
        self._turn = asyncio.Lock()
        self._requests = None if rpm is None else RequestRate(rpm / 60.0)
        self._tokens = None if tpm is None else TokenBucket(tpm=tpm, clock=clock)
        self._clock = clock
        self._silent_until = -math.inf
        self._outputs = 0
        self._output_tokens = 0

    async def acquire(self, *, input_tokens: int, max_output_tokens: int | None) -> float:
        """Wait until the call may be sent.

        Args:
            input_tokens: Estimate of the prompt.
            max_output_tokens: What the request allows; without it the mean of the answers so far.

        Returns:
            The tokens reserved, to be given to `settle`.
        """
        output = self._mean_output() if max_output_tokens is None else max_output_tokens
        reserved = float(input_tokens + output)
        async with self._turn:
            if self._tokens is not None:
                await self._tokens.take(reserved)
            while True:
                await self._wait_for_silence_to_end()
                if self._requests is not None:
                    await self._requests.acquire()
                if self._clock.monotonic() >= self._silent_until:
                    return reserved

    def settle(self, reserved: float, usage: Usage | None) -> None:
        """Correct a reservation.

        Args:
            reserved: What `acquire` returned.
            usage: What the call used; None where the server did no work for it.
        """
        used = 0.0
        if usage is not None:
            if usage.output_tokens is not None:
                self._outputs += 1
                self._output_tokens += usage.output_tokens
            if usage.input_tokens is None or usage.output_tokens is None:
                return  # unknown: the estimate stands
            used = float(usage.input_tokens + usage.output_tokens)
        if self._tokens is not None:
            self._tokens.correct(reserved - used)

    def pause(self, seconds: float) -> None:
        """Let nothing through for so long; an earlier, longer pause stays."""
        if seconds > 0:
            self._silent_until = max(self._silent_until, self._clock.monotonic() + seconds)

    async def _wait_for_silence_to_end(self) -> None:
        while (left := self._silent_until - self._clock.monotonic()) > 0:
            await self._clock.sleep(left)

    def _mean_output(self) -> float:
        return self._output_tokens / self._outputs if self._outputs else _FIRST_GUESS_OUTPUT_TOKENS


class RequestRate:
    """asyncio-throttle, spread over short periods, for one waiter at a time.

    Alone it sends the whole second's quota in one burst, and polls while it waits. Its count is whole,
    so the period is what makes the rate exact.
    """

    def __init__(self, per_second: float) -> None:
        burst = max(1, math.floor(per_second * _BURST_S))
        self._period_s = burst / per_second
        self._throttler: Any = Throttler(rate_limit=burst, period=self._period_s, retry_interval=_POLL_S)
        self._last: deque[float] = deque(maxlen=burst)

    async def acquire(self) -> None:
        """Wait for the next request's turn."""
        if len(self._last) == self._last.maxlen:
            # Sleep until its oldest entry expires, instead of letting it ask a thousand times a second.
            await asyncio.sleep(self._last[0] + self._period_s - time.monotonic())
        await self._throttler.acquire()
        self._last.append(time.monotonic())


class TokenBucket:
    """Holds one second's quota and may go into debt, so a call larger than that passes as well.

    Over any minute no more than the limit, one second's quota and one call pass.
    """

    def __init__(self, *, tpm: float, clock: Clock) -> None:
        self._per_second = tpm / 60.0
        self._level = self._per_second
        self._clock = clock
        self._filled_at = clock.monotonic()

    async def take(self, tokens: float) -> None:
        """Wait until the bucket is out of debt, then take."""
        self._fill()
        while self._level <= 0:
            # A thousandth of a second's quota more, lest rounding leaves it at zero for ever.
            await self._clock.sleep(0.001 - self._level / self._per_second)
            self._fill()
        self._level -= tokens

    def correct(self, tokens: float) -> None:
        """Put back what was reserved too much; a negative number takes more."""
        self._level = min(self._per_second, self._level + tokens)

    def _fill(self) -> None:
        now = self._clock.monotonic()
        self._level = min(self._per_second, self._level + (now - self._filled_at) * self._per_second)
        self._filled_at = now
