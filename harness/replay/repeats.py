"""Which records are called a second time: drawn before the first call, whatever comes of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from heapq import heapify, heapreplace

from harness.domain.ordering import LAST, cluster_of, order_key
from harness.domain.record import Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Subset:
    """The records that come first in the random order of the seed.

    Attributes:
        seed: Of the run.
        cluster: Tag by which the order keeps records together, or None.
        last: Order key of the last record of the subset.
    """

    seed: int
    cluster: str | None
    last: tuple[int, int]

    def __contains__(self, record: Record) -> bool:
        """Whether the record is one of them."""
        return order_key(self.seed, cluster_of(record.tags, self.cluster), record.id) <= self.last


def draw(records: Iterable[Record], count: int, *, seed: int, cluster: str | None = None) -> Subset:
    """Draw so many records at random, in one pass and with one number a drawn record in memory.

    Args:
        records: All records of the run.
        count: How many to draw; more than there are draws all.
        seed: Of the run.
        cluster: Tag by which the run's order keeps records together. A run that may stop early then
            repeats the records it begins with.
    """
    if count <= 0:
        return Subset(seed=seed, cluster=cluster, last=(-1, -1))
    first: list[tuple[int, int]] = []  # as a heap of negated keys: its head is the last of them
    for record in records:
        own, alone = order_key(seed, cluster_of(record.tags, cluster), record.id)
        if len(first) < count:
            first.append((-own, -alone))
            if len(first) == count:
                heapify(first)
        elif (-own, -alone) > first[0]:
            heapreplace(first, (-own, -alone))
    if len(first) < count:
        return Subset(seed=seed, cluster=cluster, last=LAST)
    return Subset(seed=seed, cluster=cluster, last=(-first[0][0], -first[0][1]))
