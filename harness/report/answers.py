"""What was said on a call, as one text."""

from harness.domain.chat import Answer, Response
from harness.domain.observation import Observation
from harness.report.wording import visible


def answer_text(answer: Answer) -> str:
    """Everything a model said, as it said it."""
    parts = [answer.text or ""]
    if answer.refusal:
        parts.append(f"Refusal: {answer.refusal}")
    parts += [f"{call.name}({call.arguments})" for call in answer.tool_calls]
    return "\n".join(part for part in parts if part)


def outcome_text(observation: Observation) -> str:
    """The answer, or why there is none."""
    outcome = observation.outcome
    if isinstance(outcome, Response):
        return answer_text(outcome.answer) or "(empty answer)"
    partial = answer_text(outcome.partial.answer) if outcome.partial else ""
    return partial or f"(no answer: {visible(outcome.kind)[:60].replace('_', ' ')})"
