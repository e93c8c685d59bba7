"""`harness score`, `analyze` and `report`: each stage alone, on a run directory."""

from pathlib import Path

import click

from harness.cli.lazy import load
from harness.cli.terminal import say

_REPORTS = click.option(
    "--reports",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("reports"),
    show_default=True,
    help="Folder that holds the run directories.",
)


@click.command()
@click.argument("run")
@_REPORTS
def score(run: str, reports: Path) -> None:
    """Score the pairs of RUN with the scorers that dataset.toml names now.

    RUN is a run directory, or DATASET (its latest run), or DATASET/RUN-ID.
    """
    say(load("harness.pipeline.stages:score_run")(run, reports=reports))


@click.command()
@click.argument("run")
@_REPORTS
def analyze(run: str, reports: Path) -> None:
    """Count the failures of a scored RUN and write analysis.json."""
    say(load("harness.pipeline.stages:analyze_run")(run, reports=reports))


@click.command()
@click.argument("run")
@_REPORTS
def report(run: str, reports: Path) -> None:
    """Write report.html of an analyzed RUN."""
    say(load("harness.pipeline.stages:report_run")(run, reports=reports))
