"""Where it breaks: subsets of the records on which the candidate is worse than elsewhere."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from harness.analysis.failure.slice_description import SliceDescription
from harness.analysis.failure.slice_halves import CLUSTERED, HYPERGEOMETRIC, excess_p, halves
from harness.analysis.failure.slice_rank import explained
from harness.analysis.failure.slice_result import PairedOutcomes, Slice, SliceReport, SliceSettings
from harness.analysis.failure.slice_search import Found, Rows, SliceSearch
from harness.analysis.features.encoding import Encoded
from harness.analysis.features.record import TAG
from harness.analysis.features.table import FeatureTable
from harness.analysis.stats.correction import holm

LEAST_ROWS = 100
LEAST_EVENTS = 10
MOST_TESTED = 10
_ALIKE = 300
_NEARLY = 0.8
_ROUNDING = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class _Proposal:
    """A slice found on the discovery half, with its test on the other."""

    places: tuple[int, ...]
    inside: Rows
    p: float
    beats_parents: bool


def find_slices(
    table: FeatureTable, outcomes: PairedOutcomes, settings: SliceSettings | None = None
) -> SliceReport:
    """Search one half of the records for slices where regressions pile up, and test them on the other.

    Proposals are made one after the other, each among the records that none before it holds, so that
    ten of them are ten places and not ten views of one. Of a rule that is no worse on the held-back half
    than with one predicate less, nothing is claimed. The chance that any claim is false is at most
    1 - level (Holm).

    Args:
        table: Features of the compared records.
        outcomes: What came of them, in the same order.
        settings: Seed, level, margin and wording.

    Raises:
        ValueError: Features and outcomes are not of the same number of records.
    """
    settings = settings or SliceSettings()
    events = np.asarray(outcomes.regressions, dtype=bool)
    if not table.n == len(events) == len(outcomes.gains) == len(outcomes.ids) == len(outcomes.kinds):
        raise ValueError(f"{table.n} rows of features do not fit {len(events)} outcomes")
    method = HYPERGEOMETRIC if outcomes.clusters is None else CLUSTERED
    support = least_support(len(events))
    reason = _too_few(events, settings)
    if reason:
        return _nothing(support, method, reason)
    encoded = table.encoded(support=support)
    discovery = halves(events, outcomes.clusters, settings.seed).discovery
    held_back = ~discovery
    proposed = _proposals(encoded, events, discovery, support)
    tested = list(_tested(encoded, proposed, outcomes, held_back))
    adjusted = [min(1.0, p * settings.questions) for p in holm([proposal.p for proposal in tested])]
    confirmed = [
        (proposal, adjusted_p)
        for proposal, adjusted_p in zip(tested, adjusted, strict=True)
        if proposal.beats_parents and adjusted_p <= 1 - settings.level + _ROUNDING
    ]
    return SliceReport(
        slices=tuple(_described(encoded, confirmed, outcomes, held_back, settings)),
        tested=len(tested),
        searched=len(encoded.predicates),
        support=support,
        discovery_n=int(discovery.sum()),
        test_n=int(held_back.sum()),
        method=method,
    )


def least_support(rows: int) -> int:
    """Least number of records of a slice: 1 % of them, at least 50; of small runs a thirtieth, at least 10.

    Fifty of 300 records would be a sixth of them, and hide the slice of twenty credit notes. Ten leave five
    in each half: few, but five of five regressions where one in twenty is usual are no chance. The claims
    stay as safe as with more, since the held-back half tests them.
    """
    return max(rows // 100, min(50, max(10, rows // 30)))


def _too_few(events: Rows, settings: SliceSettings) -> str:
    found = int(events.sum())
    if len(events) < LEAST_ROWS:
        return f"{len(events)} compared records; slices need {LEAST_ROWS}"
    if found < LEAST_EVENTS:
        return f"{found} records on which the candidate is {settings.verb}; slices need {LEAST_EVENTS}"
    return ""


def _nothing(support: int, method: str, reason: str) -> SliceReport:
    return SliceReport(
        slices=(),
        tested=0,
        searched=0,
        support=support,
        discovery_n=0,
        test_n=0,
        method=method,
        reason=reason,
    )


def _proposals(encoded: Encoded, events: Rows, discovery: Rows, support: int) -> Iterator[tuple[int, ...]]:
    search = SliceSearch(encoded, events.astype(np.float64), discovery, support=max(5, support // 2))
    for _ in range(MOST_TESTED):
        criterion = explained(total=search.total, rows=search.rows, predicates=len(encoded.predicates))
        best = search.best(criterion, keep=_ALIKE)
        if not best:
            return
        chosen = _in_the_users_words(best, encoded)
        yield chosen.places
        search.remove(chosen.places)


def _alike(found: Found, best: Found) -> bool:
    """Whether a rule explains nearly as much as the best one, with about as many records."""
    sizes = sorted((found.size, best.size))
    return found.worth >= _NEARLY * best.worth and sizes[0] >= _NEARLY * sizes[1]


def _in_the_users_words(best: Sequence[Found], encoded: Encoded) -> Found:
    """Of rules that explain nearly as much as the best one, the one that is made of the user's own tags.

    Features stand for one another: a credit note is a document with negative amounts. What a user tags is
    what a user can act on. The choice is made on the discovery half alone, so the test is not touched.
    """
    near = [found for found in best if _alike(found, best[0])]

    def foreign(found: Found) -> int:
        return sum(not encoded.predicates[place].feature.startswith(TAG) for place in found.places)

    return min(near, key=lambda found: (foreign(found), -found.worth, found.places))


def _tested(
    encoded: Encoded, proposed: Iterator[tuple[int, ...]], outcomes: PairedOutcomes, held_back: Rows
) -> Iterator[_Proposal]:
    clusters = None if outcomes.clusters is None else _numbered(outcomes.clusters)
    left = held_back.copy()
    for places in proposed:
        inside = encoded.rows_of_all(places)
        within, events = inside[left], outcomes.regressions[left]
        parents = [encoded.rows_of_all(other for other in places if other != place)[left] for place in places]
        yield _Proposal(
            places=places,
            inside=inside,
            p=excess_p(within, events, None if clusters is None else clusters[left]),
            beats_parents=all(_rate(within, events) > _rate(parent, events) for parent in parents),
        )
        left &= ~inside


def _described(
    encoded: Encoded,
    confirmed: Sequence[tuple[_Proposal, float]],
    outcomes: PairedOutcomes,
    held_back: Rows,
    settings: SliceSettings,
) -> Iterator[Slice]:
    elsewhere = np.ones(len(held_back), dtype=bool)
    for proposal, _ in confirmed:
        elsewhere &= ~proposal.inside
    description = SliceDescription(outcomes, held_back, elsewhere, settings)
    for proposal, adjusted_p in confirmed:
        predicates = tuple(encoded.predicates[place] for place in proposal.places)
        yield description.describe(predicates, proposal.inside, p=proposal.p, adjusted_p=adjusted_p)


def _numbered(clusters: Sequence[str]) -> NDArray[np.intp]:
    numbers: NDArray[np.intp] = np.unique(np.asarray(clusters, dtype=str), return_inverse=True)[1]
    return numbers


def _rate(inside: Rows, events: Rows) -> float:
    rows = int(inside.sum())
    return int((inside & events).sum()) / rows if rows else 0.0
