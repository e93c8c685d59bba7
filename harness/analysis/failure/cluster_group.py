"""A growing group of alike failures: counts of all, a sample to show, in bounded memory."""

from array import array
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from typing import NamedTuple

from harness.analysis.failure.cluster_names import OTHER_EDITS, OTHER_KINDS, cluster_id
from harness.analysis.failure.signature import Signature
from harness.analysis.stats.counting import OTHER, BoundedCounter
from harness.analysis.stats.intervals import share

MOST_SHOWN = 50
_MOST_FEATURES = 400
_MOST_COMMON = 3
_COMMON_FROM = 0.75
# What two failures share, they share by chance.
_LEAST_TO_SHARE = 5
# Many features are looked at, so the lower bound is stricter than the report's level.
_COMMON_LEVEL = 0.99


class Harm(NamedTuple):
    """Orders failures by how bad they are."""

    severity: int
    exposure: float
    findings: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One failure in short form.

    Attributes:
        place: Which failure of the run it is, counted from 0.
        features: Input features as "name value".
        text: What went wrong in words; "" once nobody needs it.
        snippet: The beginning of the input.
        lot: A number drawn by the record's id, the same in every process: samples go by it.
    """

    place: int
    record_id: str
    signature: Signature
    is_regression: bool
    harm: Harm
    features: tuple[str, ...]
    text: str
    snippet: str
    lot: int

    def without_text(self) -> "Item":
        """The same, where only the signature counts."""
        return replace(self, text="", snippet="")


def lot_of(record_id: str, seed: int = 0) -> int:
    """A number that depends on nothing but the id and the seed."""
    given = f"{seed}:{record_id}".encode(errors="replace")
    return int.from_bytes(blake2b(given, digest_size=8).digest())


def feature_counter(limit: int = _MOST_FEATURES) -> BoundedCounter:
    """Counts features; rare ones beyond the limit are counted together."""
    return BoundedCounter(limit=limit)


@dataclass(slots=True)
class Group:
    """Failures of one signature, or of one text cluster.

    Attributes:
        named: Its id where the signature does not give it.
        signatures: Of all failures in it.
        places: Of all failures in it.
        items: The fifty with the lowest lots: a random sample.
        worst: The most harmful of all.
        central: The record id of the text medoid, None where no texts were compared.
        terms: Words that set the group apart.
        titled: Signature of the most typical one of several small groups.
        likes: How many others of them there are.
    """

    signature: Signature
    named: str = ""
    signatures: set[Signature] = field(default_factory=set)
    places: "array[int]" = field(default_factory=lambda: array("I"))
    size: int = 0
    regressions: int = 0
    severities: Counter[int] = field(default_factory=Counter)
    features: BoundedCounter = field(default_factory=feature_counter)
    items: list[Item] = field(default_factory=list)
    worst: Item | None = None
    central: str | None = None
    terms: tuple[str, ...] = ()
    titled: Signature | None = None
    likes: int = 0

    @property
    def id(self) -> str:
        """The same in every run that has such failures."""
        return self.named or cluster_id(*self.signature)

    def add(self, item: Item) -> None:
        """Count one failure."""
        self.size += 1
        self.signatures.add(self.signature if self.signature.edit == OTHER_EDITS else item.signature)
        self.places.append(item.place)
        self.regressions += item.is_regression
        self.severities[item.harm.severity] += 1
        for feature in item.features:
            self.features.add(feature)
        self.items.append(item)
        if len(self.items) >= 2 * MOST_SHOWN:
            self._settle()
        if self.worst is None or (item.harm, -item.lot) > (self.worst.harm, -self.worst.lot):
            self.worst = item

    def join(self, other: "Group") -> None:
        """Take in all failures of another group."""
        self.size += other.size
        self.signatures |= other.signatures
        self.places.extend(other.places)
        self.regressions += other.regressions
        self.severities.update(other.severities)
        for feature, count in other.features.counts.items():
            self.features.add(feature, count)
        self.items += other.items
        self._settle()
        self.worst = max(
            (one for one in (self.worst, other.worst) if one is not None),
            key=lambda one: (one.harm, -one.lot),
            default=None,
        )

    def severity(self) -> int:
        """That of most of its failures, the worse of two as frequent."""
        return max(self.severities, key=lambda severity: (self.severities[severity], severity), default=0)

    def sample(self) -> list[Item]:
        """Up to fifty failures in random order that is the same every time."""
        self._settle()
        return self.items

    def typical(self) -> str:
        """The record most like the others: the text medoid, else by the input features of the sample."""
        if self.central is not None:
            return self.central
        counts = self.features.counts
        best = max(
            self.sample(),
            key=lambda item: (sum(counts[feature] for feature in item.features), -item.lot),
            default=None,
        )
        return best.record_id if best else ""

    def drawn(self, seed: int) -> str:
        """One record of the sample by lot."""
        ids = (item.record_id for item in self.sample())
        return min(ids, key=lambda record_id: lot_of(record_id, seed), default="")

    def common(self, overall: BoundedCounter, total: int) -> tuple[str, ...]:
        """Input features that most of the group has and that are rarer among all other failures.

        Args:
            overall: Features of all failures.
            total: How many failures there are.
        """
        found: list[tuple[float, str]] = []
        if self.size < _LEAST_TO_SHARE:
            return ()
        for feature, count in self.features.counts.items():
            if feature == OTHER or count < _COMMON_FROM * self.size:
                continue
            others = max(0, overall.counts[feature] - count)
            elsewhere = others / max(1, total - self.size)
            low = share(min(count, self.size), self.size, level=_COMMON_LEVEL).low or 0.0
            if low > elsewhere:
                found.append((elsewhere - low, f"{feature} ({count:,} of {self.size:,})"))
        return tuple(text for _, text in sorted(found)[:_MOST_COMMON])

    def _settle(self) -> None:
        self.items.sort(key=lambda item: (item.lot, item.record_id))
        del self.items[MOST_SHOWN:]


def common_signature(signatures: Collection[Signature]) -> Signature:
    """The most frequent kind; path and edit where all have the same one."""
    kinds = Counter(signature.kind for signature in signatures)
    kind = min(kinds, key=lambda name: (-kinds[name], name))
    paths = {signature.path for signature in signatures}
    edits = {signature.edit for signature in signatures}
    return Signature(
        kind=kind,
        path=paths.pop() if len(paths) == 1 else "",
        edit=edits.pop() if len(edits) == 1 else "",
    )


def group_of(items: Sequence[Item]) -> Group:
    """A group of those failures."""
    group = Group(signature=common_signature([item.signature for item in items]))
    for item in items:
        group.add(item)
    return group


def joined(groups: Sequence[Group]) -> Group:
    """One group with all failures of several."""
    whole = Group(signature=common_signature([group.signature for group in groups]), likes=len(groups) - 1)
    for group in groups:
        whole.join(group)
    return whole


def merged(groups: Sequence[Group]) -> Group:
    """One group of several that say the same; the first one gives the words and the most typical record."""
    whole = joined(groups)
    whole.named, whole.central, whole.terms = groups[0].named, groups[0].central, groups[0].terms
    whole.titled, whole.likes = groups[0].titled, groups[0].likes
    return whole


def count_in(groups: dict[Signature, Group], item: Item, limit: int) -> Group:
    """Count a failure in the group of its signature; new signatures beyond the limit share coarser ones."""
    kind, path, _ = item.signature
    fallbacks = (
        item.signature,
        Signature(kind, path, OTHER_EDITS),
        Signature(kind, "", OTHER_EDITS),
        Signature(OTHER_KINDS, "", OTHER_EDITS),
    )
    for allowed, signature in enumerate(fallbacks):
        last = signature.kind == OTHER_KINDS
        if last or signature in groups or len(groups) < limit + allowed * limit // 10:
            group = groups.setdefault(signature, Group(signature=signature))
            group.add(item)
            return group
    raise AssertionError("the last signature takes everything")
