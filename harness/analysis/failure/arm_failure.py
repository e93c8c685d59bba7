"""Failures that show without any reference: used where no expected answer is known."""

from harness.domain.chat import Response
from harness.domain.observation import CallError
from harness.domain.refusal import is_refusal
from harness.domain.score import Finding

_OF_ERROR = {"timed_out": "timed_out", "truncated_stream": "truncated"}
_OF_FINISH = {"length": "truncated", "content_filter": "refusal"}


def arm_failure(outcome: Response | CallError) -> tuple[Finding, ...]:
    """The failure of a call by itself, () where the arm answered."""
    if isinstance(outcome, CallError):
        return (Finding(kind=_OF_ERROR.get(outcome.kind, "call_failed"), note=outcome.message),)
    if is_refusal(outcome.answer):
        return (Finding(kind="refusal", actual=outcome.answer.refusal or outcome.answer.text),)
    kind = _OF_FINISH.get(outcome.finish_reason or "")
    if kind is None and outcome.answer.is_empty:
        kind = "empty"
    return (Finding(kind=kind, note=f"Finish reason: {outcome.finish_reason}."),) if kind else ()
