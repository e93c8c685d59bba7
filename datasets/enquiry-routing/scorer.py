"""Two readings of one answer: the category that an enquiry belongs to.

`published` is the benchmark's rule: the right category is the only one that the text names, wherever it
stands. `strict` is what a router sees that expects the format of the prompt: `[类别]CATEGORY<eoa>` and
nothing else.
"""

import json
import re
from pathlib import Path

from harness import Answer, Finding, Score, ScoringContext, scorer

LABELS: tuple[str, ...] = tuple(json.loads(Path(__file__).with_name("labels.json").read_text("utf-8")))
# Beyond this no real answer goes; it keeps hostile text cheap.
LONGEST_ANSWER = 200_000
FORMAT = re.compile(r"\[类别\](?P<label>[^\[\]<>\n]{1,40})<eoa>")


@scorer
def published(answer: Answer, reference: Answer, context: ScoringContext) -> Score:
    """The benchmark's rule: right where the text names the right category and no other."""
    wanted, named = only(reference), labels_in(answer)
    if wanted is None:
        return Score(value=None, reason="The reference does not name one category.")
    if named == (wanted,):
        return Score(value=1.0, reason="The right category.")
    if not named:
        return wrong("unknown_label", "It names no category.", wanted, answer.text or "")
    if wanted in named:
        return wrong("label_surplus", f"It names {len(named)} categories.", wanted, "、".join(named))
    return wrong("wrong_label", "Another category.", wanted, "、".join(named))


@scorer
def strict(answer: Answer, reference: Answer, context: ScoringContext) -> Score:
    """Right where the text is the right category in the format of the prompt, and nothing else."""
    wanted = only(reference)
    if wanted is None:
        return Score(value=None, reason="The reference does not name one category.")
    text = (answer.text or "").strip()
    if text == (reference.text or "").strip():
        return Score(value=1.0, reason="The same text.")
    match = FORMAT.fullmatch(text)
    if match is None:
        return wrong("wrong_format", "It is not [类别]…<eoa>.", wanted, text)
    got = match["label"].strip()
    if got == wanted:
        return Score(value=1.0, reason="The right category.")
    kind = "wrong_label" if got in LABELS else "unknown_label"
    return wrong(kind, "Another category.", wanted, got)


def labels_in(answer: Answer) -> tuple[str, ...]:
    """The categories that a text names, in the order of the prompt."""
    text = (answer.text or "")[:LONGEST_ANSWER]
    return tuple(label for label in LABELS if label in text)


def only(answer: Answer) -> str | None:
    """The one category that a text names, None where it names none or several."""
    named = labels_in(answer)
    return named[0] if len(named) == 1 else None


def wrong(kind: str, reason: str, expected: str, actual: str) -> Score:
    """A score of 0 with the one finding that says why."""
    finding = Finding(kind=kind, expected=expected, actual=shown(actual), note=reason)
    return Score(value=0.0, reason=reason, findings=(finding,))


def shown(text: str) -> str:
    """A short text that any file can hold."""
    text = text.encode("utf-8", "backslashreplace").decode()
    return text if len(text) <= 300 else text[:299] + "…"
