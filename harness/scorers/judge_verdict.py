"""Reads what a judge answered; what cannot be used is told apart by kind, never taken for a tie."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from harness.domain.chat import Response
from harness.domain.observation import CallError
from harness.scorers.json_parse import parse_json
from harness.scorers.judge_prompt import VERDICTS, Question

_LONGEST_VERDICT: Final = 100_000
_KEYS: Final = ("evidence_a", "evidence_b", "verdict")
# Models retype these when they quote.
_SAME: Final = str.maketrans(
    {
        **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u00b4`", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb", '"'),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-"),
        "\u2026": "...",
        "\u00ad": None,
    }
)


class Unusable(StrEnum):
    """Why a judge's answer counts for nothing."""

    NOT_ASKED = "not_asked"
    CALL_FAILED = "call_failed"
    TRUNCATED = "truncated"
    REFUSED = "refused"
    MALFORMED = "malformed"
    NO_EVIDENCE = "no_evidence"
    FALSE_EVIDENCE = "false_evidence"
    UNSURE = "unsure"


REASONS: Final[Mapping[str, str]] = {
    Unusable.NOT_ASKED: "The judge was not asked.",
    Unusable.CALL_FAILED: "The call to the judge failed.",
    Unusable.TRUNCATED: "The judge's verdict was cut off.",
    Unusable.REFUSED: "The judge refused.",
    Unusable.MALFORMED: "The judge's verdict is not of the form asked for.",
    Unusable.NO_EVIDENCE: "The judge quoted no evidence.",
    Unusable.FALSE_EVIDENCE: "The judge quoted what the answer does not say.",
    Unusable.UNSURE: "The judge is unsure.",
}
"""One sentence per kind, as a score without a value gives it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vote:
    """One usable verdict.

    Attributes:
        choice: "A", "B" or "equal".
        evidence_a, evidence_b: The quotes, "" where none was given.
    """

    choice: str
    evidence_a: str
    evidence_b: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoVote:
    """A verdict that cannot be used; `note` says more, for a reader."""

    kind: Unusable
    note: str = ""


def read_verdict(outcome: Response | CallError | None, question: Question) -> Vote | NoVote:
    """What the judge says to a question.

    Args:
        outcome: What happened on the call; None where it was not made.
        question: What was asked; its answers must contain the quotes.
    """
    if outcome is None:
        return NoVote(kind=Unusable.NOT_ASKED)
    if isinstance(outcome, CallError):
        kind = Unusable.TRUNCATED if outcome.kind == "truncated_stream" else Unusable.CALL_FAILED
        return NoVote(kind=kind, note=outcome.kind)
    if outcome.finish_reason == "length":
        return NoVote(kind=Unusable.TRUNCATED)
    if outcome.answer.refusal or outcome.finish_reason == "content_filter":
        return NoVote(kind=Unusable.REFUSED)
    return _read(outcome.answer.text or "", question)


def _read(text: str, question: Question) -> Vote | NoVote:
    if len(text) > _LONGEST_VERDICT:
        return NoVote(kind=Unusable.MALFORMED, note="It is far too long.")
    value = parse_json(text).value
    trouble = _shape(value)
    if trouble:
        return NoVote(kind=Unusable.MALFORMED, note=trouble)
    vote = Vote(choice=value["verdict"], evidence_a=value["evidence_a"], evidence_b=value["evidence_b"])
    if vote.choice == "unsure":
        return NoVote(kind=Unusable.UNSURE)
    quotes = (("A", vote.evidence_a, question.first), ("B", vote.evidence_b, question.second))
    if not any(_bare(quote) for _, quote, _ in quotes):
        return NoVote(kind=Unusable.NO_EVIDENCE)
    for name, quote, answer in quotes:
        if _bare(quote) not in plain_quote(answer):
            return NoVote(kind=Unusable.FALSE_EVIDENCE, note=f"Answer {name} does not say: {quote}")
    return vote


def _bare(quote: str) -> str:
    """A quote without the marks that a model may have put around it."""
    return plain_quote(quote).strip("\"' ")


def _shape(value: Any) -> str:
    """What is wrong with the form of a verdict, "" where nothing is."""
    if not isinstance(value, dict):
        return "It is no JSON object."
    missing = [name for name in _KEYS if not isinstance(value.get(name), str)]
    if missing:
        return f"It has no text {' and no text '.join(missing)}."
    if value["verdict"] not in VERDICTS:
        return f"Its verdict is none of {', '.join(VERDICTS)}."
    return ""


def plain_quote(text: str) -> str:
    """The text as quotes are compared: one space for any space, plain quotation marks and dashes."""
    return " ".join(unicodedata.normalize("NFC", text).translate(_SAME).split())
