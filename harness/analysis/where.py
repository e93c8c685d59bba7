"""Where the candidate fails: slices of the input and groups of alike failures."""

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy
from numpy.typing import NDArray

from harness.analysis.failure.clusters import Cluster, ClusterKeeper
from harness.analysis.failure.severity import SeverityRules
from harness.analysis.failure.slice_result import PairedOutcomes, Slice, SliceReport, SliceSettings
from harness.analysis.failure.slice_search import Rows
from harness.analysis.failure.slices_by_kind import find_slices_by_kind, rows_of_slices
from harness.analysis.features import FeatureSummary, FeatureTable, features_of
from harness.analysis.features.record import TAG
from harness.analysis.outcome import Basis, Outcome, Quadrant
from harness.analysis.settings import AnalysisSettings
from harness.domain.pair import Pair

_LOSSES = frozenset({Quadrant.REGRESSION, Quadrant.DIFFER, Quadrant.ONE_FAILED})
_SNIPPET = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Groups:
    """Groups of alike failures.

    Attributes:
        clusters: Most harmful first, the last one of what has nothing in common.
        of_row: For each compared pair the position of its group, -1 where the candidate is right.
    """

    clusters: tuple[Cluster, ...]
    of_row: NDArray[numpy.int32]


@dataclass(slots=True)
class WhereTally:
    """Takes compared pairs one by one; keeps codes of features, not the inputs."""

    settings: AnalysisSettings
    table: FeatureTable = field(default_factory=FeatureTable)
    losses: "array[int]" = field(default_factory=lambda: array("b"))
    gains: "array[int]" = field(default_factory=lambda: array("b"))
    ids: list[str] = field(default_factory=list)
    clusters: list[str] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)
    failed: "array[int]" = field(default_factory=lambda: array("I"))
    keeper: ClusterKeeper = field(init=False)

    def __post_init__(self) -> None:
        self.keeper = ClusterKeeper(SeverityRules(self.settings.severity))

    def add(self, pair: Pair, outcome: Outcome) -> None:
        """Take one compared pair."""
        features = features_of(pair.record)
        self.table.add(features)
        self.losses.append(outcome.quadrant in _LOSSES)
        self.gains.append(outcome.quadrant is Quadrant.GAIN)
        self.ids.append(pair.record.id)
        tag = self.settings.cluster
        self.clusters.append(pair.record.tags.get(tag) or pair.record.id if tag else "")
        self.kinds.append(outcome.candidate.kind or "")
        if not outcome.incumbent.right:
            incumbent = outcome.incumbent
            self.keeper.add_incumbent(incumbent.findings, incumbent.kind or "", alone=outcome.candidate.right)
        if not outcome.candidate.right:
            self.failed.append(len(self.ids) - 1)
            self._keep(pair, outcome, features)

    def _keep(self, pair: Pair, outcome: Outcome, features: Mapping[str, str | float | None]) -> None:
        messages = pair.record.request.messages
        snippet = messages[-1].text[:_SNIPPET] if messages else ""
        self.keeper.add(
            pair.record.id,
            outcome.candidate.findings,
            outcome.candidate.kind or "",
            is_regression=outcome.quadrant in _LOSSES,
            features=_told(features),
            snippet=snippet,
        )

    def slices(self, basis: Basis) -> SliceReport:
        """The rules that hold on records they were not found on."""
        outcomes = PairedOutcomes(
            ids=self.ids,
            regressions=numpy.array(self.losses, dtype=bool),
            gains=numpy.array(self.gains, dtype=bool),
            kinds=self.kinds,
            clusters=self.clusters if self.settings.cluster else None,
        )
        settings = SliceSettings(
            seed=self.settings.seed,
            level=self.settings.level,
            margin=self.settings.margin,
            verb="worse" if basis is Basis.EXPECTED else "different",
            against_other=basis is Basis.AGREEMENT,
        )
        return find_slices_by_kind(self.table, outcomes, settings)

    def rows_of(self, slices: Sequence[Slice]) -> list[Rows]:
        """For each of the slices that were found here, which of the compared pairs it holds."""
        return rows_of_slices(self.table, slices)

    def groups(self, basis: Basis) -> Groups:
        """Groups of alike failures."""
        found = self.keeper.grouped(
            compared=len(self.ids),
            seed=self.settings.seed,
            level=self.settings.level,
            against_other=basis is Basis.AGREEMENT,
        )
        of_row = numpy.full(len(self.ids), -1, dtype=numpy.int32)
        of_row[numpy.array(self.failed, dtype=numpy.intp)] = numpy.array(found.of_failure, dtype=numpy.int32)
        return Groups(clusters=found.clusters, of_row=of_row)

    def features(self) -> tuple[FeatureSummary, ...]:
        """What is known of the inputs."""
        return self.table.summary()


def _told(features: Mapping[str, str | float | None]) -> dict[str, str]:
    """Features that are words; what a user tags wins over what is read from the text under the same name."""
    words = {name: value for name, value in features.items() if isinstance(value, str)}
    own = {name.removeprefix(TAG): value for name, value in words.items() if name.startswith(TAG)}
    return {name: value for name, value in words.items() if not name.startswith(TAG)} | own
