"""Counts of names that come from outside, in bounded memory."""

from collections import Counter
from dataclasses import dataclass, field

OTHER = "(other)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """How often something happened."""

    name: str
    count: int


@dataclass(slots=True)
class BoundedCounter:
    """Counts names; after `limit` different ones, new names go to "(other)"."""

    limit: int = 200
    counts: Counter[str] = field(default_factory=Counter)

    def add(self, name: str, count: int = 1) -> None:
        """Count a name."""
        known = name in self.counts or len(self.counts) < self.limit
        self.counts[name if known else OTHER] += count

    def most(self, limit: int | None = None) -> tuple[Count, ...]:
        """The counts, most frequent first, then by name; all of them without `limit`."""
        ranked = sorted(self.counts.items(), key=lambda item: (-item[1], item[0]))
        return tuple(Count(name=name, count=count) for name, count in ranked[:limit])
