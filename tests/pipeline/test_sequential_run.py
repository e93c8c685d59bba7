"""The stop rule on the whole path of a replay, with answers that come in any order."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import sqrt
from pathlib import Path
from random import Random

import pytest
from factories import observation, record, response
from scripted import Scripted, arm_plan, both, reply

from harness.analysis.deciding import Difference, SequentialTest
from harness.analysis.stats.noninferiority import Conclusion
from harness.config import RunConfig, load_config
from harness.domain.observation import Arm, CallError, Observation
from harness.domain.ordering import order_key
from harness.domain.record import Record
from harness.errors import RunStopped, Unavailable
from harness.pipeline.course import Course
from harness.pipeline.sequential_run import SequentialWatch
from harness.providers.base import HttpCall, Reply
from harness.replay.plan import ArmPlan, observe
from harness.replay.runner import ReplayResult, replay
from harness.replay.settings import ReplaySettings
from harness.replay.watch import Onlookers
from harness.scorers.exact import Exact
from harness.scorers.stage import NamedScorer
from harness.store.journal import Journal, JournalIndex

EXACT = (NamedScorer(name="exact", scorer=Exact()),)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("dataset")
    (made / "dataset.toml").write_text(
        '[dataset]\nworkload = "w"\ntask = "t"\n[incumbent]\nprovider = "sandbox"\nmodel = "a"\n'
        '[candidate]\nprovider = "sandbox"\nmodel = "b"\n[[scorers]]\nuse = "exact"\n',
        encoding="utf-8",
    )
    return made


def config(folder: Path, margin: float, alpha: float) -> RunConfig:
    return load_config(folder, overrides=[f"decision.margin={margin}", f"decision.alpha={alpha}"])


def records(count: int, seed: int = 7) -> list[Record]:
    made = [record(f"r{number}", f"prompt {number}", expected="ok") for number in range(count)]
    return sorted(made, key=lambda each: order_key(seed, None, each.id))


def course(planned: Sequence[Record], clusters: Sequence[int] | None = None) -> Course:
    return Course(
        records=lambda: iter(planned),
        planned=len(planned),
        repeated=lambda record: False,
        repeats=0,
        clusters=clusters or [1] * len(planned),
        largest_cluster=max(clusters or [1]),
    )


class Uneven(Scripted):
    """Right for all prompts but the wrong ones, on which it thinks for many turns."""

    def __init__(self, wrong: frozenset[str], url: str) -> None:
        super().__init__(url=url)
        self.wrong = wrong
        self.order: list[str] = []

    async def send(self, call: HttpCall) -> Reply:
        made = await super().send(call)
        text = call.body.decode()
        slow = any(f'"{prompt}"' in text for prompt in self.wrong)
        for _ in range(200 if slow else 0):
            await asyncio.sleep(0)
        self.order.append("wrong" if slow else "ok")
        return reply("no") if slow else made


def watched(
    path: Path, plans: Mapping[Arm, ArmPlan], run: Course, settings: RunConfig
) -> tuple[ReplayResult, SequentialWatch]:
    watch = SequentialWatch(run, plans, EXACT, settings)
    with Journal(path) as journal:
        work = replay(run.records(), plans, journal, settings.replay, Onlookers(watch=watch))
        return asyncio.run(work), watch


def test_equal_arms_end_early_as_non_inferior(tmp_path: Path, folder: Path) -> None:
    incumbent, candidate = Scripted(), Scripted()
    result, watch = watched(
        tmp_path / "j", both(incumbent, candidate), course(records(2000)), config(folder, 0.05, 0.025)
    )
    assert result.end is not None
    assert result.end.decided == "non_inferior"
    assert result.end.reason == (
        f"the candidate is shown to lose less than the margin of 5 points after {result.end.records} "
        "of up to 2,000 records"
    )
    test = SequentialTest(margin=0.05, alpha=0.025)
    while test.conclusion is Conclusion.UNDECIDED:
        test.add([Difference(least=0, most=0)])
    assert result.end.records == test.decided_after
    assert len(candidate.sent) < 2000
    assert watch.complete >= result.end.records


def test_a_run_that_is_never_decided_comes_to_its_last_record(tmp_path: Path, folder: Path) -> None:
    result, watch = watched(
        tmp_path / "j", both(Scripted(), Scripted()), course(records(30)), config(folder, 0.02, 0.025)
    )
    assert (result.end, watch.complete, watch.conclusion) == (None, 30, Conclusion.UNDECIDED)


def test_a_continued_run_judges_what_it_had_and_pays_nothing_twice(tmp_path: Path, folder: Path) -> None:
    planned, settings = records(1000), config(folder, 0.05, 0.025)
    whole, _ = watched(tmp_path / "whole", both(Scripted(), Scripted()), course(planned), settings)
    first = both(Scripted(), Scripted())
    with Journal(tmp_path / "j") as journal:
        asyncio.run(replay(iter(planned[:40]), first, journal, settings.replay))
    incumbent, candidate = Scripted(), Scripted()
    result, _ = watched(tmp_path / "j", both(incumbent, candidate), course(planned), settings)
    assert result.end == whole.end
    assert not {f"prompt {each.id[1:]}" for each in planned[:40]} & {*incumbent.sent, *candidate.sent}
    again = both(Scripted(), Scripted())
    assert watched(tmp_path / "j", again, course(planned), settings)[0].end == whole.end
    assert all(not plan.provider.sent for plan in again.values() if isinstance(plan.provider, Scripted))


def test_answers_in_flight_are_kept_but_nothing_new_is_begun(tmp_path: Path, folder: Path) -> None:
    candidate = Uneven(frozenset(f"prompt {number}" for number in range(0, 1000, 40)), "http://c")
    plans = both(Scripted(), candidate)
    result, watch = watched(tmp_path / "j", plans, course(records(1000)), config(folder, 0.2, 0.025))
    assert result.end is not None
    done = JournalIndex.scan(tmp_path / "j")
    kept = [
        observe(plans[Arm.CANDIDATE], each, done)[0]
        for each in records(1000)
        if not isinstance(observe(plans[Arm.CANDIDATE], each, done)[0].outcome, CallError)
    ]
    assert len(kept) == len(candidate.sent) == len(candidate.order) < 1000
    assert result.progress.arms[Arm.CANDIDATE].in_flight == 0
    assert result.end.records <= watch.complete <= len(kept)


class FailingLate(Scripted):
    """Fails on one prompt, after many turns, with an error that is worth another try."""

    late = ""

    async def send(self, call: HttpCall) -> Reply:
        made = await super().send(call)
        if f'"{self.late}"' in call.body.decode():
            for _ in range(400):
                await asyncio.sleep(0)
            raise Unavailable("later")
        return made


def test_a_call_that_would_be_tried_again_is_not_held_against_the_arm(tmp_path: Path, folder: Path) -> None:
    planned, settings = records(400), config(folder, 0.2, 0.025)
    whole, _ = watched(tmp_path / "whole", both(Scripted(), Scripted()), course(planned), settings)
    assert whole.end is not None
    place = whole.end.records + 10
    candidate = FailingLate()
    candidate.late = planned[place].request.messages[0].text
    plans = both(Scripted(), candidate)
    result, watch = watched(tmp_path / "j", plans, course(planned), settings)
    assert result.end == whole.end
    assert candidate.late in candidate.sent
    outcome = observe(plans[Arm.CANDIDATE], planned[place], JournalIndex.scan(tmp_path / "j"))[0].outcome
    assert isinstance(outcome, CallError)
    assert outcome.kind == "not_called"
    assert watch.complete == place


def test_one_slow_call_does_not_let_the_run_go_on_and_on(tmp_path: Path, folder: Path) -> None:
    planned, settings = records(400), config(folder, 0.02, 0.025)
    first = planned[0].request.messages[0].text
    begun: list[int] = []

    class Counting(Uneven):
        async def send(self, call: HttpCall) -> Reply:
            made = await super().send(call)
            if f'"{first}"' in call.body.decode():
                begun.append(len(self.sent))
            return made

    candidate = Counting(frozenset([first]), "http://c")
    few = replace(settings, replay=ReplaySettings(concurrency=4))
    plans = both(Scripted(), candidate, few.replay)
    _, watch = watched(tmp_path / "j", plans, course(planned), few)
    assert begun
    assert begun[0] <= 2 * 4 + 1
    assert watch.complete == 400


def test_an_arm_that_never_answers_is_stopped_and_not_judged(tmp_path: Path, folder: Path) -> None:
    plans = both(Scripted(), Scripted(lambda text, attempt: Unavailable("down")))
    for arm, plan in plans.items():
        plans[arm] = arm_plan(plan.provider, arm, ReplaySettings(retries=0))
    with pytest.raises(RunStopped, match="calls failed"):
        watched(tmp_path / "j", plans, course(records(300)), config(folder, 0.02, 0.05))


def test_recorded_arms_are_judged_too(tmp_path: Path, folder: Path) -> None:
    planned = [
        record(f"r{number}", expected="ok", recorded=response("no" if number % 5 else "ok"))
        for number in range(500)
    ]
    plans = {Arm.INCUMBENT: arm_plan(None, Arm.INCUMBENT), Arm.CANDIDATE: arm_plan(Scripted())}
    result, _ = watched(tmp_path / "j", plans, course(planned), config(folder, 0.05, 0.025))
    assert result.end is not None
    assert result.end.decided == "non_inferior"
    neither = {arm: arm_plan(None, arm) for arm in Arm}
    result, _ = watched(tmp_path / "k", neither, course(planned), config(folder, 0.05, 0.025))
    assert result.end is not None


def told(arm: Arm, record_id: str, text: str, repeat: int = 0) -> Observation:
    made = observation(text, arm=arm, record_id=record_id)
    return replace(made, key=replace(made.key, repeat=repeat))


def test_a_cluster_is_one_bet_made_when_it_is_whole_and_order_of_arrival_is_nothing(folder: Path) -> None:
    sizes = [3, 1, 4, 2] * 30
    planned = [record(f"r{number}", expected="ok") for number in range(sum(sizes))]
    settings = config(folder, 0.15, 0.05)
    ends = set()
    for seed in range(5):
        watch = SequentialWatch(course(planned, sizes), both(Scripted(), Scripted()), EXACT, settings)
        for each in planned:
            assert watch.planned(each) is None
        arrivals = [(arm, each.id) for each in planned for arm in Arm]
        Random(seed).shuffle(arrivals)
        for arm, name in arrivals:
            watch.ended(told(arm, name, "no", repeat=1))
            last = watch.ended(told(arm, name, "ok"))
        assert watch.complete == len(planned)
        ends.add(last)
    (end,) = ends
    assert end is not None
    test, seen = SequentialTest(margin=0.15, alpha=0.05, largest_cluster=4), 0
    for size in sizes:
        seen += size
        if test.add([Difference(least=0, most=0)] * size) is not Conclusion.UNDECIDED:
            break
    assert end.records == seen


def false_passes(tmp_path: Path, folder: Path, runs: int) -> tuple[float, float]:
    """Share of runs that call a candidate non-inferior which loses exactly the margin; ours, and naively.

    Wrong answers take longer, so that those that come first look better than they are.
    """
    margin, alpha, count = 0.1, 0.1, 150
    settings = config(folder, margin, alpha)
    passes = naive = 0
    for seed in range(runs):
        chance = Random(seed)
        planned = records(count, seed)
        wrong = frozenset(f"prompt {number}" for number in range(count) if chance.random() < margin)
        candidate = Uneven(wrong, "http://c")
        plans = both(Scripted(url="http://i"), candidate)
        result, _ = watched(tmp_path / f"j{runs}-{seed}", plans, course(planned), settings)
        passes += result.end is not None and result.end.decided == "non_inferior"
        test = SequentialTest(margin=margin, alpha=alpha)
        for answer in candidate.order:
            value = -1 if answer == "wrong" else 0
            test.add([Difference(least=value, most=value)])
        naive += test.conclusion is Conclusion.NON_INFERIOR
    return passes / runs, naive / runs


def check_false_passes(tmp_path: Path, folder: Path, runs: int) -> None:
    ours, naive = false_passes(tmp_path, folder, runs)
    assert ours <= 0.1 + 2 * sqrt(0.1 * 0.9 / runs)
    assert naive > 0.5  # in order of arrival the same answers pass most of the time


def test_slow_wrong_answers_make_no_false_passes(tmp_path: Path, folder: Path) -> None:
    check_false_passes(tmp_path, folder, 60)


@pytest.mark.slow
def test_slow_wrong_answers_make_no_false_passes_in_many_runs(tmp_path: Path, folder: Path) -> None:
    check_false_passes(tmp_path, folder, 1000)
