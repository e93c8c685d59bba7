"""Matches the lines of two lists whatever their order, and explains what is left over.

Identical lines are matched by hash. The rest by assignment over `1 - similarity`, where similarity is
half the likeness of the texts and half the share of equal typed fields (as DocILE matches line items,
by the most equal fields). Leftover lines are then explained as merged, split or repeated if they can be.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from itertools import chain, combinations
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz
from rapidfuzz.distance import Indel
from rapidfuzz.process import cdist
from scipy.optimize import linear_sum_assignment

from harness.scorers.json_values import (
    ARITHMETIC,
    FieldType,
    Reading,
    canonical,
    is_absent,
    normalized,
    number_of,
)

Line: TypeAlias = Mapping[str, Any]

# Lines beyond this many that have no identical twin are not matched: the matrix grows with the square.
_MOST_TO_ASSIGN = 1000
_LONGEST_TEXT = 500
_MOST_FREE_PARTS = 12
_MOST_PARTS = 3
# A part's text lies within the whole's text, or the other way round (0 to 100).
_RESEMBLES = 70
_SMALLEST_MONEY = Decimal("0.01")
_AMOUNT_WORDS = ("amount", "total", "sum", "net", "gross", "betrag", "montant", "importe", "importo")


@dataclass(frozen=True, slots=True, kw_only=True)
class LineRules:
    """How lines are compared.

    Attributes:
        type_of: The type of a line's field, by its name and a value of it.
        reading: How values are read.
        match_at: Similarity from which two lines are the same line, 0 to 1.
    """

    type_of: Callable[[str, Any], FieldType]
    reading: Reading
    match_at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Alignment:
    """Which line of the answer stands for which line of the reference; all numbers are indexes.

    Attributes:
        pairs: (reference, answer), in the order of the reference.
        identical: Reference indexes of pairs that are equal in every field.
        missing: Reference lines without an answer.
        invented: Answer lines without a reference.
        duplicated: (answer, reference): an answer line that repeats a reference line already matched.
        merged: (reference lines, answer line they became).
        split: (reference line, answer lines it became).
        moved: Pairs out of order; the fewest that explain the order.
    """

    pairs: tuple[tuple[int, int], ...]
    identical: frozenset[int] = frozenset()
    missing: tuple[int, ...] = ()
    invented: tuple[int, ...] = ()
    duplicated: tuple[tuple[int, int], ...] = ()
    merged: tuple[tuple[tuple[int, ...], int], ...] = ()
    split: tuple[tuple[int, tuple[int, ...]], ...] = ()
    moved: tuple[tuple[int, int], ...] = ()


def align_lines(expected: Sequence[Line], actual: Sequence[Line], rules: LineRules) -> Alignment:
    """Match two lists of lines; the result does not depend on the order of either."""
    matched, left_expected, left_actual = _identical(expected, actual)
    identical = frozenset(matched)
    if left_expected or left_actual:
        work = _Leftovers(expected, actual, left_expected, left_actual, rules)
        found = work.explained(identical)
    else:
        found = Alignment(pairs=())
    pairs = tuple(sorted(chain(matched.items(), found.pairs)))
    return Alignment(
        pairs=pairs,
        identical=identical,
        missing=found.missing,
        invented=found.invented,
        duplicated=found.duplicated,
        merged=found.merged,
        split=found.split,
        moved=_out_of_order(pairs),
    )


def frozen(value: Any) -> Any:
    """A hashable copy; true and 1 stay different, 1.5 and 1.50 do not."""
    if isinstance(value, dict):
        return ("{", *sorted((key, frozen(member)) for key, member in value.items()))
    if isinstance(value, list):
        return ("[", *map(frozen, value))
    return ("bool", value) if isinstance(value, bool) else value


_PLAIN_TYPES = frozenset({str, int, Decimal, type(None)})


def _frozen_line(line: Line) -> Any:
    # As `frozen`, but quick for the flat lines that nearly all are.
    return tuple(
        (key, line[key] if type(line[key]) in _PLAIN_TYPES else frozen(line[key])) for key in sorted(line)
    )


def _identical(
    expected: Sequence[Line], actual: Sequence[Line]
) -> tuple[dict[int, int], list[int], list[int]]:
    places: defaultdict[Any, list[int]] = defaultdict(list)
    for index in range(len(actual) - 1, -1, -1):
        places[_frozen_line(actual[index])].append(index)
    matched: dict[int, int] = {}
    left: list[int] = []
    for index, line in enumerate(expected):
        twins = places.get(_frozen_line(line))
        if twins:
            matched[index] = twins.pop()
        else:
            left.append(index)
    return matched, left, sorted(chain.from_iterable(places.values()))


def _out_of_order(pairs: Sequence[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """The pairs outside a longest increasing run of answer indexes."""
    tails: list[int] = []
    lengths: list[int] = []
    for _, place in pairs:
        length = bisect_left(tails, place)
        tails[length : length + 1] = [place]
        lengths.append(length)
    if len(tails) == len(pairs):
        return ()
    wanted = len(tails) - 1
    moved: list[tuple[int, int]] = []
    last = max(place for _, place in pairs) + 1
    for pair, length in zip(reversed(pairs), reversed(lengths), strict=True):
        if length == wanted and pair[1] < last:
            wanted, last = wanted - 1, pair[1]
        else:
            moved.append(pair)
    return tuple(reversed(moved))


class _Leftovers:
    """Lines without an identical twin, in an order that depends on their content alone."""

    def __init__(
        self,
        expected: Sequence[Line],
        actual: Sequence[Line],
        left_expected: Sequence[int],
        left_actual: Sequence[int],
        rules: LineRules,
    ) -> None:
        self._expected = expected
        self._actual = actual
        self._rules = rules
        self._left_expected = sorted(left_expected, key=lambda index: repr(_frozen_line(expected[index])))
        self._left_actual = sorted(left_actual, key=lambda index: repr(_frozen_line(actual[index])))
        lines = [expected[index] for index in left_expected] + [actual[index] for index in left_actual]
        self._types = {key: rules.type_of(key, value) for key, value in _samples(lines).items()}
        self._sum_keys = _sum_keys(lines, self._types)

    def explained(self, identical: frozenset[int]) -> Alignment:
        """Pairs by assignment, then what became of the rest."""
        pairs = self._assigned()
        by_expected, by_actual = dict(pairs), {place: index for index, place in pairs}
        free_expected = [index for index in self._left_expected if index not in by_expected]
        free_actual = [index for index in self._left_actual if index not in by_actual]
        merged = self._groups(self._actual, self._expected, by_actual, (self._left_actual, free_expected))
        for parts, whole in merged:
            by_expected.pop(by_actual.pop(whole, -1), None)
            _drop(free_expected, parts)
            _drop(free_actual, (whole,))
        whole_lines = [
            index for index in self._left_expected if index in by_expected or index in free_expected
        ]
        split = self._groups(self._expected, self._actual, by_expected, (whole_lines, free_actual))
        for parts, whole in split:
            by_expected.pop(whole, None)
            _drop(free_actual, parts)
            _drop(free_expected, (whole,))
        duplicated = self._duplicated(free_actual, [*identical, *by_expected])
        _drop(free_actual, tuple(place for place, _ in duplicated))
        return Alignment(
            pairs=tuple(by_expected.items()),
            missing=tuple(sorted(free_expected)),
            invented=tuple(sorted(free_actual)),
            duplicated=tuple(duplicated),
            merged=tuple(merged),
            split=tuple((whole, parts) for parts, whole in split),
        )

    def _assigned(self) -> list[tuple[int, int]]:
        rows, columns = self._left_expected[:_MOST_TO_ASSIGN], self._left_actual[:_MOST_TO_ASSIGN]
        if not rows or not columns:
            return []
        likeness = self._likeness([self._expected[i] for i in rows], [self._actual[i] for i in columns])
        # A weak pair must not be bought with a strong one.
        likeness[likeness < self._rules.match_at] = 0.0
        chosen = zip(*linear_sum_assignment(likeness, maximize=True), strict=True)
        return [(rows[row], columns[column]) for row, column in chosen if likeness[row, column] > 0.0]

    def _likeness(self, rows: Sequence[Line], columns: Sequence[Line]) -> NDArray[np.float64]:
        texts = [self._text(line) for line in rows], [self._text(line) for line in columns]
        similar = cdist(*texts, scorer=Indel.normalized_similarity, dtype=np.float64)
        told = np.array([bool(text) for text in texts[0]])[:, None] | np.array(
            [bool(text) for text in texts[1]]
        )
        equal, present = self._equal_fields(rows, columns)
        share = equal / np.maximum(present, 1)
        text_weight, share_weight = 0.5 * told, 0.5 * (present > 0)
        weight = np.maximum(text_weight + share_weight, 0.5)
        likeness: NDArray[np.float64] = (text_weight * similar + share_weight * share) / weight
        return likeness

    def _equal_fields(
        self, rows: Sequence[Line], columns: Sequence[Line]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        equal = np.zeros((len(rows), len(columns)))
        present = np.zeros((len(rows), len(columns)))
        for key, field_type in self._types.items():
            if field_type is not FieldType.TEXT:
                first, second = self._codes(key, field_type, (rows, columns))
                equal += (first[:, None] == second) & (second >= 0)
                present += (first >= 0)[:, None] | (second >= 0)
        return equal, present

    def _codes(
        self, key: str, field_type: FieldType, sides: tuple[Sequence[Line], Sequence[Line]]
    ) -> list[NDArray[np.int64]]:
        """A number for each distinct value of a field, -1 where a line has none."""
        numbers: dict[Any, int] = {}
        coded = []
        for lines in sides:
            values = [line.get(key) for line in lines]
            means = [None if is_absent(v) else canonical(v, field_type, self._rules.reading) for v in values]
            codes = [-1 if mean is None else numbers.setdefault(mean, len(numbers)) for mean in means]
            coded.append(np.array(codes, dtype=np.int64))
        return coded

    def _text(self, line: Line) -> str:
        types = self._types
        text = " ".join(
            normalized(value) if isinstance(value, str) else str(value)
            for key, value in line.items()
            if types.get(key) is FieldType.TEXT and not is_absent(value)
        )
        return text[:_LONGEST_TEXT]

    def _groups(
        self,
        wholes: Sequence[Line],
        parts: Sequence[Line],
        partners: Mapping[int, int],
        among: tuple[Sequence[int], Sequence[int]],
    ) -> list[tuple[tuple[int, ...], int]]:
        """(part lines, whole line) where the parts' amounts add up to the whole's and a text resembles."""
        candidates, free = among
        left = list(free[:_MOST_FREE_PARTS])
        found = []
        for whole in candidates if self._sum_keys else ():
            partner = partners.get(whole)
            known = () if partner is None else (partner,)
            sizes = range(2 - len(known), _MOST_PARTS + 1 - len(known))
            groups = chain.from_iterable(combinations(left, size) for size in sizes)
            group = next(
                (one for one in groups if self._fits(wholes[whole], [parts[i] for i in known + one])), None
            )
            if group is not None:
                found.append((tuple(sorted(known + group)), whole))
                _drop(left, group)
        return found

    def _fits(self, whole: Line, parts: Sequence[Line]) -> bool:
        reading = self._rules.reading
        slack = max(reading.tolerance, _SMALLEST_MONEY)
        for key in self._sum_keys:
            total = number_of(whole.get(key), reading.language)
            addends = [number_of(part.get(key), reading.language) for part in parts]
            if total is None or not all(addends):
                continue
            with localcontext(ARITHMETIC):
                if abs(total - sum((a for a in addends if a is not None), Decimal(0))) <= slack:
                    return self._resembles(whole, parts)
        return False

    def _resembles(self, whole: Line, parts: Sequence[Line]) -> bool:
        text = self._text(whole)
        likeness = [fuzz.partial_ratio(text, self._text(part)) for part in parts if text and self._text(part)]
        return not likeness or max(likeness) >= _RESEMBLES

    def _duplicated(self, free: Sequence[int], matched: Sequence[int]) -> list[tuple[int, int]]:
        if not free:
            return []
        originals = {self._meaning(self._expected[index]): index for index in sorted(matched, reverse=True)}
        meanings = ((place, originals.get(self._meaning(self._actual[place]))) for place in free)
        return [(place, index) for place, index in meanings if index is not None]

    def _meaning(self, line: Line) -> Any:
        reading = self._rules.reading
        return frozenset(
            (key, canonical(value, self._types.get(key, FieldType.TEXT), reading))
            for key, value in line.items()
            if not is_absent(value)
        )


def _samples(lines: Sequence[Line]) -> dict[str, Any]:
    """One value of each field, the first that is there."""
    samples: dict[str, Any] = {}
    for line in lines:
        for key, value in line.items():
            if samples.get(key) is None:
                samples[key] = value
    return samples


def _sum_keys(lines: Sequence[Line], types: Mapping[str, FieldType]) -> tuple[str, ...]:
    """The fields that add up when lines are merged: by name, else the number that is largest overall."""
    numeric = [key for key, kind in types.items() if kind in (FieldType.NUMBER, FieldType.MONEY)]
    named = [key for key in numeric if any(word in key.lower() for word in _AMOUNT_WORDS)]
    declared = [key for key in numeric if types[key] is FieldType.MONEY and "price" not in key.lower()]
    if named or declared:
        return tuple(dict.fromkeys(named + declared))
    sizes = {key: max((_size(line.get(key)) for line in lines), default=Decimal(0)) for key in numeric}
    return (max(sizes, key=lambda key: sizes[key]),) if sizes else ()


def _size(value: Any) -> Decimal:
    return abs(Decimal(value)) if isinstance(value, (int, Decimal)) else Decimal(0)


def _drop(indexes: list[int], gone: Sequence[int]) -> None:
    indexes[:] = [index for index in indexes if index not in gone]
