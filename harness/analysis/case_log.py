"""What came of every pair, in bounded memory: codes, no texts; and the rows of cases.parquet made of them."""

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy
from numpy.typing import NDArray

from harness.analysis.failure.cluster_names import OTHER_KINDS
from harness.analysis.failure.exposure import believable_exposure
from harness.analysis.failure.severity import SeverityRules, SeveritySettings
from harness.analysis.harm import UNSCORED, badness, places, quadrant_ranks, severity_in, told_side
from harness.analysis.outcome import QUADRANTS, Basis, Outcome, Quadrant, Unscored
from harness.analysis.reruns import CONFIRMED, FLAKY
from harness.analysis.stats.counting import OTHER
from harness.domain.case_row import CaseRow

OTHER_BASIS = "no expected answer"
"""Why a pair without an expected answer is left out where others have one."""

MOST_REASONS = 100
_LONGEST_REASON = 200
_MOST_KINDS = 1000
_QUADRANTS = tuple(Quadrant)
_CODES = {quadrant: code for code, quadrant in enumerate(_QUADRANTS)}
# Below any quadrant: unscored, with and without an expected answer.
_UNSCORED = {Basis.EXPECTED: -1, Basis.AGREEMENT: -2}
_RERUNS = ("", CONFIRMED, FLAKY)


@dataclass(slots=True)
class _Names:
    """Names as numbers; those beyond the limit are one."""

    limit: int
    other: str
    codes: dict[str, int] = field(default_factory=lambda: {"": 0})
    listed: list[str] = field(default_factory=lambda: [""])

    def code(self, name: str) -> int:
        """The number of a name, 0 for none; `listed` has the names by number."""
        if name not in self.codes and len(self.codes) > self.limit:
            name = self.other
        code = self.codes.setdefault(name, len(self.codes))
        if code == len(self.listed):
            self.listed.append(name)
        return code


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """Where the compared pairs of a run belong, one entry each in the order in which they came.

    Attributes:
        groups: Ids of the groups of alike failures.
        group_of: Position in `groups` of the candidate's failure, -1 where it is right.
        slices: For each slice, which pairs it holds.
    """

    groups: tuple[str, ...]
    group_of: NDArray[numpy.int32]
    slices: Sequence[NDArray[numpy.bool_]]


class CaseLog:
    """Takes every pair, in the order of the run; keeps 12 bytes of each and a reference to its id.

    Args:
        settings: How much harm each kind and field does.
    """

    def __init__(self, settings: SeveritySettings) -> None:
        self._rules = SeverityRules(settings)
        self._ids: list[str] = []
        self._quadrants = array("b")
        self._reasons = array("B")
        self._incumbent_kinds = array("H")
        self._candidate_kinds = array("H")
        self._badnesses = array("i")
        self._reruns = array("B")
        self._with_amount = array("I")
        self._amounts = array("d")
        self._reason_names = {basis: _Names(MOST_REASONS, OTHER) for basis in Basis}
        self._kind_names = _Names(_MOST_KINDS, OTHER_KINDS)

    def add_unscored(self, record_id: str, unscored: Unscored) -> None:
        """Take a pair that counts neither as right nor as wrong."""
        names = self._reason_names[unscored.basis]
        self._put(record_id, _UNSCORED[unscored.basis], reason=names.code(unscored.reason[:_LONGEST_REASON]))

    def add(self, record_id: str, outcome: Outcome, rerun: str) -> None:
        """Take a compared pair.

        Args:
            record_id: Its record.
            outcome: What it means.
            rerun: "confirmed", "flaky" or "".
        """
        candidate = outcome.candidate
        amount = None if candidate.right else believable_exposure(candidate.findings)
        if amount is not None:
            self._with_amount.append(len(self._ids))
            self._amounts.append(amount)
        self._put(
            record_id,
            _CODES[outcome.quadrant],
            kinds=(outcome.incumbent.kind or "", candidate.kind or ""),
            badness=badness(told_side(outcome), self._rules),
            rerun=_RERUNS.index(rerun),
        )

    def _put(
        self,
        record_id: str,
        quadrant: int,
        *,
        reason: int = 0,
        kinds: tuple[str, str] = ("", ""),
        badness: int = 0,
        rerun: int = 0,
    ) -> None:
        incumbent, candidate = map(self._kind_names.code, kinds)
        self._ids.append(record_id)
        self._quadrants.append(quadrant)
        self._reasons.append(reason)
        self._incumbent_kinds.append(incumbent)
        self._candidate_kinds.append(candidate)
        self._badnesses.append(badness)
        self._reruns.append(rerun)

    def rows(self, basis: Basis, placed: Placed) -> Iterator[CaseRow]:
        """A row per pair, in the order in which they came.

        Args:
            basis: What the run turned out to be compared with: pairs of the other basis are unscored.
            placed: The compared pairs of that basis.
        """
        codes = numpy.array(self._quadrants, dtype=numpy.int8)
        ranks = quadrant_ranks(basis)
        rank_of = numpy.array([ranks.get(quadrant, len(ranks)) for quadrant in _QUADRANTS], dtype=numpy.int8)
        of_pair = numpy.where(codes >= 0, rank_of[codes], len(ranks)).astype(numpy.int8)
        harm = places(of_pair, numpy.array(self._badnesses, dtype=numpy.int32), self._ids)
        amounts = dict(zip(self._with_amount, self._amounts, strict=True))
        slices = _positions(placed)
        row = 0
        for pair in range(len(self._ids)):
            bare = self._bare(pair, basis, int(harm[pair]))
            if bare.quadrant == UNSCORED:
                yield bare
                continue
            group = int(placed.group_of[row])
            yield replace(
                bare,
                group=placed.groups[group] if group >= 0 else "",
                slices=slices.get(row, ()),
                amount=amounts.get(pair),
            )
            row += 1

    def _bare(self, pair: int, basis: Basis, harm: int) -> CaseRow:
        """The row of a pair without what only the whole run tells."""
        code, record_id = self._quadrants[pair], self._ids[pair]
        if code < 0 or _QUADRANTS[code] not in QUADRANTS[basis]:
            scored = code == _UNSCORED[basis]
            reason = self._reason_names[basis].listed[self._reasons[pair]] if scored else OTHER_BASIS
            return CaseRow(record_id=record_id, quadrant=UNSCORED, reason=reason, harm=harm)
        incumbent, candidate = (
            self._kind_names.listed[codes[pair]] for codes in (self._incumbent_kinds, self._candidate_kinds)
        )
        return CaseRow(
            record_id=record_id,
            quadrant=_QUADRANTS[code].value,
            kind=candidate or incumbent,
            incumbent_kind=incumbent,
            candidate_kind=candidate,
            severity=severity_in(self._badnesses[pair]),
            rerun=_RERUNS[self._reruns[pair]],
            harm=harm,
        )


def _positions(placed: Placed) -> dict[int, tuple[int, ...]]:
    """For each row in any slice, the positions of the slices that hold it."""
    found: dict[int, tuple[int, ...]] = {}
    for position, holds in enumerate(placed.slices):
        for row in numpy.flatnonzero(holds).tolist():
            found[row] = (*found.get(row, ()), position)
    return found
