"""A SIMULATED judge: answers the questions of judge scorers, right and wrong at set rates.

It knows the expected answers, which no real judge does. An answer is right where it holds the expected
text; so a paraphrase counts as wrong.
"""

import orjson

from harness.sandbox.behavior import Played
from harness.sandbox.draw import Draw
from harness.sandbox.faults import as_text
from harness.sandbox.settings import JudgeBehavior
from harness.scorers.judge_prompt import Asked

MARK = "SIMULATED"
_QUOTED_WORDS = 12


def judge_answer(
    asked: Asked, expected: object | None, behavior: JudgeBehavior, *, model: str, seed: int
) -> Played:
    """The verdict; equal arguments give an equal one.

    Args:
        asked: The question.
        expected: The record's expected answer, None where the record is unknown.
        behavior: How good the judge is.
        model: Its name.
        seed: Decides which verdicts are wrong.
    """
    quotes = [_quote(asked.first), _quote(asked.second)]
    share = Draw(seed, model, asked.task, asked.first, asked.second, "form").share()
    if share < behavior.malformed:
        return Played(text="Both answers are fine, I think.")
    text = _verdict(
        "unsure" if expected is None else _choice(asked, as_text(expected), behavior, model, seed)
    )
    share -= behavior.malformed
    if share < behavior.truncated:
        return Played(text=_json(quotes, text)[:40], finish_reason="length")
    if share - behavior.truncated < behavior.misquoted:
        quotes[0] = f"{quotes[0]} and nobody says this"
    return Played(text=_json(quotes, text))


def _choice(asked: Asked, expected: str, behavior: JudgeBehavior, model: str, seed: int) -> str:
    """What the judge believes: "first", "second" or "equal", the same whichever is shown first."""
    pair = sorted([asked.first, asked.second])
    draw = Draw(seed, model, asked.task, *pair, "belief")
    if draw.share() < behavior.position_bias:
        return "first"
    right = [_holds(text, expected) for text in (asked.first, asked.second)]
    if right[0] != right[1]:
        better = "first" if right[0] else "second"
        return better if draw.share() < behavior.specificity else "equal"
    if draw.share() < behavior.sensitivity:
        return "equal"
    # Wrongly against an answer: the expected one is then taken for the better one.
    favoured = expected if expected in pair else draw.pick(pair)
    return "first" if asked.first == favoured else "second"


def _verdict(choice: str) -> str:
    return {"first": "A", "second": "B"}.get(choice, choice)


def _holds(text: str, expected: str) -> bool:
    return _plain(expected) in _plain(text)


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def _quote(text: str) -> str:
    return " ".join(text.split()[:_QUOTED_WORDS])


def _json(quotes: list[str], verdict: str) -> str:
    return orjson.dumps({"evidence_a": quotes[0], "evidence_b": quotes[1], "verdict": verdict}).decode()
