from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from factories import record, request, response
from scripted import Scripted, arm_plan

from harness.domain.chat import ChatRequest, Response
from harness.domain.observation import Arm, CallError, Observation, Timing
from harness.domain.record import Record
from harness.errors import Refused
from harness.providers.base import HttpCall
from harness.replay.plan import ArmPlan, Job, Left, Shared, Unprepared, observe
from harness.replay.plan import remaining as remaining_calls
from harness.store.journal import Journal, JournalIndex


class Unpreparable(Scripted):
    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error

    def prepare(self, request: ChatRequest) -> HttpCall:
        raise self.error


def remaining(plan: ArmPlan, record: Record, done: JournalIndex) -> Left:
    """What is left of the first call of a record that has no repeat."""
    (left,) = remaining_calls(plan, record, done)
    return left


def none(tmp_path: Path) -> JournalIndex:
    return JournalIndex.scan(tmp_path / "none")


def journal_of(path: Path, *observations: Observation) -> JournalIndex:
    with Journal(path) as journal:
        for each in observations:
            journal.append(each)
    return JournalIndex.scan(path)


def made(job: object, outcome: Response | CallError | None = None) -> Observation:
    assert isinstance(job, Job)
    return Observation(key=job.key, outcome=outcome or response(), timing=Timing(started_at_s=1.0))


def test_what_the_journal_settled_is_not_called_again_and_what_was_not_answered_is(tmp_path: Path) -> None:
    plan = arm_plan(Scripted())
    lost = CallError(kind="unavailable", message="503")
    late = CallError(kind="timed_out", message="late")
    jobs = [remaining(plan, record(name, name), none(tmp_path)) for name in "abc"]
    done = journal_of(tmp_path / "j", made(jobs[0]), made(jobs[1], lost), made(jobs[2], late))
    again = [remaining(plan, record(name, name), done) for name in "abc"]
    assert isinstance(jobs[1], Job)
    assert again == [None, replace(jobs[1], failed_before="unavailable"), None]


@pytest.mark.parametrize("kind", ["refused", "malformed"])
def test_what_was_refused_or_of_no_use_is_called_again_and_not_shared(tmp_path: Path, kind: str) -> None:
    plan = arm_plan(Scripted())
    lost = made(remaining(plan, record(), none(tmp_path)), CallError(kind=kind, message="m", http_status=400))
    done = journal_of(tmp_path / "j", lost)
    again = remaining(plan, record(), done)
    assert isinstance(again, Job)
    assert again.failed_before == kind
    assert observe(plan, record(), done) == (lost,)
    sharing = arm_plan(plan.provider, shared=(done,))
    assert isinstance(remaining(sharing, record(), none(tmp_path)), Job)


def test_a_repeat_shares_nothing_with_the_first_call_but_its_fingerprint(tmp_path: Path) -> None:
    plan = arm_plan(Scripted(), repeated=lambda asked: asked.id == "r1")
    first, again = remaining_calls(plan, record(), none(tmp_path))
    assert isinstance(first, Job)
    assert isinstance(again, Job)
    assert again.key == replace(first.key, repeat=1)
    once = journal_of(tmp_path / "once", made(first, response("one")))
    assert remaining_calls(plan, record(), once) == [None, again]
    assert [one.key.repeat for one in observe(plan, record(), once)] == [0]
    twice = journal_of(tmp_path / "twice", made(again, response("two")), made(first, response("one")))
    assert remaining_calls(plan, record(), twice) == [None, None]
    told = observe(plan, record(), twice)
    assert [(one.key.repeat, one.outcome) for one in told] == [(0, response("one")), (1, response("two"))]
    sharing = arm_plan(plan.provider, shared=(once, twice), repeated=plan.repeated)
    assert [type(left) for left in remaining_calls(sharing, record(), none(tmp_path))] == [Shared, Shared]
    assert len(remaining_calls(plan, record("r2"), none(tmp_path))) == 1


def test_a_repeat_that_was_paid_for_is_told_though_fewer_are_asked_for_now(tmp_path: Path) -> None:
    plan = arm_plan(Scripted(), repeated=lambda asked: True)
    first, again = remaining_calls(plan, record(), none(tmp_path))
    done = journal_of(tmp_path / "j", made(first), made(again))
    assert [one.key.repeat for one in observe(arm_plan(plan.provider), record(), done)] == [0, 1]


def test_another_endpoint_arm_or_request_is_another_call(tmp_path: Path) -> None:
    plan = arm_plan(Scripted())
    done = journal_of(tmp_path / "j", made(remaining(plan, record(), none(tmp_path))))
    assert remaining(plan, record(), done) is None
    assert isinstance(remaining(plan, record(text="other"), done), Job)
    assert isinstance(remaining(arm_plan(Scripted(url="http://b")), record(), done), Job)
    assert isinstance(remaining(arm_plan(Scripted(), Arm.INCUMBENT), record(), done), Job)


def test_the_order_of_the_records_does_not_matter(tmp_path: Path) -> None:
    plan = arm_plan(Scripted())
    records = [record(f"r{number}", str(number)) for number in range(5)]
    done = journal_of(tmp_path / "j", *(made(remaining(plan, each, none(tmp_path))) for each in records))
    assert [remaining(plan, each, done) for each in reversed(records)] == [None] * 5


def test_a_call_that_another_run_of_the_group_made_is_taken_over(tmp_path: Path) -> None:
    plan = arm_plan(Scripted())
    call = made(remaining(plan, record(), none(tmp_path)))
    lost = made(
        remaining(plan, record("r2", "x"), none(tmp_path)), CallError(kind="unavailable", message="503")
    )
    siblings = (none(tmp_path), journal_of(tmp_path / "sibling", call, lost))
    sharing = arm_plan(plan.provider, shared=siblings)
    assert remaining(sharing, record(), none(tmp_path)) == Shared(observation=call)
    assert isinstance(remaining(sharing, record("r2", "x"), none(tmp_path)), Job)
    assert isinstance(remaining(sharing, record("r3", "y"), none(tmp_path)), Job)


@pytest.mark.parametrize(
    ("error", "kind", "message"),
    [
        (Refused("an image is not possible here"), "refused", "an image is not possible here"),
        (ZeroDivisionError("oh"), "internal", "ZeroDivisionError: oh"),
    ],
)
def test_a_record_that_cannot_be_encoded_is_an_error_of_that_record(
    tmp_path: Path, error: Exception, kind: str, message: str
) -> None:
    plan = arm_plan(Unpreparable(error))
    left = remaining(plan, record(), none(tmp_path))
    assert isinstance(left, Unprepared)
    assert left.observation.outcome == CallError(kind=kind, message=message)
    assert observe(plan, record(), none(tmp_path)) == (left.observation,)
    other = remaining(plan, record(text="other"), none(tmp_path))
    assert isinstance(other, Unprepared)
    assert other.observation.key.fingerprint != left.observation.key.fingerprint


@pytest.mark.parametrize(
    ("parameters", "allowed"),
    [
        ({}, None),
        ({"max_tokens": 7}, 7),
        ({"max_tokens": 7, "max_completion_tokens": 9}, 9),
        ({"max_tokens": "7"}, None),
        ({"max_tokens": -1}, None),
    ],
)
def test_the_tokens_of_a_call_are_estimated(
    tmp_path: Path, parameters: dict[str, Any], allowed: int | None
) -> None:
    asked = record(request=request("x" * 4000, **parameters))
    job = remaining(arm_plan(Scripted()), asked, none(tmp_path))
    assert isinstance(job, Job)
    assert 1000 <= job.input_tokens <= 1030
    assert job.max_output_tokens == allowed


def test_an_observation_comes_from_the_journal_or_was_not_called(tmp_path: Path) -> None:
    plan = arm_plan(Scripted())
    call = made(remaining(plan, record(), none(tmp_path)))
    assert observe(plan, record(), journal_of(tmp_path / "j", call)) == (call,)
    missing = observe(plan, record(), none(tmp_path))[0].outcome
    assert missing == CallError(kind="not_called", message="the run ended before this call was made")


def test_a_recorded_arm_shows_what_production_answered(tmp_path: Path) -> None:
    plan = arm_plan(None, Arm.INCUMBENT)
    (known,) = observe(plan, record(recorded=response("as recorded")), none(tmp_path))
    assert known.outcome == response("as recorded")
    assert known.timing == Timing()
    timing = Timing(ttft_s=0.3, latency_s=1.5)
    (timed,) = observe(plan, record(recorded=response(), recorded_timing=timing), none(tmp_path))
    assert timed.timing == timing
    unknown = observe(plan, record(), none(tmp_path))[0].outcome
    assert unknown == CallError(kind="not_recorded", message="the record has no answer from production")
    with pytest.raises(ValueError, match="has no provider"):
        remaining(plan, record(), none(tmp_path))


def test_an_error_costs_what_had_arrived_of_its_answer() -> None:
    plan = arm_plan(Scripted(), cost=lambda arm, answer: float(answer.usage.output_tokens or 0))
    key = made(
        Job(key=_key(), call=Scripted().prepare(request()), input_tokens=1, max_output_tokens=None)
    ).key

    def cost(outcome: Response | CallError) -> float | None:
        return plan.cost_of(Observation(key=key, outcome=outcome, timing=Timing()))

    assert cost(response()) == 5.0
    assert cost(CallError(kind="truncated_stream", message="", partial=response())) == 5.0
    assert cost(CallError(kind="timed_out", message="")) is None
    assert arm_plan(Scripted()).cost_of(Observation(key=key, outcome=response(), timing=Timing())) is None


def _key() -> Any:
    return Observation(key=None, outcome=response(), timing=Timing()).key  # type: ignore[arg-type]
