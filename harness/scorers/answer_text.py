"""An answer as one text, for scorers that compare texts."""

from harness.domain.chat import Answer
from harness.domain.score import Finding
from harness.scorers.json_parse import parse_json, shown


def answer_text(answer: Answer) -> str:
    """The content; of an answer that only calls functions, the calls, their arguments in key order."""
    if answer.text and answer.text.strip():
        return answer.text
    calls = (f"{call.name}({_arguments(call.arguments)})" for call in answer.tool_calls)
    return "\n".join(calls) or answer.text or ""


def _arguments(text: str) -> str:
    parsed = parse_json(text)
    return _sorted_text(parsed.value) if parsed.is_valid and not parsed.findings else text


def _sorted_text(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_sorted_text(value[key])}" for key in sorted(value)) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_sorted_text, value)) + "]"
    return repr(value) if isinstance(value, str) else str(value)


def wrong_answer(kind: str, answer: Answer, reference: Answer, note: str = "") -> Finding:
    """A finding about the whole answer."""
    texts = shown(answer_text(reference)), shown(answer_text(answer))
    return Finding(kind=kind, expected=texts[0], actual=texts[1], note=note)
