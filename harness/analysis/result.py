"""What the analysis found: the tree that analysis.json holds."""

from dataclasses import dataclass

from harness.analysis.arms import ArmSummary
from harness.analysis.averages import ScorerSummary
from harness.analysis.cases import Case, CaseRest
from harness.analysis.failure.summary import KindSummary
from harness.analysis.outcome import Basis, Quadrant
from harness.analysis.settings import AnalysisSettings
from harness.analysis.slices_by_tag import SliceTable
from harness.analysis.stats.counting import Count
from harness.domain.estimate import Estimate
from harness.domain.observation import Arm

ANALYSIS_SCHEMA_VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class QuadrantCount:
    """How many compared pairs fall into a quadrant."""

    quadrant: Quadrant
    count: int
    share: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """All findings of one run.

    Attributes:
        basis: Whether answers were compared with expected answers or only with each other.
        pairs: Pairs read; `compared` of them are in the quadrants, the rest in `unscored`.
        unscored: Pairs that count neither as right nor as wrong, by reason.
        incumbent_right, candidate_right: Share of right answers by the primary scorer, None on
            agreement only.
        net_difference: Candidate's share minus the incumbent's, None on agreement only.
        mcnemar_mid_p: Of the same table, None on agreement only.
        kinds: Failures by kind, most harmful first.
        harmless: Candidate answers with differences that cost nothing, by kind.
        cases: The pairs worth reading, regressions first.
    """

    schema_version: int
    settings: AnalysisSettings
    basis: Basis
    pairs: int
    compared: int
    unscored: tuple[Count, ...]
    quadrants: tuple[QuadrantCount, ...]
    incumbent_right: Estimate | None
    candidate_right: Estimate | None
    net_difference: Estimate | None
    mcnemar_mid_p: float | None
    incumbent: ArmSummary
    candidate: ArmSummary
    kinds: tuple[KindSummary, ...]
    harmless: tuple[Count, ...]
    slices: tuple[SliceTable, ...]
    scorers: tuple[ScorerSummary, ...]
    cases: tuple[Case, ...]
    more_cases: tuple[CaseRest, ...]

    def count(self, quadrant: Quadrant) -> int:
        """How many compared pairs fall into that quadrant."""
        return next((entry.count for entry in self.quadrants if entry.quadrant is quadrant), 0)

    def arm(self, arm: Arm) -> ArmSummary:
        """The summary of one arm."""
        return self.incumbent if arm is Arm.INCUMBENT else self.candidate
