"""What was sent and received, as it was: answers, calls, reruns, the request."""

from collections.abc import Iterator, Mapping

import orjson

from harness.domain.chat import Answer, JsonObject, Response, Usage
from harness.domain.observation import Arm, CallError, Observation
from harness.domain.pair import Pair
from harness.report.answer import error_words
from harness.report.case_boxes import Boxes
from harness.report.case_parts import Box, CallFact, Raw
from harness.report.wording import NO_VALUE, Names, amount, number, seconds, usd, visible

_WORTH_FOLDING = 400
_MOST_RERUNS = 10
_ENDED = {
    "length": "the model stopped at its token limit",
    "max_tokens": "the model stopped at its token limit",
    "content_filter": "a content filter stopped the model",
}


def raw(pair: Pair, names: Names, boxes: Boxes) -> Raw:
    """Everything the run holds of a pair."""
    expected = pair.record.expected
    text = answer_text(expected) if expected is not None else None
    answers = [] if text is None else [boxes.box("expected", "Expected", text or "(empty answer)")]
    answers.append(_answer("incumbent", names.incumbent, pair.incumbent, text, boxes))
    answers.append(_answer("candidate", names.candidate, pair.candidate, text, boxes))
    return Raw(
        answers=tuple(answers),
        facts=tuple(_facts(pair)),
        reruns=tuple(_reruns(pair, names, boxes)),
        request=boxes.box(
            "request", "Request as JSON", _json(_without_texts(pair.record.request.body)), folded=True
        ),
    )


def answer_text(answer: Answer) -> str:
    """Everything a model said, as it said it."""
    parts = [answer.text or ""]
    if answer.refusal:
        parts.append(f"Refusal: {answer.refusal}")
    parts += [f"{call.name}({call.arguments})" for call in answer.tool_calls]
    return "\n".join(part for part in parts if part)


def received(observation: Observation) -> str | None:
    """The text of an answer, or of what had arrived of it; None where nothing had."""
    arrived = _arrived(observation)
    return None if arrived is None else answer_text(arrived.answer)


def _arrived(observation: Observation) -> Response | None:
    outcome = observation.outcome
    return outcome if isinstance(outcome, Response) else outcome.partial


def _answer(key: str, name: str, observation: Observation, expected: str | None, boxes: Boxes) -> Box:
    text = received(observation)
    if text is None:
        return boxes.box(key, name, "(no answer)")
    if len(text) > _WORTH_FOLDING and text == expected:
        return boxes.box(key, name, "(character for character the expected answer)")
    return boxes.box(key, name, text or "(empty answer)", ended=_ended(observation))


def _ended(observation: Observation) -> str:
    """Why the model, and not our page, stopped before the end."""
    arrived = _arrived(observation)
    if isinstance(observation.outcome, CallError):
        return "the call failed before the end" if arrived is not None else ""
    return _ENDED.get((arrived.finish_reason if arrived else None) or "", "")


def _without_texts(body: JsonObject) -> object:
    """The request, but for long texts that stand under Document anyway: they are most of a case."""
    messages = body.get("messages")
    if not isinstance(messages, list):
        return body
    return {**body, "messages": [_shortened(message) for message in messages]}


def _shortened(message: object) -> object:
    content = message.get("content") if isinstance(message, Mapping) else None
    if not isinstance(message, Mapping) or not isinstance(content, str) or len(content) <= _WORTH_FOLDING:
        return message
    return {**message, "content": f"({number(len(content))} characters, under Document)"}


def _json(value: object) -> str:
    try:
        return orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()
    except TypeError:
        return repr(value)


def _facts(pair: Pair) -> Iterator[CallFact]:
    """The two calls side by side; what neither tells is left out."""
    before = _call(pair.incumbent, pair.incumbent_cost_usd)
    after = _call(pair.candidate, pair.candidate_cost_usd)
    for (name, one), (_, other) in zip(before, after, strict=True):
        if {one, other} != {NO_VALUE}:
            yield CallFact(name=name, incumbent=one, candidate=other)


def _call(observation: Observation, cost_usd: float | None) -> tuple[tuple[str, str], ...]:
    arrived, timing = _arrived(observation), observation.timing
    usage = arrived.usage if arrived is not None else Usage()
    return (
        ("Status", _status(observation)),
        ("Finish reason", _named(arrived.finish_reason if arrived else None)),
        ("Tokens in", _count(usage.input_tokens)),
        ("Tokens out", _count(usage.output_tokens)),
        ("Tokens from cache", NO_VALUE if not usage.cached_tokens else number(usage.cached_tokens)),
        ("Reasoning tokens", NO_VALUE if not usage.reasoning_tokens else number(usage.reasoning_tokens)),
        ("First token", seconds(timing.ttft_s)),
        ("Whole answer", seconds(timing.latency_s)),
        ("Cost", usd(cost_usd)),
        ("Attempts", number(timing.retries + 1)),
        ("Waited between attempts", seconds(timing.backoff_s) if timing.backoff_s else NO_VALUE),
        ("Model as reported", _named(arrived.model if arrived else None)),
        ("Server as reported", _named(arrived.system_fingerprint if arrived else None)),
        ("Response id", _named(arrived.id if arrived else None)),
    )


def _status(observation: Observation) -> str:
    outcome = observation.outcome
    if isinstance(outcome, Response):
        return "answered"
    http = f", HTTP {outcome.http_status}" if outcome.http_status else ""
    return f"{error_words(outcome.kind)}{http}: {visible(outcome.message)[:300]}"


def _named(text: str | None) -> str:
    return visible(text)[:120] if text else NO_VALUE


def _count(tokens: int | None) -> str:
    return "unknown" if tokens is None else number(tokens)


def _reruns(pair: Pair, names: Names, boxes: Boxes) -> Iterator[Box]:
    """The further calls: those that say the same counted, each other one in full."""
    for arm, name in ((Arm.INCUMBENT, names.incumbent), (Arm.CANDIDATE, names.candidate)):
        repeats = [repeat for repeat, _ in pair.repeats_of(arm)]
        if not repeats:
            continue
        first = received(pair.observation(arm))
        others = [repeat for repeat in repeats if received(repeat) != first]
        same = len(repeats) - len(others)
        told = f"{name}, asked again: the same in {same} of {amount(len(repeats), 'rerun')}"
        yield Box(title=told, pieces=())
        for repeat in others[:_MOST_RERUNS]:
            text = received(repeat)
            place = repeat.key.repeat
            title = f"{name}, rerun {number(place)}"
            shown = "(no answer)" if text is None else text or "(empty answer)"
            yield boxes.box(f"{arm.value}-{place}", title, shown, ended=_ended(repeat), folded=True)
