"""The stop rule of a sequential run, fed with the answers as they come in.

Answers come in the order in which the servers give them, and slow ones may be worse than quick ones. So each
waits here until all before it, in the order that was drawn before the run, have been looked at.
"""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from harness.analysis.deciding import Difference, SequentialTest, difference_of
from harness.analysis.stats.noninferiority import Conclusion
from harness.config import RunConfig
from harness.domain.observation import Arm, Observation
from harness.domain.pair import Pair
from harness.domain.record import Record
from harness.pipeline.course import Course
from harness.replay.plan import ArmPlan, recorded
from harness.replay.watch import RunEnd
from harness.scorers.stage import NamedScorer, score_pairs


@dataclass(slots=True)
class _Waiting:
    """A record on its way; what it was asked and what it answered is dropped as soon as it is scored."""

    record: Record | None
    observations: dict[Arm, Observation] = field(default_factory=dict)
    difference: Difference | None = None

    @property
    def scored(self) -> bool:
        return self.record is None


class SequentialWatch:
    """Scores each record when both arms have answered, and tests in the planned order.

    Args:
        course: The planned order, with the sizes of its clusters.
        plans: The arms; one without a provider has answered already.
        scorers: Those that decide are asked.
        config: Margin, alpha and seed.

    Attributes:
        complete: Records from the beginning of the order for which both arms have answered.
    """

    def __init__(
        self,
        course: Course,
        plans: Mapping[Arm, ArmPlan],
        scorers: Sequence[NamedScorer],
        config: RunConfig,
    ) -> None:
        self.complete = 0
        self._course = course
        self._recorded = [plan.arm for plan in plans.values() if plan.provider is None]
        self._scorers = [named for named in scorers if named.decides] or list(scorers[:1])
        self._config = config
        self._test = SequentialTest(
            margin=config.decision.margin,
            alpha=config.decision.alpha,
            largest_cluster=course.largest_cluster,
        )
        self._waiting: dict[str, _Waiting] = {}
        self._order: deque[str] = deque()
        self._clusters = iter(course.clusters)
        self._lacking = next(self._clusters, 0)
        self._cluster: list[Difference] = []
        self._end: RunEnd | None = None

    def planned(self, record: Record) -> RunEnd | None:
        """The record comes next in the order."""
        entry = _Waiting(record=record)
        self._waiting[record.id] = entry
        self._order.append(record.id)
        entry.observations = {arm: recorded(arm, record) for arm in self._recorded}
        return self._look(entry)

    def ended(self, observation: Observation) -> RunEnd | None:
        """A call has ended; repeats show noise and decide nothing."""
        entry = self._waiting.get(observation.key.record_id)
        if entry is None or entry.scored or observation.key.repeat:
            return None
        entry.observations[observation.key.arm] = observation
        return self._look(entry)

    @property
    def behind(self) -> int:
        """Records that were planned and have not had their turn yet."""
        return len(self._order)

    @property
    def conclusion(self) -> Conclusion:
        """What is shown so far."""
        return self._test.conclusion

    @property
    def unjudged(self) -> int:
        """Pairs looked at that the scorer could not judge."""
        return self._test.unjudged

    def _look(self, entry: _Waiting) -> RunEnd | None:
        if len(entry.observations) == len(Arm):
            self._score(entry)
            self._advance()
        return self._end

    def _score(self, entry: _Waiting) -> None:
        if entry.record is None:
            return
        pair = Pair(
            record=entry.record,
            incumbent=entry.observations[Arm.INCUMBENT],
            candidate=entry.observations[Arm.CANDIDATE],
        )
        scores = tuple(score_pairs([pair], self._scorers, seed=self._config.replay.seed))
        entry.difference = difference_of(pair, scores, [named.name for named in self._scorers])
        entry.record, entry.observations = None, {}

    def _advance(self) -> None:
        """Take what has its turn; a cluster is one bet, made when its last record is there."""
        while self._order and self._waiting[self._order[0]].scored:
            difference = self._waiting.pop(self._order.popleft()).difference
            self.complete += 1
            if difference is not None:
                self._cluster.append(difference)
            self._lacking -= 1
            if not self._lacking:
                self._lacking = next(self._clusters, 0)
                cluster, self._cluster = self._cluster, []
                if self._end is None and self._test.add(cluster) is not Conclusion.UNDECIDED:
                    self._end = self._ended()

    def _ended(self) -> RunEnd:
        return RunEnd(
            reason=f"{_SHOWN[self._test.conclusion].format(margin=points(self._config.decision.margin))} "
            f"after {self.complete:,} of up to {self._course.planned:,} records",
            decided=self._test.conclusion.value,
            records=self.complete,
        )


_SHOWN = {
    Conclusion.NON_INFERIOR: "the candidate is shown to lose less than the margin of {margin}",
    Conclusion.INFERIOR: "the candidate is shown to lose more than the margin of {margin}",
}


def number_of_points(share: float) -> str:
    """A share of right answers in percentage points, as `2` or `0.5`."""
    return f"{share * 100:.1f}".removesuffix(".0")


def points(share: float) -> str:
    """The same in words, as `2 points`."""
    shown = number_of_points(share)
    return f"{shown} point{'' if shown == '1' else 's'}"
