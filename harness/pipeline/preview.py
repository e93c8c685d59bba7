"""What a run would send and cost, estimated without sending anything."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import orjson

from harness.domain.observation import Arm
from harness.domain.record import Record
from harness.pipeline.arms import ReadyArm
from harness.providers.prices import Price
from harness.replay.plan import ArmPlan, Job, remaining
from harness.store.journal import JournalIndex

_CHARACTERS_PER_TOKEN = 4  # the usual rule of thumb for Latin scripts; real counts come with the answers


@dataclass(slots=True, kw_only=True)
class ArmPreview:
    """What one arm would do.

    Attributes:
        calls: Calls to be sent, repeats included; those that the journal has are in `reused`.
        repeats: Those of them that are a second call for the same record.
        input_tokens, output_tokens: Estimates.
        guessed_outputs: Calls whose output is estimated from its upper limit or not at all.
    """

    calls: int = 0
    repeats: int = 0
    reused: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    guessed_outputs: int = 0

    def usd(self, price: Price | None) -> float | None:
        """Estimated dollars; None without a price."""
        if price is None:
            return None
        return self.input_tokens * price.input_usd + self.output_tokens * price.output_usd


def preview(
    records: Iterable[Record], plans: Mapping[Arm, ArmPlan], done: JournalIndex
) -> dict[Arm, ArmPreview]:
    """Count calls and estimate tokens in one pass over the records."""
    previews = {arm: ArmPreview() for arm in plans}
    for record in records:
        for arm, plan in plans.items():
            if plan.provider is None:
                previews[arm].reused += 1
                continue
            for left in remaining(plan, record, done):
                if isinstance(left, Job):
                    _add(previews[arm], left, record)
                else:
                    previews[arm].reused += 1
    return previews


def _add(total: ArmPreview, job: Job, record: Record) -> None:
    total.calls += 1
    total.repeats += job.key.repeat > 0
    total.input_tokens += _input_tokens(record)
    known = _known_output(record)
    if known is None:
        total.guessed_outputs += 1
        known = job.max_output_tokens or 0
    total.output_tokens += known


def _input_tokens(record: Record) -> int:
    """From the text that the model reads: messages, schema and tools."""
    read = sum(len(message.text) for message in record.request.messages)
    for name in ("response_format", "tools"):
        part = record.request.body.get(name)
        read += len(orjson.dumps(part)) if part else 0
    return max(1, read // _CHARACTERS_PER_TOKEN)


def _known_output(record: Record) -> int | None:
    """Output tokens as production recorded them, else from the length of an answer that is known."""
    if record.recorded is not None and record.recorded.usage.output_tokens is not None:
        return record.recorded.usage.output_tokens
    answer = record.expected or (record.recorded.answer if record.recorded else None)
    if answer is None or answer.text is None:
        return None
    return max(1, len(answer.text) // _CHARACTERS_PER_TOKEN)


def preview_lines(previews: Mapping[Arm, ArmPreview], arms: Mapping[Arm, ReadyArm]) -> list[str]:
    """The estimate as lines of text."""
    lines = []
    for arm, total in previews.items():
        name = f"{arm:<9} {arms[arm].settings.label}"
        if arms[arm].provider is None:
            lines.append(f"{name}: no calls, the recorded answers are used")
            continue
        tokens = f"about {total.input_tokens:,} tokens in, {total.output_tokens:,} out"
        lines.append(f"{name}: {total.calls:,} calls{_of_them(total)}, {tokens}, {dollars(total, arms[arm])}")
        if total.guessed_outputs:
            lines.append(
                f"          output of {total.guessed_outputs:,} calls is unknown; "
                "taken as the request's own limit, 0 where it has none"
            )
    return lines


def _of_them(total: ArmPreview) -> str:
    told = [f"{total.repeats:,} of them repeats"] if total.repeats else []
    told += [f"{total.reused:,} more are in the journal"] if total.reused else []
    return f" ({'; '.join(told)})" if told else ""


def dollars(total: ArmPreview, arm: ReadyArm) -> str:
    """The estimated cost in words."""
    usd = total.usd(arm.price)
    if usd is None:
        return "price unknown"
    least = "at least" if total.guessed_outputs and not total.output_tokens else "about"
    return f"{least} ${usd:,.{2 if usd >= 1 else 4}f}" + (
        "" if arm.costs_money else " at the list price (nothing is paid)"
    )
