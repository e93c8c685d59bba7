"""Stage 3: pairs and scores → Analysis, in one pass and bounded memory."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby

from harness.analysis.arms import ArmTally
from harness.analysis.averages import ScorerTally
from harness.analysis.cases import CaseKeeper
from harness.analysis.failure.severity import SeverityRules
from harness.analysis.failure.summary import KindTally
from harness.analysis.outcome import QUADRANTS, ArmOutcome, Basis, Quadrant, Unscored, judge
from harness.analysis.result import ANALYSIS_SCHEMA_VERSION, Analysis, QuadrantCount
from harness.analysis.settings import AnalysisSettings
from harness.analysis.slices_by_tag import SliceTally
from harness.analysis.stats.counting import BoundedCounter, Count
from harness.analysis.stats.intervals import share
from harness.analysis.stats.paired import mcnemar_mid_p, net_difference
from harness.domain.estimate import Estimate
from harness.domain.failure import is_failure
from harness.domain.observation import Arm
from harness.domain.pair import Pair
from harness.domain.score import Finding, ScoredPair
from harness.errors import RunDamaged


def analyze(pairs: Iterable[Pair], scored: Iterable[ScoredPair], settings: AnalysisSettings) -> Analysis:
    """Count, compare and pick the cases worth reading.

    Args:
        pairs: In any order, each record once.
        scored: In the same order, the scores of one record in a row; the first scorer is primary.
        settings: Limits, margin and tags.

    Raises:
        RunDamaged: A score belongs to no pair at its place.
    """
    tally = _Tally(settings)
    for pair, scores in _aligned(pairs, scored):
        tally.add(pair, scores)
    return tally.analysis()


def _aligned(
    pairs: Iterable[Pair], scored: Iterable[ScoredPair]
) -> Iterator[tuple[Pair, tuple[ScoredPair, ...]]]:
    groups = ((key, tuple(group)) for key, group in groupby(scored, key=lambda entry: entry.record_id))
    waiting = next(groups, None)
    for pair in pairs:
        if waiting is not None and waiting[0] == pair.record.id:
            yield pair, waiting[1]
            waiting = next(groups, None)
        else:
            yield pair, ()
    if waiting is not None:
        raise RunDamaged(
            f"scores.parquet has scores of record {waiting[0]!r} that fit no pair at that place",
            "Score the run again: harness score RUN",
        )


@dataclass(slots=True)
class _BasisTally:
    """What is counted apart for records with and without an expected answer."""

    quadrants: Counter[Quadrant] = field(default_factory=Counter)
    kinds: KindTally = field(default_factory=KindTally)
    harmless: BoundedCounter = field(default_factory=BoundedCounter)
    slices: tuple[SliceTally, ...] = ()
    unscored: BoundedCounter = field(default_factory=lambda: BoundedCounter(limit=100))


class _Tally:
    def __init__(self, settings: AnalysisSettings) -> None:
        self._settings = settings
        self._pairs = 0
        self._arms = {arm: ArmTally(arm=arm) for arm in Arm}
        self._cases = CaseKeeper(settings)
        self._scorers: dict[str, ScorerTally] = {name: ScorerTally(scorer=name) for name in settings.scorers}
        self._of_basis = {
            basis: _BasisTally(
                kinds=KindTally(rules=SeverityRules(settings.severity)),
                slices=tuple(SliceTally(tag=tag) for tag in settings.slices),
            )
            for basis in Basis
        }

    def add(self, pair: Pair, scores: tuple[ScoredPair, ...]) -> None:
        self._pairs += 1
        for arm in self._arms.values():
            arm.add(pair)
        for scored in scores:
            self._scorers.setdefault(scored.scorer, ScorerTally(scorer=scored.scorer)).add(scored)
        outcome = judge(pair, self._primary(scores))
        tally = self._of_basis[outcome.basis]
        if isinstance(outcome, Unscored):
            tally.unscored.add(outcome.reason[:200])
            return
        tally.quadrants[outcome.quadrant] += 1
        tally.kinds.add(_failing(outcome.incumbent), _failing(outcome.candidate))
        for kind in {finding.kind for finding in outcome.candidate.findings if not is_failure(finding)}:
            tally.harmless.add(kind)
        for table in tally.slices:
            table.add(pair.record.tags, outcome)
        self._cases.add(pair, outcome)

    def _primary(self, scores: tuple[ScoredPair, ...]) -> ScoredPair | None:
        first = self._settings.scorers[0] if self._settings.scorers else None
        named = (scored for scored in scores if first is None or scored.scorer == first)
        return next(named, None)

    def _basis(self) -> Basis:
        """Expected answers win; records without one are then left out and counted."""
        tally = self._of_basis[Basis.EXPECTED]
        any_expected = tally.quadrants or tally.unscored.counts
        return Basis.EXPECTED if any_expected or not self._pairs else Basis.AGREEMENT

    def analysis(self) -> Analysis:
        basis = self._basis()
        tally = self._of_basis[basis]
        level = self._settings.level
        compared = tally.quadrants.total()
        right = _right_shares(tally.quadrants, level) if basis is Basis.EXPECTED else None
        gains, losses = tally.quadrants[Quadrant.GAIN], tally.quadrants[Quadrant.REGRESSION]
        return Analysis(
            schema_version=ANALYSIS_SCHEMA_VERSION,
            settings=self._settings,
            basis=basis,
            pairs=self._pairs,
            compared=compared,
            unscored=self._unscored(basis),
            quadrants=tuple(
                QuadrantCount(
                    quadrant=quadrant,
                    count=tally.quadrants[quadrant],
                    share=share(tally.quadrants[quadrant], compared, level=level),
                )
                for quadrant in QUADRANTS[basis]
            ),
            incumbent_right=right[Arm.INCUMBENT] if right else None,
            candidate_right=right[Arm.CANDIDATE] if right else None,
            net_difference=net_difference(gains, losses, compared, level=level) if right else None,
            mcnemar_mid_p=mcnemar_mid_p(gains, losses) if right else None,
            incumbent=self._arms[Arm.INCUMBENT].summary(),
            candidate=self._arms[Arm.CANDIDATE].summary(),
            kinds=tally.kinds.summary(level=level),
            harmless=tally.harmless.most(),
            slices=tuple(table.table(basis, level=level) for table in tally.slices if table.values),
            scorers=tuple(scorer.summary(level=level) for scorer in self._scorers.values()),
            cases=self._cases.cases(basis),
            more_cases=self._cases.rest(basis),
        )

    def _unscored(self, basis: Basis) -> tuple[Count, ...]:
        counter = self._of_basis[basis].unscored
        other = self._of_basis[Basis.AGREEMENT if basis is Basis.EXPECTED else Basis.EXPECTED]
        without = other.quadrants.total() + other.unscored.counts.total()
        if without:
            counter.add("no expected answer", without)
        return counter.most()


def _failing(side: ArmOutcome) -> tuple[Finding, ...] | None:
    return None if side.right else side.findings


def _right_shares(quadrants: Counter[Quadrant], level: float) -> dict[Arm, Estimate]:
    n, both = quadrants.total(), quadrants[Quadrant.BOTH_RIGHT]
    return {
        Arm.INCUMBENT: share(both + quadrants[Quadrant.REGRESSION], n, level=level),
        Arm.CANDIDATE: share(both + quadrants[Quadrant.GAIN], n, level=level),
    }
