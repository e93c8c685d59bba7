"""Stages 2 to 4 on a run directory: score, analyze, report."""

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from harness.analysis import AnalysisSettings, analysis_from_json, analysis_to_json, analyze_with_cases
from harness.analysis.arms import ArmSummary
from harness.analysis.result import Analysis
from harness.config import RunConfig, load_config
from harness.domain.mark import Mark
from harness.domain.observation import Arm
from harness.errors import ConfigError, RunDamaged
from harness.pipeline.arms import JUDGE, ready_judge
from harness.pipeline.group import told_settings
from harness.pipeline.judging import judge_answers, judge_counts, judge_spending, labels_of
from harness.pipeline.portfolio import portfolio_after
from harness.pipeline.reporting import write_report
from harness.pipeline.scoring import scored_pairs
from harness.providers.families import families_of
from harness.report.facts import ArmFacts, RunFacts
from harness.report.pagedata import EVERYTHING
from harness.report.summary import summary_lines
from harness.scorers.base import needs_reference
from harness.scorers.build import build_scorers
from harness.scorers.stage import NamedScorer
from harness.store.cases import write_cases
from harness.store.files import write_bytes_atomically
from harness.store.layout import RunDirectory, find_run, point_latest
from harness.store.manifest import (
    ArmCounts,
    Manifest,
    RunStart,
    read_run_start,
    write_manifest,
    write_run_start,
)
from harness.store.pairs import read_pairs
from harness.store.scores import read_scores, write_scores
from harness.store.triage import JudgedRun, read_triage

_SCORE_FIRST = "Score the run first: harness score RUN"
_ANALYZE_FIRST = "Analyze the run first: harness analyze RUN"


def scorers_of(config: RunConfig) -> tuple[NamedScorer, ...]:
    """The scorers that dataset.toml names, the primary one first.

    Raises:
        PluginError: One cannot be loaded.
        ConfigError: A setting of one is wrong, or one asks a model and there is no [judge].
    """
    scorers = build_scorers(config.scorers, config.folder)
    asking = [named.name for named in scorers if named.asks]
    if asking and config.judge is None:
        file = config.folder / "dataset.toml"
        raise ConfigError(
            f'{file}: the scorer "{asking[0]}" asks a model, but there is no [judge]',
            'Add [judge] with provider = "…" and model = "…", a model of another family (docs/judge.md).',
        )
    return scorers


def finish_run(
    run: RunDirectory,
    start: RunStart,
    config: RunConfig,
    scorers: Sequence[NamedScorer],
    *,
    stopped: str = "",
) -> list[str]:
    """Score, analyze and report; the manifest only where the run came to its end.

    Args:
        run: Its directory, with pairs.parquet in it.
        start: What it set out to do.
        config: Its settings.
        scorers: The primary one first.
        stopped: Why the replay ended early, "" where it did not.

    Returns:
        The closing lines for the terminal.
    """
    write_run_scores(run, start, config, scorers)
    analysis = _analyze(run, start, config, scorers)
    facts = _facts(start, stopped)
    report = write_report(run, analysis, facts)
    if not stopped:
        counts = {arm: _counts(analysis.arm(arm)) for arm in Arm}
        judge = ready_judge(config)
        judged = None if judge is None else judge_counts(run, judge)
        manifest = Manifest(start=start, finished_at=datetime.now(UTC), counts=counts, judge=judged)
        write_manifest(run.manifest, manifest)
        point_latest(run)
    notes = (*report.notes, *portfolio_after(run))
    return closing_lines(analysis, start, facts, run, notes=notes)


def closing_lines(
    analysis: Analysis, start: RunStart, facts: RunFacts, run: RunDirectory, *, notes: Sequence[str] = ()
) -> list[str]:
    """What the terminal says at the end; `notes` on the report and its place come last."""
    *lines, report = summary_lines(analysis, facts, str(run.report))
    early = [f"Ended early: {start.stopped_early['reason']}"] if start.stopped_early else []
    return [*lines, *early, *notes, report]


def analyze_run(reference: str, *, reports: Path) -> str:
    """`harness analyze RUN`: with the scorers that the stored scores were made with.

    Raises:
        RunNotFound, RunDamaged, ConfigError, PluginError: As their messages say.
    """
    run, start, config = opened(reference, reports)
    _must_be(run.scores, _SCORE_FIRST)
    scored = start.settings.get("scorers") or config.scorers
    config = replace(config, scorers=tuple(scored))
    analysis = _analyze(run, start, config, scorers_of(config))
    tell_settings(run, start, config)
    run.report.unlink(missing_ok=True)  # it tells of the analysis before
    facts = _facts(start, _unfinished(run))
    return "\n".join(summary_lines(analysis, facts, str(run.analysis), title="Every figure"))


def report_run(reference: str, *, reports: Path, everything: bool = False) -> str:
    """`harness report RUN`.

    Args:
        reference: The run.
        reports: Folder of the run directories.
        everything: Put every pair into the file, in full and however large it gets.

    Raises:
        RunNotFound, RunDamaged: As their messages say.
    """
    run, start, analysis, facts = analyzed(reference, reports)
    written = write_report(run, analysis, facts, EVERYTHING if everything else None)
    notes = (*written.notes, *portfolio_after(run, reports))
    return "\n".join(closing_lines(analysis, start, facts, run, notes=notes))


class Analyzed(NamedTuple):
    """A run whose figures are there to be shown."""

    run: RunDirectory
    start: RunStart
    analysis: Analysis
    facts: RunFacts


def analyzed(reference: str, reports: Path) -> Analyzed:
    """An analyzed run.

    Raises:
        RunNotFound, RunDamaged, SchemaMismatch: As their messages say.
    """
    run = find_run(reports, reference)
    start = read_run_start(run.run)
    for file in (run.analysis, run.cases):
        _must_be(file, _ANALYZE_FIRST)
    analysis = analysis_from_json(run.analysis.read_bytes())
    return Analyzed(run=run, start=start, analysis=analysis, facts=_facts(start, _unfinished(run)))


def _unfinished(run: RunDirectory) -> str:
    return "" if run.manifest.is_file() else "the run is not finished"


def opened(reference: str, reports: Path) -> tuple[RunDirectory, RunStart, RunConfig]:
    """A run that has pairs, with the settings as dataset.toml has them now.

    Raises:
        RunNotFound, RunDamaged, ConfigError: As their messages say.
    """
    run = find_run(reports, reference)
    start = read_run_start(run.run)
    _must_be(run.pairs, "The run did not get that far: run harness shadow again to continue it.")
    return run, start, _config_of(start)


def _config_of(start: RunStart) -> RunConfig:
    """The settings as dataset.toml has them now, with the run's own `--set` on top."""
    folder = Path(str(start.settings.get("folder") or start.dataset_path))
    overrides = tuple(str(text) for text in start.settings.get("overrides", ()))
    if not folder.is_dir():
        raise RunDamaged(
            f"the dataset of run {start.run_id} is no longer at {folder}",
            "Put it back there; it holds the scorers.",
        )
    return load_config(folder, overrides=overrides)


def tell_settings(run: RunDirectory, start: RunStart, config: RunConfig) -> None:
    """The run is told by the settings that its scores and analysis were made with."""
    write_run_start(run.run, replace(start, settings={**start.settings, **told_settings(config)}))


def _must_be(file: Path, hint: str) -> None:
    if not file.is_file():
        raise RunDamaged(f"{file}: the file is missing", hint)


def write_run_scores(
    run: RunDirectory, start: RunStart, config: RunConfig, scorers: Sequence[NamedScorer]
) -> int:
    """Score the pairs with what the judge has answered so far; gives the number of scores."""
    judge = ready_judge(config) if any(named.asks for named in scorers) else None
    answers = None if judge is None else judge_answers(run, judge, config)
    with closing(scored_pairs(run.pairs, config, scorers, seed=start.seed, answers=answers)) as scored:
        return write_scores(run.scores, scored)


def _analyze(
    run: RunDirectory, start: RunStart, config: RunConfig, scorers: Sequence[NamedScorer]
) -> Analysis:
    decision = config.decision
    settings = AnalysisSettings(
        scorers=tuple(named.name for named in scorers),
        deciding=tuple(named.name for named in scorers if named.decides),
        checks=tuple(named.name for named in scorers if not needs_reference(named.scorer)),
        judges=tuple(named.name for named in scorers if named.asks),
        slices=config.dataset.slices,
        margin=decision.margin,
        alpha=decision.alpha,
        power=decision.power,
        level=1 - 2 * decision.alpha,
        seed=start.seed,
        cluster=decision.cluster,
        largest_cluster=(start.sequential or {}).get("largest_cluster"),
        sequential=start.sequential is not None,
        severity=config.severity,
    )
    judge = ready_judge(config) if settings.judges else None
    analyzed = analyze_with_cases(
        read_pairs(run.pairs),
        read_scores(run.scores),
        settings,
        labels=labels_of(config, scorers),
        spending=None if judge is None else judge_spending(run, judge),
        judgements=read_triage(run.triage, judged_run(start)).ordered(),
    )
    write_cases(run.cases, analyzed.cases)
    write_bytes_atomically(run.analysis, analysis_to_json(analyzed.analysis))
    return analyzed.analysis


def judged_run(start: RunStart) -> JudgedRun:
    """What people's judgements must be of."""
    return JudgedRun(run_id=start.run_id, dataset=start.dataset, dataset_sha256=start.dataset_sha256)


def _counts(arm: ArmSummary) -> ArmCounts:
    return ArmCounts(
        calls=arm.calls,
        errors={error.name: error.count for error in arm.errors},
        retries=arm.retries,
        input_tokens=arm.tokens.input,
        output_tokens=arm.tokens.output,
        cost_usd=arm.cost.known_usd,
        unknown_costs=arm.cost.unknown,
        repeats=arm.repeats,
    )


def _facts(start: RunStart, stopped: str) -> RunFacts:
    """What the report says about the run besides its figures."""
    factors = start.settings.get("factors")
    limit_ms = _number(factors, "latency_requirement_ms")
    tokens = _number(factors, "tokens_per_month")
    return RunFacts(
        dataset=start.dataset,
        mark=start.mark,
        run_id=start.run_id,
        dataset_sha256=start.dataset_sha256,
        date=f"{start.started_at:%Y-%m-%d}",
        incumbent=_arm_facts(start.arms[Arm.INCUMBENT]),
        candidate=_arm_facts(start.arms[Arm.CANDIDATE]),
        unit=start.unit,
        planned=start.records,
        stopped=stopped,
        method=_method(start),
        note=_text(start.settings.get("dataset"), "note"),
        command=str(start.settings.get("command", "")),
        tokens_per_month=None if tokens is None else int(tokens),
        ttft_limit_s=None if limit_ms is None else limit_ms / 1000,
    )


def _arm_facts(arm: Mapping[str, Any]) -> ArmFacts:
    return ArmFacts(
        model=str(arm["model"]),
        provider=str(arm["provider"]),
        endpoint=str(arm["base_url"]),
        recorded=arm["source"] == "recorded",
        price=str(arm["price"]),
        mark=Mark(arm.get("mark", Mark.LIVE)),
    )


def _method(start: RunStart) -> tuple[tuple[str, str], ...]:
    replay = start.settings.get("replay") or {}
    shown = ("concurrency", "rpm", "tpm", "retries", "total_timeout_s", "stream", "repeats", "budget_usd")
    settings = ", ".join(f"{name} {replay[name]}" for name in shown if replay.get(name) is not None)
    scorers = "; ".join(_scorer(table) for table in start.settings.get("scorers", ()))
    versions = ", ".join(f"{name} {number}" for name, number in start.versions.items())
    return (
        ("Dataset", f"{start.dataset}, {start.records:,} records, sha256 {start.dataset_sha256[:16]}…"),
        ("Scorers", scorers),
        *_judge(start),
        ("Replay", settings),
        *_limits(start),
        *_order(start),
        ("Seed", str(start.seed)),
        ("Versions", versions),
    )


def _judge(start: RunStart) -> tuple[tuple[str, str], ...]:
    judge = start.settings.get(JUDGE)
    if not isinstance(judge, Mapping):
        return ()
    told = f"{judge.get('provider')}/{judge.get('model')} ({judge.get('mark')})"
    models = {arm.value: str(start.arms[arm].get("model")) for arm in Arm}
    return (("Judge", "; ".join([told, *kinship_notes(str(judge.get("model")), models)])),)


def kinship_notes(judge: str, models: Mapping[str, str]) -> list[str]:
    """A warning per arm whose model is of the judge's family: a judge prefers its own.

    Args:
        judge: Name of its model.
        models: Arm to the name of its model.
    """
    shared = {arm: families_of(model) & families_of(judge) for arm, model in models.items()}
    return [
        f"the judge is of the {arm}'s family ({', '.join(sorted(families))}), and judges prefer their own"
        for arm, families in shared.items()
        if families
    ]


def _order(start: RunStart) -> tuple[tuple[str, str], ...]:
    """How a run went that ends as soon as its verdict is certain."""
    if start.sequential is None:
        return ()
    told = f"random under the seed, at most {start.sequential['planned']:,} records"
    if start.stopped_early is not None:
        told += f"; ended early: {start.stopped_early['reason']}"
    return (("Order", told),)


def _limits(start: RunStart) -> tuple[tuple[str, str], ...]:
    """Limits that hold for one arm alone."""
    own = ((arm, start.arms[arm].get("limits") or {}) for arm in Arm)
    return tuple(
        (f"Replay, {arm} alone", ", ".join(f"{name} {value}" for name, value in limits.items()))
        for arm, limits in own
        if limits
    )


def _scorer(table: Mapping[str, Any]) -> str:
    """A scorer as dataset.toml names it, with its settings."""
    settings = ", ".join(f"{name} = {value}" for name, value in table.items() if name != "use")
    return f"{table.get('use')} ({settings})" if settings else str(table.get("use"))


def _number(table: object, key: str) -> float | None:
    value = table.get(key) if isinstance(table, Mapping) else None
    return float(value) if isinstance(value, int | float) else None


def _text(table: object, key: str) -> str:
    return str(table.get(key, "")) if isinstance(table, Mapping) else ""
