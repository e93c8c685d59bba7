from dataclasses import replace

import pytest
from factories import observation, pair, response

from harness.analysis.arms import ArmTally
from harness.domain.chat import Usage
from harness.domain.observation import Arm, CallError, Observation
from harness.domain.pair import Pair


def again(arm: Arm, outcome: object = "ok") -> Observation:
    made = observation(outcome, arm=arm)  # type: ignore[arg-type]
    return replace(made, key=replace(made.key, repeat=1))


def repeated(*costs: float | None) -> Pair:
    repeats = (again(Arm.INCUMBENT), again(Arm.CANDIDATE))
    return replace(
        pair(), candidate_cost_usd=0.5, incumbent_cost_usd=0.25, repeats=repeats, repeat_costs_usd=costs
    )


def test_repeats_count_in_cost_and_tokens_but_not_among_calls_and_times() -> None:
    tally = ArmTally(arm=Arm.CANDIDATE)
    tally.add(repeated(4.0, 0.5))
    tally.add(replace(pair(), candidate_cost_usd=0.5))
    told = tally.summary()
    assert (told.calls, told.answered, told.repeats) == (2, 2, 1)
    assert (told.tokens.input, told.tokens.output, told.tokens.unknown) == (30, 15, 0)
    assert told.cost.known_usd == pytest.approx(1.5)
    assert told.cost.unknown == 0
    assert told.latency.n == 2


def test_a_repeat_of_unknown_cost_or_tokens_is_counted_as_such() -> None:
    tally = ArmTally(arm=Arm.INCUMBENT)
    tally.add(repeated(None, 0.5))
    failed = again(Arm.INCUMBENT, CallError(kind="timed_out", message="late"))
    partial = again(Arm.INCUMBENT, response(usage=Usage(input_tokens=3)))
    tally.add(replace(pair(), incumbent_cost_usd=0.25, repeats=(failed, partial)))
    told = tally.summary()
    assert (told.calls, told.repeats, told.errors) == (2, 3, ())
    assert (told.cost.known_usd, told.cost.unknown) == (0.5, 3)
    assert (told.tokens.input, told.tokens.unknown) == (33, 2)
