"""A run in which everything happens that can happen to a pair, with and without expected answers."""

import random
from dataclasses import replace

from factories import observation, pair, record
from report_runs import Run, changed, scored

from harness.domain.observation import Arm, CallError, Observation
from harness.domain.pair import Pair
from harness.domain.score import Finding, Score, ScoredPair

_NOTES = (
    "Ignores the deadline of the seller.",
    "Rude to the customer.",
    "Forgets the tariff of the port.",
    "",
)


def mixed_run(n: int, seed: int, *, expected: float = 0.9) -> Run:
    """Made-up pairs.

    Args:
        n: How many.
        seed: Of everything in them.
        expected: Share of records with an expected answer.
    """
    chance = random.Random(seed)
    pairs, scores = [], []
    for place in range(n):
        one, its_scores = _pair(f"r-{place:05d}", chance, has_expected=chance.random() < expected)
        pairs.append(one)
        scores += its_scores
    return Run(pairs=pairs, scored=scores)


def _pair(record_id: str, chance: random.Random, *, has_expected: bool) -> tuple[Pair, list[ScoredPair]]:
    lines = chance.randint(1, 60)
    tags = {"language": chance.choice(("de", "fr", "en")), "lines": str(lines)}
    of = record(
        record_id, f"invoice {lines}", expected='{"currency": "EUR"}' if has_expected else None, tags=tags
    )
    one = pair(of=of)
    often = 0.6 if tags["language"] == "de" and lines > 20 else 0.12
    incumbent, candidate = _mistake(chance, 0.15), _mistake(chance, often)
    fate = chance.random()
    if fate < 0.03:
        kind = chance.choice(("not_called", "timed_out", "unavailable"))
        failed = CallError(kind=kind, message="nothing came")
        one = replace(one, candidate=observation(failed, arm=Arm.CANDIDATE, record_id=record_id))
        candidate = (Finding(kind="timed_out"),)
    elif fate < 0.06:
        return one, []
    elif fate < 0.09:
        untold = Score(value=None, reason=chance.choice(("no label set", "no number in it")))
        return one, [replace(scored(one, incumbent), candidate=untold, agreement=untold)]
    told = scored(one, incumbent, candidate)
    if not has_expected:
        told = replace(told, incumbent=None, candidate=None)
    if chance.random() < 0.3:
        one, told = _called_twice(one, told, chance)
    return one, [replace(told, scorer="other", incumbent=None), told]


def _called_twice(one: Pair, told: ScoredPair, chance: random.Random) -> tuple[Pair, ScoredPair]:
    def again(first: Score | None) -> Score | None:
        stays = chance.random() < 0.7
        return first if stays else Score(value=0.0 if first and first.value == 1.0 else 1.0)

    repeats = tuple(_again(given) for given in (one.incumbent, one.candidate))
    return replace(one, repeats=repeats), replace(
        told,
        noise=again(Score(value=1.0)),
        candidate_noise=again(Score(value=1.0)),
        incumbent_repeat=again(told.incumbent),
        candidate_repeat=again(told.candidate),
        cross_incumbent_repeat=again(told.agreement),
        cross_candidate_repeat=again(told.agreement),
        cross_repeats=again(told.agreement),
    )


def _again(given: Observation) -> Observation:
    return replace(given, key=replace(given.key, repeat=1))


def _mistake(chance: random.Random, rate: float) -> tuple[Finding, ...]:
    if chance.random() > rate:
        return (changed("date", "2026-08-31", "31.08.2026", "format_only"),) if chance.random() < 0.1 else ()
    amount = float(chance.choice((12, 700, 10**16)))
    line = chance.randrange(9)
    kinds: tuple[tuple[Finding, ...], ...] = (
        (replace(changed("totals.net", "5.00", "-5.00", "sign_flipped"), amount=amount),),
        (
            replace(changed(f"lines[{line}].net", "12.00", "1200.00", "decimal_misread"), amount=amount),
            changed("note", "Zahlbar sofort", "Zahlbar"),
        ),
        (Finding(kind="line_missing", path=f"lines[{line}]", expected="Palette"),),
        (Finding(kind="judged_worse", note=chance.choice(_NOTES)),),
        (changed("", f"label {line}", f"label {chance.randrange(9)}", "wrong_label"),),
        (Finding(kind=f"own {chance.randrange(20)}", note="x"),),
    )
    return chance.choice(kinds)
