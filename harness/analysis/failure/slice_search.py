"""The search for slices: subsets of rows, named by up to three predicates, on which errors pile up.

Sizes and errors of all pairs come from products of sparse one-hot matrices (H'H and F'F, with F the rows
that have an error); longer rules extend the best pairs. Source: Sagadeeva and Boehm, SliceLine, SIGMOD 2021.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from harness.analysis.features.encoding import Encoded

Floats: TypeAlias = NDArray[np.float64]
Rows: TypeAlias = NDArray[np.bool_]
Criterion: TypeAlias = Callable[[Floats, Floats, int], Floats]
"""How good slices are, of their errors, sizes and number of predicates; falls with size at equal errors."""

ALPHA = 0.95
"""Weight of the error rate against the size in SliceLine's score."""
BEAM = 300
DEPTH = 3
_BLOCK = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A slice.

    Attributes:
        places: Its predicates by place, ascending.
        size: Its rows.
        error: Sum of the errors of its rows.
        worth: What the criterion gives it.
    """

    places: tuple[int, ...]
    size: int
    error: float
    worth: float


def slice_score(errors: Floats, sizes: Floats, *, total: float, rows: int, alpha: float = ALPHA) -> Floats:
    """SliceLine's score, `a((e/e0) - 1) - (1-a)(n/|S| - 1)`; above 0 a slice is worse than the whole.

    Args:
        errors: Sum of the errors of each slice.
        sizes: Rows of each slice, at least 1.
        total: Sum of the errors of all rows, above 0.
        rows: All rows.
        alpha: Weight of the error rate against the size.
    """
    worse = (errors / sizes) / (total / rows) - 1
    score: Floats = alpha * worse - (1 - alpha) * (rows / sizes - 1)
    return score


class SliceSearch:
    """Counts of all predicates and pairs over some rows; rows can be taken out, as when they are told.

    Args:
        encoded: The features of all rows.
        errors: Error of each row, 0 or more.
        rows: The rows to search.
        support: Least size of a slice.
    """

    def __init__(self, encoded: Encoded, errors: Floats, rows: Rows, *, support: int) -> None:
        self._members = encoded.members.astype(np.float64)
        self._columns = encoded.columns
        self._support = support
        self._codes = encoded.codes[rows]
        self._errors = errors[rows].astype(np.float64)
        self._bins = len(encoded.members)
        self._sizes, self._sums = self._products(np.arange(len(self._errors)))

    @property
    def rows(self) -> int:
        """Rows that are left."""
        return len(self._errors)

    @property
    def total(self) -> float:
        """Sum of the errors of the rows that are left."""
        return float(self._errors.sum())

    def remove(self, places: tuple[int, ...]) -> None:
        """Take out the rows on which all these predicates hold."""
        inside = self._inside(self._codes, places)
        sizes, sums = self._products(np.flatnonzero(inside))
        self._sizes -= sizes
        self._sums -= sums
        self._codes, self._errors = self._codes[~inside], self._errors[~inside]

    def best(
        self, criterion: Criterion, *, keep: int, depth: int = DEPTH, beam: int = BEAM
    ) -> tuple[Found, ...]:
        """The slices of greatest positive worth, at most `keep`; at equal worth the shorter rule first.

        Exact to two predicates; a longer rule is found where one of the `beam` best rules that are one
        predicate shorter leads to it.
        """
        if not self._members.size or not self.total > 0:
            return ()
        level = self._singles(criterion)
        found = level.taken(keep)
        for length in range(2, depth + 1):
            level = self._pairs(criterion) if length == 2 else self._extended(criterion, level, found, keep)
            found = _merged(found, level.taken(keep), keep)
            level = level.head(beam)
        return found

    def _inside(self, codes: NDArray[np.int32], places: tuple[int, ...]) -> Rows:
        inside = np.ones(len(codes), dtype=bool)
        for place in places:
            inside &= self._members[codes[:, self._columns[place]], place] > 0
        return inside

    def _one_hot(self, rows: NDArray[np.intp], values: Floats) -> csr_matrix:
        """The bins of some rows as a sparse matrix with a row's value in each of its bins."""
        columns = self._codes.shape[1]
        return csr_matrix(
            (np.repeat(values, columns), self._codes[rows].ravel(), np.arange(len(rows) + 1) * columns),
            shape=(len(rows), self._bins),
        )

    def _products(self, rows: NDArray[np.intp]) -> tuple[Floats, Floats]:
        """Sizes and errors of all pairs of bins over some rows."""
        ones = self._one_hot(rows, np.ones(len(rows)))
        failing = rows[self._errors[rows] > 0]
        weighted = self._one_hot(failing, self._errors[failing])
        unweighted = self._one_hot(failing, np.ones(len(failing)))
        return (ones.T @ ones).toarray(), (unweighted.T @ weighted).toarray()

    def _singles(self, criterion: Criterion) -> "_Level":
        sizes, sums = np.diag(self._sizes) @ self._members, np.diag(self._sums) @ self._members
        places = np.arange(len(self._columns))[:, None]
        return self._level(criterion, places, sums, sizes)

    def _pairs(self, criterion: Criterion) -> "_Level":
        first, second = np.triu_indices(len(self._columns), 1)
        apart = self._columns[first] != self._columns[second]
        first, second = first[apart], second[apart]
        sizes = (self._members.T @ self._sizes @ self._members)[first, second]
        sums = (self._members.T @ self._sums @ self._members)[first, second]
        return self._level(criterion, np.column_stack([first, second]), sums, sizes)

    def _level(self, criterion: Criterion, places: NDArray[np.intp], sums: Floats, sizes: Floats) -> "_Level":
        enough = (sizes >= self._support) & (sums > 0)
        places, sums, sizes = places[enough], sums[enough], sizes[enough]
        worth = criterion(sums, sizes, places.shape[1])
        good = worth > 0
        return _Level(places[good], sums[good], sizes[good], worth[good]).sorted()

    def _extended(
        self, criterion: Criterion, parents: "_Level", found: tuple[Found, ...], keep: int
    ) -> "_Level":
        """Rules one predicate longer than their parents.

        Errors come from the failing rows alone, which are few. No child has more worth than one of the
        same errors and the least size; only children that could still be among the best are sized.
        """
        failing = np.flatnonzero(self._errors > 0)
        sums = self._counts_within(failing, self._errors[failing], parents.places)
        least = np.maximum(self._support, np.ceil(sums / self._errors.max()))
        bar = found[-1].worth if len(found) >= keep else 0.0
        length = parents.places.shape[1] + 1
        hopeful = (sums > 0) & (criterion(sums, least, length) > bar)
        for row, place in enumerate(parents.places):
            hopeful[row, np.isin(self._columns, self._columns[place])] = False
        chosen = np.flatnonzero(hopeful.any(axis=1))
        sizes = np.zeros_like(sums)
        every = np.arange(self.rows)
        for begin in range(0, len(chosen), _BLOCK):
            block = chosen[begin : begin + _BLOCK]
            sizes[block] = self._counts_within(every, np.ones(self.rows), parents.places[block])
        at, added = np.nonzero(hopeful)
        places = np.sort(np.column_stack([parents.places[at], added]), axis=1)
        places, first = np.unique(places, axis=0, return_index=True)
        return self._level(criterion, places, sums[at, added][first], sizes[at, added][first])

    def _counts_within(self, rows: NDArray[np.intp], values: Floats, parents: NDArray[np.intp]) -> Floats:
        """Sum of the values in each parent that also meet each predicate (parents x predicates)."""
        if not len(parents) or not len(rows):
            return np.zeros((len(parents), len(self._columns)))
        codes = self._codes[rows]
        inside = np.column_stack([self._inside(codes, tuple(map(int, parent))) for parent in parents])
        one_hot = self._one_hot(rows, np.ones(len(rows)))
        counts: Floats = (one_hot.T @ (inside * values[:, None])).T @ self._members
        return counts


@dataclass(frozen=True, slots=True)
class _Level:
    """Slices with equally many predicates."""

    places: NDArray[np.intp]
    sums: Floats
    sizes: Floats
    worth: Floats

    def sorted(self) -> "_Level":
        """Best first; at equal worth in the order of the predicates."""
        order = np.lexsort((*self.places.T[::-1], -np.round(self.worth, 9)))
        return _Level(self.places[order], self.sums[order], self.sizes[order], self.worth[order])

    def head(self, length: int) -> "_Level":
        return _Level(self.places[:length], self.sums[:length], self.sizes[:length], self.worth[:length])

    def taken(self, keep: int) -> tuple[Found, ...]:
        head = self.head(keep)
        return tuple(
            Found(
                places=tuple(map(int, places)),
                size=round(float(size)),
                error=float(error),
                worth=float(worth),
            )
            for places, error, size, worth in zip(head.places, head.sums, head.sizes, head.worth, strict=True)
        )


def _merged(found: tuple[Found, ...], more: tuple[Found, ...], keep: int) -> tuple[Found, ...]:
    ranked = sorted((*found, *more), key=lambda entry: -round(entry.worth, 9))
    return tuple(ranked[:keep])
