from dataclasses import replace

from factories import observation, record, response

from harness.domain.chat import Response, Usage
from harness.domain.observation import Arm, CallError, Observation
from harness.domain.record import Record
from harness.store.assemble import pairs_of

PRICES = {Arm.INCUMBENT: 1.0, Arm.CANDIDATE: 0.5}


def cost(arm: Arm, of: Response) -> float | None:
    return None if of.model == "unpriced" else PRICES[arm] * (of.usage.output_tokens or 0)


def test_pairs_come_in_the_order_of_the_records_and_lazily() -> None:
    asked: list[tuple[str, Arm]] = []

    def observe(of: Record, arm: Arm) -> list[Observation]:
        asked.append((of.id, arm))
        return [observation("x", arm=arm, record_id=of.id)]

    pairs = pairs_of(iter([record("a"), record("b")]), observe, cost)
    first = next(pairs)
    assert first.record.id == "a"
    assert (first.incumbent_cost_usd, first.candidate_cost_usd) == (5.0, 2.5)
    assert asked == [("a", Arm.INCUMBENT), ("a", Arm.CANDIDATE)]
    assert [pair.record.id for pair in pairs] == ["b"]


def test_a_failed_call_costs_what_had_been_counted() -> None:
    outcomes: dict[str, Response | CallError] = {
        "nothing": CallError(kind="timed_out", message="x"),
        "uncounted": CallError(kind="timed_out", message="x", partial=response("half", usage=Usage())),
        "counted": CallError(kind="truncated_stream", message="x", partial=response("half")),
        "unpriced": response("x", model="unpriced"),
    }

    def observe(of: Record, arm: Arm) -> list[Observation]:
        return [observation(outcomes[of.id], arm=arm, record_id=of.id)]

    costs = [pair.candidate_cost_usd for pair in pairs_of([record(name) for name in outcomes], observe, cost)]
    assert costs == [None, None, 2.5, None]


def test_repeats_follow_the_first_call_with_their_own_cost() -> None:
    def observe(of: Record, arm: Arm) -> list[Observation]:
        first = observation("x", arm=arm, record_id=of.id)
        again = response("y", model="unpriced" if arm is Arm.INCUMBENT else "m-1")
        return [first, replace(first, key=replace(first.key, repeat=1), outcome=again)]

    (made,) = pairs_of([record("a")], observe, cost)
    assert [(one.key.arm, one.key.repeat) for one in made.repeats] == [(arm, 1) for arm in Arm]
    assert made.repeat_costs_usd == (None, 2.5)
    assert [[price for _, price in made.repeats_of(arm)] for arm in Arm] == [[None], [2.5]]
    assert [made.cost_usd(arm) for arm in Arm] == [5.0, 2.5]
