"""The candidate against the incumbent over all compared records: difference, margin, sequential reading."""

from array import array
from dataclasses import dataclass, field, replace
from math import exp

import numpy
from numpy.typing import NDArray

from harness.analysis.deciding import UNJUDGED, SequentialTest
from harness.analysis.deciding import Difference as Bet
from harness.analysis.outcome import Outcome, Quadrant
from harness.analysis.settings import AnalysisSettings
from harness.analysis.stats.clustered import (
    ClusterTally,
    bootstrap_difference,
    clustered_difference,
)
from harness.analysis.stats.noninferiority import (
    Conclusion,
    NonInferiority,
    noninferiority,
    noninferiority_clustered,
)
from harness.analysis.stats.paired import mcnemar_mid_p, net_difference
from harness.analysis.stats.sequential import clustered_confidence_sequence, confidence_sequence
from harness.domain.estimate import Estimate
from harness.domain.ordering import cluster_of, order_key
from harness.domain.pair import Pair


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """The candidate's share of right answers minus the incumbent's.

    Attributes:
        net: The headline: clustered where `[decision] cluster` names a tag, else Tango's interval.
        gains, losses: Records only the candidate has right, and only the incumbent.
        mcnemar_mid_p: Two-sided test that gains and losses are equally likely; None where records come
            in clusters, which it knows nothing of.
        clusters: Different values of the cluster tag; None without one.
        score: Mean difference of the primary scores (0 to 1), which also sees half-right answers; None
            where every score is 0 or 1.
    """

    net: Estimate
    gains: int
    losses: int
    mcnemar_mid_p: float | None
    clusters: int | None
    score: Estimate | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sequential:
    """The same comparison read record by record in random order: valid at every look.

    Attributes:
        conclusion: What was certain first.
        decided_at: Records after which it was, None while undecided.
        records, clusters: Read in all; a record without a cluster is one of its own.
        e_noninferior, e_inferior: Evidence as a betting score: `threshold` or more decides.
        threshold: 1 / alpha.
        interval: Difference with an interval that holds at every look at once; judged pairs only.
        unjudged: Pairs that the scorers could not judge. They count as losses for the one conclusion and as
            gains for the other, since what cannot be judged may depend on what was answered.
        largest_cluster: The size that bets were scaled to.
    """

    conclusion: Conclusion
    decided_at: int | None
    records: int
    clusters: int
    e_noninferior: float
    e_inferior: float
    threshold: float
    interval: Estimate
    unjudged: int
    largest_cluster: int


E_PROCESS = "e-process, valid at every look"
_UNJUDGED = 2
_BETS = {value: Bet(least=value, most=value) for value in (-1, 0, 1)} | {_UNJUDGED: UNJUDGED}


@dataclass(slots=True)
class ComparisonTally:
    """Takes compared pairs one by one; 21 bytes a record are kept, and two numbers a cluster."""

    settings: AnalysisSettings
    gains: int = 0
    losses: int = 0
    n: int = 0
    graded: bool = False
    clusters: ClusterTally = field(default_factory=ClusterTally)
    scores: ClusterTally = field(default_factory=ClusterTally)
    cluster_places: "array[int]" = field(default_factory=lambda: array("I"))
    first_keys: "array[int]" = field(default_factory=lambda: array("Q"))
    second_keys: "array[int]" = field(default_factory=lambda: array("Q"))
    differences: "array[int]" = field(default_factory=lambda: array("b"))

    def add(self, pair: Pair, outcome: Outcome, score_difference: float | None) -> None:
        """Count one compared pair.

        Args:
            pair: With the record's id and tags.
            outcome: On the basis of expected answers.
            score_difference: Candidate's primary score minus the incumbent's, None where unknown.
        """
        self.n += 1
        self.gains += outcome.quadrant is Quadrant.GAIN
        self.losses += outcome.quadrant is Quadrant.REGRESSION
        own = cluster_of(pair.record.tags, self.settings.cluster)
        cluster = f"record {pair.record.id}" if own is None else f"cluster {own}"
        self.cluster_places.append(self.clusters.add(cluster, outcome.difference))
        if score_difference is not None:
            self.scores.add(cluster, score_difference)
            self.graded = self.graded or score_difference not in (-1.0, 0.0, 1.0)
        self._place(pair, outcome.difference)

    def add_unjudged(self, pair: Pair) -> None:
        """A pair with an expected answer that the scorers cannot judge: it counts against either verdict."""
        self._place(pair, _UNJUDGED)

    def _place(self, pair: Pair, difference: int) -> None:
        own = cluster_of(pair.record.tags, self.settings.cluster)
        first, second = order_key(self.settings.seed, own, pair.record.id)
        self.first_keys.append(first)
        self.second_keys.append(second)
        self.differences.append(difference)

    def with_mended(self, rows: NDArray[numpy.bool_]) -> "ComparisonTally":
        """The same comparison, had both arms been right where these compared pairs are regressions.

        Args:
            rows: Which of the compared pairs, in the order in which they came.
        """
        differences = numpy.array(self.differences, dtype=numpy.int8)
        judged = numpy.flatnonzero(differences != _UNJUDGED)
        mended = rows & (differences[judged] == -1)
        differences[judged[mended]] = 0
        places = numpy.array(self.cluster_places, dtype=numpy.intp)[mended]
        sums = numpy.array(self.clusters.differences)
        sums += numpy.bincount(places, minlength=len(sums))
        return replace(
            self,
            losses=self.losses - int(mended.sum()),
            clusters=replace(self.clusters, differences=array("d", sums.tolist())),
            differences=array("b", differences.tolist()),
        )

    def with_further_losses(self, count: int) -> "ComparisonTally":
        """The same comparison with so many more regressions, on pairs on which the arms are alike now.

        For records that stand for themselves: which of them it is makes no difference there.

        Raises:
            ValueError: Clusters or the order of the run decide how much each of them counts.
        """
        if self.settings.cluster is not None or self.settings.sequential:
            raise ValueError("which pairs get worse must be said where records come in clusters or in order")
        return replace(self, losses=self.losses + count)

    def findings(self) -> tuple[Difference, NonInferiority, Sequential]:
        """Difference, test and sequential reading; in a run that could end early all three are the latter."""
        sequential, more = self._sequential()
        if self.settings.sequential:
            return self._difference(sequential.interval), self._at_every_look(sequential, more), sequential
        return self._difference(self._net()), self._noninferiority(), sequential

    def net(self) -> Estimate:
        """The net difference, as `findings` has it."""
        return self._sequential()[0].interval if self.settings.sequential else self._net()

    def noninferiority(self) -> NonInferiority:
        """The test, as `findings` has it."""
        return (
            self._at_every_look(*self._sequential()) if self.settings.sequential else self._noninferiority()
        )

    def _net(self) -> Estimate:
        if self.settings.cluster is not None:
            return clustered_difference(self.clusters.sums(), level=self.settings.level)
        return net_difference(self.gains, self.losses, self.n, level=self.settings.level)

    def _difference(self, net: Estimate) -> Difference:
        independent = self.settings.cluster is None and not self.settings.sequential
        return Difference(
            net=net,
            gains=self.gains,
            losses=self.losses,
            mcnemar_mid_p=mcnemar_mid_p(self.gains, self.losses) if independent else None,
            clusters=len(self.clusters.sums()) if self.settings.cluster is not None else None,
            score=self._mean_score_difference(),
        )

    def _mean_score_difference(self) -> Estimate | None:
        if not self.graded or self.settings.sequential:
            return None
        return bootstrap_difference(self.scores.sums(), seed=self.settings.seed, level=self.settings.level)

    def _noninferiority(self) -> NonInferiority:
        told = self.settings
        if told.cluster is not None:
            return noninferiority_clustered(
                self.clusters.sums(), margin=told.margin, alpha=told.alpha, power=told.power
            )
        return noninferiority(
            self.gains, self.losses, self.n, margin=told.margin, alpha=told.alpha, power=told.power
        )

    def _at_every_look(self, sequential: Sequential, more: int | None) -> NonInferiority:
        """The e-process as a test: one over the evidence is a p-value that holds at every look."""
        undecided = sequential.conclusion is Conclusion.UNDECIDED
        lost = (self.losses - self.gains) >= self.settings.margin * self.n > 0
        return NonInferiority(
            margin=self.settings.margin,
            alpha=self.settings.alpha,
            power=self.settings.power,
            p_value=min(1.0, 1 / max(sequential.e_noninferior, 1e-300)),
            p_inferior=min(1.0, 1 / max(sequential.e_inferior, 1e-300)),
            conclusion=sequential.conclusion,
            method=E_PROCESS,
            n=self.n,
            clusters=sequential.clusters if self.settings.cluster is not None else None,
            assumed_difference=None,
            assumed_variance=None,
            more_records=more if undecided and not lost else None,
            hopeless=undecided and lost,
        )

    def sequential(self) -> Sequential:
        """The e-process over the records in random order, one bet a cluster."""
        return self._sequential()[0]

    def _sequential(self) -> tuple[Sequential, int | None]:
        firsts, differences = numpy.array(self.first_keys), numpy.array(self.differences)
        order = numpy.lexsort((numpy.array(self.second_keys), firsts))
        firsts, differences = firsts[order], differences[order]
        groups = numpy.split(differences, numpy.flatnonzero(firsts[1:] != firsts[:-1]) + 1)
        largest = max((len(group) for group in groups), default=1)
        largest = max(largest, self.settings.largest_cluster or 1)
        test = SequentialTest(margin=self.settings.margin, alpha=self.settings.alpha, largest_cluster=largest)
        for group in groups:
            test.add([_BETS[difference] for difference in group.tolist()])
        return self._told(test, largest), test.more_records()

    def _told(self, test: SequentialTest, largest: int) -> Sequential:
        level = self.settings.level
        if largest == 1:
            same = self.n - self.gains - self.losses
            interval = confidence_sequence(self.gains, same, self.losses, level=level)
        else:
            interval = clustered_confidence_sequence(
                self.clusters.sums(), largest_cluster=largest, level=level
            )
        return Sequential(
            conclusion=test.conclusion,
            decided_at=test.decided_after,
            records=test.n,
            clusters=test.clusters,
            e_noninferior=_bounded(test.log_e_noninferior),
            e_inferior=_bounded(test.log_e_inferior),
            threshold=1 / self.settings.alpha,
            interval=interval,
            unjudged=test.unjudged,
            largest_cluster=largest,
        )


def _bounded(log_e: float) -> float:
    """An e-value that JSON can hold: beyond 1e300 it says no more."""
    return exp(min(log_e, 690.0))
