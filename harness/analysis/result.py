"""What the analysis found: the tree that analysis.json holds (docs/analysis-json.md)."""

from collections.abc import Mapping
from dataclasses import dataclass

from harness.analysis.arms import ArmSummary
from harness.analysis.averages import Accuracy, Agreement
from harness.analysis.comparison import Difference, Sequential
from harness.analysis.confusion import Confusion
from harness.analysis.failure.clusters import Cluster
from harness.analysis.failure.exposure import ExposureSummary
from harness.analysis.failure.slice_result import Slice
from harness.analysis.failure.summary import KindSummary
from harness.analysis.features import FeatureSummary
from harness.analysis.judged import JudgeSummary
from harness.analysis.label_free import LabelFree
from harness.analysis.outcome import Basis, Quadrant
from harness.analysis.reruns import Noise
from harness.analysis.settings import AnalysisSettings
from harness.analysis.slices_by_tag import SliceTable
from harness.analysis.stats.counting import Count
from harness.analysis.stats.noninferiority import NonInferiority
from harness.domain.estimate import Estimate
from harness.domain.observation import Arm

ANALYSIS_SCHEMA_VERSION = 3
UNSCORED = "unscored"


@dataclass(frozen=True, slots=True, kw_only=True)
class QuadrantCount:
    """How many pairs fall into a quadrant.

    Attributes:
        share: Of the compared pairs; of all pairs for `unscored`.
    """

    count: int
    share: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class SliceSearch:
    """How the slices were looked for.

    Attributes:
        discovery_n, test_n: Records of the half on which rules were found, and of the one they were
            tested on.
        searched: Predicates that rules were made of.
        support: Least number of records of a rule.
        tested: Rules that were tested.
        method: The test and its correction.
        reason: Why nothing was looked for, "" where it was.
    """

    discovery_n: int
    test_n: int
    searched: int
    support: int
    tested: int
    method: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """All findings of one run.

    Attributes:
        schema_version: Of this form.
        settings: What the analysis was told.
        basis: Whether answers were compared with expected answers or only with each other.
        pairs: Pairs read.
        compared: Those of them that are in the quadrants; the rest is in `unscored`.
        quadrants: By name, `unscored` among them.
        unscored: Pairs that count neither as right nor as wrong, by reason.
        accuracy, agreement: By scorer, the primary one first.
        incumbent_right, candidate_right: Share of right answers by the deciding scorers, None on
            agreement only.
        incumbent_failed: Share of pairs on which the incumbent's answer failed by itself (no usable answer,
            or a failed check); None with expected answers, where `incumbent_right` tells more.
        difference, noninferiority, sequential: None on agreement only, or where nothing was compared.
        noise: None where no record was called twice.
        failures: By kind, most harmful first.
        exposure: Money at risk by currency.
        label_free: What checks that need no reference say; None without such a check.
        harmless: Candidate answers with differences that cost nothing, by kind.
        confusion: Which label was taken for which.
        tags: Counts by the tags that the dataset declares.
        slices: Rules that describe where the candidate fails, tested on records they were not found on.
        slice_search: How they were looked for.
        clusters: Groups of alike failures of the candidate, most harmful first; each failure is in one.
        features: What the rules are made of.
        judge: What a judge's verdicts say of the judge itself, by scorer.
        incumbent, candidate: Calls, errors, tokens, cost and times.
    """

    schema_version: int
    settings: AnalysisSettings
    basis: Basis
    pairs: int
    compared: int
    quadrants: Mapping[str, QuadrantCount]
    unscored: tuple[Count, ...]
    accuracy: Mapping[str, Accuracy]
    agreement: Mapping[str, Agreement]
    incumbent_right: Estimate | None
    candidate_right: Estimate | None
    incumbent_failed: Estimate | None
    difference: Difference | None
    noninferiority: NonInferiority | None
    sequential: Sequential | None
    noise: Noise | None
    failures: Mapping[str, KindSummary]
    exposure: ExposureSummary
    label_free: LabelFree | None
    harmless: tuple[Count, ...]
    confusion: tuple[Confusion, ...]
    tags: tuple[SliceTable, ...]
    slices: tuple[Slice, ...]
    slice_search: SliceSearch
    clusters: tuple[Cluster, ...]
    features: tuple[FeatureSummary, ...]
    judge: Mapping[str, JudgeSummary]
    incumbent: ArmSummary
    candidate: ArmSummary

    @property
    def kinds(self) -> tuple[KindSummary, ...]:
        """Failures by kind, most harmful first."""
        return tuple(self.failures.values())

    @property
    def net_difference(self) -> Estimate | None:
        """The candidate's share of right answers minus the incumbent's."""
        return self.difference.net if self.difference is not None else None

    def count(self, quadrant: Quadrant) -> int:
        """How many compared pairs fall into that quadrant."""
        entry = self.quadrants.get(quadrant.value)
        return entry.count if entry is not None else 0

    def arm(self, arm: Arm) -> ArmSummary:
        """The summary of one arm."""
        return self.incumbent if arm is Arm.INCUMBENT else self.candidate
