"""Stage 2: pairs to scores, one pair at a time.

Failed calls are told apart here, before any scorer runs: they are failures of the arm, whatever the
scorer. A scorer that raises or returns nonsense gives a score without a value, and the run goes on.
"""

import inspect
import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

from harness.domain.chat import Answer, Response
from harness.domain.failure import kind_of
from harness.domain.observation import Arm, CallError, Observation
from harness.domain.pair import Pair
from harness.domain.refusal import is_refusal
from harness.domain.score import Finding, Score, ScoredPair
from harness.plugins import raised
from harness.scorers.base import AskAbout, Scorer, ScoringContext, needs_reference
from harness.scorers.json_parse import shown

_CALL_KINDS = {"timed_out": "timed_out", "truncated_stream": "truncated"}
# No call was made, so nothing is known about the arm.
_NO_CALL = {
    "not_called": "The call was not made.",
    "not_recorded": "No answer was recorded.",
}
_FINISH_KINDS = {"length": "truncated", "content_filter": "refusal"}
_FINISH_NOTES = {
    "truncated": "The answer reached the token limit.",
    "refusal": "The content filter stopped the answer.",
}
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedScorer:
    """A scorer with the name its scores are stored under.

    Attributes:
        decides: Whether an answer must be right by this scorer to be right at all.
    """

    name: str
    scorer: Scorer
    decides: bool = False

    @property
    def asks(self) -> bool:
        """Whether it needs a model's answers (`AskingScorer`)."""
        return callable(getattr(self.scorer, "questions", None))


def score_pairs(
    pairs: Iterable[Pair], scorers: Sequence[NamedScorer], *, seed: int, ask: AskAbout | None = None
) -> Iterator[ScoredPair]:
    """Score each pair with each scorer, in order; holds one pair at a time.

    Args:
        pairs: What both arms did.
        scorers: The first is the primary one.
        seed: For scorers that draw at random.
        ask: Looks up what the judge answered about a record; None where no judge was asked.
    """
    for pair in pairs:
        about = None if ask is None else partial(ask, pair.record.id)
        context = ScoringContext(record=pair.record, seed=seed, ask=about)
        for named in scorers:
            yield _scored(pair, named, context)


def _scored(pair: Pair, named: NamedScorer, context: ScoringContext) -> ScoredPair:
    incumbent, candidate = pair.observation(Arm.INCUMBENT), pair.observation(Arm.CANDIDATE)
    again_incumbent, again_candidate = _repeat(pair, Arm.INCUMBENT), _repeat(pair, Arm.CANDIDATE)
    alone = not needs_reference(named.scorer)
    expected = pair.record.expected or (Answer() if alone else None)

    def accuracy(observation: Observation | None) -> Score | None:
        if observation is None or expected is None:
            return None
        return _against(observation, expected, named, context)

    def likeness(observation: Observation | None, reference: Observation | None) -> Score | None:
        # A scorer that needs no reference never compares two answers.
        if observation is None or reference is None or alone:
            return None
        return _agreement(observation, reference, named, context)

    return ScoredPair(
        record_id=pair.record.id,
        scorer=named.name,
        incumbent=accuracy(incumbent),
        candidate=accuracy(candidate),
        agreement=likeness(candidate, incumbent),
        noise=likeness(again_incumbent, incumbent),
        candidate_noise=likeness(again_candidate, candidate),
        incumbent_repeat=accuracy(again_incumbent),
        candidate_repeat=accuracy(again_candidate),
        cross_incumbent_repeat=likeness(candidate, again_incumbent),
        cross_candidate_repeat=likeness(again_candidate, incumbent),
        cross_repeats=likeness(again_candidate, again_incumbent),
    )


def _repeat(pair: Pair, arm: Arm) -> Observation | None:
    return next((one for one in pair.repeats if one.key.arm is arm), None)


def _agreement(
    observation: Observation, reference: Observation, named: NamedScorer, context: ScoringContext
) -> Score:
    unusable = failed_call(reference, None)
    if unusable is not None:
        what = f"{kind_of(unusable.findings[0].kind).title}." if unusable.findings else unusable.reason
        which = "repeated answer" if reference.key.repeat else "answer"
        return Score(value=None, reason=f"The {reference.key.arm}'s {which} is no reference. {what}")
    assert isinstance(reference.outcome, Response)  # noqa: S101  # failed_call told the rest apart
    return _against(observation, reference.outcome.answer, named, context)


def _against(
    observation: Observation, reference: Answer, named: NamedScorer, context: ScoringContext
) -> Score:
    failed = failed_call(observation, reference)
    if failed is not None:
        return failed
    assert isinstance(observation.outcome, Response)  # noqa: S101  # failed_call told the rest apart
    if reference.is_empty and needs_reference(named.scorer):
        return Score(value=None, reason="The reference is empty.")
    return guarded_score(named, observation.outcome.answer, reference, context)


def failed_call(observation: Observation, reference: Answer | None) -> Score | None:
    """The score of an observation that holds no whole answer, None where it holds one.

    Args:
        observation: What happened on the call.
        reference: What the answer is measured against; a refusal is no failure where the reference
            refuses too. None where the observation is to be the reference itself.

    Returns:
        0.0 with one finding, or no value where no call was made.
    """
    outcome = observation.outcome
    if isinstance(outcome, CallError):
        if outcome.kind in _NO_CALL:
            return Score(value=None, reason=_NO_CALL[outcome.kind])
        note = f"{outcome.kind}: {_one_line(outcome.message)}"
        partial = outcome.partial.answer.text if outcome.partial else None
        return _failure(_CALL_KINDS.get(outcome.kind, "call_failed"), note, partial)
    return _failed_answer(outcome, reference)


def _failed_answer(response: Response, reference: Answer | None) -> Score | None:
    answer = response.answer
    kind = _FINISH_KINDS.get(response.finish_reason or "")
    if kind is not None and not (kind == "refusal" and _refuses(reference)):
        return _failure(kind, _FINISH_NOTES[kind], answer.text)
    if is_refusal(answer) and not _refuses(reference):
        return _failure("refusal", "The model declined.", answer.refusal or answer.text)
    if answer.is_empty:
        return _failure("empty", "There is no text and no tool call.", answer.text)
    return None


def _refuses(reference: Answer | None) -> bool:
    return reference is not None and is_refusal(reference)


def _failure(kind: str, note: str, text: str | None) -> Score:
    finding = Finding(kind=kind, actual=None if text is None else shown(text), note=note)
    return Score(value=0.0, reason=f"{kind_of(kind).title}.", findings=(finding,))


def guarded_score(named: NamedScorer, answer: Answer, reference: Answer, context: ScoringContext) -> Score:
    """What the scorer says; no value, with the reason, where it raises or breaks its contract."""
    try:
        result: object = named.scorer.score(answer, reference, context)
    except (KeyboardInterrupt, GeneratorExit):
        raise
    except BaseException as error:  # noqa: BLE001  # a plugin's trouble with one record is data, sys.exit too
        return _unscored(named, raised(error))
    problem = _problem_with(result)
    if problem or not isinstance(result, Score):
        return _unscored(named, problem)
    return result if result.value is None else replace(result, value=float(result.value))


def _problem_with(result: object) -> str:
    if inspect.iscoroutine(result):
        result.close()
        return "it returned a coroutine; scorers are not async"
    if not isinstance(result, Score):
        return f"it returned {type(result).__name__}, not a Score"
    if result.value is not None and not _is_share(result.value):
        return f"its value is {result.value!r}, not a number from 0 to 1"
    if not _is_share(result.pass_at):
        return f"its pass_at is {result.pass_at!r}, not a number from 0 to 1"
    if not all(isinstance(finding, Finding) for finding in result.findings):
        return "its findings are not all of the class Finding"
    return ""


def _is_share(value: object) -> bool:
    return isinstance(value, (int, float)) and math.isfinite(value) and 0.0 <= value <= 1.0


def _unscored(named: NamedScorer, problem: str) -> Score:
    return Score(value=None, reason=f"The scorer {named.name} failed: {_one_line(problem)}")


def _one_line(text: str) -> str:
    return shown(_CONTROL.sub(" ", text))
