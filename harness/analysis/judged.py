"""What a judge said over a whole run, how far its verdicts hang on the order, and what people say of it."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from harness.analysis.stats.counting import BoundedCounter, Count
from harness.analysis.stats.intervals import share
from harness.analysis.stats.judge_correction import JudgeCorrection, LabelTable, judge_correction
from harness.domain.chat import Response
from harness.domain.estimate import Estimate
from harness.domain.human_label import HumanLabel
from harness.domain.judged import (
    BETTER,
    EXPECTED_ONLY,
    FIRST,
    IDENTICAL,
    INCUMBENT_ONLY,
    SECOND,
    USABLE,
    VERDICT,
    WORSE,
    majority,
)
from harness.domain.pair import Pair
from harness.domain.score import Score, ScoredPair

_SIDES = ("incumbent", "candidate", "agreement")
_NOT_COMPARED = frozenset({EXPECTED_ONLY, INCUMBENT_ONLY})


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeSpending:
    """How the calls to the judge went.

    Attributes:
        calls: Questions with an outcome, errors included.
        errors: Kinds of error.
        cost_usd: Sum over the calls whose cost is known; None where no cost is known.
        unknown_costs: Calls whose cost is not known.
    """

    calls: int
    errors: tuple[Count, ...]
    input_tokens: int
    output_tokens: int
    cost_usd: float | None
    unknown_costs: int


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedSide:
    """One comparison over the whole run.

    Attributes:
        wins, ties, losses: Shares of the answers that have a score from the judge.
        identical: Of the ties, those where both answers were the same, so nobody was asked.
        unscored: Answers without a score, by reason; they are in none of the shares.
        failed: Calls of the arm itself that failed; there was nothing to judge.
    """

    wins: Estimate
    ties: Estimate
    losses: Estimate
    identical: int
    unscored: tuple[Count, ...]
    failed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeSummary:
    """One judge scorer over the whole run.

    Attributes:
        verdicts: Verdicts of the judge, usable or not.
        unusable: Verdicts that count for nothing, by reason.
        incumbent, candidate: Against the expected answer; None where that was not asked.
        agreement: The candidate against the incumbent's answer; None where that was not asked.
        order_disagreement: Share of the comparisons asked in both orders whose two orders disagree.
        first_preferred: Where each order prefers the answer in the same place: the share that prefers the
            first. Far from one half, the judge goes by the place.
        correction: Pass rate of the candidate's answers beside people's labels; None without labels.
        labels: Labelled records that the correction rests on.
        labels_left_out: Labels that are not used, by reason.
        human_agreement: Share of records labelled by two people on which they agree: no judge can be
            asked for more. None where nobody labelled twice.
        spending: Calls and cost; None where it is not told.
    """

    scorer: str
    verdicts: int
    unusable: tuple[Count, ...]
    incumbent: JudgedSide | None
    candidate: JudgedSide | None
    agreement: JudgedSide | None
    order_disagreement: Estimate
    first_preferred: Estimate
    correction: JudgeCorrection | None
    labels: int
    labels_left_out: tuple[Count, ...]
    human_agreement: Estimate | None
    spending: JudgeSpending | None = None


@dataclass(slots=True)
class _SideTally:
    wins: int = 0
    ties: int = 0
    losses: int = 0
    identical: int = 0
    failed: int = 0
    unscored: BoundedCounter = field(default_factory=lambda: BoundedCounter(limit=50))

    def add(self, score: Score) -> None:
        if score.value is None:
            self.unscored.add(score.reason)
        elif not _is_judged(score):
            self.failed += 1
        elif score.value == 1.0:
            self.wins += 1
        elif score.value == 0.0:
            self.losses += 1
        else:
            self.ties += 1
            self.identical += score.reason == IDENTICAL

    def side(self, level: float) -> JudgedSide:
        n = self.wins + self.ties + self.losses
        return JudgedSide(
            wins=share(self.wins, n, level=level),
            ties=share(self.ties, n, level=level),
            losses=share(self.losses, n, level=level),
            identical=self.identical,
            unscored=self.unscored.most(),
            failed=self.failed,
        )


@dataclass(slots=True)
class _OrderTally:
    """How the two orders of a comparison go together."""

    both: int = 0
    disagree: int = 0
    prefer_first: int = 0
    prefer_second: int = 0
    verdicts: int = 0
    unusable: BoundedCounter = field(default_factory=lambda: BoundedCounter(limit=50))

    def add(self, score: Score) -> None:
        said: dict[str, list[str]] = {FIRST: [], SECOND: []}
        for finding in score.findings:
            place = finding.path.partition("[")[0]
            if finding.kind != VERDICT or place not in said or finding.actual is None:
                continue
            self.verdicts += 1
            if finding.actual in USABLE:
                said[place].append(finding.actual)
            else:
                self.unusable.add(finding.actual)
        if all(said.values()):
            self._take(majority(said[FIRST]), majority(said[SECOND]))

    def _take(self, first: str, second: str) -> None:
        self.both += 1
        self.disagree += first != second
        self.prefer_first += (first, second) == (BETTER, WORSE)
        self.prefer_second += (first, second) == (WORSE, BETTER)


class JudgeTally:
    """Counts one judge scorer, pair by pair; memory grows with the labels alone.

    Args:
        scorer: Name of the scorer.
        labels: What people said; those of other scorers are passed over.
    """

    def __init__(self, scorer: str, labels: Iterable[HumanLabel] = ()) -> None:
        self._scorer = scorer
        self._sides = {name: _SideTally() for name in _SIDES}
        self._asked: set[str] = set()
        self._orders = _OrderTally()
        self._labels: dict[str, list[HumanLabel]] = {}
        for label in labels:
            if label.scorer == scorer:
                self._labels.setdefault(label.record_id, []).append(label)
        self._seen = 0
        self._cells: Counter[tuple[bool, bool]] = Counter()
        self._unlabelled: Counter[bool] = Counter()
        self._left_out = BoundedCounter(limit=20)

    def add(self, pair: Pair, scored: ScoredPair) -> None:
        """Take one pair with its scores by this scorer; scores of other scorers are passed over."""
        if scored.scorer != self._scorer:
            return
        sides = {"incumbent": scored.incumbent, "candidate": scored.candidate, "agreement": scored.agreement}
        for name, score in sides.items():
            if score is not None and score.reason not in _NOT_COMPARED:
                self._asked.add(name)
                self._sides[name].add(score)
                self._orders.add(score)
        self._compare(pair, scored)

    def _compare(self, pair: Pair, scored: ScoredPair) -> None:
        """Put the judge's verdict on the candidate beside the label, if there is one."""
        labels = self._labels.get(pair.record.id, [])
        self._seen += len(labels)
        passed = next(
            (score.right for score in (scored.candidate, scored.agreement) if score and _is_judged(score)),
            None,
        )
        if passed is None:
            self._left_out.add("the judge gave no score", len(labels))
            return
        read = [label for label in labels if _was_read(label, pair)]
        self._left_out.add("another answer was labelled", len(labels) - len(read))
        human = _human(read)
        if human is None:
            self._left_out.add("people disagree", len(read))
            self._unlabelled[passed] += 1
        else:
            self._cells[human, passed] += 1

    def summary(self, *, level: float = 0.95, spending: JudgeSpending | None = None) -> JudgeSummary:
        """The findings; call it once, after the last pair."""
        orders, table = self._orders, self._table()
        missing = sum(map(len, self._labels.values())) - self._seen
        self._left_out.add("no such record in the run", missing)
        sides = {name: self._sides[name].side(level) if name in self._asked else None for name in _SIDES}
        correction = judge_correction(table, self._unlabelled[True], self._unlabelled.total(), level=level)
        swayed = orders.prefer_first + orders.prefer_second
        return JudgeSummary(
            scorer=self._scorer,
            verdicts=orders.verdicts,
            unusable=orders.unusable.most(),
            incumbent=sides["incumbent"],
            candidate=sides["candidate"],
            agreement=sides["agreement"],
            order_disagreement=share(orders.disagree, orders.both, level=level),
            first_preferred=share(orders.prefer_first, swayed, level=level),
            correction=correction if table.n else None,
            labels=table.n,
            labels_left_out=tuple(count for count in self._left_out.most() if count.count),
            human_agreement=_human_agreement(self._labels.values(), level),
            spending=spending,
        )

    def _table(self) -> LabelTable:
        return LabelTable(
            both_pass=self._cells[True, True],
            human_only=self._cells[True, False],
            judge_only=self._cells[False, True],
            both_fail=self._cells[False, False],
        )


def _is_judged(score: Score) -> bool:
    """Whether the value is the judge's; a failed call of the arm has one without it."""
    told = score.reason == IDENTICAL or any(finding.kind == VERDICT for finding in score.findings)
    return told and score.value is not None


def _was_read(label: HumanLabel, pair: Pair) -> bool:
    """Whether the label is about the answer of this run."""
    outcome = pair.candidate.outcome
    answer = outcome.answer.text if isinstance(outcome, Response) else None
    return label.answer is None or label.answer.split() == (answer or "").split()


def _human(labels: Sequence[HumanLabel]) -> bool | None:
    """What most people say; None without labels, or where they are evenly divided."""
    passes = sum(label.passes for label in labels)
    return None if passes * 2 == len(labels) else passes * 2 > len(labels)


def _human_agreement(labelled: Iterable[Sequence[HumanLabel]], level: float) -> Estimate | None:
    """How often the first two people agree who labelled a record."""
    twice = [labels[0].passes == labels[1].passes for labels in labelled if len(labels) > 1]
    return share(sum(twice), len(twice), level=level) if twice else None
