"""The calls of an answer with their arguments read: its tool calls, or calls written as JSON in its text."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from harness.domain.chat import Answer
from harness.scorers.json_parse import parse_json

# More calls than this in one answer tell nothing new.
MOST_CALLS = 50
_NAMES = ("name", "function", "tool", "tool_name")
_ARGUMENTS = ("arguments", "parameters", "args", "input")


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call.

    Attributes:
        arguments: By parameter; None where they are no JSON object.
        problem: Why they cannot be read, "" where they can.
        written: The arguments as the model wrote them.
    """

    name: str
    arguments: Mapping[str, Any] | None
    written: str
    problem: str = ""


def calls_of(answer: Answer) -> tuple[Call, ...]:
    """The calls of an answer, in order; of one without tool calls those that its text is the JSON of.

    Texts may be `{"name": …, "arguments": {…}}`, `{"name": {arguments}}`, or a list of either.
    """
    if answer.tool_calls:
        return tuple(_call(call.name, call.arguments) for call in answer.tool_calls[:MOST_CALLS])
    parsed = parse_json(answer.text or "")
    items = parsed.value if isinstance(parsed.value, list) else [parsed.value]
    found = [_written_call(item) for item in items[:MOST_CALLS]]
    calls = tuple(call for call in found if call is not None)
    return calls if len(calls) == len(found) else ()


def _call(name: str, arguments: Any) -> Call:
    if isinstance(arguments, dict):
        return Call(name=name, arguments=arguments, written=str(arguments))
    text = arguments if isinstance(arguments, str) else str(arguments)
    if not text.strip():
        return Call(name=name, arguments={}, written=text)
    parsed = parse_json(text)
    if parsed.findings:
        return Call(name=name, arguments=None, written=text, problem=parsed.findings[0].note)
    if not isinstance(parsed.value, dict):
        return Call(name=name, arguments=None, written=text, problem="They are no JSON object.")
    return Call(name=name, arguments=parsed.value, written=text)


def _written_call(item: Any) -> Call | None:
    if not isinstance(item, dict):
        return None
    inner = item.get("function")
    if isinstance(inner, dict):
        item = inner
    name = next((item[key] for key in _NAMES if isinstance(item.get(key), str)), None)
    if name is not None:
        return _call(name, next((item[key] for key in _ARGUMENTS if key in item), {}))
    if len(item) == 1:
        name, arguments = next(iter(item.items()))
        return _call(name, arguments) if isinstance(arguments, dict) else None
    return None
