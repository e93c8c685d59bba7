"""The judge's phase, between pairs and scores: what judge scorers ask is sent, and every answer journaled.

The scorers are run once with a context that only notes what they ask. Each question becomes a record of
its own and is replayed like one: same throttle, retries, error rate, budget, and a journal (judge.jsonl)
by which nothing is paid twice. Scoring then looks the answers up by the fingerprint of the question.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Protocol

from harness.analysis.judged import JudgeSpending
from harness.analysis.stats.counting import Count
from harness.config import RunConfig
from harness.dataset.human_labels import HUMAN_LABELS, read_human_labels
from harness.dataset.shape import quoted
from harness.domain.chat import Answer, ChatRequest, Response
from harness.domain.human_label import HumanLabel
from harness.domain.mark import Mark
from harness.domain.observation import Arm, CallError, CallKey, Observation, Timing
from harness.domain.pair import Pair
from harness.domain.record import Record
from harness.errors import DatasetError, RunStopped
from harness.pipeline.arms import JUDGE, ReadyArm, arm_plan
from harness.pipeline.preview import ArmPreview, dollars
from harness.replay.interrupt import run_interruptibly
from harness.replay.plan import ArmPlan, Chosen, Job, no_record, observe, remaining
from harness.replay.progress import Progress
from harness.replay.runner import replay
from harness.replay.watch import Onlookers
from harness.scorers.base import AskAbout
from harness.scorers.stage import NamedScorer, score_pairs
from harness.store.journal import Journal, JournalIndex
from harness.store.layout import RunDirectory
from harness.store.manifest import ArmCounts
from harness.store.pairs import read_pairs

_VERDICT_TOKENS = 150
"""What a verdict with two quotes usually takes; a judge that reasons writes more."""


class Display(Protocol):
    """Opens a progress display: title, calls per arm, the mark of the answers, what the arm is called."""

    def __call__(
        self, title: str, calls: Mapping[Arm, int], mark: Mark, role: str = ""
    ) -> AbstractContextManager[Callable[[Progress], None]]:
        """The display; its context closes it."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeAnswers:
    """Where the judge's answers lie. Can be pickled: each process that scores opens its own.

    Attributes:
        journal: judge.jsonl of the run; need not exist.
        plan: How the judge is called; fingerprints go by it. Nothing is sent.
    """

    journal: Path
    plan: ArmPlan

    @contextmanager
    def open(self) -> Iterator[AskAbout]:
        """Looks answers up by record id and request, as `score_pairs` wants it."""
        done = JournalIndex.scan(self.journal)
        try:
            yield partial(_look_up, self.plan, done)
        finally:
            done.close()


def _look_up(
    plan: ArmPlan, done: JournalIndex, record_id: str, request: ChatRequest
) -> Response | CallError | None:
    first, *_ = observe(plan, _pseudo_record(record_id, request), done)
    outcome = first.outcome
    return None if isinstance(outcome, CallError) and outcome.kind == "not_called" else outcome


def judge_answers(run: RunDirectory, judge: ReadyArm, config: RunConfig) -> JudgeAnswers:
    """Where a run's scorers find what the judge answered."""
    plan = arm_plan(judge, config, sandbox_url=None)
    bare = ArmPlan(arm=plan.arm, name=plan.name, provider=plan.provider, settings=plan.settings)
    return JudgeAnswers(journal=run.judge_journal, plan=bare)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judging:
    """What a run's scorers want to know from the judge.

    Attributes:
        arms_usd: What of the budget the arms have spent.
        earlier: Journals of the judge of other runs of the group: what the incumbent got is not paid twice.
    """

    run: RunDirectory
    config: RunConfig
    judge: ReadyArm
    scorers: tuple[NamedScorer, ...]
    seed: int
    arms_usd: float = 0.0
    earlier: tuple[Path, ...] = ()

    def preview(self) -> ArmPreview:
        """The calls that remain, and those that the journal has; reads the pairs once."""
        with ExitStack() as held:
            plan = arm_plan(self.judge, self.config, sandbox_url=None, shared=self._shared(held))
            done = held.enter_context(closing(JournalIndex.scan(self.run.judge_journal)))
            return preview_questions(self._questions(), plan, done)

    def run_calls(self, sandbox_url: str | None, display: Display) -> RunStopped | None:
        """Ask what has not been answered; gives why it stopped, None where it came to its end.

        Args:
            sandbox_url: Where the embedded sandbox listens, None where there is none.
            display: Shows how far it is.
        """
        ahead = self.preview()
        if not ahead.calls:
            return None
        try:
            self._send(self._within_budget(), ahead.calls + ahead.reused, sandbox_url, display)
        except RunStopped as stopped:
            return _as_judge(stopped, self.judge.settings.label)
        return None

    def _send(self, config: RunConfig, calls: int, sandbox_url: str | None, display: Display) -> None:
        with ExitStack() as held:
            plan = arm_plan(self.judge, config, sandbox_url=sandbox_url, shared=self._shared(held))
            journal = held.enter_context(Journal(self.run.judge_journal))
            title = f"{config.name}: {JUDGE} {plan.name}"
            show = held.enter_context(display(title, {plan.arm: calls}, self.judge.mark, JUDGE))
            run_interruptibly(
                replay(self._questions(), {plan.arm: plan}, journal, config.replay, Onlookers(show=show))
            )

    def _within_budget(self) -> RunConfig:
        """The settings with what the arms have left of the budget."""
        budget = self.config.replay.budget_usd
        if budget is None:
            return self.config
        if budget <= self.arms_usd:
            raise RunStopped(
                f"the budget of ${budget:,.2f} is used up before the judge is asked", "raise budget_usd"
            )
        left = replace(self.config.replay, budget_usd=budget - self.arms_usd)
        return replace(self.config, replay=left)

    def _shared(self, held: ExitStack) -> tuple[JournalIndex, ...]:
        return tuple(held.enter_context(closing(JournalIndex.scan(path))) for path in self.earlier)

    def _questions(self) -> Iterator[Record]:
        return questions_of(read_pairs(self.run.pairs), self.scorers, seed=self.seed)


def questions_of(pairs: Iterable[Pair], scorers: Sequence[NamedScorer], *, seed: int) -> Iterator[Record]:
    """What the scorers ask about each pair, as records; holds the questions of one pair at a time.

    A question that two scorers or two comparisons of one pair share comes once.
    """
    asked: list[ChatRequest] = []

    def note(_: str, request: ChatRequest) -> None:
        if request not in asked:
            asked.append(request)

    asking = [named for named in scorers if named.asks]
    for pair in pairs:
        for _ in score_pairs([pair], asking, seed=seed, ask=note):
            pass
        for request in asked:
            yield _pseudo_record(pair.record.id, request)
        asked.clear()


def _pseudo_record(record_id: str, request: ChatRequest) -> Record:
    return Record(id=record_id, request=request, recorded=None, expected=None, tags={})


def preview_questions(questions: Iterable[Record], plan: ArmPlan, done: JournalIndex) -> ArmPreview:
    """Count calls and estimate tokens; sends nothing."""
    total = ArmPreview()
    for question in questions:
        for job in remaining(plan, question, done):
            if isinstance(job, Job):
                total.calls += 1
                total.input_tokens += job.input_tokens
                total.output_tokens += _VERDICT_TOKENS
            else:
                total.reused += 1
    return total


def foreseen_pairs(records: Iterable[Record], repeated: Chosen = no_record) -> Iterator[Pair]:
    """Pairs as they may come out, to estimate a judge before anything is called: no two answers alike.

    Args:
        records: The records that are called.
        repeated: Those that are called twice; their second answers are judged too.
    """
    for record in records:
        text = _likely_text(record)
        incumbent = record.recorded or Response(answer=Answer(text=f"{text} I"))
        candidate = Response(answer=Answer(text=f"{text} C"))
        again = [
            _foreseen(record, arm, Response(answer=Answer(text=f"{text} {arm.value} again")), repeat=1)
            for arm in (Arm.INCUMBENT, Arm.CANDIDATE)
            if repeated(record)
        ]
        yield Pair(
            record=record,
            incumbent=_foreseen(record, Arm.INCUMBENT, incumbent),
            candidate=_foreseen(record, Arm.CANDIDATE, candidate),
            repeats=tuple(again),
        )


def _likely_text(record: Record) -> str:
    known = record.expected or (record.recorded.answer if record.recorded else None)
    return (known.text if known else None) or "x" * 1000


def _foreseen(record: Record, arm: Arm, response: Response, *, repeat: int = 0) -> Observation:
    key = CallKey(record_id=record.id, arm=arm, repeat=repeat, fingerprint="foreseen")
    return Observation(key=key, outcome=response, timing=Timing())


def judge_line(total: ArmPreview, judge: ReadyArm, *, at_most: bool) -> str:
    """The estimate as a line of text."""
    reused = f" ({total.reused:,} more are in the journal)" if total.reused else ""
    calls = f"{'at most ' if at_most else ''}{total.calls:,} calls{reused}"
    tokens = f"about {total.input_tokens:,} tokens in, {total.output_tokens:,} out"
    return f"{JUDGE:<9} {judge.settings.label}: {calls}, {tokens}, {dollars(total, judge)}"


def judge_counts(run: RunDirectory, judge: ReadyArm) -> ArmCounts | None:
    """How the calls to the judge went, those of an earlier judge of this run included; None without any.

    All are counted at the price of the judge given.
    """
    done = JournalIndex.scan(run.judge_journal)
    try:
        return _counted(done.observations(), judge) if len(done) else None
    finally:
        done.close()


def judge_spending(run: RunDirectory, judge: ReadyArm) -> JudgeSpending | None:
    """The same as the analysis holds it."""
    counts = judge_counts(run, judge)
    if counts is None:
        return None
    return JudgeSpending(
        calls=counts.calls,
        errors=tuple(Count(name=kind, count=count) for kind, count in counts.errors.items()),
        input_tokens=counts.input_tokens,
        output_tokens=counts.output_tokens,
        cost_usd=counts.cost_usd,
        unknown_costs=counts.unknown_costs,
    )


def labels_of(config: RunConfig, scorers: Sequence[NamedScorer]) -> tuple[HumanLabel, ...]:
    """What people said of the candidate's answers; none where no scorer asks a judge.

    Raises:
        DatasetError: A line of human_labels.jsonl is wrong, or names a scorer that is not there.
    """
    names = [named.name for named in scorers if named.asks]
    labels = read_human_labels(config.folder) if names else ()
    for label in labels:
        if label.scorer not in names:
            raise DatasetError(
                f"{config.folder / HUMAN_LABELS}: there is no judge scorer {quoted(label.scorer)}",
                f"Judge scorers of dataset.toml: {', '.join(names)}.",
            )
    return labels


def _counted(observations: Iterable[Observation], judge: ReadyArm) -> ArmCounts:
    calls = retries = tokens_in = tokens_out = unknown = 0
    errors: dict[str, int] = {}
    costs = []
    for observation in observations:
        calls += 1
        retries += observation.timing.retries
        outcome = observation.outcome
        if isinstance(outcome, CallError):
            errors[outcome.kind] = errors.get(outcome.kind, 0) + 1
        response = outcome.partial if isinstance(outcome, CallError) else outcome
        if response is None:
            continue
        tokens_in += response.usage.input_tokens or 0
        tokens_out += response.usage.output_tokens or 0
        cost = judge.cost(judge.arm, response)
        if cost is None:
            unknown += 1
        else:
            costs.append(cost)
    return ArmCounts(
        calls=calls,
        errors=dict(sorted(errors.items())),
        retries=retries,
        input_tokens=tokens_in,
        output_tokens=tokens_out,
        cost_usd=sum(costs) if costs else None,
        unknown_costs=unknown,
    )


def _as_judge(stopped: RunStopped, name: str) -> RunStopped:
    """The replay calls its only arm the candidate; here it is the judge."""
    message = stopped.message.replace(f"{Arm.CANDIDATE} {name}", f"{JUDGE} {name}")
    message = re.sub(rf"after (\d+) {Arm.CANDIDATE} calls", rf"after \1 calls to the {JUDGE}", message)
    return type(stopped)(message, stopped.hint)
