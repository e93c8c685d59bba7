from factories import observation

from harness.domain.observation import Arm, CallError
from harness.errors import RunStopped
from harness.replay.settings import ReplaySettings
from harness.replay.stop import StopRule

NAMES = {Arm.INCUMBENT: "openai/gpt", Arm.CANDIDATE: "together/m"}


def rule(**settings: float) -> StopRule:
    return StopRule(ReplaySettings(**settings), NAMES)  # type: ignore[arg-type]


def calls(
    it: StopRule, outcomes: str, arm: Arm = Arm.CANDIDATE, kind: str = "unavailable"
) -> RunStopped | None:
    """`.` is an answer, `x` a failure; the reason at the first that stops."""
    for outcome in outcomes:
        error = CallError(kind=kind, message="503 from upstream")
        reason = it.finished(observation("ok" if outcome == "." else error, arm=arm), None)
        if reason is not None:
            return reason
    return None


def test_twenty_failures_in_a_row_stop_the_run_and_say_which_and_why() -> None:
    it = rule()
    assert calls(it, "x" * 19) is None
    reason = calls(it, "x")
    assert reason is not None
    assert reason.exit_code == 3
    assert reason.message == (
        "candidate together/m: 20 of the last 20 calls failed (unavailable: 503 from upstream)"
    )
    assert "max_error_rate" in reason.hint


def test_an_endpoint_that_dies_later_stops_the_run_as_well() -> None:
    it = rule()
    assert calls(it, "." * 500 + "x" * 19) is None
    assert calls(it, "x") is not None


def test_the_share_is_taken_over_the_last_hundred_calls() -> None:
    it = rule()
    assert calls(it, "." * 60 + "x." * 50) is None
    reason = calls(it, "xx.")
    assert reason is not None
    assert reason.message.startswith("candidate together/m: 51 of the last 100 calls failed (")


def test_the_share_is_not_judged_before_there_are_enough_calls() -> None:
    assert calls(rule(), "x" * 19 + "." + "x" * 19 + ".") is None
    assert calls(rule(min_calls_before_stop=3), "xx.xx.xx.xx.") is None
    reason = calls(rule(min_calls_before_stop=3), "xx.xx.xx.xx.xx.")
    assert reason is not None
    assert "of the last 15 calls failed" in reason.message


def test_the_arms_are_judged_apart_and_the_most_common_error_is_named() -> None:
    it = rule()
    calls(it, "x" * 5, kind="timed_out")
    assert calls(it, "." * 50, arm=Arm.INCUMBENT) is None
    reason = calls(it, "x" * 15)
    assert reason is not None
    assert "(unavailable: " in reason.message


def test_a_share_of_one_never_stops() -> None:
    assert calls(rule(max_error_rate=1.0), "x" * 500) is None
    assert calls(rule(max_error_rate=0.0), "." * 500) is None


def test_a_refused_key_stops_at_once() -> None:
    reason = calls(rule(), "x", arm=Arm.INCUMBENT, kind="unauthorized")
    assert reason is not None
    assert reason.message == "incumbent openai/gpt: the key is refused (unauthorized: 503 from upstream)"
    assert reason.hint == "check the key"


def test_a_long_message_is_cut() -> None:
    error = CallError(kind="unauthorized", message="x" * 100_000)
    reason = rule().finished(observation(error), None)
    assert reason is not None
    assert len(reason.message) < 400


def repeat(it: StopRule, kind: str, before: str | None = None) -> RunStopped | None:
    """A call that fails now and came to `before` (the same where None) before the run was continued."""
    error = observation(CallError(kind=kind, message="said"), arm=Arm.CANDIDATE)
    return it.finished(error, None, before=before or kind)


def test_a_call_that_is_refused_as_before_does_not_stop_a_continued_run() -> None:
    it = rule()
    for kind in ("refused", "malformed"):
        assert [repeat(it, kind) for _ in range(50)] == [None] * 50
    assert calls(it, "x" * 19) is None
    assert calls(it, "x") is not None
    assert [repeat(rule(min_calls_before_stop=1), "refused", "malformed") is None] == [False]
    assert [repeat(rule(min_calls_before_stop=1), "unavailable") is None] == [False]


def test_a_continued_run_in_which_all_is_refused_as_before_is_void() -> None:
    it = rule()
    repeat(it, "refused")
    reason = it.never_answered(Arm.CANDIDATE)
    assert reason is not None
    assert reason.message == "candidate together/m: every call failed as before (refused: said)"
    assert "max_error_rate" in reason.hint
    calls(it, ".")
    assert it.never_answered(Arm.CANDIDATE) is None
    assert it.never_answered(Arm.INCUMBENT) is None


def spend(it: StopRule, arm: Arm, cost_usd: float | None) -> None:
    assert it.starting(arm) is None
    it.ended(arm)
    it.finished(observation(arm=arm), cost_usd)


def test_the_budget_counts_both_arms_and_what_is_in_flight() -> None:
    it = rule(budget_usd=1.0)
    spend(it, Arm.INCUMBENT, 0.3)
    spend(it, Arm.CANDIDATE, 0.1)
    assert it.starting(Arm.INCUMBENT) is None  # 0.4 + 0.3
    assert it.starting(Arm.CANDIDATE) is None  # 0.7 + 0.1
    assert it.starting(Arm.CANDIDATE) is None  # 0.8 + 0.1
    reason = it.starting(Arm.INCUMBENT)
    assert reason is not None
    assert reason.message == "the budget of $1.00 is used up: $0.4000 spent, about $0.5000 more in flight"
    assert reason.hint == "raise budget_usd"
    it.ended(Arm.INCUMBENT)  # it failed and cost nothing
    assert it.starting(Arm.INCUMBENT) is None


def test_what_was_paid_before_counts_and_an_unknown_cost_does_not() -> None:
    it = rule(budget_usd=1.0)
    it.paid_earlier(Arm.CANDIDATE, 0.9)
    reason = it.starting(Arm.CANDIDATE)
    assert reason is not None
    assert reason.message == "the budget of $1.00 is used up: $0.9000 spent"
    for _ in range(100):
        spend(it, Arm.INCUMBENT, None)


def test_what_was_paid_before_at_an_unknown_cost_counts_as_the_mean() -> None:
    it = rule(budget_usd=1.0)
    for _ in range(8):
        it.paid_earlier(Arm.CANDIDATE, None)
    spend(it, Arm.CANDIDATE, 0.1)
    reason = it.starting(Arm.CANDIDATE) or it.starting(Arm.CANDIDATE)
    assert reason is not None
    assert reason.message == ("the budget of $1.00 is used up: $0.9000 spent, about $0.1000 more in flight")


def test_without_a_budget_nothing_is_asked() -> None:
    it = rule()
    spend(it, Arm.INCUMBENT, 1e9)
    assert it.starting(Arm.INCUMBENT) is None
