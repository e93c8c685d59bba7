import asyncio
import time

from harness.replay.throttle.clock import HandClock, SystemClock


def test_sleepers_wake_in_order_at_their_moment_and_only_when_the_clock_is_wound() -> None:
    async def scenario() -> list[tuple[str, float]]:
        clock, woken = HandClock(now_s=100.0), []

        async def sleeper(name: str, seconds: float) -> None:
            await clock.sleep(seconds)
            woken.append((name, clock.now()))
            if name == "b":
                await clock.sleep(1.0)
                woken.append(("b again", clock.now()))

        async with asyncio.TaskGroup() as group:
            for name, seconds in (("c", 3.0), ("a", 0.0), ("b", 1.0), ("d", 9.0)):
                group.create_task(sleeper(name, seconds))
            cancelled = group.create_task(sleeper("never", 2.0))
            await asyncio.sleep(0)
            cancelled.cancel()
            await clock.advance(5.0)
            assert clock.monotonic() == 5.0
            await clock.advance(4.0)
        return woken

    woken = asyncio.run(scenario())
    assert woken == [("a", 100.0), ("b", 101.0), ("b again", 102.0), ("c", 103.0), ("d", 109.0)]


def test_the_system_clock_is_the_time_of_this_machine() -> None:
    clock = SystemClock()
    assert abs(clock.now() - time.time()) < 1.0
    began = clock.monotonic()
    asyncio.run(clock.sleep(0.02))
    assert clock.monotonic() - began >= 0.019
