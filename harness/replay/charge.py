"""What a call counts against the budget, also where the server does not say what it used."""

from harness.domain.chat import Answer, Response, Usage
from harness.domain.observation import CallError, Observation
from harness.errors import RunStopped
from harness.replay.plan import ArmPlan, Job

# What may have been charged although it failed; the other errors say that nothing was answered.
_CHARGED_ERRORS = frozenset({"timed_out", "truncated_stream", "malformed", "internal"})
_USUAL_OUTPUT_TOKENS = 1000
_BYTES_PER_TOKEN = 4


class Charges:
    """What the calls of one arm are taken to cost.

    A cost that is known counts. Where the server sends no token counts, four bytes of the request are
    taken for a token, and for the output all that the request allows; where it sets no limit, the
    mean so far or the answer's own length, whichever is more.
    """

    def __init__(self, plan: ArmPlan) -> None:
        self._plan = plan
        self._counted = 0
        self._output_tokens = 0

    def of(self, observation: Observation, job: Job | None) -> float | None:
        """US dollars; None where nothing can have been charged.

        Args:
            observation: How the call ended.
            job: The call, None where it was never sent.

        Raises:
            RunStopped: The call may have been charged, and nothing says how much.
        """
        if not self._plan.priced:
            return None
        told = _arrived(observation)
        if told.usage.output_tokens is not None:
            self._counted += 1
            self._output_tokens += told.usage.output_tokens
        cost = self._plan.cost_of(observation)
        if cost is not None or job is None or not _may_be_charged(observation):
            return cost
        estimate = self._plan.cost(self._plan.arm, self._assumed(told, job))
        if estimate is None:
            raise _cannot_be_held(self._plan, told.usage)
        return estimate

    def _assumed(self, told: Response, job: Job) -> Response:
        usage = told.usage
        output = job.max_output_tokens
        if output is None:
            mean = self._output_tokens // self._counted if self._counted else _USUAL_OUTPUT_TOKENS
            output = max(mean, _tokens_of(told.answer))
        return Response(
            answer=told.answer,
            usage=Usage(
                input_tokens=job.input_tokens if usage.input_tokens is None else usage.input_tokens,
                output_tokens=output if usage.output_tokens is None else usage.output_tokens,
                cached_tokens=usage.cached_tokens,
            ),
        )


def _arrived(observation: Observation) -> Response:
    outcome = observation.outcome
    if isinstance(outcome, Response):
        return outcome
    return outcome.partial or Response(answer=Answer())


def _may_be_charged(observation: Observation) -> bool:
    outcome = observation.outcome
    if isinstance(outcome, CallError):
        return outcome.kind in _CHARGED_ERRORS and observation.timing.started_at_s is not None
    return True


def _tokens_of(answer: Answer) -> int:
    texts = [answer.text or "", answer.refusal or "", *(call.arguments for call in answer.tool_calls)]
    return sum(len(text.encode(errors="replace")) for text in texts) // _BYTES_PER_TOKEN


def _cannot_be_held(plan: ArmPlan, usage: Usage) -> RunStopped:
    who = f"{plan.arm} {plan.name}"
    if usage.input_tokens is None or usage.output_tokens is None:
        return RunStopped(
            f"the budget cannot be held: {who} sends no token counts, and no price is known to estimate by",
            "give the arm a price, or leave budget_usd out",
        )
    return RunStopped(
        f"the budget cannot be held: no price is known for a call of {who} with "
        f"{usage.input_tokens:,} input tokens",
        "give the arm a price, or leave budget_usd out",
    )
