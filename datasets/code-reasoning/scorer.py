"""Two readings of one answer: what a Python function returns.

`published` is the rule that gives the benchmark's published accuracies; it forgives broken JSON and a text
without quotes, and compares as written. `strict` is what a program sees that uses the answer: the JSON must
be valid, and the assertion must hold in Python. SOURCE.md tells how the first rule was found.
"""

import ast
import json
import re
import warnings
from dataclasses import dataclass
from typing import Any

from harness import Answer, Finding, Score, ScoringContext, scorer

# Beyond these no real answer goes; they keep hostile text cheap and clear of Python's recursion limit.
LONGEST_ANSWER = 200_000
LONGEST_LITERAL = 4_000
MOST_BRACKETS = 200
MENTION = re.compile(r'"answer"\s*:\s*"(?P<value>(?:[^"\\]|\\.)*+)"', re.DOTALL)
UNREADABLE = (ValueError, SyntaxError, TypeError, MemoryError, RecursionError)


@scorer
def published(answer: Answer, reference: Answer, context: ScoringContext) -> Score:
    """The benchmark's rule: the text of `answer` as written, outer quotes aside."""
    wanted, got = recovered(reference), recovered(answer)
    if wanted is None:
        return Score(value=None, reason="The reference has no answer.")
    if got is None:
        return wrong("invalid_json", "No answer is found.", actual=answer.text or "")
    if bare(got) == bare(wanted):
        return Score(value=1.0, reason="The same answer.")
    return wrong("wrong_value", "Another answer.", path="answer", expected=wanted, actual=got)


@scorer
def strict(answer: Answer, reference: Answer, context: ScoringContext) -> Score:
    """Valid JSON, in one code fence at most, whose `answer` is a Python literal of the same value."""
    wanted, got = field(reference), field(answer)
    expected = literal(wanted)
    if wanted is None or expected is None:
        return Score(value=None, reason="The reference has no literal.")
    if got is None:
        return wrong("invalid_json", "It is not JSON with an answer.", actual=answer.text or "")
    found = literal(got)
    if found is None:
        note = "It is no Python literal: the assertion does not run."
        return wrong("not_a_literal", note, path="answer", expected=wanted, actual=got)
    if found.value == expected.value:
        return Score(value=1.0, reason="The assertion holds.")
    return wrong("wrong_value", "The assertion fails.", path="answer", expected=wanted, actual=got)


def field(answer: Answer) -> str | None:
    """The text of the field `answer`, None where the text is not JSON with one."""
    text = (answer.text or "").strip()
    if len(text) > LONGEST_ANSWER:
        return None
    if text.startswith("```") and text.endswith("```"):
        text = text[3:-3].removeprefix("json")
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    found = value.get("answer") if isinstance(value, dict) else None
    return found if found is None or isinstance(found, str) else repr(found)


def recovered(answer: Answer) -> str | None:
    """As `field`; out of a text that is not quite JSON, the first value that is named `answer`."""
    found = field(answer)
    if found is not None:
        return found
    mention = MENTION.search((answer.text or "")[:LONGEST_ANSWER])
    return mention["value"].replace('\\"', '"') if mention else None


def bare(text: str) -> str:
    """The text without the quotes around it, line breaks as Python writes them."""
    return text.strip("'\"").replace("\n", "\\n").replace("\t", "\\t")


@dataclass(frozen=True)
class Literal:
    """A Python value, so that None is not taken for nothing."""

    value: Any


def literal(text: str | None) -> Literal | None:
    """The value of a Python literal, None where the text is none; runs nothing."""
    if text is None or len(text) > LONGEST_LITERAL or sum(map(text.count, "([{-+~")) > MOST_BRACKETS:
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)
        warnings.simplefilter("ignore", DeprecationWarning)
        try:
            return Literal(value=ast.literal_eval(text.strip()))
        except UNREADABLE:
            return None


def wrong(kind: str, reason: str, *, actual: str, expected: str | None = None, path: str = "") -> Score:
    """A score of 0 with the one finding that says why."""
    wanted = None if expected is None else shown(expected)
    finding = Finding(kind=kind, path=path, expected=wanted, actual=shown(actual), note=reason)
    return Score(value=0.0, reason=reason, findings=(finding,))


def shown(text: str) -> str:
    """A short text that any file can hold."""
    text = text.encode("utf-8", "backslashreplace").decode()
    return text if len(text) <= 300 else text[:299] + "…"
