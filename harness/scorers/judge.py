"""Scores free text by asking another model, the judge, which of two answers meets a criterion better."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from harness.domain.chat import Answer, ChatRequest
from harness.domain.judged import (
    BETTER,
    EQUAL,
    EXPECTED_ONLY,
    FIRST,
    IDENTICAL,
    INCUMBENT_ONLY,
    SECOND,
    VERDICT,
    WORSE,
    majority,
)
from harness.domain.score import Finding, Score, Verdict
from harness.scorers.answer_text import answer_text, wrong_answer
from harness.scorers.base import ScoringContext
from harness.scorers.json_parse import shown
from harness.scorers.judge_prompt import Question, request_of, task_text
from harness.scorers.judge_verdict import REASONS, NoVote, Unusable, Vote, read_verdict

DISAGREE: Final = "The two orders disagree: a tie."
_PASS_AT: Final = 0.5
_MOST_REPEATS: Final = 5
_REASONS: Final = {
    BETTER: "In both orders the judge says: better.",
    WORSE: "In both orders the judge says: worse.",
    EQUAL: "In both orders the judge says: equal.",
}
_NOT_ASKED: Final = NoVote(kind=Unusable.NOT_ASKED)
_VALUES: Final = {BETTER: 1.0, EQUAL: 0.5, WORSE: 0.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """A question with the place of the answer in it."""

    question: Question
    place: str
    request: ChatRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class _Heard:
    """A question with what the judge said."""

    asked: _Asked
    verdict: Vote | NoVote

    @property
    def said(self) -> str | None:
        """What the verdict says of the answer; None where it cannot be used."""
        if isinstance(self.verdict, NoVote):
            return None
        if self.verdict.choice == EQUAL:
            return EQUAL
        return BETTER if (self.verdict.choice == "A") is (self.asked.place == FIRST) else WORSE

    def finding(self) -> Finding:
        """The verdict as it is stored."""
        path = f"{self.asked.place}[{self.asked.question.repeat}]"
        note = shown(self.verdict.note) if isinstance(self.verdict, NoVote) else self.quotes()
        actual = self.verdict.kind.value if isinstance(self.verdict, NoVote) else self.said
        return Finding(kind=VERDICT, path=path, actual=actual, note=note, verdict=Verdict.SAME)

    def quotes(self) -> str:
        """What is quoted of the answer and of the reference, for a reader."""
        if isinstance(self.verdict, NoVote):
            return ""
        quotes = (self.verdict.evidence_a, self.verdict.evidence_b)
        pair = quotes if self.asked.place == FIRST else quotes[::-1]
        names = ("The answer", "The reference")
        told = [f"{name}: “{shown(quote)}”" for name, quote in zip(names, pair, strict=True) if quote.strip()]
        return " ".join(told)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge:
    """Whether the answer meets a criterion at least as well as the reference, says a model (`[judge]`).

    Both orders of the two answers are asked. 1 where the answer wins in both, 0 where it loses in both,
    0.5 where they are equal or the orders disagree; from 0.5 on the answer is right. A verdict that is
    cut off, malformed, unsure or without a true quote leaves the score without a value.

    Attributes:
        criterion: The one thing that counts, in a sentence or two. Required.
        against: What answers are compared with: `expected`, `incumbent` (its answer), or `auto`: the
            expected answer where the record has one, else the incumbent's.
        repeats: How often each order is asked, 1 to 5; the majority of an order is its verdict.
        longest: Characters of the task and of each answer up to which the judge is asked; nothing is cut.
        verdict_tokens: Upper limit of a verdict, reasoning included; 0 sends none.
        structured: Whether to ask for structured output; false for servers without it.
    """

    criterion: str = ""
    against: Literal["auto", "expected", "incumbent"] = "auto"
    repeats: int = 1
    longest: int = 100_000
    verdict_tokens: int = 2048
    structured: bool = True

    def __post_init__(self) -> None:
        if not self.criterion.strip():
            raise ValueError(
                'it needs a criterion, such as criterion = "Every amount of the claim is named."'
            )
        if not 1 <= self.repeats <= _MOST_REPEATS:
            raise ValueError(f"repeats must be from 1 to {_MOST_REPEATS}, not {self.repeats}")
        if self.longest < 1:
            raise ValueError(f"longest must be 1 or more characters, not {self.longest}")
        if self.verdict_tokens < 0:
            raise ValueError(f"verdict_tokens must be 0 or more, not {self.verdict_tokens}")

    def questions(self, answer: Answer, reference: Answer, context: ScoringContext) -> Sequence[ChatRequest]:
        """Both orders, each as often as `repeats` says; none where the judge is not needed."""
        if self._without_judge(answer, reference, context) is not None:
            return ()
        return tuple(asked.request for asked in self._asked(answer, reference, context))

    def score(self, answer: Answer, reference: Answer, context: ScoringContext) -> Score:
        """What the judge's verdicts come to."""
        known = self._without_judge(answer, reference, context)
        if known is not None:
            return known
        heard = []
        for asked in self._asked(answer, reference, context):
            outcome = None if context.ask is None else context.ask(asked.request)
            heard.append(_Heard(asked=asked, verdict=read_verdict(outcome, asked.question)))
        findings = [one.finding() for one in heard if one.verdict != _NOT_ASKED]
        ends = [_end(heard, place) for place in (FIRST, SECOND)]
        for end in ends:
            if isinstance(end, Unusable):
                return _score(None, REASONS[end], findings)
        if ends[0] != ends[1]:
            return _score(_VALUES[EQUAL], DISAGREE, findings)
        if ends[0] == WORSE:
            findings = [wrong_answer("judged_worse", answer, reference, _evidence(heard)), *findings]
        return _score(_VALUES[ends[0]], _REASONS[ends[0]], findings)

    def _without_judge(self, answer: Answer, reference: Answer, context: ScoringContext) -> Score | None:
        """The score where nobody needs to be asked, None where the judge must be."""
        expected = context.record.expected
        if self.against == "expected" or (self.against == "auto" and expected is not None):
            # By identity: an incumbent's answer may read the same, and would then be judged now and again.
            if reference is not expected:
                return _score(None, EXPECTED_ONLY, [])
        elif reference is expected:
            return _score(None, INCUMBENT_ONLY, [])
        texts = [_well_formed(answer_text(one)) for one in (answer, reference)]
        if " ".join(texts[0].split()) == " ".join(texts[1].split()):
            return _score(_VALUES[EQUAL], IDENTICAL, [])
        if max(map(len, [*texts, task_text(context.record.request)])) > self.longest:
            return _score(None, f"Longer than the judge is shown ({self.longest:,} characters).", [])
        return None

    def _asked(self, answer: Answer, reference: Answer, context: ScoringContext) -> list[_Asked]:
        task = _well_formed(task_text(context.record.request))
        shown_as_a, shown_as_b = _well_formed(answer_text(answer)), _well_formed(answer_text(reference))
        asked = []
        for repeat in range(self.repeats):
            for place, texts in ((FIRST, (shown_as_a, shown_as_b)), (SECOND, (shown_as_b, shown_as_a))):
                question = Question(
                    criterion=self.criterion.strip(),
                    task=task,
                    first=texts[0],
                    second=texts[1],
                    repeat=repeat,
                )
                request = request_of(question, structured=self.structured, tokens=self.verdict_tokens)
                asked.append(_Asked(question=question, place=place, request=request))
        return asked


def _end(heard: Sequence[_Heard], place: str) -> str | Unusable:
    """The verdict of one order; where none of its verdicts can be used, why the first one cannot."""
    here = [one for one in heard if one.asked.place == place]
    said = [one.said for one in here if one.said is not None]
    if not said:
        return next(one.verdict.kind for one in here if isinstance(one.verdict, NoVote))
    return majority(said)


def _evidence(heard: Sequence[_Heard]) -> str:
    """The quotes of the first verdict against the answer."""
    return next(one.quotes() for one in heard if one.said == WORSE)


def _score(value: float | None, reason: str, findings: Sequence[Finding]) -> Score:
    return Score(value=value, reason=reason, findings=tuple(findings), pass_at=_PASS_AT)


def _well_formed(text: str) -> str:
    """The text as any server can be sent it: half surrogate pairs replaced."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()
