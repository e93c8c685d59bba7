"""What it takes to be a scorer."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from harness.domain.chat import Answer, ChatRequest, Response
from harness.domain.observation import CallError
from harness.domain.record import Record
from harness.domain.score import Score

Ask = Callable[[ChatRequest], Response | CallError | None]
"""What the judge of `[judge]` answered to a request; None where it has not been asked."""

AskAbout = Callable[[str, ChatRequest], Response | CallError | None]
"""The same, with the id of the record that the request is about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoringContext:
    """What a scorer may look at besides the answer and the reference.

    Attributes:
        record: The record, with its request and tags.
        seed: Seed for scorers that draw at random.
        ask: Looks up what the judge answered; sends nothing. None where no judge was asked.
    """

    record: Record
    seed: int
    ask: Ask | None = None


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


class AskingScorer(Scorer, Protocol):
    """A scorer that needs a model's answers.

    Before any scoring the pipeline calls `score` once with a context that only notes what is asked,
    sends those requests to the judge, and then scores with the answers at hand. So `score` must ask for
    all it may need at once, and give a score without a value while an answer is missing.
    """

    def questions(self, answer: Answer, reference: Answer, context: ScoringContext) -> Sequence[ChatRequest]:
        """The requests that `score` asks for this pair of answers; none where it can tell by itself."""
        ...


ScoringFunction = Callable[[Answer, Answer, ScoringContext], Score | float | bool | None]

_F = TypeVar("_F", bound=ScoringFunction)


def scorer(function: _F) -> _F:
    """Mark a plain function in a dataset's `scorer.py` as a scorer.

    It may return a Score, a number from 0 to 1, a bool, or None for "cannot be told".
    """
    function.__harness_scorer__ = True  # type: ignore[attr-defined]
    return function
