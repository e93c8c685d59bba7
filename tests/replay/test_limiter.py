import asyncio
import time
from itertools import pairwise

import pytest

from harness.domain.chat import Usage
from harness.replay.throttle.clock import HandClock, SystemClock
from harness.replay.throttle.limiter import Limiter, TokenBucket


async def passed(limiter: Limiter) -> float:
    return await limiter.acquire(input_tokens=1, max_output_tokens=1)


def most_within(times: list[float], span_s: float) -> int:
    most = first = 0
    for last, moment in enumerate(times):
        while moment - times[first] >= span_s:
            first += 1
        most = max(most, last - first + 1)
    return most


async def measure(per_second: float, seconds: float, waiters: int) -> tuple[list[tuple[float, int]], float]:
    limiter = Limiter(rpm=per_second * 60, tpm=None, clock=SystemClock())
    seen: list[tuple[float, int]] = []

    async def waiter(number: int) -> None:
        while True:
            await passed(limiter)
            seen.append((time.monotonic(), number))
            await asyncio.sleep(0)

    cpu = time.process_time()
    tasks = [asyncio.create_task(waiter(number)) for number in range(waiters)]
    await asyncio.sleep(seconds)
    cpu = time.process_time() - cpu
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return seen, cpu


@pytest.mark.parametrize(("per_second", "waiters"), [(19.9, 512), (100, 512), (1000, 64)])
def test_the_rate_is_kept_used_spread_and_in_order(per_second: float, waiters: int) -> None:
    seconds = 2.2
    seen, cpu = asyncio.run(measure(per_second, seconds, waiters))
    times = [moment for moment, _ in seen]
    assert most_within(times, 1.0) <= per_second * 1.01 + 1
    assert most_within(times, 0.01) <= max(1, per_second / 10)
    assert len(times) >= 0.95 * per_second * (seconds - 0.1)
    order = [number for _, number in seen]
    assert order[:waiters] == list(range(waiters))[: len(order)]
    assert cpu / seconds < 0.06  # about 0.01 of a core on a quiet machine


def test_three_requests_per_minute_are_twenty_seconds_apart() -> None:
    async def scenario() -> None:
        limiter = Limiter(rpm=3, tpm=None, clock=SystemClock())
        await passed(limiter)
        began = time.process_time()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.5):
                await passed(limiter)
        assert time.process_time() - began < 0.05  # it sleeps, it does not poll

    asyncio.run(scenario())


def test_a_fractional_rate_is_exact() -> None:
    async def scenario() -> list[float]:
        limiter = Limiter(rpm=60 * 7.3, tpm=None, clock=SystemClock())
        times = []
        for _ in range(8):
            await passed(limiter)
            times.append(time.monotonic())
        return times

    times = asyncio.run(scenario())
    assert all(later - earlier >= 1 / 7.3 for earlier, later in pairwise(times))
    assert times[-1] - times[0] < 1.1 * 7 / 7.3


def test_tokens_per_minute_hold_over_every_minute_whatever_the_size_of_the_calls() -> None:
    async def scenario() -> list[tuple[float, int]]:
        clock = HandClock()
        limiter = Limiter(rpm=None, tpm=60_000, clock=clock)
        seen: list[tuple[float, int]] = []

        async def caller(number: int) -> None:
            tokens = 5000 if number % 7 == 0 else 300
            await limiter.acquire(input_tokens=tokens - 100, max_output_tokens=100)
            seen.append((clock.monotonic(), tokens))

        async with asyncio.TaskGroup() as group:
            for number in range(300):
                group.create_task(caller(number))
            for _ in range(330):
                await clock.advance(1.0)
        return seen

    seen = asyncio.run(scenario())
    assert len(seen) == 300
    for start in range(0, 250, 5):
        assert sum(tokens for moment, tokens in seen if start <= moment < start + 60) <= 60_000 + 1000 + 5000
    total = sum(tokens for _, tokens in seen)
    assert seen[-1][0] <= 1.05 * total / 1000


def test_what_was_reserved_too_much_is_given_back_and_too_little_is_taken() -> None:
    async def scenario() -> None:
        clock = HandClock()
        limiter = Limiter(rpm=None, tpm=60_000, clock=clock)

        async def seconds_until_next() -> float:
            began = clock.monotonic()
            task = asyncio.create_task(passed(limiter))
            while not task.done():
                await clock.advance(0.1)
            limiter.settle(await task, Usage(input_tokens=1, output_tokens=1))
            return clock.monotonic() - began

        reserved = await limiter.acquire(input_tokens=1000, max_output_tokens=9000)
        assert reserved == 10_000
        limiter.settle(reserved, Usage(input_tokens=1000, output_tokens=1000))
        assert await seconds_until_next() == pytest.approx(1.0, abs=0.3)
        reserved = await limiter.acquire(input_tokens=100, max_output_tokens=0)
        limiter.settle(reserved, Usage(input_tokens=100, output_tokens=5900))
        assert await seconds_until_next() == pytest.approx(5.0, abs=1.2)
        await clock.advance(60)
        limiter.settle(
            await limiter.acquire(input_tokens=50_000, max_output_tokens=0), None
        )  # never answered
        assert await seconds_until_next() < 0.3
        limiter.settle(await limiter.acquire(input_tokens=9000, max_output_tokens=0), Usage())  # not told
        assert await seconds_until_next() == pytest.approx(8.0, abs=1.2)

    asyncio.run(scenario())


def test_without_a_maximum_the_mean_of_the_answers_is_reserved() -> None:
    async def scenario() -> None:
        limiter = Limiter(rpm=None, tpm=1e9, clock=HandClock())
        assert await limiter.acquire(input_tokens=10, max_output_tokens=None) == 10 + 256
        for output in (100, 300):
            limiter.settle(0, Usage(input_tokens=1, output_tokens=output))
        assert await limiter.acquire(input_tokens=10, max_output_tokens=None) == 10 + 200

    asyncio.run(scenario())


def test_a_pause_holds_everybody_and_a_shorter_one_does_not_end_it() -> None:
    async def scenario() -> list[float]:
        clock = HandClock()
        limiter = Limiter(rpm=None, tpm=None, clock=clock)
        times: list[float] = []

        async def caller() -> None:
            await passed(limiter)
            times.append(clock.monotonic())

        async with asyncio.TaskGroup() as group:
            limiter.pause(7.0)
            limiter.pause(2.0)
            limiter.pause(0.0)
            for _ in range(5):
                group.create_task(caller())
            for _ in range(5):
                await clock.advance(1.0)
            limiter.pause(4.0)  # while they wait
            for _ in range(10):
                await clock.advance(1.0)
        return times

    assert asyncio.run(scenario()) == [9.0] * 5


def test_a_bucket_out_of_debt_by_a_hair_does_not_wait_for_ever() -> None:
    async def scenario() -> None:
        clock = HandClock()
        bucket = TokenBucket(tpm=60, clock=clock)
        await bucket.take(1.0)
        task = asyncio.create_task(bucket.take(1.0))
        await clock.advance(0.5)
        assert task.done()

    asyncio.run(scenario())
