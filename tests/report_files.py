"""Made-up runs as files, analyzed and drawn as the report stage does it."""

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from report_runs import Run, facts

from harness.analysis import Analysis, AnalysisSettings, analyze_with_cases
from harness.pipeline.reporting import page_data
from harness.report import build_view
from harness.report.facts import RunFacts
from harness.report.model import View
from harness.report.pagedata import PageLimits
from harness.store.cases import write_cases
from harness.store.layout import RunDirectory
from harness.store.pairs import read_pairs, write_pairs
from harness.store.scores import read_scores, write_scores

SETTINGS = AnalysisSettings(slices=("tag", "language", "lines"))


def analyzed(run: Run, folder: Path, settings: AnalysisSettings = SETTINGS) -> tuple[RunDirectory, Analysis]:
    """The run's files, cases.parquet among them."""
    directory = RunDirectory(folder)
    write_pairs(directory.pairs, run.pairs)
    write_scores(directory.scores, run.scored)
    found = analyze_with_cases(read_pairs(directory.pairs), read_scores(directory.scores), settings)
    write_cases(directory.cases, found.cases)
    return directory, found.analysis


def drawn(
    run: Run,
    settings: AnalysisSettings = SETTINGS,
    *,
    told: RunFacts | None = None,
    limits: PageLimits | None = None,
) -> tuple[Analysis, View]:
    """What the run's page shows; its blocks can be read as often as one likes."""
    told = told or facts()
    with TemporaryDirectory() as folder:
        directory, analysis = analyzed(run, Path(folder), settings)
        data = page_data(directory, analysis, told, limits)
    view = build_view(analysis, told, replace(data, blocks=tuple(data.blocks)))
    return analysis, view
