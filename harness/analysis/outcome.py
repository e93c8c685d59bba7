"""What one pair means: which arm is right, and what is wrong with the other."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from harness.analysis.failure.arm_failure import arm_failure
from harness.domain.failure import primary
from harness.domain.observation import Arm, CallError, Observation
from harness.domain.pair import Pair
from harness.domain.score import Finding, Score, ScoredPair

NOT_RUN = frozenset({"not_called", "not_recorded"})
UNEXPLAINED = "no_finding"


class Basis(StrEnum):
    """What the answers are compared with: expected answers, or only each other."""

    EXPECTED = "expected"
    AGREEMENT = "agreement"


class Quadrant(StrEnum):
    """Where a compared pair falls; the last four are used without expected answers."""

    BOTH_RIGHT = "both_right"
    REGRESSION = "regression"
    GAIN = "gain"
    BOTH_WRONG = "both_wrong"
    AGREE = "agree"
    DIFFER = "differ"
    ONE_FAILED = "one_failed"
    BOTH_FAILED = "both_failed"


QUADRANTS = {
    Basis.EXPECTED: (Quadrant.BOTH_RIGHT, Quadrant.REGRESSION, Quadrant.GAIN, Quadrant.BOTH_WRONG),
    Basis.AGREEMENT: (Quadrant.AGREE, Quadrant.DIFFER, Quadrant.ONE_FAILED, Quadrant.BOTH_FAILED),
}
CASE_QUADRANTS = {
    Basis.EXPECTED: (Quadrant.REGRESSION, Quadrant.BOTH_WRONG, Quadrant.GAIN),
    Basis.AGREEMENT: (Quadrant.DIFFER, Quadrant.ONE_FAILED, Quadrant.BOTH_FAILED),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmOutcome:
    """One arm's side of a compared pair.

    Attributes:
        findings: All of them, harmless ones too; of a wrong arm at least one counts as a failure.
    """

    right: bool
    findings: tuple[Finding, ...]

    @property
    def kind(self) -> str | None:
        """The primary failure kind, None where the arm is right."""
        found = None if self.right else primary(self.findings)
        return found.kind if found else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Both arms' sides of a compared pair."""

    basis: Basis
    quadrant: Quadrant
    incumbent: ArmOutcome
    candidate: ArmOutcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Unscored:
    """A pair that counts neither as right nor as wrong, and why."""

    basis: Basis
    reason: str


def judge(pair: Pair, primary_score: ScoredPair | None) -> Outcome | Unscored:
    """Say what the pair means by its primary scorer."""
    basis = Basis.AGREEMENT if pair.record.expected is None else Basis.EXPECTED
    for arm in Arm:
        outcome = pair.observation(arm).outcome
        if isinstance(outcome, CallError) and outcome.kind in NOT_RUN:
            return Unscored(basis=basis, reason=f"{arm.value} {outcome.kind.replace('_', ' ')}")
    if primary_score is None:
        return Unscored(basis=basis, reason="no score")
    if basis is Basis.AGREEMENT:
        return _agreement(pair, primary_score)
    return _accuracy(primary_score)


def _accuracy(scored: ScoredPair) -> Outcome | Unscored:
    sides: list[ArmOutcome] = []
    for arm, score in ((Arm.INCUMBENT, scored.incumbent), (Arm.CANDIDATE, scored.candidate)):
        if score is None or score.right is None:
            reason = score.reason if score else "no score against the expected answer"
            return Unscored(basis=Basis.EXPECTED, reason=f"{arm.value}: {reason or 'the scorer cannot tell'}")
        sides.append(_side(score))
    incumbent, candidate = sides
    quadrant = {
        (True, True): Quadrant.BOTH_RIGHT,
        (True, False): Quadrant.REGRESSION,
        (False, True): Quadrant.GAIN,
        (False, False): Quadrant.BOTH_WRONG,
    }[incumbent.right, candidate.right]
    return Outcome(basis=Basis.EXPECTED, quadrant=quadrant, incumbent=incumbent, candidate=candidate)


def _side(score: Score) -> ArmOutcome:
    findings = score.findings
    if not score.right and primary(findings) is None:
        findings = (Finding(kind=UNEXPLAINED, note=score.reason), *findings)
    return ArmOutcome(right=bool(score.right), findings=findings)


def _agreement(pair: Pair, scored: ScoredPair) -> Outcome | Unscored:
    incumbent, candidate = _failed(pair.incumbent), _failed(pair.candidate)
    failures = [side for side in (incumbent, candidate) if not side.right]
    if failures:
        quadrant = Quadrant.BOTH_FAILED if len(failures) == len(Arm) else Quadrant.ONE_FAILED
        return Outcome(basis=Basis.AGREEMENT, quadrant=quadrant, incumbent=incumbent, candidate=candidate)
    score = scored.agreement
    if score is None or score.right is None:
        reason = (score.reason if score else "") or "the scorer cannot tell"
        return Unscored(basis=Basis.AGREEMENT, reason=f"agreement: {reason}")
    return Outcome(
        basis=Basis.AGREEMENT,
        quadrant=Quadrant.AGREE if score.right else Quadrant.DIFFER,
        incumbent=incumbent,
        candidate=_side(score),
    )


def _failed(observation: Observation) -> ArmOutcome:
    """Whether an arm failed by itself, whatever the other one says."""
    found: Sequence[Finding] = arm_failure(observation.outcome)
    return ArmOutcome(right=not found, findings=tuple(found))
