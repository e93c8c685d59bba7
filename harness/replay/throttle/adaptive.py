"""How many calls may be in flight: feels its way up, and backs off when the provider says so."""

import asyncio
from collections import deque
from enum import Enum, auto

from harness.replay.throttle.clock import Clock


class Verdict(Enum):
    """What an attempt says about the provider's limits."""

    CLEAN = auto()
    RATE_LIMITED = auto()
    SILENT = auto()  # another failure, or no attempt at all


class ConcurrencyGate:
    """Additive increase, multiplicative decrease (as in TCP); first come, first served; no polling.

    Until the first cut every success adds one place (so they double per round trip), after it a whole
    window of successes does. A rate limit halves the places once per episode: until a call that
    started after the cut succeeds, or the cool-down is over.
    """

    def __init__(self, *, maximum: int, start: int, clock: Clock, cooldown_s: float = 10.0) -> None:
        self._maximum = maximum
        self._places = float(min(start, maximum))
        self._clock = clock
        self._cooldown_s = cooldown_s
        self._in_flight = 0
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._cuts = 0
        self._cut_at: float | None = None

    @property
    def places(self) -> int:
        """How many calls may be in flight now."""
        return int(self._places)

    async def enter(self) -> int:
        """Wait for a place; returns the ticket that `leave` takes back."""
        if self._in_flight < self.places and not self._waiting:
            self._in_flight += 1
            return self._cuts
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if not turn.cancelled():  # the place was given in the same moment: hand it on
                self.leave(self._cuts, Verdict.SILENT)
            raise
        return self._cuts

    def leave(self, ticket: int, verdict: Verdict) -> None:
        """Give the place back, and say how the attempt went."""
        if verdict is Verdict.CLEAN:
            self._grow(ticket)
        elif verdict is Verdict.RATE_LIMITED:
            self._cut(ticket)
        self._in_flight -= 1
        while self._waiting and self._in_flight < self.places:
            turn = self._waiting.popleft()
            if not turn.done():
                self._in_flight += 1
                turn.set_result(None)

    def _grow(self, ticket: int) -> None:
        if ticket != self._cuts:
            return  # it went out before the cut: says nothing about the places there are now
        self._cut_at = None
        if self._in_flight >= self.places:  # unused places prove nothing
            step = 1.0 if not self._cuts else 1.0 / self._places
            self._places = min(float(self._maximum), self._places + step)

    def _cut(self, ticket: int) -> None:
        now = self._clock.monotonic()
        cooling = self._cut_at is not None and now - self._cut_at < self._cooldown_s
        if cooling or ticket != self._cuts:
            return
        self._cut_at = now
        self._cuts += 1
        self._places = float(max(1, min(self.places, self._in_flight) // 2))
