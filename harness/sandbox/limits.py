"""Requests per minute, really enforced where a model has such a limit."""

import math
from collections.abc import Callable

from harness.sandbox.settings import ModelBehavior

UNLIMITED_PER_MINUTE = 10_000
"""What the headers say where nothing is enforced."""

TOKENS_PER_MINUTE = 2_000_000


class RequestLimit:
    """A bucket that refills evenly and holds one second's worth of requests (at least one)."""

    def __init__(self, behavior: ModelBehavior, clock: Callable[[], float]) -> None:
        self._per_minute = behavior.requests_per_minute
        self._clock = clock
        self._size = max(1.0, (self._per_minute or 0) / 60)
        self._left = self._size
        self._filled_at = clock()

    def wait_s(self) -> float:
        """0 where the request may pass (it is counted), else seconds until one may."""
        if self._per_minute is None:
            return 0.0
        now = self._clock()
        self._left = min(self._size, self._left + (now - self._filled_at) * self._per_minute / 60)
        self._filled_at = now
        if self._left >= 1:
            self._left -= 1
            return 0.0
        return (1 - self._left) * 60 / self._per_minute

    def headers(self) -> dict[str, str]:
        """The x-ratelimit headers, as OpenAI writes them."""
        limit = self._per_minute or UNLIMITED_PER_MINUTE
        left = int(self._left) if self._per_minute else limit - 1
        reset_s = 60 / limit * (self._size - self._left if self._per_minute else 1)
        return {
            "x-ratelimit-limit-requests": str(limit),
            "x-ratelimit-remaining-requests": str(left),
            "x-ratelimit-reset-requests": f"{math.ceil(reset_s * 1000)}ms",
            "x-ratelimit-limit-tokens": str(TOKENS_PER_MINUTE),
            "x-ratelimit-remaining-tokens": str(TOKENS_PER_MINUTE - 1),
            "x-ratelimit-reset-tokens": "1ms",
        }
