"""One member of a JSON answer by its path, also out of an answer that is not quite JSON."""

import re
from typing import Any

from harness.scorers.json_parse import ParsedJson, parse_json, repaired

_STEP = re.compile(r"[^.\[\]]+")
# The last such member is what the model came to in the end.
_SCALAR = r'("(?:[^"\\]|\\.)*+"|[-+$€£]?\d[\d.,]*|true|false|null)'


def steps_of(path: str) -> tuple[str, ...]:
    """The names and indexes of a path such as `result.items[0].answer`."""
    return tuple(_STEP.findall(path))


def member(value: Any, steps: tuple[str, ...]) -> Any:
    """What lies at the path, None where nothing does."""
    for step in steps:
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and step.isdecimal() and len(step) < 10 and int(step) < len(value):
            value = value[int(step)]
        else:
            return None
    return value


def lenient_member(text: str, path: str) -> tuple[ParsedJson, Any]:
    """The text as JSON, and the member at the path even where the text is only nearly JSON.

    Args:
        text: The answer.
        path: Names joined by points.

    Returns:
        The strict reading, and the member: of the JSON, else of what a repair tool makes of it, else the
        last `"name": value` in the text; None where there is none.
    """
    parsed, steps = parse_json(text), steps_of(path)
    if parsed.is_valid:
        found = member(parsed.value, steps)
        if found is not None or not parsed.findings:
            return parsed, found
    mended = member(repaired(text), steps)
    return parsed, _last_mention(text, steps[-1]) if mended is None and steps else mended


def _last_mention(text: str, name: str) -> str | None:
    pattern = re.compile(rf'["\']?\b{re.escape(name)}["\']?\s*[:=]\s*{_SCALAR}')
    found = pattern.findall(text)
    return found[-1].strip('"') if found else None
