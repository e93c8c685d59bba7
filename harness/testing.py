"""Helps plugin authors test what they wrote."""

import copy
import math

from harness.domain.chat import Answer, ChatRequest, ToolCall
from harness.domain.record import Record
from harness.domain.score import Finding, Score
from harness.scorers.base import Scorer, ScoringContext, needs_reference

AWKWARD_ANSWERS: tuple[Answer, ...] = (
    Answer(text="yes"),
    Answer(text=" \n"),
    Answer(text="{"),
    Answer(text='{"total": 12.50, "lines": [{"text": "a", "amount": 1e999}]}'),
    Answer(text="Zürich, 東京, \U0001f44d, e\u0301, \u202e, \ud800"),
    Answer(text="\x00\x1b[31m</script>"),
    Answer(text="word " * 20_000),
    Answer(text="[" * 5_000),
    Answer(tool_calls=(ToolCall(id="1", name="look_up", arguments='{"id": 7}'),)),
)
"""Answers that scorers stumble over."""


def check_scorer(scorer: Scorer) -> None:
    """Run a scorer over awkward answers and check what every scorer promises.

    An answer scores as right against itself or cannot be told, a value lies between 0 and 1, nothing
    raises, the same question gets the same score, and neither answer is changed. A scorer that needs no
    reference gets an empty one as well, and may find an answer wrong that the reference repeats.

    Raises:
        AssertionError: A promise is broken; the message says which, and for which answers.
    """
    record = Record(id="check", request=ChatRequest(body={}), recorded=None, expected=None, tags={})
    context = ScoringContext(record=record, seed=7)
    alone = () if needs_reference(scorer) else (Answer(),)
    for reference in AWKWARD_ANSWERS + alone:
        for answer in AWKWARD_ANSWERS:
            _check(scorer, answer, reference, context)


def _check(scorer: Scorer, answer: Answer, reference: Answer, context: ScoringContext) -> None:
    where = f"for the answer {_short(answer)} and the reference {_short(reference)}"
    before = copy.deepcopy((answer, reference))
    try:
        score = scorer.score(answer, reference, context)
    except Exception as error:
        raise AssertionError(f"the scorer raised {type(error).__name__}: {error} {where}") from error
    _require(isinstance(score, Score), f"it returned {type(score).__name__}, not a Score, {where}")
    value = 0.0 if score.value is None else score.value
    _require(math.isfinite(value) and 0.0 <= value <= 1.0, f"the value {score.value} is not in 0..1 {where}")
    _require(all(isinstance(one, Finding) for one in score.findings), f"a finding is no Finding {where}")
    _require((answer, reference) == before, f"it changed an answer {where}")
    _require(scorer.score(answer, reference, context) == score, f"a second look scored differently {where}")
    holds = not needs_reference(scorer) or answer != reference or score.right is not False
    _require(holds, f"the same answer is not right {where}")


def _require(holds: bool, message: str) -> None:
    if not holds:
        raise AssertionError(message)


def _short(answer: Answer) -> str:
    return ascii(answer.text if answer.text is not None else answer.tool_calls)[:60]
