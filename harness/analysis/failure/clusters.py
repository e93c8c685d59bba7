"""Clusters of alike failures: by what changed, and by free text where only words tell failures apart.

A failure's signature is its kind, its field path and the type of edit. Failures with the same signature are
one cluster. Those that only free text tells apart (a judge's reason, another text, a plugin's own kind) are
grouped by `text_groups`, apart for each kind and path; so are signatures with one or two failures, once there
are many.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from harness.analysis.failure.cluster_group import (
    MOST_SHOWN,
    Group,
    Harm,
    Item,
    Signature,
    count_in,
    feature_counter,
    group_of,
    joined,
    lot_of,
)
from harness.analysis.failure.cluster_names import cluster_name, like_it, numbered
from harness.analysis.failure.edits import FREE_TEXT, edit_of
from harness.analysis.failure.exposure import exposure
from harness.analysis.failure.sentence import changed_words
from harness.analysis.failure.severity import SeverityRules
from harness.analysis.features.catalog import readable
from harness.analysis.stats.intervals import share
from harness.domain.estimate import Estimate
from harness.domain.failure import is_failure
from harness.domain.paths import with_any_index
from harness.domain.score import Finding

MOST_KEPT = 20_000
"""Failures told apart by free text that are kept; further ones are only counted."""

_SMALL = 3
# So few small signatures are read one by one.
_MANY_SMALL = 10
_MOST_SIGNATURES = 2000
_MOST_POOLS = 30
_MOST_CLUSTERED = 2500
_LEAST_CLUSTERED = 100
_LONGEST_TEXT = 120
_LONGEST_SNIPPET = 100
_LONGEST_PATH = 200
_MOST_LOOKED_AT = 200
_COMPARED = 5000
_MOST_FEATURES = 40
_TEXT_GROUPS = "harness.analysis.failure.text_groups"
# The same theme falls into both: which one depends on how much of the text is alike.
_VALUE_KINDS = frozenset({"wrong_value", "text_differs"})

_Pool = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """Failures of the candidate that are alike.

    Attributes:
        name: What changed, in a few words; no two clusters have the same.
        kind: The failure kind; of a cluster of several, the most frequent one.
        path: Field path with open list positions; "" for the whole answer or where it differs.
        edit: The type of edit, "" where the kind says it all; "(free text)" where only words do.
        size: Failures in it.
        regressions: Those that the incumbent has right.
        severity: 1 (light) to 3 (severe): that of most of its failures, the worse of two as frequent.
        share: Size over all compared records.
        medoid: Id of the most typical record; "" where no record is kept.
        worst: Id of the most harmful: by severity, then money at risk, then number of findings.
        example: Id of a record drawn at random under the run's seed.
        record_ids: Up to fifty, the worst first, then in random order.
        more: Records beyond these.
        terms: Words typical of it, for free text only.
        common: Input features that it shares and other failures do not, as "language de (31 of 33)".
    """

    name: str
    kind: str
    path: str
    edit: str
    size: int
    regressions: int
    severity: int
    share: Estimate
    medoid: str
    worst: str
    example: str
    record_ids: tuple[str, ...]
    more: int
    terms: tuple[str, ...]
    common: tuple[str, ...]


class ClusterKeeper:
    """Takes every failure of the candidate, keeps what clustering needs in bounded memory."""

    def __init__(self, rules: SeverityRules | None = None) -> None:
        self._rules = rules or SeverityRules()
        self._groups: dict[Signature, Group] = {}
        self._free: list[Item] = []
        self._dropped: dict[Signature, Group] = {}
        self._features = feature_counter(5000)
        self.failures = 0

    def add(
        self,
        record_id: str,
        findings: Sequence[Finding],
        kind: str,
        *,
        is_regression: bool,
        features: Mapping[str, str],
        snippet: str = "",
    ) -> None:
        """Count one wrong answer of the candidate.

        Args:
            record_id: Its record.
            findings: All findings of the answer.
            kind: The primary kind among them.
            is_regression: Whether the incumbent is right.
            features: Features of the input, each a short name and value.
            snippet: The beginning of the input.
        """
        self.failures += 1
        signature, told = _signature(findings, kind)
        failing = [finding for finding in findings if is_failure(finding)]
        item = Item(
            record_id=record_id,
            signature=signature,
            is_regression=is_regression,
            harm=Harm(
                severity=int(self._rules.worst(failing)),
                exposure=float(exposure(failing) or 0),
                findings=len(failing),
            ),
            features=_feature_texts(features),
            text=_text(told) if told else "",
            snippet=snippet[:_LONGEST_SNIPPET],
            lot=lot_of(record_id),
        )
        for feature in item.features:
            self._features.add(feature)
        if signature.edit == FREE_TEXT:
            self._keep(item)
        else:
            count_in(self._groups, item.without_text(), _MOST_SIGNATURES)

    def _keep(self, item: Item) -> None:
        self._free.append(item)
        if len(self._free) >= MOST_KEPT + MOST_KEPT // 4:
            self._settle()

    def _settle(self) -> None:
        """Keep a random sample of the failures that only free text tells apart; count the others."""
        self._free.sort(key=lambda item: (item.lot, item.record_id))
        for item in self._free[MOST_KEPT:]:
            count_in(self._dropped, item.without_text(), _MOST_SIGNATURES)
        del self._free[MOST_KEPT:]

    def clusters(self, *, compared: int, seed: int, level: float, limit: int = 30) -> tuple[Cluster, ...]:
        """The clusters with the most harm first: severity times size.

        Failures in none of the clusters returned: `failures` less the sum of their sizes.

        Args:
            compared: Compared records, which shares refer to.
            seed: For the random example, and for the text method.
            level: Confidence level of the shares.
            limit: How many clusters at most.
        """
        groups = [group for group in self._groups.values() if group.size >= _SMALL]
        groups += self._small_groups(seed)
        groups += self._free_groups(seed)
        groups.sort(key=lambda group: (-group.severity() * group.size, -group.regressions, group.signature))
        names = numbered([_name(group) for group in groups[:limit]])
        return tuple(
            _cluster(name, group, group.common(self._features, self.failures), (compared, seed, level))
            for name, group in zip(names, groups, strict=False)
        )

    def _small_groups(self, seed: int) -> list[Group]:
        """Signatures with one or two failures; where there are many, alike ones of one kind as one."""
        small = [group for group in self._groups.values() if group.size < _SMALL]
        if len(small) <= _MANY_SMALL:
            return small
        found = []
        for kind in sorted({group.signature.kind for group in small}):
            pool = sorted(
                (group for group in small if group.signature.kind == kind), key=lambda group: group.signature
            )
            texts = [" ".join(group.signature[1:]) for group in pool]
            for alike in _group_texts(texts, [""] * len(texts), seed=seed, clustered=_MOST_CLUSTERED):
                if len(alike.members) == 1:
                    found.append(pool[alike.medoid])
                    continue
                whole = joined([pool[place] for place in alike.members])
                whole.title = cluster_name(*pool[alike.medoid].signature)
                found.append(whole)
        return found

    def _free_groups(self, seed: int) -> list[Group]:
        self._settle()
        pools: dict[_Pool, list[Item]] = {}
        for item in self._free:
            pools.setdefault(_pool(item.signature), []).append(item)
        found: list[Group] = []
        rest: dict[_Pool, list[Group]] = {}
        for signature, group in self._dropped.items():
            rest.setdefault(_pool(signature), []).append(group)
        ranked = sorted(pools.items(), key=lambda entry: (-len(entry[1]), entry[0]))
        for place, (pool, items) in enumerate(ranked):
            if place >= _MOST_POOLS or len(items) < _SMALL:
                rest.setdefault((pool[0], ""), []).append(group_of(items))
                continue
            clustered = max(_LEAST_CLUSTERED, _MOST_CLUSTERED * len(items) // len(self._free))
            grouped, alone = _told_alike(items, seed, clustered)
            found += grouped
            if alone:
                rest.setdefault(pool, []).append(group_of(alone))
        return [*found, *(groups[0] if len(groups) == 1 else _leftover(groups) for groups in rest.values())]


def _told_alike(items: Sequence[Item], seed: int, clustered: int) -> tuple[list[Group], list[Item]]:
    """Groups of failures of one pool, and those that are like too few others."""
    texts, snippets = [item.text for item in items], [item.snippet for item in items]
    found, alone = [], set(range(len(items)))
    for alike in _group_texts(texts, snippets, seed=seed, smallest=_SMALL, clustered=clustered):
        group = group_of([items[place] for place in alike.members])
        group.central, group.terms = items[alike.medoid].record_id, alike.terms
        found.append(group)
        alone -= set(alike.members)
    return found, [items[place] for place in sorted(alone)]


def _leftover(groups: Sequence[Group]) -> Group:
    whole = joined(groups)
    whole.signature = whole.signature._replace(edit=FREE_TEXT)
    return whole


def _group_texts(texts: Sequence[str], inputs: Sequence[str], **settings: int) -> tuple[Any, ...]:
    """`text_groups.group_texts`, loaded only now: scikit-learn takes 100 MB that most runs do not need."""
    found: tuple[Any, ...] = import_module(_TEXT_GROUPS).group_texts(texts, inputs, **settings)
    return found


def _pool(signature: Signature) -> _Pool:
    return ("text" if signature.kind in _VALUE_KINDS else signature.kind, signature.path)


def _signature(findings: Sequence[Finding], kind: str) -> tuple[Signature, Finding | None]:
    """What changed, by the finding that stands for the answer.

    Of the findings of the primary kind those at the most frequent path count, and of these the most frequent
    edit: a document with one misread amount in ten lines is a document with misread line amounts.
    """
    alike = [finding for finding in findings if finding.kind == kind][:_MOST_LOOKED_AT]
    if not alike:
        return Signature(kind, "", ""), None
    paths = [with_any_index(finding.path[:_LONGEST_PATH]) for finding in alike]
    path = _most_frequent(paths)
    there = [finding for finding, its_path in zip(alike, paths, strict=True) if its_path == path]
    edits = [edit_of(finding) for finding in there]
    edit = _most_frequent(edits)
    return Signature(kind, path, edit), there[edits.index(edit)]


def _most_frequent(names: Sequence[str]) -> str:
    """Of equally frequent ones the one outside of any list, then the first by name."""
    counts = Counter(names)
    return min(counts, key=lambda name: (-counts[name], "[" in name, name))


def _feature_texts(features: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(readable(f"{name} {value}", 80) for name, value in list(features.items())[:_MOST_FEATURES])


def _text(finding: Finding) -> str:
    """What went wrong, in words: the note of a judge or plugin, and the words that changed."""
    parts = [] if finding.kind in _VALUE_KINDS else [finding.note[:_LONGEST_TEXT]]
    expected, actual = (finding.expected or "")[:_COMPARED], (finding.actual or "")[:_COMPARED]
    parts += [words[:_LONGEST_TEXT] for words in changed_words(expected, actual)]
    return " ".join(part for part in parts if part)


def _name(group: Group) -> str:
    if group.title and group.likes:
        return like_it(group.title, group.likes)
    return cluster_name(*group.signature, group.terms)


def _cluster(name: str, group: Group, common: tuple[str, ...], run: tuple[int, int, float]) -> Cluster:
    compared, seed, level = run
    typical, drawn = group.typical(), group.drawn(seed)
    worst = group.worst.record_id if group.worst else ""
    named = [worst, typical, drawn, *(item.record_id for item in group.sample())]
    shown = tuple(dict.fromkeys(named))[:MOST_SHOWN]
    return Cluster(
        name=name,
        kind=group.signature.kind,
        path=group.signature.path,
        edit=group.signature.edit,
        size=group.size,
        regressions=group.regressions,
        severity=group.severity(),
        share=share(group.size, compared, level=level),
        medoid=typical,
        worst=worst,
        example=drawn,
        record_ids=shown,
        more=group.size - len(shown),
        terms=group.terms,
        common=common,
    )
