"""What one pair means: which arm is right, and what is wrong with the other."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from harness.analysis.failure.arm_failure import arm_failure
from harness.domain.failure import is_failure, primary
from harness.domain.observation import Arm, CallError, Observation
from harness.domain.pair import Pair
from harness.domain.score import Finding, Score, ScoredPair

NOT_RUN = frozenset({"not_called", "not_recorded"})
UNEXPLAINED = "no_finding"
CHECK_KINDS = frozenset(
    {
        "schema_violation",
        "arithmetic",
        "hallucinated_reference",
        "misattributed_reference",
        "misquoted_reference",
        "language_drift",
        "over_long",
    }
)
"""Kinds that need no reference: they say by themselves that something is wrong with an answer."""


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

    @property
    def difference(self) -> int:
        """1 where only the candidate is right, -1 where only the incumbent is, else 0."""
        return int(self.candidate.right) - int(self.incumbent.right)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unscored:
    """A pair that counts neither as right nor as wrong, and why."""

    basis: Basis
    reason: str


Side = Callable[[ScoredPair], Score | None]
"""Picks one of the scores of a scored pair."""


def judge(pair: Pair, scores: Sequence[ScoredPair], deciding: Sequence[str] = ()) -> Outcome | Unscored:
    """Say what the pair means.

    Args:
        pair: What both arms did.
        scores: The scores of all scorers, in their order.
        deciding: Names of the scorers that must all count an answer as right; the first scorer
            alone where none is named.
    """
    decisive = deciders(scores, deciding)
    basis = _basis(pair, decisive)
    for arm in Arm:
        outcome = pair.observation(arm).outcome
        if isinstance(outcome, CallError) and outcome.kind in NOT_RUN:
            return Unscored(basis=basis, reason=f"{arm.value} {outcome.kind.replace('_', ' ')}")
    if not decisive:
        return Unscored(basis=basis, reason="no score")
    if basis is Basis.AGREEMENT:
        return _agreement(pair, scores, decisive)
    return _accuracy(scores, decisive)


def _basis(pair: Pair, decisive: Sequence[ScoredPair]) -> Basis:
    """Scorers that need no reference tell right from wrong without an expected answer."""
    if pair.record.expected is not None:
        return Basis.EXPECTED
    alone = [scored.agreement is None and scored.candidate is not None for scored in decisive]
    return Basis.EXPECTED if alone and all(alone) else Basis.AGREEMENT


def with_inconsistency(outcome: Outcome, arms: Collection[Arm]) -> Outcome:
    """The outcome with a finding on each wrong arm that says something else when asked again."""
    sides = {Arm.INCUMBENT: outcome.incumbent, Arm.CANDIDATE: outcome.candidate}
    for arm in arms:
        if not sides[arm].right:
            again = Finding(kind="inconsistent", note="Asked again, it answered otherwise.")
            sides[arm] = replace(sides[arm], findings=(*sides[arm].findings, again))
    return replace(outcome, incumbent=sides[Arm.INCUMBENT], candidate=sides[Arm.CANDIDATE])


def first_in_front(scores: Sequence[ScoredPair], scorers: Sequence[str]) -> tuple[ScoredPair, ...]:
    """The first scorer's score first: it decides where no scorer is named to."""
    return tuple(sorted(scores, key=lambda scored: bool(scorers) and scored.scorer != scorers[0]))


def deciders(scores: Sequence[ScoredPair], deciding: Sequence[str]) -> tuple[ScoredPair, ...]:
    """The scores that decide what is right."""
    if not deciding:
        return tuple(scores[:1])
    return tuple(scored for scored in scores if scored.scorer in deciding)


def all_right(decisive: Iterable[ScoredPair], side: Side) -> bool | None:
    """Whether every deciding scorer counts that side as right; None where it cannot be told.

    One scorer that says wrong is enough, whatever the others cannot tell.
    """
    told = [score.right for scored in decisive if (score := side(scored)) is not None]
    if any(right is False for right in told):
        return False
    return None if not told or None in told else True


def incumbent_side(scored: ScoredPair) -> Score | None:
    """The incumbent's accuracy."""
    return scored.incumbent


def candidate_side(scored: ScoredPair) -> Score | None:
    """The candidate's accuracy."""
    return scored.candidate


def agreement_side(scored: ScoredPair) -> Score | None:
    """The candidate against the incumbent."""
    return scored.agreement


def check_findings(scores: Iterable[ScoredPair], side: Side) -> tuple[Finding, ...]:
    """What the checks that need no reference found, each place once."""
    found: dict[tuple[str, str], Finding] = {}
    for scored in scores:
        score = side(scored)
        for finding in score.findings if score is not None else ():
            if finding.kind in CHECK_KINDS:
                found.setdefault((finding.kind, finding.path), finding)
    return tuple(found.values())


def _accuracy(scores: Sequence[ScoredPair], decisive: Sequence[ScoredPair]) -> Outcome | Unscored:
    sides: list[ArmOutcome] = []
    for arm, side in ((Arm.INCUMBENT, incumbent_side), (Arm.CANDIDATE, candidate_side)):
        right = all_right(decisive, side)
        if right is None:
            reason = _why_untold(decisive, side) or "no score against the expected answer"
            return Unscored(basis=Basis.EXPECTED, reason=f"{arm.value}: {reason}")
        sides.append(_side(right, scores, decisive, side))
    incumbent, candidate = sides
    quadrant = {
        (True, True): Quadrant.BOTH_RIGHT,
        (True, False): Quadrant.REGRESSION,
        (False, True): Quadrant.GAIN,
        (False, False): Quadrant.BOTH_WRONG,
    }[incumbent.right, candidate.right]
    return Outcome(basis=Basis.EXPECTED, quadrant=quadrant, incumbent=incumbent, candidate=candidate)


def _why_untold(decisive: Iterable[ScoredPair], side: Side) -> str:
    told = (side(scored) for scored in decisive)
    untold = (score for score in told if score is not None and score.right is None)
    return next((score.reason or "the scorer cannot tell" for score in untold), "")


def _side(
    right: bool, scores: Sequence[ScoredPair], decisive: Sequence[ScoredPair], side: Side
) -> ArmOutcome:
    """All that the deciding scorers found, and of a wrong answer what the checks found besides."""
    told = [score for scored in decisive if (score := side(scored)) is not None]
    findings = _once(finding for score in told for finding in score.findings)
    if right:
        return ArmOutcome(right=True, findings=findings)
    findings = _once((*findings, *check_findings(scores, side)))
    if primary(findings) is None:
        reason = next((score.reason for score in told if score.right is False), "")
        findings = (Finding(kind=UNEXPLAINED, note=reason), *findings)
    return ArmOutcome(right=False, findings=findings)


def _once(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Two scorers that find the same thing at the same place count once."""
    found: dict[tuple[str, str, str | None], Finding] = {}
    for finding in findings:
        found.setdefault((finding.kind, finding.path, finding.actual), finding)
    return tuple(found.values())


def _agreement(
    pair: Pair, scores: Sequence[ScoredPair], decisive: Sequence[ScoredPair]
) -> Outcome | Unscored:
    incumbent = _by_itself(pair.incumbent, decisive, incumbent_side)
    candidate = _by_itself(pair.candidate, decisive, candidate_side)
    failures = [side for side in (incumbent, candidate) if not side.right]
    if failures:
        quadrant = Quadrant.BOTH_FAILED if len(failures) == len(Arm) else Quadrant.ONE_FAILED
        return Outcome(basis=Basis.AGREEMENT, quadrant=quadrant, incumbent=incumbent, candidate=candidate)
    right = all_right(decisive, agreement_side)
    unusable = _why_no_reference(decisive) if right is None else ()
    if unusable:
        failed = ArmOutcome(right=False, findings=unusable)
        quadrant = Quadrant.ONE_FAILED
        return Outcome(basis=Basis.AGREEMENT, quadrant=quadrant, incumbent=failed, candidate=candidate)
    if right is None:
        reason = _why_untold(decisive, agreement_side) or "the scorer cannot tell"
        return Unscored(basis=Basis.AGREEMENT, reason=f"agreement: {reason}")
    differing = _side(right, (), decisive, agreement_side)
    if not right:
        checked = check_findings(scores, candidate_side)
        differing = ArmOutcome(right=False, findings=_once((*differing.findings, *checked)))
    return Outcome(
        basis=Basis.AGREEMENT,
        quadrant=Quadrant.AGREE if right else Quadrant.DIFFER,
        incumbent=incumbent,
        candidate=differing,
    )


def _why_no_reference(decisive: Iterable[ScoredPair]) -> tuple[Finding, ...]:
    """What is wrong with an incumbent's answer that nothing can be compared with."""
    untold = (score for scored in decisive if (score := scored.agreement) is not None and score.value is None)
    return _once(finding for score in untold for finding in score.findings if is_failure(finding))


def _by_itself(observation: Observation, decisive: Iterable[ScoredPair], side: Side) -> ArmOutcome:
    """Whether an arm failed by itself, whatever the other one says."""
    found = arm_failure(observation.outcome)
    if not found:
        checked = (score for scored in decisive if (score := side(scored)) is not None)
        failing = [score for score in checked if score.right is False]
        found = tuple(finding for score in failing for finding in score.findings if is_failure(finding))
        if failing and not found:
            found = (Finding(kind=UNEXPLAINED, note=failing[0].reason),)
    return ArmOutcome(right=not found, findings=found)
