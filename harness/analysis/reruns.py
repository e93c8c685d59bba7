"""What asking again tells: the noise floor, and which regressions survive it.

A random subset of the records is called twice on both arms. So each of these records has two answers of
the incumbent (I1, I2) and two of the candidate (C1, C2), and six comparisons of two answers.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from harness.analysis.failure.arm_failure import arm_failure
from harness.analysis.outcome import Outcome, Quadrant, all_right
from harness.analysis.stats.intervals import share
from harness.analysis.stats.noise import NoiseFloor, NoiseTally
from harness.domain.estimate import Estimate
from harness.domain.failure import is_failure
from harness.domain.observation import Arm, Observation
from harness.domain.pair import Pair
from harness.domain.score import Score, ScoredPair

CONFIRMED = "confirmed"
FLAKY = "flaky"
_INDEX = re.compile(r"\[\d+\]")
_PATH_LIMIT = 500
_PATHS_SHOWN = 30
_Pick = Callable[[ScoredPair], Score | None]
# I1 against I2, C1 against C2, and the four crosses: C1 I1, C1 I2, C2 I1, C2 I2.
_COMPARISONS: tuple[tuple[_Pick, tuple[int, int]], ...] = (
    (lambda scored: scored.noise, (0, 1)),
    (lambda scored: scored.candidate_noise, (2, 3)),
    (lambda scored: scored.agreement, (2, 0)),
    (lambda scored: scored.cross_incumbent_repeat, (2, 1)),
    (lambda scored: scored.cross_candidate_repeat, (3, 0)),
    (lambda scored: scored.cross_repeats, (3, 1)),
)
Same = tuple[bool, bool, bool, bool, bool, bool]
"""Whether the two answers of each of the six comparisons are the same."""

_ALL_SAME: Same = (True, True, True, True, True, True)


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldNoise:
    """One field over the records called twice.

    Attributes:
        path: The field, list positions left out.
        differs: Records on which the first answers of the arms differ in it.
        incumbent_differs, candidate_differs: Records on which that arm's two answers differ in it.
        excess: Excess disagreement: how much more the arms differ from each other than each from itself.
    """

    path: str
    differs: int
    incumbent_differs: int
    candidate_differs: int
    excess: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation:
    """Regressions (or gains) that were called again.

    Attributes:
        found: All of the run.
        rerun: Those among the records called twice.
        confirmed: Those that came out the same in every rerun of both arms.
        flaky: The others.
        share: Confirmed of rerun.
    """

    found: int
    rerun: int
    confirmed: int
    flaky: int
    share: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class Noise:
    """The noise floor of the run.

    Attributes:
        records: Records called twice on both arms and compared.
        untold: Further ones on which a comparison could not be told.
        floor: Agreement of each arm with itself, of the arms with each other, and the excess.
        fields: The same per field, for the fields that differ anywhere; largest excess first.
        regressions, gains: Which survive the reruns; without expected answers, `regressions` are the
            records on which the arms differ, and there are no gains.
        inconsistent_incumbent, inconsistent_candidate: Share of records on which that arm is right
            once and wrong once; without expected answers, on which its two answers differ.
    """

    records: int
    untold: int
    floor: NoiseFloor
    fields: tuple[FieldNoise, ...]
    regressions: Confirmation
    gains: Confirmation
    inconsistent_incumbent: Estimate
    inconsistent_candidate: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """What asking one record again told.

    Attributes:
        inconsistent: Arms that contradict themselves.
        rerun: "confirmed" or "flaky" where the arms differ; "" where they do not, or it cannot be told.
    """

    inconsistent: frozenset[Arm] = frozenset()
    rerun: str = ""


@dataclass(slots=True)
class _Confirming:
    found: int = 0
    rerun: int = 0
    confirmed: int = 0

    def summary(self, level: float) -> Confirmation:
        return Confirmation(
            found=self.found,
            rerun=self.rerun,
            confirmed=self.confirmed,
            flaky=self.rerun - self.confirmed,
            share=share(self.confirmed, self.rerun, level=level),
        )


@dataclass(slots=True)
class RerunTally:
    """Takes every compared pair; only those called twice on both arms say something of noise."""

    records: int = 0
    untold: int = 0
    comparable: int = 0
    floor: NoiseTally = field(default_factory=NoiseTally)
    fields: dict[str, list[Same]] = field(default_factory=dict)
    regressions: _Confirming = field(default_factory=_Confirming)
    gains: _Confirming = field(default_factory=_Confirming)
    inconsistent: dict[Arm, int] = field(default_factory=dict)

    def add(self, pair: Pair, outcome: Outcome, decisive: Sequence[ScoredPair]) -> Again:
        """Count one compared pair; gives what asking again told of it."""
        losing = outcome.quadrant in (Quadrant.REGRESSION, Quadrant.DIFFER, Quadrant.ONE_FAILED)
        gaining = outcome.quadrant is Quadrant.GAIN
        self.regressions.found += losing
        self.gains.found += gaining
        answers = _answers(pair)
        if answers is None:
            return Again()
        same = _same(answers, decisive)
        if same is None:
            self.untold += 1
            return Again()
        self.records += 1
        self.floor.add(same[0], same[1], same[2:])
        self._add_fields(answers, decisive)
        flips = _flips(same, decisive, outcome)
        for arm, flipped in flips.items():
            self.inconsistent[arm] = self.inconsistent.get(arm, 0) + flipped
        stable = not any(flips.values()) and (outcome.quadrant is not Quadrant.DIFFER or not any(same[2:]))
        for counted, tally in ((losing, self.regressions), (gaining, self.gains)):
            tally.rerun += counted
            tally.confirmed += counted and stable
        differs = losing or gaining
        return Again(inconsistent=_flipped(flips), rerun=(CONFIRMED if stable else FLAKY) if differs else "")

    def _add_fields(self, answers: Sequence[Observation], decisive: Sequence[ScoredPair]) -> None:
        """Fields are compared only where all four calls were answered."""
        if any(arm_failure(answer.outcome) for answer in answers):
            return
        self.comparable += 1
        for path, same in _field_same(decisive).items():
            if path in self.fields or len(self.fields) < _PATH_LIMIT:
                self.fields.setdefault(path, []).append(same)

    def summary(self, *, level: float) -> Noise | None:
        """The counts so far; None where nothing was called twice."""
        if not self.records and not self.untold:
            return None
        return Noise(
            records=self.records,
            untold=self.untold,
            floor=self.floor.summary(level=level),
            fields=self._fields(level),
            regressions=self.regressions.summary(level),
            gains=self.gains.summary(level),
            inconsistent_incumbent=share(self.inconsistent.get(Arm.INCUMBENT, 0), self.records, level=level),
            inconsistent_candidate=share(self.inconsistent.get(Arm.CANDIDATE, 0), self.records, level=level),
        )

    def _fields(self, level: float) -> tuple[FieldNoise, ...]:
        told = [self._field(path, differing, level) for path, differing in self.fields.items()]
        told.sort(key=lambda noise: (-(noise.excess.value or 0.0), noise.path))
        return tuple(told[:_PATHS_SHOWN])

    def _field(self, path: str, differing: Sequence[Same], level: float) -> FieldNoise:
        tally = NoiseTally()
        for same in differing:
            tally.add(same[0], same[1], same[2:])
        for _ in range(self.comparable - len(differing)):
            # On every other record the field was the same in all four answers.
            tally.add(True, True, (True, True, True, True))
        return FieldNoise(
            path=path,
            differs=sum(not same[2] for same in differing),
            incumbent_differs=sum(not same[0] for same in differing),
            candidate_differs=sum(not same[1] for same in differing),
            excess=tally.summary(level=level).excess,
        )


def inconsistent_arms(pair: Pair, outcome: Outcome, decisive: Sequence[ScoredPair]) -> frozenset[Arm]:
    """The arms that contradict themselves when asked again; none where nothing was asked again."""
    answers = _answers(pair)
    same = _same(answers, decisive) if answers is not None else None
    return frozenset() if same is None else _flipped(_flips(same, decisive, outcome))


def _flipped(flips: Mapping[Arm, bool]) -> frozenset[Arm]:
    return frozenset(arm for arm, flipped in flips.items() if flipped)


def _answers(pair: Pair) -> tuple[Observation, Observation, Observation, Observation] | None:
    """I1, I2, C1, C2; None where an arm was not asked again."""
    again = {arm: next((one for one in pair.repeats if one.key.arm is arm), None) for arm in Arm}
    incumbent, candidate = again[Arm.INCUMBENT], again[Arm.CANDIDATE]
    if incumbent is None or candidate is None:
        return None
    return pair.incumbent, incumbent, pair.candidate, candidate


def _same(answers: Sequence[Observation], decisive: Sequence[ScoredPair]) -> Same | None:
    """The six comparisons; two failed calls are alike, a failed one and an answer are not."""
    failed = [bool(arm_failure(answer.outcome)) for answer in answers]
    told: list[bool] = []
    for pick, (first, second) in _COMPARISONS:
        if failed[first] or failed[second]:
            told.append(failed[first] and failed[second])
            continue
        same = [_alike(scored, pick, first, second) for scored in decisive]
        if None in same:
            return None
        told.append(all(same))
    incumbent, candidate, *cross = told
    return incumbent, candidate, cross[0], cross[1], cross[2], cross[3]


def _alike(scored: ScoredPair, pick: _Pick, first: int, second: int) -> bool | None:
    """Whether one scorer takes two answers as the same; None where it cannot tell.

    A scorer that needs no reference never compares answers: to it two are the same where both are right or
    both wrong.
    """
    score = pick(scored)
    if score is not None:
        return score.right
    sides = scored.incumbent, scored.incumbent_repeat, scored.candidate, scored.candidate_repeat
    one, other = sides[first], sides[second]
    if one is None or other is None or one.right is None or other.right is None:
        return None
    return one.right is other.right


def _flips(same: Same, decisive: Sequence[ScoredPair], outcome: Outcome) -> dict[Arm, bool]:
    """Whether each arm contradicts itself: in being right where that is known, else in what it says."""
    again = {
        Arm.INCUMBENT: all_right(decisive, lambda scored: scored.incumbent_repeat),
        Arm.CANDIDATE: all_right(decisive, lambda scored: scored.candidate_repeat),
    }
    if outcome.quadrant in (Quadrant.DIFFER, Quadrant.AGREE, Quadrant.ONE_FAILED, Quadrant.BOTH_FAILED):
        return {Arm.INCUMBENT: not same[0], Arm.CANDIDATE: not same[1]}
    first = {Arm.INCUMBENT: outcome.incumbent.right, Arm.CANDIDATE: outcome.candidate.right}
    return {arm: again[arm] is not None and again[arm] is not first[arm] for arm in Arm}


def _field_same(decisive: Sequence[ScoredPair]) -> dict[str, Same]:
    """Per field that differs in any comparison, in which of the six it is the same."""
    found: dict[str, list[bool]] = {}
    for place, (pick, _) in enumerate(_COMPARISONS):
        for scored in decisive:
            score = pick(scored)
            for finding in score.findings if score is not None else ():
                if finding.path and is_failure(finding):
                    path = _INDEX.sub("[]", finding.path[:200])
                    found.setdefault(path, list(_ALL_SAME))[place] = False
    return {path: (same[0], same[1], same[2], same[3], same[4], same[5]) for path, same in found.items()}
