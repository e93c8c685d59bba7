import asyncio
import gc
import time
import weakref
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from factories import record
from scripted import Outcome, Scripted, arm_plan, both, reply

from harness.domain.observation import Arm, CallError, Observation
from harness.domain.record import Record
from harness.errors import (
    ConfigError,
    DatasetError,
    Disconnected,
    HarnessError,
    RateLimited,
    RunStopped,
    StoreError,
    TimedOut,
    Unauthorized,
    Unavailable,
)
from harness.replay.plan import ArmPlan, observe
from harness.replay.progress import Progress
from harness.replay.runner import ReplayResult, replay
from harness.replay.settings import ReplaySettings
from harness.replay.throttle.clock import HandClock
from harness.replay.watch import Onlookers
from harness.store.journal import Journal, JournalIndex


def records(count: int) -> Iterator[Record]:
    return (record(f"r{number}", f"prompt {number}") for number in range(count))


def play(
    path: Path,
    plans: Mapping[Arm, ArmPlan],
    of: Iterable[Record] | int = 20,
    settings: ReplaySettings | None = None,
    **more: Any,
) -> ReplayResult:
    wanted = records(of) if isinstance(of, int) else of
    with Journal(path) as journal:
        return asyncio.run(replay(wanted, plans, journal, settings or ReplaySettings(), **more))


async def wound(clock: HandClock, work: Any, step_s: float = 0.25, steps: int = 4000) -> Any:
    """Run with a clock that is wound until the work is done."""
    async with asyncio.TaskGroup() as group:
        task = group.create_task(work)
        for _ in range(steps):
            if task.done():
                break
            await clock.advance(step_s)
    return task.result()


def found(path: Path, plan: ArmPlan, number: int = 0) -> Observation:
    index = JournalIndex.scan(path)
    return observe(plan, record(f"r{number}", f"prompt {number}"), index)[0]


def failing(error: type[HarnessError], *, times: int, **details: Any) -> Any:
    def script(text: str, attempt: int) -> Outcome:
        return error("later", **details) if attempt <= times else reply(f"after {attempt}")

    return script


def test_every_record_is_called_once_on_both_arms_and_is_in_the_journal(tmp_path: Path) -> None:
    path = tmp_path / "j"
    incumbent, candidate = Scripted(url="http://i"), Scripted(url="http://c")
    plans = both(incumbent, candidate)
    result = play(path, plans, 50)
    assert sorted(incumbent.sent) == sorted(candidate.sent) == sorted(f"prompt {n}" for n in range(50))
    assert result.progress.records == 50
    for arm in Arm:
        progress = result.progress.arms[arm]
        assert (progress.done, progress.reused, progress.in_flight) == (50, 0, 0)
        assert (progress.input_tokens, progress.output_tokens) == (500, 250)
        assert progress.unknown_cost == 50
        observation = found(path, plans[arm], 49)
        assert observation.outcome == reply().response
        assert (observation.timing.started_at_s, observation.timing.ttft_s) == (5.0, 0.1)
        assert (observation.timing.latency_s, observation.timing.retries) == (0.2, 0)


def test_a_second_run_calls_nothing_and_connects_to_nothing(tmp_path: Path) -> None:
    play(tmp_path / "j", both(Scripted(), Scripted()))
    incumbent, candidate = Scripted(), Scripted()
    result = play(tmp_path / "j", both(incumbent, candidate))
    assert incumbent.sent == candidate.sent == []
    assert incumbent.opened == candidate.opened == 0
    assert result.progress.arms[Arm.CANDIDATE].reused == 20


def test_a_recorded_arm_is_not_called(tmp_path: Path) -> None:
    candidate = Scripted()
    plans = {Arm.INCUMBENT: arm_plan(None, Arm.INCUMBENT), Arm.CANDIDATE: arm_plan(candidate)}
    result = play(tmp_path / "j", plans)
    assert set(result.progress.arms) == {Arm.CANDIDATE}
    assert len(candidate.sent) == 20


def test_calls_of_another_run_of_the_group_are_copied_and_not_paid(tmp_path: Path) -> None:
    first = both(Scripted(url="http://i"), Scripted(url="http://c"))
    play(tmp_path / "first", first)
    incumbent, other = Scripted(url="http://i"), Scripted(url="http://other")
    shared = (JournalIndex.scan(tmp_path / "first"),)
    plans = {
        Arm.INCUMBENT: arm_plan(incumbent, Arm.INCUMBENT, shared=shared),
        Arm.CANDIDATE: arm_plan(other),
    }
    result = play(tmp_path / "second", plans, 25)
    assert sorted(incumbent.sent) == sorted(f"prompt {number}" for number in range(20, 25))
    progress = result.progress.arms[Arm.INCUMBENT]
    assert (progress.done, progress.reused, progress.shared) == (5, 20, 20)
    index = JournalIndex.scan(tmp_path / "second")
    assert len(index) == 50
    assert len(list(index.paid())) == 30
    assert found(tmp_path / "second", plans[Arm.INCUMBENT]) == found(tmp_path / "first", first[Arm.INCUMBENT])


def test_waiting_and_back_off_are_told_apart_from_the_models_time(tmp_path: Path) -> None:
    clock = HandClock()
    provider = Scripted(failing(Unavailable, times=2), delay_s=2.0, clock=clock)
    plan = arm_plan(provider, settings=ReplaySettings(concurrency=1))
    with Journal(tmp_path / "j") as journal:
        work = replay(records(2), {Arm.CANDIDATE: plan}, journal, ReplaySettings(), clock=clock)
        asyncio.run(wound(clock, work))
    for number in range(2):
        timing = found(tmp_path / "j", plan, number).timing
        assert timing.latency_s == 0.2  # of the last attempt, as the session measured it
        assert timing.retries == 2
        assert 0 < timing.backoff_s <= 1.5 + 1.0  # full jitter of 0.5 and 1 s, and the hand's steps
        assert timing.queue_s == 0.0


def test_waiting_for_a_place_is_queue_time(tmp_path: Path) -> None:
    clock = HandClock()
    provider = Scripted(delay_s=2.0, clock=clock)
    settings = ReplaySettings(concurrency=20)
    plan = arm_plan(provider, settings=settings)
    with Journal(tmp_path / "j") as journal:
        asyncio.run(wound(clock, replay(records(20), {Arm.CANDIDATE: plan}, journal, settings, clock=clock)))
    waits = sorted(found(tmp_path / "j", plan, number).timing.queue_s for number in range(20))
    assert waits == [0.0] * 16 + [2.0] * 4
    assert provider.sent_at.count(0.0) == 16


def test_retry_after_silences_the_whole_arm_and_only_that_arm(tmp_path: Path) -> None:
    clock = HandClock()
    limited = Scripted(delay_s=0.5, clock=clock, url="http://c")
    free = Scripted(delay_s=0.5, clock=clock, url="http://i")

    def script(text: str, attempt: int) -> Outcome:
        first = text == "prompt 5" and attempt == 1
        return RateLimited("slow down", retry_after_s=30.0) if first else reply()

    limited.script = script
    settings = ReplaySettings(concurrency=2)
    with Journal(tmp_path / "j") as journal:
        plans = both(free, limited, settings)
        asyncio.run(wound(clock, replay(records(12), plans, journal, settings, clock=clock)))
    hit = limited.sent_at[limited.sent.index("prompt 5")] + 0.5
    assert [moment for moment in limited.sent_at if hit < moment < hit + 30.0] == []
    assert len([moment for moment in limited.sent_at if moment >= hit + 30.0]) >= 6
    timing = found(tmp_path / "j", plans[Arm.CANDIDATE], 5).timing
    assert (timing.retries, timing.backoff_s >= 30.0) == (1, True)
    other = found(tmp_path / "j", plans[Arm.CANDIDATE], 7).timing
    assert other.queue_s >= 29.0
    assert other.backoff_s == 0.0
    assert [moment for moment in free.sent_at if hit < moment < hit + 30.0] != []


def test_every_attempt_passes_the_limit_and_the_last_error_stands(tmp_path: Path) -> None:
    clock = HandClock()
    provider = Scripted(failing(Disconnected, times=99), clock=clock)
    settings = ReplaySettings(retries=3, max_error_rate=1.0, tpm=6000.0)
    plan = arm_plan(provider, settings=settings)
    with Journal(tmp_path / "j") as journal:
        asyncio.run(wound(clock, replay(records(3), {Arm.CANDIDATE: plan}, journal, settings, clock=clock)))
    assert sorted(provider.sent) == sorted([f"prompt {number}" for number in range(3)] * 4)
    observation = found(tmp_path / "j", plan, 1)
    assert observation.outcome == CallError(kind="disconnected", message="later")
    assert observation.timing.retries == 3


def test_one_bad_record_is_an_error_in_its_pair_and_the_run_goes_on(tmp_path: Path) -> None:
    def script(text: str, attempt: int) -> Outcome:
        bad: dict[str, Outcome] = {
            "prompt 3": TimedOut("no answer within 60 s"),
            "prompt 4": KeyError("choices"),
        }
        return bad.get(text, reply())

    provider = Scripted(script)
    plan = arm_plan(provider)
    result = play(tmp_path / "j", {Arm.CANDIDATE: plan})
    assert len(provider.sent) == 20  # neither is sent again
    progress = result.progress.arms[Arm.CANDIDATE]
    assert progress.errors == {"timed_out": 1, "internal": 1}
    assert found(tmp_path / "j", plan, 3).outcome == CallError(
        kind="timed_out", message="no answer within 60 s"
    )
    assert found(tmp_path / "j", plan, 4).outcome == CallError(kind="internal", message="KeyError: 'choices'")


def test_a_record_that_cannot_be_encoded_is_an_error_and_the_run_goes_on(tmp_path: Path) -> None:
    good = list(records(3))
    bad = record("bad", text={1, 2})  # type: ignore[arg-type]
    provider = Scripted()
    plan = arm_plan(provider)
    result = play(tmp_path / "j", {Arm.CANDIDATE: plan}, [good[0], bad, *good[1:]])
    assert result.progress.arms[Arm.CANDIDATE].errors == {"internal": 1}
    assert len(provider.sent) == 3
    outcome = observe(plan, bad, JournalIndex.scan(tmp_path / "j"))[0].outcome
    assert isinstance(outcome, CallError)
    assert "not JSON serializable" in outcome.message


def test_a_provider_that_never_answers_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("harness.replay.lane._OVERTIME_S", 0.05)
    plan = arm_plan(Scripted(delay_s=60), settings=ReplaySettings(total_timeout_s=0.05))
    result = play(tmp_path / "j", {Arm.CANDIDATE: plan}, 2, ReplaySettings(max_error_rate=1.0))
    assert result.progress.arms[Arm.CANDIDATE].errors == {"timed_out": 2}
    observation = found(tmp_path / "j", plan)
    assert observation.timing.latency_s is not None
    assert observation.timing.latency_s >= 0.1
    assert "did not end in time" in observation.outcome.message  # type: ignore[union-attr]


def test_a_slow_arm_does_not_let_the_other_run_ahead_more_than_the_queues(tmp_path: Path) -> None:
    ahead = 0

    def script(text: str, attempt: int) -> Outcome:
        nonlocal ahead
        ahead = max(ahead, len(fast.sent) - len(slow.sent))
        return reply()

    fast, slow = Scripted(script, url="http://i"), Scripted(script, delay_s=0.005, url="http://c")
    play(tmp_path / "j", both(fast, slow, ReplaySettings(concurrency=4)), 300)
    assert len(fast.sent) == len(slow.sent) == 300
    assert 4 <= ahead <= 3 * 4


def test_records_stream_through_in_bounded_memory(tmp_path: Path) -> None:
    alive: weakref.WeakSet[Any] = weakref.WeakSet()
    most = 0

    class Body(dict[str, Any]):
        """A request that can be counted."""

        __hash__ = object.__hash__  # type: ignore[assignment]

    def stream() -> Iterator[Record]:
        nonlocal most
        for number in range(20_000):
            made = record(f"r{number}", "")
            body = Body(made.request.body)
            alive.add(body)
            object.__setattr__(made.request, "body", body)
            if number % 500 == 0:
                gc.collect()
                most = max(most, len(alive))
            yield made

    settings = ReplaySettings(concurrency=32)
    began = time.process_time()
    play(tmp_path / "j", both(Scripted(), Scripted(), settings), stream(), settings)
    per_request_ms = (time.process_time() - began) / 40_000 * 1000
    assert most <= 2 * (32 + 32) + 10
    assert per_request_ms < 0.45  # 0.1 on a quiet machine, the records, gc and the double included


def test_workers_come_as_they_are_needed(tmp_path: Path) -> None:
    async def scenario() -> int:
        with Journal(tmp_path / "j") as journal:
            before = len(asyncio.all_tasks())
            most = 0

            def watch(text: str, attempt: int) -> Outcome:
                nonlocal most
                most = max(most, len(asyncio.all_tasks()) - before)
                return reply()

            settings = ReplaySettings(concurrency=1000)
            await replay(
                records(5), {Arm.CANDIDATE: arm_plan(Scripted(watch), settings=settings)}, journal, settings
            )
            return most

    assert asyncio.run(scenario()) <= 5 + 1


def stopped(path: Path, plans: Mapping[Arm, ArmPlan], of: int, settings: ReplaySettings) -> RunStopped:
    with pytest.raises(RunStopped) as caught:
        play(path, plans, of, settings)
    return caught.value


def test_a_hopeless_error_rate_stops_the_run_and_says_why(tmp_path: Path) -> None:
    candidate = Scripted(failing(Unavailable, times=999, http_status=503), url="http://c")
    incumbent = Scripted(url="http://i")
    settings = ReplaySettings(retries=0, concurrency=8)
    reason = stopped(tmp_path / "j", both(incumbent, candidate, settings), 5000, settings)
    assert reason.message == "candidate together/m: 20 of the last 20 calls failed (unavailable: later)"
    assert 20 <= len(candidate.sent) <= 20 + 8
    assert len(incumbent.sent) <= 60


def test_a_refused_key_stops_the_run_at_once(tmp_path: Path) -> None:
    candidate = Scripted(failing(Unauthorized, times=999), url="http://c")
    settings = ReplaySettings(concurrency=4)
    reason = stopped(tmp_path / "j", both(Scripted(url="http://i"), candidate, settings), 5000, settings)
    assert reason.message == "candidate together/m: the key is refused (unauthorized: later)"
    assert len(candidate.sent) <= 4
    mended = Scripted(url="http://c")
    play(tmp_path / "j", both(Scripted(url="http://i"), mended, settings), 30, settings)
    assert len(mended.sent) == 30  # what was refused for the key is sent again


def test_the_budget_is_not_exceeded_and_counts_what_was_paid_before(tmp_path: Path) -> None:
    def cost(arm: Arm, answer: Any) -> float:
        return 0.03 if arm is Arm.INCUMBENT else 0.01

    settings = ReplaySettings(budget_usd=1.0)

    def go(settings: ReplaySettings) -> tuple[RunStopped, int]:
        incumbent, candidate = Scripted(url="http://i"), Scripted(url="http://c")
        reason = stopped(tmp_path / "j", both(incumbent, candidate, settings, cost=cost), 5000, settings)
        return reason, 3 * len(incumbent.sent) + len(candidate.sent)

    reason, cents = go(settings)
    assert reason.message.startswith("the budget of $1.00 is used up: $0.")
    assert 60 <= cents <= 100
    _, more = go(settings)
    assert cents + more <= 100
    _, raised = go(ReplaySettings(budget_usd=2.0))
    assert 150 <= cents + more + raised <= 200


def test_a_missing_key_is_told_before_any_call(tmp_path: Path) -> None:
    class Keyless(Scripted):
        @asynccontextmanager
        async def open(self) -> AsyncIterator[Scripted]:
            if self.url:
                raise ConfigError("TOGETHER_API_KEY is not set")
            yield self

    incumbent = Scripted(url="http://i")
    with pytest.raises(ConfigError, match="TOGETHER_API_KEY is not set"):
        play(tmp_path / "j", both(incumbent, Keyless(url="http://c")))
    assert incumbent.sent == []


def test_a_broken_dataset_ends_the_run_but_not_the_calls_under_way(tmp_path: Path) -> None:
    def broken() -> Iterator[Record]:
        yield from records(10)
        raise DatasetError("records.jsonl:11: not JSON")

    provider = Scripted(delay_s=0.05)
    with pytest.raises(DatasetError, match=r"records\.jsonl:11"):
        play(tmp_path / "j", {Arm.CANDIDATE: arm_plan(provider)}, broken())
    assert len(JournalIndex.scan(tmp_path / "j")) == len(provider.sent)


def test_a_full_disk_stops_the_run_and_keeps_what_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, left = Journal._write, [30]  # noqa: SLF001  the disk is full at this place

    def write(self: Journal, line: bytes) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise StoreError("j: cannot write: No space left on device")
        real(self, line)

    monkeypatch.setattr(Journal, "_write", write)
    provider = Scripted(delay_s=0.001)
    with pytest.raises(StoreError, match="No space left on device"):
        play(tmp_path / "j", {Arm.CANDIDATE: arm_plan(provider)}, 5000)
    assert len(JournalIndex.scan(tmp_path / "j")) == 30
    assert len(provider.sent) <= 30 + 64 + 1


def test_a_bug_outside_of_any_plugin_is_not_hidden(tmp_path: Path) -> None:
    def crash(progress: Progress) -> None:
        raise ZeroDivisionError

    provider = Scripted(delay_s=0.02)
    with pytest.raises(ExceptionGroup) as caught:
        play(tmp_path / "j", {Arm.CANDIDATE: arm_plan(provider)}, 5000, onlookers=Onlookers(show=crash))
    assert isinstance(caught.value.exceptions[0], ZeroDivisionError)


def test_progress_is_shown_at_most_ten_times_a_second_and_at_the_end(tmp_path: Path) -> None:
    clock = HandClock()
    shown: list[Progress] = []
    provider = Scripted(delay_s=0.01, clock=clock)
    settings = ReplaySettings(concurrency=4)
    with Journal(tmp_path / "j") as journal:
        work = replay(
            records(400),
            {Arm.CANDIDATE: arm_plan(provider, settings=settings)},
            journal,
            settings,
            Onlookers(show=shown.append),
            clock,
        )
        asyncio.run(wound(clock, work, step_s=0.05))
    assert len(shown) >= 8
    gaps = [b.elapsed_s - a.elapsed_s for a, b in pairwise(shown[:-1])]
    assert min(gaps) >= 0.1 - 1e-9
    last = shown[-1].arms[Arm.CANDIDATE]
    assert (last.done, last.in_flight, shown[-1].records) == (400, 0, 400)
    assert 1 <= shown[0].arms[Arm.CANDIDATE].in_flight <= 4
    assert last.places == 4


def test_both_arms_run_at_once(tmp_path: Path) -> None:
    settings = ReplaySettings(concurrency=16)
    began = time.monotonic()
    play(tmp_path / "j", both(Scripted(delay_s=0.1), Scripted(delay_s=0.1), settings), 48, settings)
    assert time.monotonic() - began < 0.55  # three rounds of 0.1 s, not six
