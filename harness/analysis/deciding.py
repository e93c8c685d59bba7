"""The stop rule of a sequential run: what one pair counts, and when enough has been seen.

The run asks it while answers come in; the analysis asks it again over the stored pairs, in the same order.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from harness.analysis.outcome import Basis, Outcome, Quadrant, judge
from harness.analysis.stats.noninferiority import Conclusion
from harness.analysis.stats.sequential import EProcess
from harness.domain.observation import Arm, CallError
from harness.domain.pair import Pair
from harness.domain.score import ScoredPair

_DIFFERENCES = {
    Quadrant.BOTH_RIGHT: 0,
    Quadrant.BOTH_WRONG: 0,
    Quadrant.REGRESSION: -1,
    Quadrant.GAIN: 1,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """The candidate right (1) or wrong (0) minus the incumbent's: -1, 0 or 1.

    Attributes:
        least, most: The same number where the pair could be judged; -1 and 1 where it could not.
    """

    least: int
    most: int


UNJUDGED = Difference(least=-1, most=1)


def difference_of(
    pair: Pair, scores: Sequence[ScoredPair], deciding: Sequence[str] = ()
) -> Difference | None:
    """What a pair counts; None where the record can show nothing, which is known before any call.

    A failed call is a wrong answer. A pair that the scorer cannot judge is not left out, since that may
    depend on what a model answered: it counts against either verdict.

    Args:
        pair: What both arms did.
        scores: Its scores.
        deciding: Names of the scorers that decide; the first one alone where none is named.
    """
    if pair.record.expected is None or _not_recorded(pair):
        return None
    outcome = judge(pair, scores, deciding)
    if not isinstance(outcome, Outcome) or outcome.basis is not Basis.EXPECTED:
        return UNJUDGED
    value = _DIFFERENCES[outcome.quadrant]
    return Difference(least=value, most=value)


def _not_recorded(pair: Pair) -> bool:
    outcomes = (pair.observation(arm).outcome for arm in Arm)
    return any(isinstance(outcome, CallError) and outcome.kind == "not_recorded" for outcome in outcomes)


class SequentialTest:
    """Whether the candidate is shown to be within the margin, or beyond it; may be asked after every cluster.

    Two e-processes: one counts every pair that could not be judged as a loss, and alone may show that the
    candidate is not inferior; the other counts it as a gain, and alone may show that it is.

    Args:
        margin: Largest acceptable loss in the share of right answers.
        alpha: Chance of a wrong claim, of each of the two claims.
        largest_cluster: Most records of one cluster, known before the run.

    Attributes:
        conclusion: What is shown so far; it stays once it is decided.
        decided_after: Pairs seen when it was decided, None before.
        unjudged: Pairs seen that could not be judged.
    """

    def __init__(self, *, margin: float, alpha: float, largest_cluster: int = 1) -> None:
        self._least = EProcess(margin=margin, alpha=alpha, largest_cluster=largest_cluster)
        self._most = EProcess(margin=margin, alpha=alpha, largest_cluster=largest_cluster)
        self.conclusion = Conclusion.UNDECIDED
        self.decided_after: int | None = None
        self.unjudged = 0

    @property
    def n(self) -> int:
        """Pairs seen, those that could not be judged included."""
        return self._least.n

    @property
    def clusters(self) -> int:
        """Clusters seen."""
        return self._least.clusters

    @property
    def log_e_noninferior(self) -> float:
        """Evidence for non-inferiority, with what could not be judged counted as lost."""
        return self._least.log_e_noninferior

    @property
    def log_e_inferior(self) -> float:
        """Evidence for inferiority, with what could not be judged counted as gained."""
        return self._most.log_e_inferior

    def more_records(self) -> int | None:
        """Further records like those seen until non-inferiority is shown; None where it would not be."""
        return self._least.more_records()

    def add(self, cluster: Sequence[Difference]) -> Conclusion:
        """Take the pairs of one cluster, or one pair that stands for itself; gives the verdict so far."""
        self._least.add([difference.least for difference in cluster])
        self._most.add([difference.most for difference in cluster])
        self.unjudged += sum(difference.least != difference.most for difference in cluster)
        if self.conclusion is Conclusion.UNDECIDED:
            self._look()
        return self.conclusion

    def _look(self) -> None:
        if self._least.conclusion is Conclusion.NON_INFERIOR:
            self.conclusion = Conclusion.NON_INFERIOR
        elif self._most.conclusion is Conclusion.INFERIOR:
            self.conclusion = Conclusion.INFERIOR
        if self.conclusion is not Conclusion.UNDECIDED:
            self.decided_after = self.n
