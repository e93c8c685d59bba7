"""Stage 3: pairs and scores → Analysis, in one pass and bounded memory."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from harness.analysis.arms import ArmTally
from harness.analysis.averages import ScorerTally
from harness.analysis.case_log import OTHER_BASIS, CaseLog, Placed
from harness.analysis.comparison import ComparisonTally
from harness.analysis.confusion import ConfusionTally
from harness.analysis.deciding import difference_of
from harness.analysis.failure.exposure import ExposureTally
from harness.analysis.failure.severity import SeverityRules
from harness.analysis.failure.slice_result import SliceReport
from harness.analysis.failure.summary import KindTally
from harness.analysis.judged import JudgeSpending, JudgeSummary, JudgeTally
from harness.analysis.label_free import LabelFreeTally
from harness.analysis.outcome import (
    ArmOutcome,
    Basis,
    Outcome,
    Quadrant,
    Unscored,
    deciders,
    first_in_front,
    judge,
    with_inconsistency,
)
from harness.analysis.quadrants import quadrant_counts
from harness.analysis.reruns import RerunTally
from harness.analysis.result import ANALYSIS_SCHEMA_VERSION, Analysis, SliceSearch
from harness.analysis.review_summary import ReviewTally
from harness.analysis.settings import AnalysisSettings
from harness.analysis.slices_by_tag import SliceTally
from harness.analysis.stats.counting import BoundedCounter, Count
from harness.analysis.stats.intervals import share
from harness.analysis.tipping import tipping_point
from harness.analysis.where import Groups, WhereTally
from harness.domain.case_row import CaseRow
from harness.domain.estimate import Estimate
from harness.domain.failure import is_failure
from harness.domain.human_label import HumanLabel
from harness.domain.judged import VERDICT
from harness.domain.judgement import Judgement
from harness.domain.observation import Arm
from harness.domain.pair import Pair
from harness.domain.score import Finding, ScoredPair
from harness.errors import RunDamaged


@dataclass(frozen=True, slots=True, kw_only=True)
class Analyzed:
    """What the stage makes.

    Attributes:
        analysis: The findings.
        cases: A row per pair, in the order of the pairs; to be gone through once.
    """

    analysis: Analysis
    cases: Iterator[CaseRow]


def analyze(
    pairs: Iterable[Pair],
    scored: Iterable[ScoredPair],
    settings: AnalysisSettings,
    *,
    judgements: Iterable[Judgement] = (),
) -> Analysis:
    """The findings alone; see `analyze_with_cases`."""
    return analyze_with_cases(pairs, scored, settings, judgements=judgements).analysis


def analyze_with_cases(
    pairs: Iterable[Pair],
    scored: Iterable[ScoredPair],
    settings: AnalysisSettings,
    *,
    labels: Iterable[HumanLabel] = (),
    spending: JudgeSpending | None = None,
    judgements: Iterable[Judgement] = (),
) -> Analyzed:
    """Count and compare, and say of every pair what came of it.

    Args:
        pairs: In any order, each record once.
        scored: In the same order, the scores of one record in a row.
        settings: Limits, margin and tags.
        labels: What people said of judged answers.
        spending: What the judge has cost, None without one.
        judgements: What people said of cases, oldest first; it moves the figures.

    Raises:
        RunDamaged: A score belongs to no pair at its place.
    """
    given = tuple(judgements)
    tally = _Tally(settings, tuple(labels), ReviewTally(settings, given) if given else None)
    for pair, scores in aligned(pairs, scored):
        tally.add(pair, scores)
    return tally.analyzed(spending)


def aligned(
    pairs: Iterable[Pair], scored: Iterable[ScoredPair]
) -> Iterator[tuple[Pair, tuple[ScoredPair, ...]]]:
    """Each pair with its scores, in one pass over both.

    Raises:
        RunDamaged: A score belongs to no pair at its place.
    """
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


class _BasisTally:
    """What is counted apart for records with and without an expected answer."""

    def __init__(self, settings: AnalysisSettings, rules: SeverityRules) -> None:
        self._settings = settings
        self.quadrants: Counter[Quadrant] = Counter()
        self.unscored = BoundedCounter(limit=100)
        self.kinds = KindTally(rules=rules)
        self.harmless = BoundedCounter()
        self.confusion = ConfusionTally()
        self.tags = tuple(SliceTally(tag=tag) for tag in settings.slices)
        self.comparison = ComparisonTally(settings)
        self.reruns = RerunTally()
        self.exposure = ExposureTally(settings=settings.severity)
        self.label_free = LabelFreeTally()
        self.where = WhereTally(settings)

    def add(self, pair: Pair, outcome: Outcome, scores: Sequence[ScoredPair], *, moved: bool) -> None:
        """Count one compared pair, with what asking again told.

        Args:
            pair: What both arms did.
            outcome: What it means.
            scores: Its scores.
            moved: Whether people say otherwise than the scores.
        """
        self.quadrants[outcome.quadrant] += 1
        failing = _failing(outcome.incumbent), _failing(outcome.candidate)
        self.kinds.add(*failing)
        harmless = {finding.kind for finding in outcome.candidate.findings if not is_failure(finding)}
        for kind in harmless - {VERDICT}:
            self.harmless.add(kind)
        self.confusion.add(outcome.incumbent.findings, outcome.candidate.findings)
        for table in self.tags:
            table.add(pair.record.tags, outcome)
        self.exposure.add(pair.record.id, pair.record.expected, *failing)
        self.label_free.add(outcome, scores, frozenset(self._settings.checks))
        self.where.add(pair, outcome)
        if outcome.basis is Basis.EXPECTED:
            decisive = deciders(scores, self._settings.deciding)
            score_difference = float(outcome.difference) if moved else _score_difference(decisive)
            self.comparison.add(pair, outcome, score_difference)

    def incumbent_failed(self, level: float) -> Estimate:
        """How often the incumbent's answer failed by itself."""
        failed = sum(kind.primary_incumbent for kind in self.kinds.summary(level=level))
        return share(failed, self.quadrants.total(), level=level)


class _Tally:
    def __init__(
        self, settings: AnalysisSettings, labels: Sequence[HumanLabel], review: ReviewTally | None
    ) -> None:
        self._settings = settings
        self._review = review
        self._pairs = 0
        rules = SeverityRules(settings.severity)
        self._arms = {arm: ArmTally(arm=arm) for arm in Arm}
        self._log = CaseLog(settings.severity)
        self._scorers: dict[str, ScorerTally] = {name: ScorerTally(scorer=name) for name in settings.scorers}
        self._judges = {name: JudgeTally(name, labels) for name in settings.judges}
        self._of_basis = {basis: _BasisTally(settings, rules) for basis in Basis}

    def add(self, pair: Pair, scores: tuple[ScoredPair, ...]) -> None:
        self._pairs += 1
        for arm in self._arms.values():
            arm.add(pair)
        for scored in scores:
            self._scorers.setdefault(scored.scorer, ScorerTally(scorer=scored.scorer)).add(scored)
            if scored.scorer in self._judges:
                self._judges[scored.scorer].add(pair, scored)
        scores = first_in_front(scores, self._settings.scorers)
        by_score = judge(pair, scores, self._settings.deciding)
        outcome = by_score if self._review is None else self._review.add(pair, by_score)
        tally = self._of_basis[outcome.basis]
        if isinstance(outcome, Unscored):
            tally.unscored.add(outcome.reason[:200])
            self._log.add_unscored(pair.record.id, outcome)
            if difference_of(pair, (), ()) is not None:
                tally.comparison.add_unjudged(pair)
            return
        # People move no pair that the scorers cannot judge.
        scored_as = outcome if isinstance(by_score, Unscored) else by_score
        moved = outcome is not scored_as
        again = tally.reruns.add(pair, outcome, deciders(scores, self._settings.deciding), scored_as)
        outcome = with_inconsistency(outcome, again.inconsistent)
        tally.add(pair, outcome, scores, moved=moved)
        self._log.add(pair.record.id, outcome, again.rerun)

    def _basis(self) -> Basis:
        """Expected answers win; records without one are then left out and counted."""
        tally = self._of_basis[Basis.EXPECTED]
        any_expected = tally.quadrants or tally.unscored.counts
        return Basis.EXPECTED if any_expected or not self._pairs else Basis.AGREEMENT

    def analyzed(self, spending: JudgeSpending | None) -> Analyzed:
        basis = self._basis()
        where = self._of_basis[basis].where
        found, groups = where.slices(basis), where.groups(basis)
        placed = Placed(
            groups=tuple(cluster.id for cluster in groups.clusters),
            group_of=groups.of_row,
            slices=where.rows_of(found.slices),
        )
        analysis = self._analysis(basis, found, groups, spending)
        return Analyzed(analysis=analysis, cases=self._reviewed(self._log.rows(basis, placed)))

    def _reviewed(self, rows: Iterator[CaseRow]) -> Iterator[CaseRow]:
        """The rows with what people said of each."""
        review = self._review
        return rows if review is None else (replace(row, review=review.said(row.record_id)) for row in rows)

    def _analysis(
        self, basis: Basis, found: SliceReport, groups: Groups, spending: JudgeSpending | None
    ) -> Analysis:
        tally = self._of_basis[basis]
        level = self._settings.level
        right = _right_shares(tally.quadrants, level) if basis is Basis.EXPECTED else {}
        compared = basis is Basis.EXPECTED and tally.quadrants.total() > 0
        difference, margin, sequential = tally.comparison.findings() if compared else (None, None, None)
        return Analysis(
            schema_version=ANALYSIS_SCHEMA_VERSION,
            settings=self._settings,
            basis=basis,
            pairs=self._pairs,
            compared=tally.quadrants.total(),
            quadrants=quadrant_counts(tally.quadrants, basis, pairs=self._pairs, level=level),
            unscored=self._unscored(basis),
            accuracy={name: scorer.accuracy(level=level) for name, scorer in self._scorers.items()},
            agreement={name: scorer.agreement(level=level) for name, scorer in self._scorers.items()},
            incumbent_right=right.get(Arm.INCUMBENT),
            candidate_right=right.get(Arm.CANDIDATE),
            incumbent_failed=tally.incumbent_failed(level) if basis is Basis.AGREEMENT else None,
            difference=difference,
            noninferiority=margin,
            sequential=sequential,
            tipping=tipping_point(tally.comparison, groups.clusters, groups.of_row) if compared else None,
            noise=tally.reruns.summary(level=level),
            failures={kind.kind: kind for kind in tally.kinds.summary(level=level)},
            exposure=tally.exposure.summary(level=level),
            label_free=tally.label_free.summary(level=level),
            harmless=tally.harmless.most(),
            confusion=tally.confusion.most(),
            tags=tuple(table.table(basis, level=level) for table in tally.tags if table.values),
            slices=found.slices,
            slice_search=_search(found),
            clusters=groups.clusters,
            features=tally.where.features(),
            judge=self._judged(spending),
            review=None if self._review is None else self._review.summary(basis),
            incumbent=self._arms[Arm.INCUMBENT].summary(),
            candidate=self._arms[Arm.CANDIDATE].summary(),
        )

    def _judged(self, spending: JudgeSpending | None) -> dict[str, JudgeSummary]:
        level = self._settings.level
        return {name: judge.summary(level=level, spending=spending) for name, judge in self._judges.items()}

    def _unscored(self, basis: Basis) -> tuple[Count, ...]:
        counter = self._of_basis[basis].unscored
        other = self._of_basis[Basis.AGREEMENT if basis is Basis.EXPECTED else Basis.EXPECTED]
        without = other.quadrants.total() + other.unscored.counts.total()
        if without:
            counter.add(OTHER_BASIS, without)
        return counter.most()


def _search(found: SliceReport) -> SliceSearch:
    return SliceSearch(
        discovery_n=found.discovery_n,
        test_n=found.test_n,
        searched=found.searched,
        support=found.support,
        tested=found.tested,
        method=found.method,
        reason=found.reason,
    )


def _failing(side: ArmOutcome) -> tuple[Finding, ...] | None:
    return None if side.right else side.findings


def _score_difference(decisive: Sequence[ScoredPair]) -> float | None:
    """The first deciding scorer's difference; None where either side cannot be told."""
    for scored in decisive[:1]:
        sides = scored.candidate, scored.incumbent
        values = [score.value for score in sides if score is not None and score.value is not None]
        if len(values) == len(sides):
            return values[0] - values[1]
    return None


def _right_shares(quadrants: Counter[Quadrant], level: float) -> dict[Arm, Estimate]:
    n, both = quadrants.total(), quadrants[Quadrant.BOTH_RIGHT]
    return {
        Arm.INCUMBENT: share(both + quadrants[Quadrant.REGRESSION], n, level=level),
        Arm.CANDIDATE: share(both + quadrants[Quadrant.GAIN], n, level=level),
    }
