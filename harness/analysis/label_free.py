"""Where nobody knows the right answer: what the checks that need no reference say of each side.

The incumbent is not the truth. Where both arms differ, a schema, the arithmetic of an invoice or the
text of a contract can say by itself which of the two is wrong.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from harness.analysis.outcome import (
    Outcome,
    Quadrant,
    Side,
    candidate_side,
    check_findings,
    incumbent_side,
)
from harness.analysis.stats.counting import BoundedCounter, Count
from harness.analysis.stats.intervals import share
from harness.domain.estimate import Estimate
from harness.domain.failure import is_failure
from harness.domain.score import ScoredPair

_DISAGREE = frozenset({Quadrant.DIFFER, Quadrant.ONE_FAILED, Quadrant.REGRESSION, Quadrant.GAIN})


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelFree:
    """What the checks found, expected answers aside; every number is a count of records.

    Attributes:
        checked: Records on which a check could say something of both arms.
        incumbent_fails, candidate_fails: Share of those on which that arm fails a check: a lower
            bound of its own error rate.
        disagreements: Checked records on which the arms disagree.
        candidate_suspect: Of those, only the candidate fails a check: it is more likely wrong.
        incumbent_suspect: Only the incumbent does.
        both_suspect, neither: Both do; none does, so that the checks cannot tell.
        incumbent_kinds, candidate_kinds: What failed, most frequent first.
    """

    checked: int
    incumbent_fails: Estimate
    candidate_fails: Estimate
    disagreements: int
    candidate_suspect: int
    incumbent_suspect: int
    both_suspect: int
    neither: int
    incumbent_kinds: tuple[Count, ...]
    candidate_kinds: tuple[Count, ...]


@dataclass(slots=True)
class LabelFreeTally:
    """Counts compared pairs one by one."""

    checked: int = 0
    incumbent_fails: int = 0
    candidate_fails: int = 0
    suspects: dict[tuple[bool, bool], int] = field(default_factory=dict)
    incumbent_kinds: BoundedCounter = field(default_factory=BoundedCounter)
    candidate_kinds: BoundedCounter = field(default_factory=BoundedCounter)

    def add(self, outcome: Outcome, scores: Sequence[ScoredPair], checks: frozenset[str]) -> None:
        """Count one compared pair.

        Args:
            outcome: What the pair means.
            scores: All scores of the pair.
            checks: Names of the scorers that need no reference.
        """
        checking = [scored for scored in scores if scored.scorer in checks]
        if not _can_tell(checking, incumbent_side) or not _can_tell(checking, candidate_side):
            return
        self.checked += 1
        incumbent = _kinds(checking, incumbent_side)
        candidate = _kinds(checking, candidate_side)
        self.incumbent_fails += bool(incumbent)
        self.candidate_fails += bool(candidate)
        for kind in incumbent:
            self.incumbent_kinds.add(kind)
        for kind in candidate:
            self.candidate_kinds.add(kind)
        if outcome.quadrant in _DISAGREE:
            sides = bool(incumbent), bool(candidate)
            self.suspects[sides] = self.suspects.get(sides, 0) + 1

    def summary(self, *, level: float) -> LabelFree | None:
        """The counts so far; None where no check could say anything."""
        if not self.checked:
            return None
        return LabelFree(
            checked=self.checked,
            incumbent_fails=share(self.incumbent_fails, self.checked, level=level),
            candidate_fails=share(self.candidate_fails, self.checked, level=level),
            disagreements=sum(self.suspects.values()),
            candidate_suspect=self.suspects.get((False, True), 0),
            incumbent_suspect=self.suspects.get((True, False), 0),
            both_suspect=self.suspects.get((True, True), 0),
            neither=self.suspects.get((False, False), 0),
            incumbent_kinds=self.incumbent_kinds.most(10),
            candidate_kinds=self.candidate_kinds.most(10),
        )


def _can_tell(scores: Sequence[ScoredPair], side: Side) -> bool:
    return any((score := side(scored)) is not None and score.right is not None for scored in scores)


def _kinds(scores: Sequence[ScoredPair], side: Side) -> set[str]:
    """Kinds that fail on that side; a call that failed fails every check by its own kind."""
    found = {finding.kind for finding in check_findings(scores, side)}
    for scored in scores:
        score = side(scored)
        if score is not None and score.right is False:
            found |= {finding.kind for finding in score.findings if is_failure(finding)}
    return found
