"""Failures that only free text tells apart, in groups by their words."""

from collections.abc import Sequence
from importlib import import_module
from typing import Any

from harness.analysis.failure.cluster_group import Group, Item, count_in, group_of, joined
from harness.analysis.failure.cluster_names import free_text_id
from harness.analysis.failure.differing_words import changed_words
from harness.analysis.failure.edits import FREE_TEXT
from harness.analysis.failure.signature import Signature
from harness.domain.score import Finding

MOST_KEPT = 20_000
"""Failures told apart by free text that are kept; further ones are only counted."""

MOST_SIGNATURES = 2000
MOST_CLUSTERED = 2500
SMALL = 3
"""Fewer failures make no group of their own."""

_MOST_POOLS = 30
_LEAST_CLUSTERED = 100
_LONGEST_TEXT = 120
_COMPARED = 5000
_TEXT_GROUPS = "harness.analysis.failure.text_groups"
# The same theme falls into both: which one depends on how much of the text is alike.
_VALUE_KINDS = frozenset({"wrong_value", "text_differs"})

_Pool = tuple[str, str]


class FreeTexts:
    """Takes failures one by one, keeps a random sample of them in bounded memory and counts the others."""

    def __init__(self) -> None:
        self._kept: list[Item] = []
        self._dropped: dict[Signature, Group] = {}

    def add(self, item: Item) -> None:
        """Take one failure."""
        self._kept.append(item)
        if len(self._kept) >= MOST_KEPT + MOST_KEPT // 4:
            self._settle()

    def _settle(self) -> None:
        """Keep a random sample of the failures that only free text tells apart; count the others."""
        self._kept.sort(key=lambda item: (item.lot, item.record_id))
        for item in self._kept[MOST_KEPT:]:
            count_in(self._dropped, item.without_text(), MOST_SIGNATURES)
        del self._kept[MOST_KEPT:]

    def groups(self, seed: int) -> list[Group]:
        """All of them in groups, each in one; `seed` is for the text method."""
        self._settle()
        pools: dict[_Pool, list[Item]] = {}
        for item in self._kept:
            pools.setdefault(_pool(item.signature), []).append(item)
        found: list[Group] = []
        rest: dict[_Pool, list[Group]] = {}
        for signature, group in self._dropped.items():
            rest.setdefault(_pool(signature), []).append(group)
        ranked = sorted(pools.items(), key=lambda entry: (-len(entry[1]), entry[0]))
        for place, (pool, items) in enumerate(ranked):
            if place >= _MOST_POOLS or len(items) < SMALL:
                rest.setdefault((pool[0], ""), []).append(group_of(items))
                continue
            clustered = max(_LEAST_CLUSTERED, MOST_CLUSTERED * len(items) // len(self._kept))
            grouped, alone = _told_alike(items, seed, clustered)
            found += grouped
            if alone:
                rest.setdefault(pool, []).append(group_of(alone))
        return [*found, *(_leftover(pool, groups) for pool, groups in rest.items())]


def _told_alike(items: Sequence[Item], seed: int, clustered: int) -> tuple[list[Group], list[Item]]:
    """Groups of failures of one pool, and those that are like too few others."""
    texts, snippets = [item.text for item in items], [item.snippet for item in items]
    found, alone = [], set(range(len(items)))
    for alike in group_texts(texts, snippets, seed=seed, smallest=SMALL, clustered=clustered):
        group = group_of([items[place] for place in alike.members])
        group.central, group.terms = items[alike.medoid].record_id, alike.terms
        group.named = free_text_id(*_pool(group.signature), group.terms)
        found.append(group)
        alone -= set(alike.members)
    return found, [items[place] for place in sorted(alone)]


def _leftover(pool: _Pool, groups: Sequence[Group]) -> Group:
    whole = joined(groups)
    whole.named = free_text_id(*pool)
    if len(groups) > 1:
        whole.signature = whole.signature._replace(edit=FREE_TEXT)
    return whole


def group_texts(texts: Sequence[str], inputs: Sequence[str], **settings: int) -> tuple[Any, ...]:
    """`group_texts` of `text_groups`, loaded only now: scikit-learn takes 100 MB, mostly for nothing."""
    found: tuple[Any, ...] = import_module(_TEXT_GROUPS).group_texts(texts, inputs, **settings)
    return found


def _pool(signature: Signature) -> _Pool:
    return ("text" if signature.kind in _VALUE_KINDS else signature.kind, signature.path)


def told_in_words(finding: Finding) -> str:
    """What went wrong, in words: the note of a judge or plugin, and the words that changed."""
    parts = [] if finding.kind in _VALUE_KINDS else [finding.note[:_LONGEST_TEXT]]
    expected, actual = (finding.expected or "")[:_COMPARED], (finding.actual or "")[:_COMPARED]
    parts += [words[:_LONGEST_TEXT] for words in changed_words(expected, actual)]
    return " ".join(part for part in parts if part)
