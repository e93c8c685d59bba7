import asyncio
from collections.abc import Coroutine
from typing import Any

from harness.replay.throttle.adaptive import ConcurrencyGate, Verdict
from harness.replay.throttle.clock import HandClock


def gate(maximum: int = 64, start: int = 16, clock: HandClock | None = None) -> ConcurrencyGate:
    return ConcurrencyGate(maximum=maximum, start=start, clock=clock or HandClock())


def run(scenario: Coroutine[Any, Any, None]) -> None:
    asyncio.run(scenario)


async def window(it: ConcurrencyGate, verdict: Verdict = Verdict.CLEAN) -> None:
    """One round trip of as many calls as there are places."""
    tickets = [await it.enter() for _ in range(it.places)]
    for ticket in tickets:
        it.leave(ticket, verdict)


def test_places_double_per_round_trip_up_to_the_maximum() -> None:
    async def scenario() -> None:
        it = gate(maximum=50, start=4)
        seen = []
        for _ in range(5):
            seen.append(it.places)
            tickets = [await it.enter() for _ in range(it.places)]
            waiting = [asyncio.create_task(it.enter()) for _ in range(60)]
            await asyncio.sleep(0)
            for ticket in tickets:
                it.leave(ticket, Verdict.CLEAN)
            for task in waiting:
                task.cancel()
            await asyncio.gather(*waiting, return_exceptions=True)
        assert seen == [4, 8, 16, 32, 50]

    run(scenario())


def test_unused_places_do_not_grow() -> None:
    async def scenario() -> None:
        it = gate(start=4)
        for _ in range(100):
            it.leave(await it.enter(), Verdict.CLEAN)
        assert it.places == 4

    run(scenario())


def test_one_episode_of_rate_limits_cuts_once() -> None:
    async def scenario() -> None:
        it = gate(maximum=16)
        tickets = [await it.enter() for _ in range(16)]
        for ticket in tickets:
            it.leave(ticket, Verdict.RATE_LIMITED)
        assert it.places == 8
        await window(it, Verdict.RATE_LIMITED)  # started after the cut, but nothing has succeeded yet
        assert it.places == 8

    run(scenario())


def test_a_success_that_started_after_the_cut_ends_the_episode_and_an_older_one_does_not() -> None:
    async def scenario() -> None:
        it = gate(maximum=16)
        before = [await it.enter() for _ in range(16)]
        it.leave(before.pop(), Verdict.RATE_LIMITED)
        assert it.places == 8
        for _ in range(11):
            it.leave(before.pop(), Verdict.CLEAN)
        it.leave(await it.enter(), Verdict.RATE_LIMITED)  # so the episode goes on
        assert it.places == 8
        it.leave(await it.enter(), Verdict.CLEAN)
        it.leave(before.pop(), Verdict.RATE_LIMITED)  # was under way before the cut
        assert it.places == 8
        it.leave(await it.enter(), Verdict.RATE_LIMITED)
        assert it.places < 8

    run(scenario())


def test_the_cool_down_ends_an_episode_without_success_and_there_is_always_one_place() -> None:
    async def scenario() -> None:
        clock = HandClock()
        it = gate(maximum=16, clock=clock)
        seen = []
        for _ in range(6):
            await window(it, Verdict.RATE_LIMITED)
            seen.append(it.places)
            await clock.advance(10.0)
        assert seen == [8, 4, 2, 1, 1, 1]

    run(scenario())


def test_after_a_cut_a_window_of_successes_adds_one_place() -> None:
    async def scenario() -> None:
        it = gate(maximum=64, start=32)
        await window(it, Verdict.RATE_LIMITED)
        assert it.places == 16
        for _ in range(16 + 2):
            tickets = [await it.enter() for _ in range(it.places)]
            it.leave(tickets[0], Verdict.CLEAN)  # the only one that leaves a full house
            for ticket in tickets[1:]:
                it.leave(ticket, Verdict.SILENT)
        assert it.places == 17

    run(scenario())


def test_places_are_given_first_come_first_served_and_a_cancelled_one_is_handed_on() -> None:
    async def scenario() -> None:
        it, entered = gate(maximum=1), []

        async def visitor(name: str) -> None:
            await it.enter()
            entered.append(name)

        ticket = await it.enter()
        visitors = [asyncio.create_task(visitor(name)) for name in "abcd"]
        await asyncio.sleep(0)
        visitors[0].cancel()  # while it waits
        await asyncio.sleep(0)
        it.leave(ticket, Verdict.CLEAN)
        visitors[1].cancel()  # in the moment its place was given
        await asyncio.sleep(0.01)
        assert entered == ["c"]
        it.leave(ticket, Verdict.SILENT)
        await asyncio.sleep(0.01)
        assert entered == ["c", "d"]
        await asyncio.gather(*visitors, return_exceptions=True)

    run(scenario())
