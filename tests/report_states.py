"""One small run for every state that the report can be in, for the tests of the page."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from factories import observation, pair, record, response
from report_runs import Run, agreement_run, changed, hostile_run, invoices, scored

from harness.domain.chat import Response
from harness.domain.mark import Mark
from harness.domain.observation import Arm, CallError, Observation
from harness.domain.pair import Pair
from harness.domain.score import Finding, Score, ScoredPair

WRONG = (changed("total", "1", "2"),)


def all_right(n: int) -> Run:
    """Both arms are right on every record."""
    pairs = [pair(of=record(f"r{place}", expected="ok")) for place in range(n)]
    return Run(pairs=pairs, scored=[scored(one) for one in pairs])


def counts(losses: int, gains: int, n: int) -> Run:
    """`losses` records only the candidate has wrong, `gains` only the incumbent; the rest is right."""
    run = all_right(n)
    scores = [
        scored(one, WRONG if losses <= place < losses + gains else (), WRONG if place < losses else ())
        for place, one in enumerate(run.pairs)
    ]
    return replace(run, scored=scores)


def all_failed(outcome: CallError | Response, kind: str, n: int = 20) -> Run:
    """Every answer of the candidate fails in the same way."""
    pairs = [
        replace(
            pair(of=record(f"r{place}", expected="ok")),
            candidate=observation(outcome, arm=Arm.CANDIDATE, record_id=f"r{place}"),
        )
        for place in range(n)
    ]
    return Run(pairs=pairs, scored=[scored(one, candidate=(Finding(kind=kind),)) for one in pairs])


def asked_twice(answers: Mapping[str, int]) -> Run:
    """Pairs by their four answers (incumbent twice, candidate twice) in letters, of which "a" is right."""
    pairs, scores = [], []
    for letters, n in answers.items():
        for place in range(n):
            one = _twice(letters, f"{letters}-{place}")
            pairs.append(one)
            scores.append(_twice_scored(letters, one.record.id))
    return Run(pairs=pairs, scored=scores)


def _twice(letters: str, record_id: str) -> Pair:
    first, second, third, fourth = tuple(letters)

    def again(arm: Arm, text: str) -> Observation:
        given = observation(text, arm=arm, record_id=record_id)
        return replace(given, key=replace(given.key, repeat=1))

    of = pair(first, third, of=record(record_id, expected="a"))
    return replace(of, repeats=(again(Arm.INCUMBENT, second), again(Arm.CANDIDATE, fourth)))


def _twice_scored(letters: str, record_id: str) -> ScoredPair:
    first, second, third, fourth = tuple(letters)

    def alike(one: str, other: str) -> Score:
        return Score(value=float(one == other), findings=() if one == other else WRONG)

    return ScoredPair(
        record_id=record_id,
        scorer="exact",
        incumbent=alike(first, "a"),
        candidate=alike(third, "a"),
        agreement=alike(third, first),
        noise=alike(second, first),
        candidate_noise=alike(fourth, third),
        incumbent_repeat=alike(second, "a"),
        candidate_repeat=alike(fourth, "a"),
        cross_incumbent_repeat=alike(third, second),
        cross_candidate_repeat=alike(fourth, first),
        cross_repeats=alike(fourth, second),
    )


def partly_run() -> Run:
    """20 invoices of which the last was never sent to the candidate."""
    run = invoices(20)
    skipped = CallError(kind="not_called", message="")
    last = run.pairs[-1]
    missing = observation(skipped, arm=Arm.CANDIDATE, record_id=last.record.id)
    return replace(run, pairs=[*run.pairs[:-1], replace(last, candidate=missing)])


@dataclass(frozen=True, kw_only=True)
class State:
    """A run, and what differs in its facts from an ordinary one."""

    run: Run
    facts: Mapping[str, Any] = field(default_factory=dict)


STATES = {
    "no failures": State(run=all_right(300)),
    "all failed": State(run=all_failed(response("half", finish_reason="length"), "truncated")),
    "key refused": State(run=all_failed(CallError(kind="unauthorized", message="401"), "call_failed")),
    "no pairs": State(run=Run(pairs=[], scored=[])),
    "nothing scored": State(run=replace(all_right(2), scored=[])),
    "no expected answers": State(run=agreement_run(), facts={"unit": "ticket"}),
    "simulated": State(run=invoices(120)),
    "recorded": State(run=invoices(60), facts={"mark": Mark.RECORDED}),
    "live": State(
        run=invoices(60),
        facts={"mark": Mark.LIVE, "tokens_per_month": 120_000_000, "ttft_limit_s": 1.0},
    ),
    "stopped early": State(run=partly_run(), facts={"stopped": "the budget of $20 is spent"}),
    "not decided": State(run=counts(3, 2, 100)),
    "inside the margin": State(run=counts(5, 3, 4000)),
    "not shown to be safe": State(run=counts(31, 4, 300)),
    "asked twice": State(run=asked_twice({"aaaa": 60, "aabb": 12, "aaba": 3, "bbaa": 2, "abaa": 1})),
    "hostile": State(run=hostile_run(), facts={"dataset": "</script><script>alert(1)</script>"}),
}
