"""Whether and when a failed attempt is made again."""

from dataclasses import dataclass
from random import Random

from harness.errors import ProviderError


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """Full jitter (Brooker, AWS 2015), or the wait that the server names.

    Attributes:
        retries: Attempts beyond the first.
        base_s, cap_s: The wait is drawn from 0 to min(cap, base * 2^n) seconds.
        longest_wait_s: A longer wait than this is not obeyed: the call fails with that error.
    """

    retries: int
    base_s: float = 0.5
    cap_s: float = 30.0
    longest_wait_s: float = 120.0

    def wait_s(self, error: ProviderError, attempt: int, random: Random) -> float | None:
        """Seconds to wait before the next attempt, or None to give up.

        Args:
            error: How the attempt failed.
            attempt: 0 for the first attempt.
            random: Source of the jitter.
        """
        if not error.retryable or attempt >= self.retries:
            return None
        named = error.retry_after_s
        if named is None:
            return random.uniform(0.0, min(self.cap_s, self.base_s * 2.0**attempt))
        if named > self.longest_wait_s:
            return None
        # Never earlier than asked; the jitter keeps all who were told the same from coming at once.
        return max(0.0, named) + random.uniform(0.0, 0.1 * max(0.0, named) + 0.05 * 2.0**attempt)

    def pause_s(self, error: ProviderError) -> float:
        """Seconds for which the whole arm should be silent."""
        named = error.retry_after_s
        if error.kind != "rate_limited" or named is None or named > self.longest_wait_s:
            return 0.0
        return named
