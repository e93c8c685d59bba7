"""What became of the candidate's failures from one run to the next, record by record."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from harness.analysis.outcome import CASE_QUADRANTS, QUADRANTS, Basis, Quadrant
from harness.domain.judgement import Opinion

FAILURES = frozenset({Quadrant.REGRESSION, Quadrant.DIFFER, Quadrant.ONE_FAILED})
"""Quadrants that count as a failure of the candidate: worse than the incumbent; where nobody knows who is
right, another answer than the incumbent's, or one of the two missing."""

_ACCEPTED = frozenset({Quadrant.BOTH_RIGHT, Quadrant.AGREE})
_REFUSED = "judged_worse"
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
class Standing:
    """Where a record stands in a run, and whether the scorers or people put it there.

    Attributes:
        quadrant: After review, or "unscored".
        moved_by: What people said where that may have moved it, "" where it stands as scored.
    """

    quadrant: str
    moved_by: str = ""


@lru_cache(maxsize=1024)
def standing(quadrant: str, review: str = "", candidate_kind: str = "") -> Standing:
    """A record's standing, from its row of cases.parquet.

    Acceptance only moves to where the candidate is right, and refusal leaves a finding of its own kind: what
    people merely confirmed is told from what they moved, without asking the scorers again. Where both would
    look the same, it counts as moved.
    """
    moved = (
        (review == Opinion.ACCEPTABLE and quadrant in _ACCEPTED)
        or (review == Opinion.UNACCEPTABLE and candidate_kind == _REFUSED)
        or (review == Opinion.LABEL_WRONG and quadrant not in QUADRANTS[Basis.AGREEMENT])
    )
    return Standing(quadrant=quadrant, moved_by=review if moved else "")


def judged_otherwise(before: Standing, now: Standing) -> bool:
    """Whether people moved the record in one run only, or not alike: what changed may be their judgement."""
    if not before.moved_by and not now.moved_by:
        return False
    # A wrong label is judged alike only where the same arms were said to be right.
    same_side = before.moved_by != Opinion.LABEL_WRONG or before.quadrant == now.quadrant
    return before.moved_by != now.moved_by or not same_side


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """How a run stands against the one before; counts of records.

    Attributes:
        shared: Records that count in both runs, but for those that people judged otherwise.
        new: Failures that were none before.
        fixed: Failures before that the candidate now has right.
        judged: Records left out because people moved them in one run only, or not alike.
    """

    shared: int
    new: int
    fixed: int
    judged: int = 0


def trend(before: Mapping[str, Standing], now: Iterable[tuple[str, Standing]]) -> Trend:
    """Count what changed on the records of both runs.

    Args:
        before: Record id to its standing in the earlier run.
        now: The same of the later run, one after the other.
    """
    told: Counter[Change] = Counter()
    judged = 0
    for record_id, later in now:
        earlier = before.get(record_id)
        if earlier is None:
            continue
        if judged_otherwise(earlier, later):
            judged += 1
        elif (change := change_of(earlier.quadrant, later.quadrant)) is not None:
            told[change] += 1
    return Trend(shared=told.total(), new=told[Change.NEW], fixed=told[Change.FIXED], judged=judged)
