"""Averages of every scorer: accuracy of each arm, agreement of the arms and of each with itself."""

from dataclasses import dataclass, field

from harness.analysis.stats.counting import BoundedCounter, Count
from harness.analysis.stats.intervals import RunningMean, share
from harness.domain.estimate import Estimate
from harness.domain.score import Score, ScoredPair


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreSummary:
    """One of the four scores over the whole run.

    Attributes:
        right: Share of answers that count as right.
        mean: Mean score from 0 to 1; None where every score is 0 or 1 and the mean is that share.
        unscored: Scores that could not be told; they are in neither number.
    """

    right: Estimate
    mean: Estimate | None
    unscored: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Accuracy:
    """One scorer against the expected answers, or by itself where the scorer needs no reference.

    Attributes:
        incumbent, candidate: None where the scorer had nothing to go by.
        reasons: Why scores could not be told, accuracy and agreement together.
    """

    incumbent: ScoreSummary | None
    candidate: ScoreSummary | None
    reasons: tuple[Count, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """One scorer, answers against answers; None where nothing was compared.

    Attributes:
        candidate: The candidate against the incumbent.
        incumbent: The incumbent against itself, asked again.
        candidate_again: The candidate against itself, asked again.
    """

    candidate: ScoreSummary | None
    incumbent: ScoreSummary | None
    candidate_again: ScoreSummary | None


@dataclass(slots=True)
class _ScoreTally:
    hits: int = 0
    unscored: int = 0
    binary: bool = True
    mean: RunningMean = field(default_factory=RunningMean)

    def add(self, score: Score) -> None:
        if score.value is None:
            self.unscored += 1
            return
        self.hits += bool(score.right)
        self.binary = self.binary and score.value in (0.0, 1.0)
        self.mean.add(score.value)

    def summary(self, level: float) -> ScoreSummary:
        return ScoreSummary(
            right=share(self.hits, self.mean.n, level=level),
            mean=None if self.binary else self.mean.estimate(level=level),
            unscored=self.unscored,
        )


@dataclass(slots=True)
class ScorerTally:
    """Counts one scorer, pair by pair."""

    scorer: str
    tallies: dict[str, _ScoreTally] = field(default_factory=dict)
    reasons: BoundedCounter = field(default_factory=lambda: BoundedCounter(limit=50))

    def add(self, scored: ScoredPair) -> None:
        """Count the scores of one pair."""
        for name, score in (
            ("incumbent", scored.incumbent),
            ("candidate", scored.candidate),
            ("agreement", scored.agreement),
            ("noise", scored.noise),
            ("candidate_noise", scored.candidate_noise),
        ):
            if score is None:
                continue
            self.tallies.setdefault(name, _ScoreTally()).add(score)
            if score.value is None:
                self.reasons.add(score.reason[:200] or "no reason given")

    def accuracy(self, *, level: float) -> Accuracy:
        """Each arm against the expected answers."""
        return Accuracy(
            incumbent=self._of("incumbent", level),
            candidate=self._of("candidate", level),
            reasons=self.reasons.most(10),
        )

    def agreement(self, *, level: float) -> Agreement:
        """Answers against answers."""
        return Agreement(
            candidate=self._of("agreement", level),
            incumbent=self._of("noise", level),
            candidate_again=self._of("candidate_noise", level),
        )

    def _of(self, name: str, level: float) -> ScoreSummary | None:
        tally = self.tallies.get(name)
        return None if tally is None else tally.summary(level)
