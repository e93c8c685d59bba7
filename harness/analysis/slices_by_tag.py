"""Counts per value of the tags that the dataset declares."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isfinite

from harness.analysis.outcome import Basis, Outcome, Quadrant
from harness.analysis.stats.intervals import share
from harness.domain.estimate import Estimate

NO_TAG = "(no tag)"
OTHER_VALUES = "(other values)"
MOST_ROWS = 12
_BINS = 5
_VALUE_LIMIT = 5000


@dataclass(frozen=True, slots=True, kw_only=True)
class SliceRow:
    """The compared records with one value of a tag.

    Attributes:
        value: The tag's value, or a range such as "11 to 20".
        incumbent, candidate: Share of right answers, None without expected answers.
        agreement: Share of records on which the arms agree, None with expected answers.
        losses: Records only the candidate has wrong; without expected answers, where they differ
            or one failed.
        gains: Records only the incumbent has wrong; None without expected answers.
    """

    value: str
    n: int
    incumbent: Estimate | None
    candidate: Estimate | None
    agreement: Estimate | None
    losses: int
    gains: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SliceTable:
    """One tag; numeric tags with many values are binned, other values beyond twelve are joined."""

    tag: str
    binned: bool
    rows: tuple[SliceRow, ...]


_Counts = dict[Quadrant, int]


@dataclass(slots=True)
class SliceTally:
    """Counts one tag, pair by pair."""

    tag: str
    values: dict[str, _Counts] = field(default_factory=dict)

    def add(self, tags: Mapping[str, str], outcome: Outcome) -> None:
        """Count one compared pair."""
        value = str(tags.get(self.tag, NO_TAG))[:200]
        if value not in self.values and len(self.values) >= _VALUE_LIMIT:
            value = OTHER_VALUES
        counts = self.values.setdefault(value, {})
        counts[outcome.quadrant] = counts.get(outcome.quadrant, 0) + 1

    def table(self, basis: Basis, *, level: float) -> SliceTable:
        """The rows: bins in order of size; other values worst net loss first, then most frequent."""
        numbers = {value: _number(value) for value in self.values if value != NO_TAG}
        known = {value: number for value, number in numbers.items() if number is not None}
        binned = len(known) == len(numbers) and len(known) > MOST_ROWS
        groups = self._bins(known) if binned else self._most_frequent()
        rows = [_row(value, counts, basis, level) for value, counts in groups.items()]
        if not binned:
            rows.sort(key=lambda row: ((row.gains or 0) - row.losses, -row.n, row.value))
        return SliceTable(tag=self.tag, binned=binned, rows=tuple(rows))

    def _bins(self, known: Mapping[str, float]) -> dict[str, _Counts]:
        """Bins of about equally many records; equal values stay in one bin."""
        ranked = sorted(known, key=lambda value: (known[value], value))
        total = sum(sum(self.values[value].values()) for value in ranked)
        groups: list[list[str]] = [[]]
        seen = 0
        for value in ranked:
            full = seen >= total * len(groups) / _BINS
            if groups[-1] and full and known[value] != known[groups[-1][-1]]:
                groups.append([])
            groups[-1].append(value)
            seen += sum(self.values[value].values())
        bins = {
            group[0] if group[0] == group[-1] else f"{group[0]} to {group[-1]}": self._sum(group)
            for group in groups
        }
        if NO_TAG in self.values:
            bins[NO_TAG] = self.values[NO_TAG]
        return bins

    def _most_frequent(self) -> dict[str, _Counts]:
        ranked = sorted(self.values, key=lambda value: (-sum(self.values[value].values()), value))
        if len(ranked) <= MOST_ROWS:
            return {value: self.values[value] for value in ranked}
        shown = [value for value in ranked if value != OTHER_VALUES][: MOST_ROWS - 1]
        rest = [value for value in ranked if value not in shown]
        return {**{value: self.values[value] for value in shown}, OTHER_VALUES: self._sum(rest)}

    def _sum(self, values: list[str]) -> _Counts:
        total: _Counts = {}
        for value in values:
            for quadrant, count in self.values[value].items():
                total[quadrant] = total.get(quadrant, 0) + count
        return total


def _number(value: str) -> float | None:
    try:
        number = float(value)
    except ValueError:
        return None
    return number if isfinite(number) else None


def _row(value: str, counts: _Counts, basis: Basis, level: float) -> SliceRow:
    n = sum(counts.values())
    right, losses, gains = (
        counts.get(quadrant, 0) for quadrant in (Quadrant.BOTH_RIGHT, Quadrant.REGRESSION, Quadrant.GAIN)
    )
    if basis is Basis.EXPECTED:
        return SliceRow(
            value=value,
            n=n,
            incumbent=share(right + losses, n, level=level),
            candidate=share(right + gains, n, level=level),
            agreement=None,
            losses=losses,
            gains=gains,
        )
    agree = counts.get(Quadrant.AGREE, 0)
    return SliceRow(
        value=value,
        n=n,
        incumbent=None,
        candidate=None,
        agreement=share(agree, n, level=level),
        losses=counts.get(Quadrant.DIFFER, 0) + counts.get(Quadrant.ONE_FAILED, 0),
        gains=None,
    )
