"""What people did to a run: who judged, where they agree, what moved, the figures without them."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from harness.analysis.comparison import ComparisonTally, Sequential
from harness.analysis.deciding import difference_of
from harness.analysis.harm import UNSCORED
from harness.analysis.outcome import CASE_QUADRANTS, Basis, Outcome, Quadrant, Unscored
from harness.analysis.quadrants import QuadrantCount, quadrant_counts
from harness.analysis.review import CONFLICT, Review, merged, reviewed
from harness.analysis.settings import AnalysisSettings
from harness.analysis.stats.agreement import cohen_kappa, krippendorff_alpha
from harness.analysis.stats.intervals import share
from harness.analysis.stats.noninferiority import NonInferiority
from harness.domain.estimate import Estimate
from harness.domain.judgement import Judgement, Opinion, RightSide
from harness.domain.pair import Pair

MOST_REVIEWERS = 50
MOST_CONFLICTS = 200
_MOST_OPINIONS = 10
_LONGEST_NOTE = 500
_SURE = (Opinion.ACCEPTABLE, Opinion.UNACCEPTABLE, Opinion.LABEL_WRONG)
_AUDITED = frozenset({Quadrant.BOTH_RIGHT, Quadrant.AGREE})
_CANDIDATE_WRONG = frozenset({RightSide.INCUMBENT, RightSide.NEITHER})


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewer:
    """One person's judgements.

    Attributes:
        judged: Cases of this run.
        in_bulk: Those judged as part of a whole group, none of them looked at by itself.
        acceptable, unacceptable, label_wrong, unsure: Those with that opinion; they add up to `judged`.
    """

    name: str
    judged: int
    in_bulk: int
    acceptable: int
    unacceptable: int
    label_wrong: int
    unsure: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewerAgreement:
    """How far people agree, over the cases on which two or more were sure; without those judged in bulk.

    Attributes:
        reviewers: People with such a case.
        same: Share of these cases on which all say the same.
        beyond_chance: Cohen's kappa of two people, Krippendorff's alpha of more; 0 is chance, 1 is full
            agreement.
    """

    reviewers: int
    same: Estimate
    beyond_chance: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class OpinionOf:
    """What one person said of a case; `note` is its beginning."""

    reviewer: str
    opinion: Opinion
    right: RightSide | None
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """A case on which people disagree; it counts as it was scored.

    Attributes:
        quadrant: Where the pair falls as scored, "unscored" where nowhere.
        opinions: At most 10.
    """

    record_id: str
    quadrant: str
    opinions: tuple[OpinionOf, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """Pairs that people moved from one quadrant to another; `after` may be "unscored".

    Attributes:
        said: The opinion that moved them.
    """

    before: Quadrant
    after: str
    said: Opinion
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """A look at pairs that nothing speaks against: what the scorer misses.

    Attributes:
        pairs: Pairs scored as both right, or as agreeing.
        unacceptable: Share of those looked at, one by one, in which the candidate is wrong. The interval
            takes them for a random part.
        untold: Further ones looked at, of which it stays open: people were unsure, or disagree.
    """

    pairs: int
    unacceptable: Estimate
    untold: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredFigures:
    """The headline figures as the scorers alone have them.

    Attributes:
        net: The candidate's share of right answers minus the incumbent's; None on agreement only.
        noninferiority, sequential: None on agreement only.
    """

    compared: int
    quadrants: Mapping[str, QuadrantCount]
    net: Estimate | None
    noninferiority: NonInferiority | None
    sequential: Sequential | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewSummary:
    """What people said, and what came of it.

    Attributes:
        judgements: One per person and case of this run.
        records: Cases with a judgement.
        in_bulk: Those of them that nobody looked at by itself.
        unknown: Judged records that the run does not have.
        reviewers: Most judgements first, at most 50; `more_reviewers` were left out.
        agreement: None where no two people were sure of the same case.
        said: Cases by what was said of them: an opinion, or "conflict".
        conflicts: At most 200, in the order of the run; `said` has their number.
        cases: Pairs worth reading as scored: worse, better, both wrong, or those that differ or failed.
        judged_cases: Those of them with a judgement.
        judged: Pairs with a judgement by quadrant as scored.
        moved: What changed its quadrant.
        audit: Of the pairs that need no reading.
        scored: What the figures are without any judgement.
    """

    judgements: int
    records: int
    in_bulk: int
    unknown: int
    reviewers: tuple[Reviewer, ...]
    more_reviewers: int
    agreement: ReviewerAgreement | None
    said: Mapping[str, int]
    conflicts: tuple[Conflict, ...]
    cases: int
    judged_cases: int
    judged: Mapping[str, int]
    moved: tuple[Moved, ...]
    audit: Audit
    scored: ScoredFigures


@dataclass(slots=True)
class _BasisTally:
    """What is counted apart for records with and without an expected answer."""

    quadrants: Counter[Quadrant] = field(default_factory=Counter)
    judged: Counter[str] = field(default_factory=Counter)
    moved: Counter[tuple[Quadrant, str, Opinion]] = field(default_factory=Counter)
    looked: int = 0
    refused: int = 0
    untold: int = 0

    def add(self, scored: Outcome | Unscored, after: Outcome | Unscored, review: Review | None) -> None:
        before = UNSCORED if isinstance(scored, Unscored) else scored.quadrant.value
        self.judged[before] += review is not None
        if isinstance(scored, Unscored):
            return
        self.quadrants[scored.quadrant] += 1
        if review is None:
            return
        if after is not scored:
            self.moved[scored.quadrant, _name(after), Opinion(review.said)] += 1
        if scored.quadrant in _AUDITED and not review.in_bulk:
            wrong = _candidate_wrong(review)
            self.looked += wrong is not None
            self.refused += wrong is True
            self.untold += wrong is None


def _name(outcome: Outcome | Unscored) -> str:
    return UNSCORED if isinstance(outcome, Unscored) else outcome.quadrant.value


def _candidate_wrong(review: Review) -> bool | None:
    """Whether the candidate is wrong by what was said; None where that says neither."""
    if review.said == Opinion.LABEL_WRONG:
        return None if review.right is None else review.right in _CANDIDATE_WRONG
    return {Opinion.ACCEPTABLE.value: False, Opinion.UNACCEPTABLE.value: True}.get(review.said)


class ReviewTally:
    """Takes every pair of the run, gives what it means after review, and keeps count.

    Args:
        settings: Of the analysis.
        judgements: Of one person's judgements of a record, the last one counts.
    """

    def __init__(self, settings: AnalysisSettings, judgements: Iterable[Judgement]) -> None:
        self._settings = settings
        self._reviews = merged(judgements)
        self._seen: set[str] = set()
        self._pairs = 0
        self._of_basis = {basis: _BasisTally() for basis in Basis}
        self._comparison = ComparisonTally(settings)
        self._conflicts: list[Conflict] = []

    def said(self, record_id: str) -> str:
        """What people said of a record: an opinion, "conflict", or "" where nobody judged it."""
        review = self._reviews.get(record_id)
        return "" if review is None else review.said

    def add(self, pair: Pair, scored: Outcome | Unscored) -> Outcome | Unscored:
        """Count one pair as scored; gives what it means after review."""
        self._pairs += 1
        review = self._reviews.get(pair.record.id)
        after = reviewed(pair, scored, review)
        self._of_basis[scored.basis].add(scored, after, review)
        if isinstance(scored, Unscored):
            if difference_of(pair, (), ()) is not None:
                self._comparison.add_unjudged(pair)
        elif scored.basis is Basis.EXPECTED:
            self._comparison.add(pair, scored, None)
        if review is not None:
            self._seen.add(pair.record.id)
            if review.said == CONFLICT and len(self._conflicts) < MOST_CONFLICTS:
                self._conflicts.append(_conflict(pair.record.id, _name(scored), review))
        return after

    def summary(self, basis: Basis) -> ReviewSummary:
        """The counts, on what the run turned out to be compared with; call it after the last pair."""
        tally, level = self._of_basis[basis], self._settings.level
        found = [review for record_id, review in self._reviews.items() if record_id in self._seen]
        reviewers = _reviewers(found)
        return ReviewSummary(
            judgements=sum(len(review.judgements) for review in found),
            records=len(found),
            in_bulk=sum(review.in_bulk for review in found),
            unknown=len(self._reviews) - len(found),
            reviewers=reviewers[:MOST_REVIEWERS],
            more_reviewers=max(0, len(reviewers) - MOST_REVIEWERS),
            agreement=reviewer_agreement(found, level=level),
            said=_said(found),
            conflicts=tuple(self._conflicts),
            cases=sum(tally.quadrants[quadrant] for quadrant in CASE_QUADRANTS[basis]),
            judged_cases=sum(tally.judged[quadrant.value] for quadrant in CASE_QUADRANTS[basis]),
            judged={name: count for name, count in sorted(tally.judged.items()) if count},
            moved=tuple(
                Moved(before=before, after=after, said=said, count=count)
                for (before, after, said), count in sorted(tally.moved.items())
            ),
            audit=Audit(
                pairs=sum(tally.quadrants[quadrant] for quadrant in _AUDITED),
                unacceptable=share(tally.refused, tally.looked, level=level),
                untold=tally.untold,
            ),
            scored=self._scored(basis),
        )

    def _scored(self, basis: Basis) -> ScoredFigures:
        counts = self._of_basis[basis].quadrants
        compared = basis is Basis.EXPECTED and counts.total() > 0
        difference, margin, sequential = self._comparison.findings() if compared else (None, None, None)
        return ScoredFigures(
            compared=counts.total(),
            quadrants=quadrant_counts(counts, basis, pairs=self._pairs, level=self._settings.level),
            net=None if difference is None else difference.net,
            noninferiority=margin,
            sequential=sequential,
        )


def _said(found: Iterable[Review]) -> dict[str, int]:
    counts = Counter(review.said for review in found)
    return {name: counts[name] for name in (*(opinion.value for opinion in Opinion), CONFLICT)}


def _reviewers(found: Iterable[Review]) -> tuple[Reviewer, ...]:
    """Who judged how many, most first."""
    opinions: dict[str, Counter[Opinion]] = {}
    in_bulk: Counter[str] = Counter()
    for review in found:
        for judgement in review.judgements:
            opinions.setdefault(judgement.reviewer, Counter())[judgement.opinion] += 1
            in_bulk[judgement.reviewer] += judgement.in_bulk
    counted = [
        Reviewer(
            name=name,
            judged=counts.total(),
            in_bulk=in_bulk[name],
            acceptable=counts[Opinion.ACCEPTABLE],
            unacceptable=counts[Opinion.UNACCEPTABLE],
            label_wrong=counts[Opinion.LABEL_WRONG],
            unsure=counts[Opinion.UNSURE],
        )
        for name, counts in opinions.items()
    ]
    return tuple(sorted(counted, key=lambda reviewer: (-reviewer.judged, reviewer.name)))


def _conflict(record_id: str, quadrant: str, review: Review) -> Conflict:
    opinions = tuple(
        OpinionOf(
            reviewer=judgement.reviewer,
            opinion=judgement.opinion,
            right=judgement.right if judgement.opinion is Opinion.LABEL_WRONG else None,
            note=judgement.note[:_LONGEST_NOTE],
        )
        for judgement in review.judgements[:_MOST_OPINIONS]
    )
    return Conflict(record_id=record_id, quadrant=quadrant, opinions=opinions)


def reviewer_agreement(reviews: Iterable[Review], *, level: float = 0.95) -> ReviewerAgreement | None:
    """How far people agree on the opinion; who they hold for right besides is not compared.

    Unsure is no opinion, and a judgement in bulk is none of the case: both are taken as not given.

    Args:
        reviews: What people said, by record.
        level: Confidence level.
    """
    units = []
    for review in reviews:
        sure = {
            judgement.reviewer: _SURE.index(judgement.opinion)
            for judgement in review.judgements
            if judgement.opinion in _SURE and not judgement.in_bulk
        }
        if len(sure) > 1:
            units.append(sure)
    people = sorted({name for unit in units for name in unit})
    if not units:
        return None
    if len(people) == 2:
        pairs = Counter((unit[people[0]], unit[people[1]]) for unit in units)
        places = range(len(_SURE))
        beyond = cohen_kappa([[pairs[row, column] for column in places] for row in places], level=level)
    else:
        counts = [Counter(unit.values()) for unit in units]
        beyond = krippendorff_alpha(
            [[unit[place] for place in range(len(_SURE))] for unit in counts], level=level
        )
    same = sum(len(set(unit.values())) == 1 for unit in units)
    return ReviewerAgreement(
        reviewers=len(people), same=share(same, len(units), level=level), beyond_chance=beyond
    )
