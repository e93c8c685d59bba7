"""What people said of a pair, merged into one, and what the pair means then.

A person overrules the scorer, in both directions and only where that says something new. What is never done
is to take away a failure that nobody can see away: a call without an answer stays wrong.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from harness.analysis.outcome import ArmOutcome, Basis, Outcome, Quadrant, Unscored
from harness.domain.chat import Response
from harness.domain.failure import is_failure
from harness.domain.judgement import Judgement, Opinion, RightSide
from harness.domain.observation import Observation
from harness.domain.pair import Pair
from harness.domain.score import Finding

CONFLICT = "conflict"
"""What is said of a case on which no opinion has more than half of those who were sure."""

LABEL_WRONG = "label wrong, by review"
"""Why a pair is left out whose label is wrong, where too few say who is right instead."""

_Told = TypeVar("_Told", Opinion, RightSide | None)
_JUDGED = "judged_worse"
_RIGHT = {
    RightSide.CANDIDATE: (False, True),
    RightSide.INCUMBENT: (True, False),
    RightSide.BOTH: (True, True),
    RightSide.NEITHER: (False, False),
}
_QUADRANTS = {
    Basis.EXPECTED: {
        (True, True): Quadrant.BOTH_RIGHT,
        (True, False): Quadrant.REGRESSION,
        (False, True): Quadrant.GAIN,
        (False, False): Quadrant.BOTH_WRONG,
    },
    Basis.AGREEMENT: {
        (True, True): Quadrant.AGREE,
        (True, False): Quadrant.DIFFER,
        (False, False): Quadrant.BOTH_FAILED,
    },
}
_CAN_BE_ACCEPTED = frozenset({Quadrant.REGRESSION, Quadrant.DIFFER})
_CAN_BE_REFUSED = frozenset({Quadrant.BOTH_RIGHT, Quadrant.GAIN, Quadrant.AGREE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """What people said of one record, taken together.

    Attributes:
        said: Name of an `Opinion`, or "conflict".
        right: Where the label is wrong: who is right instead, None where not more than half of those who
            were sure name the same.
        judgements: The newest of each person, by name.
    """

    said: str
    right: RightSide | None
    judgements: tuple[Judgement, ...]

    @property
    def in_bulk(self) -> bool:
        """Whether nobody looked at this very case."""
        return all(judgement.in_bulk for judgement in self.judgements)


def merged(judgements: Iterable[Judgement]) -> dict[str, Review]:
    """Record id to what people said of it; of one person's judgements of a record the last one counts."""
    newest: dict[str, dict[str, Judgement]] = {}
    for judgement in judgements:
        newest.setdefault(judgement.record_id, {})[judgement.reviewer] = judgement
    return {
        record_id: _merged(tuple(by_person[name] for name in sorted(by_person)))
        for record_id, by_person in newest.items()
    }


def _merged(judgements: tuple[Judgement, ...]) -> Review:
    """What more than half of those say who are sure; a conflict where nothing has that many."""
    sure = [judgement for judgement in judgements if judgement.opinion is not Opinion.UNSURE]
    if not sure:
        return Review(said=Opinion.UNSURE.value, right=None, judgements=judgements)
    said = _majority([judgement.opinion for judgement in sure])
    if said is None:
        return Review(said=CONFLICT, right=None, judgements=judgements)
    if said is not Opinion.LABEL_WRONG:
        return Review(said=said.value, right=None, judgements=judgements)
    sides = [judgement.right if judgement.opinion is said else None for judgement in sure]
    right = _majority(sides)
    # They agree that the label is wrong, but not on what is right: that moves a pair either way.
    differ = right is None and len(set(filter(None, sides))) > 1
    return Review(said=CONFLICT if differ else said.value, right=right, judgements=judgements)


def _majority(told: Sequence[_Told]) -> _Told | None:
    """What more than half say; None where nothing is."""
    return next((one for one, count in Counter(told).most_common(1) if count * 2 > len(told)), None)


def reviewed(pair: Pair, scored: Outcome | Unscored, review: Review | None) -> Outcome | Unscored:
    """What the pair means after review; the very same outcome where the review changes nothing.

    Args:
        pair: What both arms did.
        scored: What the scorers make of it.
        review: What people said of it, None where nobody did.
    """
    if review is None or isinstance(scored, Unscored):
        return scored
    if review.said == Opinion.ACCEPTABLE and scored.quadrant in _CAN_BE_ACCEPTED:
        return _moved(pair, scored, incumbent=scored.incumbent.right, candidate=True)
    if review.said == Opinion.UNACCEPTABLE and scored.quadrant in _CAN_BE_REFUSED:
        # What both said in the same words cannot be wrong of one of them alone: no loss, and no difference.
        incumbent = scored.incumbent.right and not _same_answers(pair)
        return _moved(pair, scored, incumbent=incumbent, candidate=False)
    if review.said == Opinion.LABEL_WRONG and scored.basis is Basis.EXPECTED:
        if review.right is None:
            return Unscored(basis=scored.basis, reason=LABEL_WRONG)
        incumbent, candidate = _RIGHT[review.right]
        return _moved(pair, scored, incumbent=incumbent, candidate=candidate)
    return scored


def _moved(pair: Pair, scored: Outcome, *, incumbent: bool, candidate: bool) -> Outcome:
    """The outcome with these arms right; an arm that did not answer cannot be."""
    right = (
        incumbent and (scored.incumbent.right or _answered(pair.incumbent)),
        candidate and (scored.candidate.right or _answered(pair.candidate)),
    )
    if right == (scored.incumbent.right, scored.candidate.right):
        return scored
    return replace(
        scored,
        quadrant=_QUADRANTS[scored.basis][right],
        incumbent=_side(scored.incumbent, right[0]),
        candidate=_side(scored.candidate, right[1]),
    )


def with_refusals(scored: Outcome, *, incumbent: bool, candidate: bool) -> Outcome:
    """The outcome with these arms wrong that passed the scorers; what a scorer found stays."""
    return replace(
        scored,
        incumbent=_side(scored.incumbent, scored.incumbent.right and not incumbent),
        candidate=_side(scored.candidate, scored.candidate.right and not candidate),
    )


def _side(scored: ArmOutcome, right: bool) -> ArmOutcome:
    if scored.right is right:
        return scored
    harmless = tuple(finding for finding in scored.findings if not is_failure(finding))
    if right:
        return ArmOutcome(right=True, findings=harmless)
    # One note for all, so that what people found is one group; their own words stand with the review.
    judged = Finding(kind=_JUDGED, note="By a person who read it, not by a scorer.")
    return ArmOutcome(right=False, findings=(judged, *harmless))


def _answered(observation: Observation) -> bool:
    return isinstance(observation.outcome, Response) and not observation.outcome.answer.is_empty


def _same_answers(pair: Pair) -> bool:
    incumbent, candidate = pair.incumbent.outcome, pair.candidate.outcome
    if not isinstance(incumbent, Response) or not isinstance(candidate, Response):
        return False
    ours, theirs = candidate.answer, incumbent.answer
    if [(call.name, call.arguments) for call in ours.tool_calls] != [
        (call.name, call.arguments) for call in theirs.tool_calls
    ]:
        return False
    return (ours.text or "").split() == (theirs.text or "").split()
