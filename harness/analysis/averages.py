"""Averages of every scorer: accuracy of each arm, agreement and noise."""

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
class ScorerSummary:
    """One scorer; a score that was never asked for (no expected answer, no repeat) is None.

    Attributes:
        reasons: Why scores could not be told, with counts over all four.
    """

    scorer: str
    incumbent: ScoreSummary | None
    candidate: ScoreSummary | None
    agreement: ScoreSummary | None
    noise: ScoreSummary | None
    reasons: tuple[Count, ...]


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
        """Count the four scores of one pair."""
        for name, score in (
            ("incumbent", scored.incumbent),
            ("candidate", scored.candidate),
            ("agreement", scored.agreement),
            ("noise", scored.noise),
        ):
            if score is None:
                continue
            self.tallies.setdefault(name, _ScoreTally()).add(score)
            if score.value is None:
                self.reasons.add(score.reason[:200] or "no reason given")

    def summary(self, *, level: float) -> ScorerSummary:
        """The counts so far."""
        found = {name: tally.summary(level) for name, tally in self.tallies.items()}
        return ScorerSummary(
            scorer=self.scorer,
            incumbent=found.get("incumbent"),
            candidate=found.get("candidate"),
            agreement=found.get("agreement"),
            noise=found.get("noise"),
            reasons=self.reasons.most(10),
        )
