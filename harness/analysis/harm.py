"""The order in which cases are worth reading; defined here and nowhere else.

Regressions come before other quadrants; within a quadrant the case with the higher worst severity, then that
with more failing findings, then by lot: by id, one slice would come first.
"""

from collections.abc import Sequence
from hashlib import blake2b

import numpy
from numpy.typing import NDArray

from harness.analysis.failure.severity import SeverityRules
from harness.analysis.outcome import CASE_QUADRANTS, QUADRANTS, ArmOutcome, Basis, Outcome, Quadrant
from harness.domain.failure import is_failure

UNSCORED = "unscored"
"""Stands for a quadrant where a pair counts neither as right nor as wrong."""

_BITS = 24
_MOST_FINDINGS = (1 << _BITS) - 1


def is_about_incumbent(outcome: Outcome) -> bool:
    """Whether only the incumbent failed: then the case tells of it, else of the candidate."""
    return outcome.candidate.right and not outcome.incumbent.right


def told_side(outcome: Outcome) -> ArmOutcome:
    """The arm that the case is about."""
    return outcome.incumbent if is_about_incumbent(outcome) else outcome.candidate


def badness(side: ArmOutcome, rules: SeverityRules) -> int:
    """How bad an answer is, greater is worse: its severity first, then its failing findings; 0 if right."""
    if side.right:
        return 0
    failing = sum(is_failure(finding) for finding in side.findings)
    return int(rules.worst(side.findings)) << _BITS | min(failing, _MOST_FINDINGS)


def severity_in(badness: int) -> int:
    """The severity, 0 to 3, that `badness` was made with."""
    return badness >> _BITS


def lot_of(record_id: str) -> int:
    """A number that depends on nothing but the id: the same in every run, 64 bits."""
    return int.from_bytes(blake2b(record_id.encode(errors="replace"), digest_size=8).digest())


def quadrant_ranks(basis: Basis) -> dict[Quadrant, int]:
    """Cases by quadrant, then the pairs that are no case."""
    ordered = dict.fromkeys((*CASE_QUADRANTS[basis], *QUADRANTS[basis]))
    return {quadrant: rank for rank, quadrant in enumerate(ordered)}


def places(
    ranks: NDArray[numpy.int8], badnesses: NDArray[numpy.int32], record_ids: Sequence[str]
) -> NDArray[numpy.int64]:
    """The place of each pair in the order of harm, 0 the worst.

    Args:
        ranks: Of their quadrants.
        badnesses: Of the arms that they are about.
        record_ids: For the lots.
    """
    lots = numpy.fromiter(map(lot_of, record_ids), dtype=numpy.uint64, count=len(record_ids))
    order = numpy.lexsort((lots, -badnesses, ranks))
    found = numpy.empty(len(order), dtype=numpy.int64)
    found[order] = numpy.arange(len(order))
    return found
