"""`harness score RUN`: the pairs of a run, scored with the scorers that dataset.toml names now."""

from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from harness.config import RunConfig
from harness.domain.chat import JsonObject
from harness.domain.mark import Mark
from harness.domain.observation import Arm
from harness.pipeline.arms import check_budget, check_keys, least_real, ready_judge
from harness.pipeline.judging import Display, Judging, judge_line
from harness.pipeline.stages import opened, scorers_of, tell_settings, write_run_scores
from harness.sandbox.process import embedded
from harness.scorers.stage import NamedScorer
from harness.store.layout import RunDirectory
from harness.store.lock import run_lock
from harness.store.manifest import RunStart
from harness.store.pairs import read_pairs


@dataclass(frozen=True, slots=True, kw_only=True)
class Rescore:
    """A checked job: nothing has been sent.

    Attributes:
        judging: What the scorers want to know from a judge; None where none asks.
    """

    run_directory: RunDirectory
    start: RunStart
    config: RunConfig
    scorers: tuple[NamedScorer, ...]
    judging: Judging | None

    def question(self) -> str | None:
        """What to ask before money is spent, None where nothing is."""
        if self.judging is None or not self.judging.judge.costs_money:
            return None
        ahead = self.judging.preview()
        if not ahead.calls:
            return None
        judge = self.judging.judge
        line = judge_line(ahead, judge, at_most=False)
        return f"{line}\nThis is paid for at {judge.settings.label}. Go on?"

    def run(self, display: Display) -> str:
        """Ask the judge what is missing, and score; gives a closing line.

        Raises:
            RunStopped: Budget, error rate, refused key or interrupt; the same command continues.
        """
        run = self.run_directory
        with run_lock(run):
            start = self._judged(display)
            rows = write_run_scores(run, start, self.config, self.scorers)
            tell_settings(run, start, self.config)
            # They tell of the scores before; analyze and report make them anew.
            run.analysis.unlink(missing_ok=True)
            run.cases.unlink(missing_ok=True)
            run.report.unlink(missing_ok=True)
        return f"{rows:,} scores of {', '.join(scorer.name for scorer in self.scorers)}: {run.scores}"

    def _judged(self, display: Display) -> RunStart:
        """The start with the mark of the judge's answers, once they are there."""
        if self.judging is None:
            return self.start
        judge = self.judging.judge
        check_keys([judge])
        with ExitStack() as held:
            sandbox = None
            if judge.embedded:
                sandbox = held.enter_context(embedded(self.config.folder, table=self.config.sandbox))
            stopped = self.judging.run_calls(sandbox, display)
        if stopped is not None:
            way_on = f"{stopped.hint}. " if stopped.hint else ""
            hint = f"{way_on}The scores are as before. Run the same command again; nothing is paid twice."
            raise type(stopped)(stopped.message, hint)
        marks = [self.start.arms[arm].get("mark") for arm in Arm]
        return replace(self.start, mark=least_real([*marks, judge.mark]))


def prepare_rescore(reference: str, *, reports: Path) -> Rescore:
    """Check everything that can be checked without a key and without sending anything.

    Raises:
        RunNotFound, RunDamaged, ConfigError, PluginError: As their messages say.
    """
    run, start, config = opened(reference, reports)
    scorers = scorers_of(config)
    return Rescore(
        run_directory=run,
        start=start,
        config=config,
        scorers=scorers,
        judging=_judging(run, start, config, scorers),
    )


def _judging(
    run: RunDirectory, start: RunStart, config: RunConfig, scorers: tuple[NamedScorer, ...]
) -> Judging | None:
    judge = ready_judge(config) if any(named.asks for named in scorers) else None
    if judge is None:
        return None
    check_budget(config, [judge])
    spent = 0.0
    if config.replay.budget_usd is not None:
        paid = [arm for arm in Arm if _was_paid(start.arms[arm])]
        spent = sum(pair.cost_usd(arm) or 0.0 for pair in read_pairs(run.pairs) for arm in paid)
    return Judging(run=run, config=config, judge=judge, scorers=scorers, seed=start.seed, arms_usd=spent)


def _was_paid(arm: JsonObject) -> bool:
    """Whether the run called the arm, and somebody could be charged."""
    return arm.get("source") != "recorded" and arm.get("mark") != Mark.RECORDED
