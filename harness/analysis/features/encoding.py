"""Rows of features as bins, and the predicates that are unions of bins."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from harness.analysis.features.column import Categories, Column
from harness.analysis.features.predicate import Operator, Predicate, predicate
from harness.analysis.stats.counting import OTHER

_CUTS = (0.05, 0.15, 0.3, 0.5, 0.7, 0.85, 0.95)
"""Shares of the records below each cut: eight bins, narrower at the ends, where documents are unusual."""
_FEW_VALUES = 8
_FEW_CODES = 30

Numbers: TypeAlias = NDArray[np.float64]
Bins: TypeAlias = NDArray[np.int32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoded:
    """Features in bins: every row lies in exactly one bin of each column.

    Attributes:
        codes: Bin of each row in each column (rows x columns); bins are numbered through all columns.
        members: Whether a bin belongs to a predicate (bins x predicates).
        columns: The column of each predicate.
        predicates: What each predicate says.
    """

    codes: Bins
    members: NDArray[np.bool_]
    columns: NDArray[np.intp]
    predicates: tuple[Predicate, ...]

    def rows_of(self, place: int) -> NDArray[np.bool_]:
        """Which rows the predicate at this place holds on."""
        holds: NDArray[np.bool_] = self.members[self.codes[:, self.columns[place]], place]
        return holds

    def rows_of_all(self, places: Iterable[int]) -> NDArray[np.bool_]:
        """Which rows the predicates at all these places hold on."""
        inside = np.ones(len(self.codes), dtype=bool)
        for place in places:
            inside &= self.rows_of(place)
        return inside


@dataclass(frozen=True, slots=True)
class _Binned:
    """One column: the bin of each row, and its predicates with the bins they unite."""

    codes: Bins
    bins: int
    predicates: tuple[tuple[Predicate, NDArray[np.bool_]], ...]


def encode(columns: Mapping[str, Column], rows: int, support: int) -> Encoded:
    """Bin each column and keep the predicates that hold on `support` to `rows - support` rows."""
    binned = [_supported(_bin(name, column), rows, support) for name, column in columns.items()]
    kept = [column for column in binned if column.predicates]
    offsets = np.cumsum([0, *(column.bins for column in kept)])
    places = [(at, *found) for at, column in enumerate(kept) for found in column.predicates]
    members = np.zeros((int(offsets[-1]), len(places)), dtype=bool)
    for place, (at, _, bins) in enumerate(places):
        members[offsets[at] : offsets[at + 1], place] = bins
    codes = np.empty((rows, len(kept)), dtype=np.int32)
    for at, column in enumerate(kept):
        codes[:, at] = column.codes + offsets[at]
    return Encoded(
        codes=codes,
        members=members,
        columns=np.array([at for at, _, _ in places], dtype=np.intp),
        predicates=tuple(told for _, told, _ in places),
    )


def _supported(column: _Binned, rows: int, support: int) -> _Binned:
    sizes = np.bincount(column.codes, minlength=column.bins)
    kept = tuple(
        (told, bins) for told, bins in column.predicates if support <= sizes[bins].sum() <= rows - support
    )
    return _Binned(column.codes, column.bins, kept)


def _bin(name: str, column: Column) -> _Binned:
    if isinstance(column, Categories):
        if column.is_numeric:
            return _quantities(name, np.frombuffer(column.numbers.values), codes=True)
        return _categories(name, column)
    return _quantities(name, np.frombuffer(column.values), codes=False)


def _categories(name: str, column: Categories) -> _Binned:
    bins = len(column.names) + 1
    found = [(predicate(name, Operator.MISSING), _only(0, bins))]
    found += [
        (predicate(name, Operator.IS, value), _only(code, bins))
        for value, code in column.names.items()
        if value != OTHER
    ]
    return _Binned(np.frombuffer(column.codes, dtype=np.uint16).astype(np.int32), bins, tuple(found))


def _quantities(name: str, values: Numbers, *, codes: bool) -> _Binned:
    """Bins of a quantity; each value is a bin where there are few, also of a tag that may be a code."""
    present = values[~np.isnan(values)]
    distinct = np.unique(present)
    cuts = _cuts(present, distinct)
    apart = len(distinct) <= (_FEW_CODES if codes else _FEW_VALUES)
    edges = distinct[:-1] if apart else cuts
    bins = len(edges) + 2
    of_row = np.searchsorted(edges, values, side="left").astype(np.int32)
    of_row[np.isnan(values)] = bins - 1
    found = [(predicate(name, Operator.MISSING), _only(bins - 1, bins))]
    found += _one_sided(name, cuts, edges, bins)
    if apart:
        found += [
            (predicate(name, Operator.IS, float(value)), _only(at, bins)) for at, value in enumerate(distinct)
        ]
    else:
        found += _ranges(name, distinct, cuts, bins)
    return _Binned(of_row, bins, tuple(found))


def _cuts(present: Numbers, distinct: Numbers) -> Numbers:
    """Values at which a quantity is cut, each of them a real one; never the greatest."""
    if len(distinct) <= _FEW_VALUES:
        return distinct[:-1]
    cuts = np.unique(np.quantile(present, _CUTS, method="inverted_cdf"))
    inner: Numbers = cuts[cuts < distinct[-1]]
    return inner


def _one_sided(
    name: str, cuts: Numbers, edges: Numbers, bins: int
) -> Iterator[tuple[Predicate, NDArray[np.bool_]]]:
    for cut in cuts:
        below = np.zeros(bins, dtype=bool)
        below[: int(np.searchsorted(edges, cut)) + 1] = True
        above = ~below
        above[-1] = False
        yield predicate(name, Operator.ABOVE, float(cut)), above
        yield predicate(name, Operator.AT_MOST, float(cut)), below


def _ranges(
    name: str, distinct: Numbers, cuts: Numbers, bins: int
) -> Iterator[tuple[Predicate, NDArray[np.bool_]]]:
    """The inner bins; the outer ones are one-sided already."""
    for at in range(1, len(cuts)):
        first = distinct[np.searchsorted(distinct, cuts[at - 1], side="right")]
        if first == cuts[at]:
            yield predicate(name, Operator.IS, float(first)), _only(at, bins)
        else:
            yield predicate(name, Operator.BETWEEN, float(first), float(cuts[at])), _only(at, bins)


def _only(place: int, bins: int) -> NDArray[np.bool_]:
    only = np.zeros(bins, dtype=bool)
    only[place] = True
    return only
