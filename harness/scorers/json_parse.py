"""JSON out of an answer, strictly; what stands in the way becomes a finding."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from itertools import accumulate
from typing import Any, NoReturn

import json_repair

from harness.domain.chat import Answer
from harness.domain.score import Finding

# Deeper than any real answer; keeps the comparison clear of Python's recursion limit.
DEEPEST = 100
# json-repair is slow on long texts and only labels.
_LONGEST_TO_REPAIR = 50_000
_LONGEST_SHOWN = 300
_BLANK = " \t\r\n"
_FENCE = re.compile(r"```[\w-]*[ \t]*\r?\n(?P<inside>.*?)\r?\n?[ \t]*```", re.DOTALL)
_OPENING = re.compile(r"[\[{]")
_STEP = {"[": 1, "{": 1, "]": -1, "}": -1}
# What may stand behind the place where a cut-off text stops being JSON: nothing, or half of a value.
_UNFINISHED = re.compile(
    r"\s*(?:t(?:ru?)?|f(?:a(?:ls?)?)?|n(?:ul?)?|-|\.|[eE][+-]?)?\s*|\\?u[0-9a-fA-F]{0,4}"
)
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+"|[\[\]{}]', re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedJson:
    """What an answer holds.

    Attributes:
        value: The JSON value; numbers with a point or an exponent are Decimal. Do not change it.
        source: The part of the text that is JSON, "" where none is.
        findings: `truncated`, `invalid_json` or `repairable_json` (value is None then),
            `prose_around_json`, or nothing.
    """

    value: Any = None
    source: str = ""
    findings: tuple[Finding, ...] = ()

    @property
    def is_valid(self) -> bool:
        """Whether there is a JSON value, be it with text around it."""
        return self.source != ""


def json_text(answer: Answer) -> str:
    """The text to read as JSON: the content, or the arguments of the one function called instead."""
    if answer.text and answer.text.strip():
        return answer.text
    return answer.tool_calls[0].arguments if len(answer.tool_calls) == 1 else answer.text or ""


# An answer is scored up to three times in a row: accuracy, agreement, noise.
@lru_cache(maxsize=8)
def parse_json(text: str) -> ParsedJson:
    """Read a text as JSON; only text that is JSON as it stands comes without findings."""
    try:
        return ParsedJson(value=_strict(text), source=text)
    except (ValueError, InvalidOperation, RecursionError) as error:
        problem = _problem(error)
    found = _embedded(text)
    if found is None:
        return ParsedJson(findings=(_invalid(text, problem),))
    source, value = found
    before, _, after = text.partition(source)
    around = " … ".join(part for part in (before.strip(), after.strip()) if part)
    note = "The JSON stands in a code fence." if "```" in around else "Other text stands around the JSON."
    finding = Finding(kind="prose_around_json", actual=shown(around), note=note)
    return ParsedJson(value=value, source=source, findings=(finding,))


def shown(value: object) -> str:
    """A JSON value as one short text that any file can hold."""
    if isinstance(value, str):
        text = value
    elif isinstance(value, Decimal):
        text = str(value)
    else:
        text = _BARE.sub(r"\1", json.dumps(value, ensure_ascii=False, default=_marked))
    text = text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()
    return text if len(text) <= _LONGEST_SHOWN else text[: _LONGEST_SHOWN - 1] + "…"


def _marked(value: object) -> str:
    """A Decimal between marks: json would write it as a text, and a float would change its digits."""
    return f"\ue000{value}\ue001"


_BARE = re.compile('"\ue000([^"]*)\ue001"')


def _reject(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


_DECODER = json.JSONDecoder(parse_float=Decimal, parse_constant=_reject)


def _strict(text: str) -> Any:
    value = _DECODER.decode(text)
    _check_depth(text, value)
    return value


def _check_depth(text: str, value: Any) -> None:
    if text.count("[") + text.count("{") <= DEEPEST:
        return
    layer = [value]
    for _ in range(DEEPEST):
        layer = [child for parent in layer for child in _children(parent)]
        if not layer:
            return
    raise ValueError(f"it is nested deeper than {DEEPEST} levels")


def _children(value: Any) -> list[Any]:
    children = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [child for child in children if isinstance(child, (dict, list))]


def _problem(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg} at line {error.lineno}, column {error.colno}."
    if isinstance(error, RecursionError):
        return f"It is nested deeper than {DEEPEST} levels."
    if isinstance(error, InvalidOperation):
        return "A number is too large."
    text = str(error)
    return f"{text[:1].upper()}{text[1:]}."


def _embedded(text: str) -> tuple[str, Any] | None:
    """The longest object or array within a text, with its value."""
    candidates = [match["inside"].strip(_BLANK) for match in _FENCE.finditer(text)]
    candidates += _balanced_parts(text)
    best: tuple[str, Any] | None = None
    for candidate in sorted(candidates, key=len, reverse=True)[:5]:
        try:
            value = _strict(candidate)
        except (ValueError, InvalidOperation, RecursionError):
            continue
        if isinstance(value, (dict, list)):
            best = candidate, value
            break
    return best


def _balanced_parts(text: str) -> Iterator[str]:
    """The outermost bracketed parts; an opening bracket that is never closed ends the search.

    So the inner objects of a broken or cut-off answer are never taken for the answer.
    """
    opening = _OPENING.search(text)
    while opening is not None:
        end = _end_of(text, opening.start())
        if end is None:
            return
        yield text[opening.start() : end]
        opening = _OPENING.search(text, end)


def _end_of(text: str, start: int) -> int | None:
    depth = 0
    for match in _TOKEN.finditer(text, start):
        depth += _STEP.get(match[0], 0)
        if depth == 0:
            return match.end()
    return None


def repaired(text: str) -> Any:
    """What a repair tool makes of a text: an object or a list that is not empty, else None.

    It guesses: use it to label, or where a setting asks for leniency. Its numbers are floats.
    """
    if len(text) > _LONGEST_TO_REPAIR or not text.lstrip().startswith(("{", "[", "```")):
        return None
    if max(accumulate(_STEP.get(character, 0) for character in text), default=0) > DEEPEST:
        return None  # the tool's time grows with the square of the depth
    try:
        mended = json_repair.loads(text, skip_json_loads=True)
    except (ValueError, RecursionError, IndexError):
        return None
    return mended if isinstance(mended, (dict, list)) and mended else None


def _is_cut_off(text: str) -> bool:
    """Whether all of an unfinished JSON text is right as far as it goes: then its end is what is missing.

    Many hosts and recordings give no finish reason, so the end alone tells.
    """
    try:
        _DECODER.decode(text)
    except json.JSONDecodeError as error:
        unfinished = _UNFINISHED.fullmatch(text, error.pos) is not None
        return unfinished or error.msg.startswith("Unterminated string")
    except (ValueError, RecursionError, InvalidOperation):
        return False
    return False


def _invalid(text: str, problem: str) -> Finding:
    opening = _OPENING.search(text)
    if opening is not None and _end_of(text, opening.start()) is None:
        cut = _is_cut_off(text[opening.start() :].rstrip())
        note, kind = f"{problem} It ends in the middle.", "truncated" if cut else "invalid_json"
    elif text.rstrip().endswith(("}", "]", "```")) and repaired(text) is not None:
        note, kind = f"{problem} A repair tool could mend it.", "repairable_json"
    else:
        note, kind = problem, "invalid_json"
    return Finding(kind=kind, actual=shown(text), note=note)
