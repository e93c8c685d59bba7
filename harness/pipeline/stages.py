"""Stages 2 to 4 on a run directory: score, analyze, report."""

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from harness.analysis import AnalysisSettings, analysis_from_json, analysis_to_json, analyze
from harness.analysis.arms import ArmSummary
from harness.analysis.result import Analysis
from harness.config import RunConfig, load_config
from harness.domain.mark import Mark
from harness.domain.observation import Arm
from harness.errors import RunDamaged
from harness.pipeline.group import told_settings
from harness.pipeline.scoring import scored_pairs
from harness.report.facts import ArmFacts, RunFacts
from harness.report.html import render
from harness.report.summary import summary_lines
from harness.report.view import build_view, shown_case_ids
from harness.scorers.build import build_scorers
from harness.scorers.stage import NamedScorer
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

_SCORE_FIRST = "Score the run first: harness score RUN"
_ANALYZE_FIRST = "Analyze the run first: harness analyze RUN"


def scorers_of(config: RunConfig) -> tuple[NamedScorer, ...]:
    """The scorers that dataset.toml names, the primary one first.

    Raises:
        PluginError: One cannot be loaded.
        ConfigError: A setting of one is wrong.
    """
    return build_scorers(config.scorers, config.folder)


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
    _score(run, start, config, scorers)
    analysis = _analyze(run, config, [scorer.name for scorer in scorers])
    facts = _facts(start, stopped)
    _report(run, analysis, facts)
    if not stopped:
        counts = {arm: _counts(analysis.arm(arm)) for arm in Arm}
        write_manifest(run.manifest, Manifest(start=start, finished_at=datetime.now(UTC), counts=counts))
        point_latest(run)
    return summary_lines(analysis, facts, str(run.report))


def score_run(reference: str, *, reports: Path) -> str:
    """`harness score RUN`: with the scorers that dataset.toml names now.

    Raises:
        RunNotFound, RunDamaged, ConfigError, PluginError: As their messages say.
    """
    run, start, config = _opened(reference, reports)
    scorers = scorers_of(config)
    rows = _score(run, start, config, scorers)
    _tell_settings(run, start, config)
    # They tell of the scores before; analyze and report make them anew.
    run.analysis.unlink(missing_ok=True)
    run.report.unlink(missing_ok=True)
    return f"{rows:,} scores of {', '.join(scorer.name for scorer in scorers)}: {run.scores}"


def analyze_run(reference: str, *, reports: Path) -> str:
    """`harness analyze RUN`.

    Raises:
        RunNotFound, RunDamaged, ConfigError: As their messages say.
    """
    run, start, config = _opened(reference, reports)
    _must_be(run.scores, _SCORE_FIRST)
    analysis = _analyze(run, config, [])
    _tell_settings(run, start, config)
    run.report.unlink(missing_ok=True)  # it tells of the analysis before
    return f"{analysis.pairs:,} pairs analyzed: {run.analysis}"


def report_run(reference: str, *, reports: Path) -> str:
    """`harness report RUN`.

    Raises:
        RunNotFound, RunDamaged: As their messages say.
    """
    run = find_run(reports, reference)
    start = read_run_start(run.run)
    _must_be(run.analysis, _ANALYZE_FIRST)
    analysis = analysis_from_json(run.analysis.read_bytes())
    stopped = "" if run.manifest.is_file() else "the run is not finished"
    facts = _facts(start, stopped)
    _report(run, analysis, facts)
    return "\n".join(summary_lines(analysis, facts, str(run.report)))


def _opened(reference: str, reports: Path) -> tuple[RunDirectory, RunStart, RunConfig]:
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


def _tell_settings(run: RunDirectory, start: RunStart, config: RunConfig) -> None:
    """The run is told by the settings that its scores and analysis were made with."""
    write_run_start(run.run, replace(start, settings={**start.settings, **told_settings(config)}))


def _must_be(file: Path, hint: str) -> None:
    if not file.is_file():
        raise RunDamaged(f"{file}: the file is missing", hint)


def _score(run: RunDirectory, start: RunStart, config: RunConfig, scorers: Sequence[NamedScorer]) -> int:
    with closing(scored_pairs(run.pairs, config, scorers, seed=start.seed)) as scored:
        return write_scores(run.scores, scored)


def _analyze(run: RunDirectory, config: RunConfig, scorers: Sequence[str]) -> Analysis:
    settings = AnalysisSettings(
        scorers=tuple(scorers), slices=config.dataset.slices, margin=config.decision.margin
    )
    analysis = analyze(read_pairs(run.pairs), read_scores(run.scores), settings)
    write_bytes_atomically(run.analysis, analysis_to_json(analysis))
    return analysis


def _report(run: RunDirectory, analysis: Analysis, facts: RunFacts) -> None:
    wanted = read_pairs(run.pairs, ids=shown_case_ids(analysis))
    page = render(build_view(analysis, facts, wanted))
    write_bytes_atomically(run.report, page.encode())


def _counts(arm: ArmSummary) -> ArmCounts:
    return ArmCounts(
        calls=arm.calls,
        errors={error.name: error.count for error in arm.errors},
        retries=arm.retries,
        input_tokens=arm.tokens.input,
        output_tokens=arm.tokens.output,
        cost_usd=arm.cost.known_usd,
        unknown_costs=arm.cost.unknown,
    )


def _facts(start: RunStart, stopped: str) -> RunFacts:
    """What the report says about the run besides its figures."""
    unit = _text(start.settings.get("dataset"), "unit") or "record"
    return RunFacts(
        dataset=start.dataset,
        mark=start.mark,
        run_id=start.run_id,
        date=f"{start.started_at:%Y-%m-%d}",
        incumbent=_arm_facts(start.arms[Arm.INCUMBENT]),
        candidate=_arm_facts(start.arms[Arm.CANDIDATE]),
        unit=unit,
        planned=start.records,
        stopped=stopped,
        method=_method(start),
        note=_text(start.settings.get("dataset"), "note"),
        command=str(start.settings.get("command", "")),
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
    shown = ("concurrency", "rpm", "tpm", "retries", "total_timeout_s", "stream", "budget_usd")
    settings = ", ".join(f"{name} {replay[name]}" for name in shown if replay.get(name) is not None)
    scorers = "; ".join(_scorer(table) for table in start.settings.get("scorers", ()))
    versions = ", ".join(f"{name} {number}" for name, number in start.versions.items())
    return (
        ("Dataset", f"{start.dataset}, {start.records:,} records, sha256 {start.dataset_sha256[:16]}…"),
        ("Scorers", f"{scorers}; the first decides what is right"),
        ("Replay", settings),
        *_limits(start),
        ("Seed", str(start.seed)),
        ("Versions", versions),
    )


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


def _text(table: object, key: str) -> str:
    return str(table.get(key, "")) if isinstance(table, Mapping) else ""
