"""A confirmed slice in numbers and in one sentence."""

from collections import Counter
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from harness.analysis.failure.difference import title_of
from harness.analysis.failure.slice_result import PairedOutcomes, Slice, SliceSettings
from harness.analysis.failure.slice_search import Floats, Rows
from harness.analysis.features.predicate import Predicate
from harness.analysis.stats.clustered import clustered_difference, clustered_share
from harness.analysis.stats.intervals import share
from harness.analysis.stats.paired import net_difference
from harness.domain.estimate import Estimate, percent_digits

_EXAMPLES = 5
_NEARLY_ALL = 0.9


class SliceDescription:
    """Describes the slices of a run.

    Args:
        outcomes: What came of the compared records.
        held_back: Which of them test.
        elsewhere: Which of them lie in no confirmed slice.
        settings: Level, margin and wording.
    """

    def __init__(
        self, outcomes: PairedOutcomes, held_back: Rows, elsewhere: Rows, settings: SliceSettings
    ) -> None:
        self._outcomes = outcomes
        self._held_back = held_back
        self._elsewhere = elsewhere
        self._settings = settings
        self._clusters: NDArray[np.intp] | None = None
        if outcomes.clusters is not None:
            names = np.asarray(outcomes.clusters, dtype=str)
            self._clusters = np.unique(names, return_inverse=True)[1]
        self._kinds = np.asarray(outcomes.kinds, dtype=object)
        worse = self._kinds[np.asarray(outcomes.regressions, dtype=bool)]
        kind = _main_kind(worse)
        self._usual = kind if (worse == kind).sum() >= _NEARLY_ALL * len(worse) else ""

    def describe(
        self, predicates: tuple[Predicate, ...], inside: Rows, *, p: float, adjusted_p: float
    ) -> Slice:
        """The slice that these predicates make of the rows inside."""
        outcomes, worse = self._outcomes, np.asarray(self._outcomes.regressions)
        test, gains = inside & self._held_back, inside & outcomes.gains
        found = np.flatnonzero(inside & worse)
        kind = _main_kind(self._kinds[found])
        of_kind = worse & (self._kinds == kind) if kind else np.zeros_like(inside)
        test_n, losses, test_gains = (int(rows.sum()) for rows in (test, test & worse, test & gains))
        difference = self._difference(test, gains, worse)
        rate, elsewhere = self._share(worse, inside), self._share(worse, self._elsewhere)
        first = found[np.argsort(~of_kind[found], kind="stable")][:_EXAMPLES]
        count = int((test & of_kind).sum())
        return Slice(
            rule=", ".join(condition.text for condition in predicates),
            predicates=predicates,
            of_kind=outcomes.of_kind,
            n=int(inside.sum()),
            regressions=len(found),
            gains=int(gains.sum()),
            share_of_regressions=len(found) / int(worse.sum()),
            test_n=test_n,
            test_regressions=losses,
            test_gains=test_gains,
            difference=difference,
            beyond_margin=difference.high is not None and difference.high < -self._settings.margin,
            rate=rate,
            elsewhere=elsewhere,
            lift=rate.value / elsewhere.value if rate.value and elsewhere.value else None,
            p=p,
            adjusted_p=adjusted_p,
            main_kind=kind,
            main_kind_count=count,
            main_kind_elsewhere=self._share(of_kind, self._elsewhere),
            examples=tuple(outcomes.ids[row] for row in first),
            text=self._sentence(predicates, losses, rate, elsewhere)
            + (_but(test_gains) + self._mostly(kind, count, losses) if not outcomes.of_kind else ""),
        )

    def _sentence(
        self, predicates: tuple[Predicate, ...], losses: int, rate: Estimate, elsewhere: Estimate
    ) -> str:
        rule = ", ".join(condition.text for condition in predicates)
        told = f"{rule}: {self._settings.verb} on {_counted(losses, rate, 'held-back records')}"
        if not elsewhere.n:
            return told
        worse = np.asarray(self._outcomes.regressions, dtype=bool)
        count = int((worse & self._elsewhere & self._held_back).sum())
        return f"{told}, elsewhere {_counted(count, elsewhere)}"

    def _mostly(self, kind: str, count: int, of_all: int) -> str:
        """The kind that makes up at least half of what goes wrong there, and not nearly all everywhere."""
        tells = kind and kind != self._usual and 2 * count >= of_all > 0
        if not tells:
            return ""
        title = title_of(kind, against_other=self._settings.against_other)
        return f'; mostly "{title}" ({count:,})'

    def _share(self, of: Rows, within: Rows) -> Estimate:
        """The share among held-back rows; by cluster where there are clusters."""
        rows = within & self._held_back
        if self._clusters is not None:
            return clustered_share(self._sums(rows, of.astype(float)), level=self._settings.level)
        return share(int((rows & of).sum()), int(rows.sum()), level=self._settings.level)

    def _difference(self, rows: Rows, gains: Rows, worse: Rows) -> Estimate:
        """Gains less regressions per row; by cluster where there are clusters."""
        if self._clusters is not None:
            return clustered_difference(
                self._sums(rows, gains.astype(float) - worse), level=self._settings.level
            )
        won, lost = int((rows & gains).sum()), int((rows & worse).sum())
        return net_difference(won, lost, int(rows.sum()), level=self._settings.level)

    def _sums(self, rows: Rows, values: Floats) -> list[tuple[float, int]]:
        """Per cluster that has any of these rows, the sum of their values and their number."""
        numbers = np.zeros(0, dtype=np.intp) if self._clusters is None else self._clusters[rows]
        sizes = np.bincount(numbers)
        totals = np.bincount(numbers, weights=values[rows])
        return [(float(total), int(size)) for total, size in zip(totals, sizes, strict=True) if size]


def _main_kind(kinds: Iterable[str]) -> str:
    counts = Counter(kind for kind in kinds if kind)
    return min(counts, key=lambda kind: (-counts[kind], kind), default="")


def _counted(count: int, rate: Estimate, noun: str = "") -> str:
    """A share with its count, total and range: "13 of 18 records (72 %, 49 to 88 %)"."""
    of_all = f"{count:,} of {rate.n:,} {noun}".rstrip()
    if rate.value is None or rate.low is None or rate.high is None:
        return of_all
    value, low, high = map(percent_digits, (rate.value, rate.low, rate.high))
    return f"{of_all} ({value} %, {low} to {high} %)"


def _but(gains: int) -> str:
    return f"; better on {gains:,}" if gains else ""
