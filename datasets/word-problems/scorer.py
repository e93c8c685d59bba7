"""What a program sees that uses the answer: valid JSON whose `answer` is the number alone.

The other scorer of this dataset, `numeric` off the shelf, reads the number as the benchmark does: it
forgives broken JSON and words around the number. SOURCE.md tells the difference.
"""

import json
import re
from decimal import Decimal, InvalidOperation

from harness import Answer, Finding, Score, ScoringContext, scorer

# Beyond this no real answer goes; it keeps hostile text cheap.
LONGEST_ANSWER = 200_000
LONGEST_NUMBER = 100
NUMBER = re.compile(r"-?(?:\d[\d,]*(?:\.\d+)?|\.\d+)")


@scorer
def strict(answer: Answer, reference: Answer, context: ScoringContext) -> Score:
    """Valid JSON, in one code fence at most, whose `answer` is the number and nothing else."""
    text = field(answer)
    wanted = number(field(reference) or "")
    if wanted is None:
        return Score(value=None, reason="The reference is no number.")
    if text is None:
        return wrong("invalid_json", "It is not JSON with an answer.", actual=answer.text or "")
    got = number(text)
    if got == wanted:
        return Score(value=1.0, reason="The same number.")
    if got is None:
        return wrong(
            "not_a_number", "It is no number alone.", path="answer", expected=str(wanted), actual=text
        )
    return wrong("wrong_value", "Another number.", path="answer", expected=str(wanted), actual=text)


def field(answer: Answer) -> str | None:
    """The text of the field `answer`, None where the text is not JSON with one."""
    text = (answer.text or "").strip()
    if len(text) > LONGEST_ANSWER:
        return None
    if text.startswith("```") and text.endswith("```"):
        text = text[3:-3].removeprefix("json")
    try:
        value = json.loads(text, parse_int=str, parse_float=str)
    except (ValueError, RecursionError):
        return None
    found = value.get("answer") if isinstance(value, dict) else None
    return found if found is None or isinstance(found, str) else repr(found)


def number(text: str) -> Decimal | None:
    """The number that a text is, None where it is none; commas part thousands."""
    text = text.strip()
    if not NUMBER.fullmatch(text) or len(text) > LONGEST_NUMBER:
        return None
    try:
        return Decimal(text.replace(",", ""))
    except InvalidOperation:
        return None


def wrong(kind: str, reason: str, *, actual: str, expected: str | None = None, path: str = "") -> Score:
    """A score of 0 with the one finding that says why."""
    finding = Finding(kind=kind, path=path, expected=expected, actual=shown(actual), note=reason)
    return Score(value=0.0, reason=reason, findings=(finding,))


def shown(text: str) -> str:
    """A short text that any file can hold."""
    text = text.encode("utf-8", "backslashreplace").decode()
    return text if len(text) <= 300 else text[:299] + "…"
