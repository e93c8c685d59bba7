"""Which records a run calls, in which order, and which of them twice."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice

from harness.analysis.stats.power import records_needed
from harness.config import DecisionSettings, RunConfig
from harness.dataset.ordered import OrderedRecords
from harness.domain.ordering import cluster_of, order_key
from harness.domain.record import Record
from harness.errors import ConfigError
from harness.pipeline.group import Member, records_of
from harness.replay.plan import Chosen, no_record
from harness.replay.repeats import Subset, draw

# A sequential run that was not decided after three times what a fixed one needs is not worth going on with,
# were the models to disagree on a fifth of the records.
_CAP_FACTOR = 3
_CAP_DISCORDANT = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """What a run sets out to do.

    Attributes:
        records: Gives the records in the order in which they are called, from the beginning.
        planned: How many they are.
        repeated: Those that are called twice.
        repeats: How many of them there are.
        clusters: Sizes of the planned clusters in order; empty where the order is that of the dataset.
        largest_cluster: Most records of one cluster, over all that the run might have called.
        key: Where a record stands in the random order.
        key_at: The same of the record in that place, from 0.
    """

    records: Callable[[], Iterator[Record]]
    planned: int
    repeated: Chosen
    repeats: int
    clusters: Sequence[int] = ()
    largest_cluster: int = 1
    key: Callable[[Record], tuple[int, int]] = field(default=lambda record: (0, 0))
    key_at: Callable[[int], tuple[int, int]] = field(default=lambda place: (0, 0))

    @property
    def calls(self) -> int:
        """Calls of an arm, were none settled."""
        return self.planned + self.repeats

    def up_to(self, count: int) -> Chosen:
        """The first so many records of the order."""
        if not count:
            return no_record
        last = self.key_at(count - 1)
        return lambda record: self.key(record) <= last


def is_sequential(config: RunConfig) -> bool:
    """Whether the run stops as soon as the verdict is certain."""
    return config.decision.stop == "sequential"


def cap_of(decision: DecisionSettings) -> int:
    """Most records a sequential run calls, whatever the size of the dataset."""
    if decision.cap is not None:
        return decision.cap
    return _CAP_FACTOR * records_needed(
        discordant=_CAP_DISCORDANT, margin=decision.margin, alpha=decision.alpha, power=decision.power
    )


@contextmanager
def course_of(member: Member) -> Iterator[Course]:
    """The course of a run; holds the dataset open while it is used.

    Raises:
        DatasetError: The dataset cannot be read.
        ConfigError: Not even the first cluster fits into the cap.
    """
    if not is_sequential(member.config):
        yield _in_file_order(member)
        return
    seed, cluster = member.config.replay.seed, member.config.decision.cluster

    def key(record: Record) -> tuple[int, int]:
        return order_key(seed, cluster_of(record.tags, cluster), record.id)

    with OrderedRecords(member.config.folder, key, limit=member.records) as ordered:
        yield _in_random_order(member, ordered, key)


def _in_file_order(member: Member) -> Course:
    replay = member.config.replay
    repeats = min(replay.repeats, member.records)
    repeated = draw(records_of(member), repeats, seed=replay.seed).__contains__ if repeats else no_record
    return Course(
        records=lambda: records_of(member), planned=member.records, repeated=repeated, repeats=repeats
    )


def _in_random_order(
    member: Member, ordered: OrderedRecords, key: Callable[[Record], tuple[int, int]]
) -> Course:
    sizes = ordered.cluster_sizes()
    clusters = _within(sizes, cap_of(member.config.decision))
    planned = sum(clusters)
    if not planned:
        raise ConfigError(
            f"{member.config.folder / 'dataset.toml'}: [decision] cap is "
            f"{cap_of(member.config.decision):,}, but the first cluster alone has {sizes[0]:,} records",
            "Raise the cap: clusters are called whole.",
        )
    repeats = min(member.config.replay.repeats, planned)
    last = ordered.key(repeats - 1) if repeats else (-1, -1)
    subset = Subset(seed=member.config.replay.seed, cluster=member.config.decision.cluster, last=last)
    return Course(
        records=lambda: islice(ordered, planned),
        planned=planned,
        repeated=subset.__contains__ if repeats else no_record,
        repeats=repeats,
        clusters=clusters,
        largest_cluster=max(sizes),
        key=key,
        key_at=ordered.key,
    )


def _within(sizes: Sequence[int], cap: int) -> list[int]:
    """Whole clusters, as many as fit one after the other."""
    taken = []
    for size in sizes:
        cap -= size
        if cap < 0:
            break
        taken.append(size)
    return taken
