"""`harness score`, `analyze` and `report`: each stage alone, on a run directory."""

from pathlib import Path

import click

from harness.cli.lazy import load
from harness.cli.terminal import is_interactive, say

_REPORTS = click.option(
    "--reports",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("reports"),
    show_default=True,
    help="Folder that holds the run directories.",
)


@click.command()
@click.argument("run")
@click.option(
    "--yes", is_flag=True, help="Do not ask before a judge is paid. Without a terminal nothing is asked."
)
@_REPORTS
def score(run: str, reports: Path, *, yes: bool) -> None:
    """Score the pairs of RUN with the scorers that dataset.toml names now.

    RUN is a run directory, or DATASET (its latest run), or DATASET/RUN-ID. Money is spent only where a
    judge scorer asks what its judge has not answered yet.
    """
    job = load("harness.pipeline.rescore:prepare_rescore")(run, reports=reports)
    question = job.question()
    if question and not yes and is_interactive():
        click.confirm(question, abort=True, err=True)
    say(job.run(load("harness.cli.display:display")))


@click.command()
@click.argument("run")
@_REPORTS
def analyze(run: str, reports: Path) -> None:
    """Count the failures of a scored RUN and write analysis.json."""
    say(load("harness.pipeline.stages:analyze_run")(run, reports=reports))


@click.command()
@click.argument("run")
@click.option(
    "--all",
    "everything",
    is_flag=True,
    help="Put every pair in with its answers, however large the file gets; else it stays within 15 MB.",
)
@_REPORTS
def report(run: str, reports: Path, *, everything: bool) -> None:
    """Write report.html of an analyzed RUN."""
    say(load("harness.pipeline.stages:report_run")(run, reports=reports, everything=everything))
