"""Records that are called a second time."""

import asyncio
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from factories import record, response
from scripted import Outcome, Scripted, arm_plan, both, reply

from harness.domain.observation import Arm, CallError
from harness.domain.ordering import order_key
from harness.domain.record import Record
from harness.errors import RunStopped, Unavailable
from harness.replay.plan import ArmPlan, observe
from harness.replay.repeats import draw
from harness.replay.runner import ReplayResult, replay
from harness.replay.settings import ReplaySettings
from harness.store.journal import Journal, JournalIndex

RECORDS = [record(f"r{number}", f"prompt {number}") for number in range(40)]


def ids(count: int, seed: int = 7, of: list[Record] = RECORDS) -> list[str]:
    subset = draw(iter(of), count, seed=seed)
    return [each.id for each in of if each in subset]


@pytest.mark.parametrize("count", [0, 1, 7, 39, 40, 41, 1000])
def test_so_many_records_are_drawn_and_at_most_all(count: int) -> None:
    assert len(ids(count)) == min(count, 40)


def test_the_draw_depends_on_seed_and_ids_alone() -> None:
    changed = [record(each.id, "other text", expected="x", tags={"a": "b"}) for each in reversed(RECORDS)]
    assert ids(10, of=changed) == list(reversed(ids(10)))
    assert ids(10, seed=8) != ids(10)
    assert set(ids(10)) < set(ids(11))


def test_every_record_is_as_likely_as_any_other() -> None:
    times = Counter(name for seed in range(400) for name in ids(10, seed))
    # 400 draws of one in four: 100 with a standard deviation of 8.7.
    assert all(60 < times[each.id] < 140 for each in RECORDS)


def test_a_run_in_order_of_clusters_repeats_what_it_begins_with() -> None:
    tagged = [record(f"r{number}", tags={"document": f"d{number // 4}"}) for number in range(40)]
    subset = draw(tagged, 6, seed=7, cluster="document")
    order = sorted(tagged, key=lambda each: order_key(7, each.tags["document"], each.id))
    assert [each in subset for each in order] == [True] * 6 + [False] * 34


def play(path: Path, plans: dict[Arm, ArmPlan], settings: ReplaySettings | None = None) -> ReplayResult:
    with Journal(path) as journal:
        return asyncio.run(replay(iter(RECORDS), plans, journal, settings or ReplaySettings()))


def repeating(count: int) -> dict[str, Any]:
    return {"repeated": draw(RECORDS, count, seed=7).__contains__}


def test_the_drawn_records_are_called_twice_on_both_arms(tmp_path: Path) -> None:
    incumbent, candidate = Scripted(url="http://i"), Scripted(url="http://c")
    plans = both(incumbent, candidate, **repeating(10))
    result = play(tmp_path / "j", plans)
    wanted = {f"prompt {name[1:]}": 2 for name in ids(10)}
    for arm in (incumbent, candidate):
        assert Counter(arm.sent) == Counter({each.request.messages[0].text: 1 for each in RECORDS} | wanted)
    assert result.progress.arms[Arm.CANDIDATE].done == 50
    done = JournalIndex.scan(tmp_path / "j")
    for each in RECORDS:
        told = observe(plans[Arm.CANDIDATE], each, done)
        assert [one.key.repeat for one in told] == ([0, 1] if each.id in ids(10) else [0])


def test_a_repeat_is_sent_after_the_first_call_has_ended_though_that_is_tried_again(tmp_path: Path) -> None:
    ended: list[str] = []

    def script(text: str, attempt: int) -> Outcome:
        outcome: Outcome = Unavailable("later", retry_after_s=0.01) if attempt == 1 else reply(f"{attempt}")
        ended.append(text)
        return outcome

    candidate = Scripted(script)
    plan = arm_plan(candidate, **repeating(40))
    play(tmp_path / "j", {Arm.CANDIDATE: plan})
    done = JournalIndex.scan(tmp_path / "j")
    for each in RECORDS:
        first, again = observe(plan, each, done)
        assert (first.outcome, again.outcome) == (response("2"), response("3"))


def test_a_failed_first_call_is_repeated_all_the_same(tmp_path: Path) -> None:
    def script(text: str, attempt: int) -> Outcome:
        return Unavailable("never") if text == "prompt 3" else reply()

    plan = arm_plan(Scripted(script), settings=ReplaySettings(retries=0), **repeating(40))
    play(tmp_path / "j", {Arm.CANDIDATE: plan})
    told = observe(plan, RECORDS[3], JournalIndex.scan(tmp_path / "j"))
    assert [isinstance(one.outcome, CallError) for one in told] == [True, True]


def test_what_is_settled_is_not_sent_again(tmp_path: Path) -> None:
    play(tmp_path / "j", both(Scripted(), Scripted(), **repeating(5)))
    candidate = Scripted()
    result = play(tmp_path / "j", both(Scripted(), candidate, **repeating(10)))
    assert sorted(candidate.sent) == sorted(f"prompt {name[1:]}" for name in set(ids(10)) - set(ids(5)))
    assert result.progress.arms[Arm.CANDIDATE].reused == 45


def test_another_run_of_the_group_takes_the_repeats_over(tmp_path: Path) -> None:
    incumbent = Scripted(url="http://i")
    play(tmp_path / "first", both(incumbent, Scripted(url="http://c"), **repeating(10)))
    again, other = Scripted(url="http://i"), Scripted(url="http://other")
    shared = (JournalIndex.scan(tmp_path / "first"),)
    plans = {
        Arm.INCUMBENT: arm_plan(again, Arm.INCUMBENT, shared=shared, **repeating(10)),
        Arm.CANDIDATE: arm_plan(other, **repeating(10)),
    }
    result = play(tmp_path / "second", plans)
    assert again.sent == []
    assert len(other.sent) == 50
    assert result.progress.arms[Arm.INCUMBENT].shared == 50
    done = JournalIndex.scan(tmp_path / "second")
    assert sum(len(observe(plans[Arm.INCUMBENT], each, done)) for each in RECORDS) == 50


def test_repeats_count_against_the_budget(tmp_path: Path) -> None:
    settings = ReplaySettings(budget_usd=1.875, concurrency=2)
    plan = arm_plan(Scripted(), settings=settings, cost=lambda arm, answer: 0.0625, **repeating(40))
    with pytest.raises(RunStopped, match="budget"):
        play(tmp_path / "j", {Arm.CANDIDATE: plan}, settings)
    told = [observe(plan, each, JournalIndex.scan(tmp_path / "j")) for each in RECORDS]
    made = [one.key.repeat for calls in told for one in calls if not isinstance(one.outcome, CallError)]
    assert len(made) == 30
    assert made.count(1) >= 14


def test_the_calls_of_a_record_stand_next_to_each_other(tmp_path: Path) -> None:
    candidate = Scripted()
    settings = ReplaySettings(concurrency=1)
    play(tmp_path / "j", {Arm.CANDIDATE: arm_plan(candidate, settings=settings, **repeating(40))}, settings)
    assert all(one == two for one, two in list(pairwise(candidate.sent))[::2])
