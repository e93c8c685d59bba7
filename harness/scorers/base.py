"""What it takes to be a scorer."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeVar

from harness.domain.chat import Answer
from harness.domain.record import Record
from harness.domain.score import Score


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoringContext:
    """What a scorer may look at besides the answer and the reference.

    Attributes:
        record: The record, with its request and tags.
        seed: Seed for scorers that draw at random.
    """

    record: Record
    seed: int


class Scorer(Protocol):
    """Says how good an answer is against a reference.

    The same method serves accuracy (reference = expected answer), agreement (reference = the
    incumbent's answer) and noise (reference = the incumbent's answer, answer = its repeat).

    A scorer that judges an answer by itself says so with `needs_reference: ClassVar[bool] = False` in
    its class. Both arms are then scored on every record, against an empty `Answer()` where no answer is
    expected, and agreement and noise have no score.
    """

    def score(self, answer: Answer, reference: Answer, context: ScoringContext) -> Score:
        """Score one answer; both answers have text or tool calls (failed calls never come here)."""
        ...


def needs_reference(scorer: Scorer) -> bool:
    """Whether a scorer compares with a reference; it does unless its class says otherwise."""
    return getattr(scorer, "needs_reference", True) is not False


ScoringFunction = Callable[[Answer, Answer, ScoringContext], Score | float | bool | None]

_F = TypeVar("_F", bound=ScoringFunction)


def scorer(function: _F) -> _F:
    """Mark a plain function in a dataset's `scorer.py` as a scorer.

    It may return a Score, a number from 0 to 1, a bool, or None for "cannot be told".
    """
    function.__harness_scorer__ = True  # type: ignore[attr-defined]
    return function
