import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from factories import observation, record, request, response
from scripted import Outcome, Scripted, arm_plan, reply

from harness.domain.chat import Answer, Response, ToolCall, Usage
from harness.domain.observation import Arm, CallError, CallKey, Observation, Timing
from harness.errors import HarnessError, Malformed, Refused, RunStopped, TimedOut, TruncatedStream
from harness.replay.charge import Charges
from harness.replay.plan import ArmPlan, Job
from harness.replay.runner import replay
from harness.replay.settings import ReplaySettings
from harness.store.journal import Journal, JournalIndex

PARTIAL = Usage(input_tokens=7)


def per_token(arm: Arm, answer: Response) -> float | None:
    """One dollar per token of input, a thousandth per token of output."""
    usage = answer.usage
    if usage.input_tokens is None or usage.output_tokens is None:
        return None
    return usage.input_tokens + usage.output_tokens / 1000


def job(input_tokens: int = 20, most: int | None = None) -> Job:
    key = CallKey(record_id="r1", arm=Arm.CANDIDATE, repeat=0, fingerprint="f")
    call = Scripted().prepare(request())
    return Job(key=key, call=call, input_tokens=input_tokens, max_output_tokens=most)


def seen(outcome: Response | CallError | str = "ok", *, sent: bool = True) -> Observation:
    made = observation(outcome, arm=Arm.CANDIDATE)
    return made if sent else Observation(key=made.key, outcome=made.outcome, timing=Timing())


def silent(text: str = "", **answer: Any) -> Response:
    return response(usage=Usage(), answer=Answer(text=text, **answer))


def charges(**changes: Any) -> Charges:
    return Charges(arm_plan(Scripted(), **{"cost": per_token, **changes}))


def test_a_known_cost_counts_as_it_is() -> None:
    assert charges().of(seen(), job()) == 10.005


def test_without_token_counts_the_size_of_the_request_and_its_limit_count() -> None:
    assert charges().of(seen(silent()), job(20, most=500)) == 20.5
    assert charges().of(seen(silent()), job(20, most=0)) == 20.0


def test_without_a_limit_the_mean_counts_or_the_answer_itself() -> None:
    it = charges()
    assert it.of(seen(silent()), job()) == 21.0  # nothing is known yet
    it.of(seen(response(usage=Usage(input_tokens=1, output_tokens=200))), job())
    it.of(seen(response(usage=Usage(input_tokens=1, output_tokens=400))), job())
    assert it.of(seen(silent()), job()) == 20.3
    long = (ToolCall(id="t", name="f", arguments="x" * 4000),)
    assert it.of(seen(silent("é" * 2000, tool_calls=long)), job()) == 22.0
    assert it.of(seen(silent("half \ud83d")), job()) == 20.3


def test_what_the_server_did_tell_is_kept() -> None:
    assert charges().of(seen(response(usage=Usage(output_tokens=3000))), job(20)) == 23.0
    assert charges().of(seen(response(usage=PARTIAL)), job(20, most=1000)) == 8.0


@pytest.mark.parametrize("kind", ["timed_out", "truncated_stream", "malformed", "internal"])
def test_a_failure_that_may_be_charged_counts_and_only_where_it_was_sent(kind: str) -> None:
    error = CallError(kind=kind, message="m")
    partial = CallError(kind=kind, message="m", partial=response(usage=PARTIAL))
    assert charges().of(seen(error), job(20, most=1000)) == 21.0
    assert charges().of(seen(partial), job(20, most=1000)) == 8.0
    assert charges().of(seen(error, sent=False), job()) is None
    assert charges().of(seen(error), None) is None


@pytest.mark.parametrize("kind", ["refused", "unavailable", "rate_limited", "disconnected", "unauthorized"])
def test_a_failure_that_costs_nothing_counts_nothing(kind: str) -> None:
    assert charges().of(seen(CallError(kind=kind, message="m")), job()) is None


def test_the_calls_of_ones_own_server_count_nothing() -> None:
    assert charges(priced=False).of(seen(silent()), job()) is None
    assert charges(priced=False).of(seen(), job()) is None


def test_where_nothing_says_what_a_call_costs_the_budget_cannot_be_held() -> None:
    it = Charges(arm_plan(Scripted()))
    with pytest.raises(RunStopped) as caught:
        it.of(seen(silent()), job())
    assert caught.value.message == (
        "the budget cannot be held: candidate together/m sends no token counts, "
        "and no price is known to estimate by"
    )
    assert caught.value.hint == "give the arm a price, or leave budget_usd out"
    with pytest.raises(RunStopped) as caught:
        it.of(seen(response(usage=Usage(input_tokens=200_000, output_tokens=1))), job())
    assert caught.value.message == (
        "the budget cannot be held: no price is known for a call of candidate together/m "
        "with 200,000 input tokens"
    )


def reply_without_counts() -> Outcome:
    made = reply()
    return type(made)(response=silent("ok"), sent_at_s=5.0, ttft_s=None, latency_s=0.1)


def play(path: Path, plan: ArmPlan, count: int, settings: ReplaySettings) -> None:
    many = (record(f"r{number}", f"prompt {number}") for number in range(count))
    with Journal(path) as journal:
        asyncio.run(replay(many, {plan.arm: plan}, journal, settings))


def cents(arm: Arm, answer: Response) -> float | None:
    return None if per_token(arm, answer) is None else 0.01


@pytest.mark.parametrize(
    "outcome",
    [
        reply_without_counts,
        lambda: TimedOut("late"),
        lambda: TruncatedStream("cut", partial=silent("half")),
        lambda: Malformed("no JSON"),
    ],
)
def test_a_budget_holds_without_token_counts_and_over_a_resume(
    tmp_path: Path, outcome: Callable[[], Outcome]
) -> None:
    def script(text: str, attempt: int) -> Outcome:
        made = outcome()
        return reply() if isinstance(made, HarnessError) and int(text.split()[1]) % 2 else made

    provider = Scripted(script)
    settings = ReplaySettings(budget_usd=1.0, max_error_rate=1.0)
    plan = arm_plan(provider, settings=settings, cost=cents)
    with pytest.raises(RunStopped, match=r"^the budget of \$1\.00 is used up"):
        play(tmp_path / "j", plan, 500, settings)
    assert 90 <= len(provider.sent) <= 100
    if isinstance(outcome(), Malformed):
        return  # sent again, so that the second run may pay once more
    with pytest.raises(RunStopped, match="is used up"):
        play(tmp_path / "j", plan, 500, settings)
    assert len(provider.sent) <= 102


def test_a_run_whose_cost_cannot_be_told_stops_after_its_first_answer(tmp_path: Path) -> None:
    provider = Scripted(lambda text, attempt: reply_without_counts())
    settings = ReplaySettings(budget_usd=1.0)
    with pytest.raises(RunStopped, match=r"the budget cannot be held: .* sends no token counts"):
        play(tmp_path / "j", arm_plan(provider, settings=settings), 50, settings)
    assert len(provider.sent) == len(JournalIndex.scan(tmp_path / "j")) == 1


def test_an_arm_that_is_free_needs_no_token_counts(tmp_path: Path) -> None:
    provider = Scripted(lambda text, attempt: reply_without_counts())
    settings = ReplaySettings(budget_usd=0.01)
    play(tmp_path / "j", arm_plan(provider, settings=settings, priced=False), 50, settings)
    play(tmp_path / "j", arm_plan(provider, settings=settings, priced=False), 60, settings)
    assert len(provider.sent) == 60


@pytest.mark.parametrize("error", [Refused, Malformed])
def test_a_run_that_stopped_for_refused_calls_is_mended_and_continued(
    tmp_path: Path, error: type[HarnessError]
) -> None:
    settings = ReplaySettings(concurrency=4)
    with pytest.raises(RunStopped, match="of the last 20 calls failed"):
        play(tmp_path / "j", arm_plan(Scripted(lambda *_: error("no such model"))), 60, settings)
    mended = Scripted()
    play(tmp_path / "j", arm_plan(mended), 60, settings)
    assert len(set(mended.sent)) == len(mended.sent) == 60


def test_a_run_with_many_refused_prompts_is_continued_after_an_interrupt(tmp_path: Path) -> None:
    def script(text: str, attempt: int) -> Outcome:
        return Refused("filtered") if int(text.split()[1]) % 3 == 0 else reply()

    settings = ReplaySettings()
    play(tmp_path / "j", arm_plan(Scripted(script)), 90, settings)
    again = Scripted(script)
    play(tmp_path / "j", arm_plan(again), 100, settings)
    assert len(again.sent) == 30 + 10
