"""What became of the candidate's failures from one run to the next, record by record."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from harness.analysis.outcome import CASE_QUADRANTS, Basis, Quadrant

FAILURES = frozenset({Quadrant.REGRESSION, Quadrant.DIFFER, Quadrant.ONE_FAILED})
"""Quadrants that count as a failure of the candidate: worse than the incumbent; where nobody knows who is
right, another answer than the incumbent's, or one of the two missing."""

_FINE = frozenset({Quadrant.BOTH_RIGHT, Quadrant.GAIN, Quadrant.AGREE})
_OF_EXPECTED = frozenset({Quadrant.BOTH_RIGHT, *CASE_QUADRANTS[Basis.EXPECTED]})


class Change(StrEnum):
    """What happened to one record between two runs; every record that counts in both has exactly one.

    Without expected answers "right" means that the two agree, and "both wrong" that both failed.
    """

    NEW = "new"
    """The candidate was right and is now worse than the incumbent."""
    STILL = "still"
    """The candidate is wrong in both runs, and worse than the incumbent in at least one."""
    FIXED = "fixed"
    """The candidate was worse than the incumbent and is now right."""
    GAIN_LOST = "gain_lost"
    """The candidate was right and is now wrong, as the incumbent is."""
    GAIN_WON = "gain_won"
    """The candidate was wrong, as the incumbent was, and is now right."""
    WRONG = "wrong"
    """Both models are wrong in both runs."""
    RIGHT = "right"
    """The candidate is right in both runs."""


@lru_cache(maxsize=256)
def change_of(before: str, now: str) -> Change | None:
    """The change of a record; None where it does not count in both runs, or not on the same grounds.

    Args:
        before: Its quadrant in the earlier run, or "unscored".
        now: Its quadrant in the later run.
    """
    if before not in set(Quadrant) or now not in set(Quadrant):
        return None
    one, other = Quadrant(before), Quadrant(now)
    if (one in _OF_EXPECTED) is not (other in _OF_EXPECTED):
        return None
    if one in _FINE:
        return Change.RIGHT if other in _FINE else _worsened(other)
    if other in _FINE:
        return Change.FIXED if one in FAILURES else Change.GAIN_WON
    return Change.STILL if {one, other} & FAILURES else Change.WRONG


def _worsened(now: Quadrant) -> Change:
    return Change.NEW if now in FAILURES else Change.GAIN_LOST


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """How a run stands against the one before; counts of records.

    Attributes:
        shared: Records that count in both runs.
        new: Failures that were none before.
        fixed: Failures before that the candidate now has right.
    """

    shared: int
    new: int
    fixed: int


def trend(before: Mapping[str, str], now: Iterable[tuple[str, str]]) -> Trend:
    """Count what changed on the records of both runs.

    Args:
        before: Record id to quadrant in the earlier run.
        now: The same of the later run, one after the other.
    """
    changes = [change_of(before[record_id], quadrant) for record_id, quadrant in now if record_id in before]
    told = [change for change in changes if change is not None]
    return Trend(shared=len(told), new=told.count(Change.NEW), fixed=told.count(Change.FIXED))
