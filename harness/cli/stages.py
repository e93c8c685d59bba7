"""`harness score`, `analyze` and `report`: each stage alone, on a run directory."""

from collections.abc import Mapping
from pathlib import Path

import click

from harness.cli.lazy import load
from harness.cli.reports_folder import REPORTS
from harness.cli.terminal import is_interactive, say


@click.command()
@click.argument("run")
@click.option(
    "--yes", is_flag=True, help="Do not ask before a judge is paid. Without a terminal nothing is asked."
)
@REPORTS
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
@REPORTS
def analyze(run: str, reports: Path) -> None:
    """Count the failures of a scored RUN; write cases.parquet and analysis.json."""
    say(load("harness.pipeline.stages:analyze_run")(run, reports=reports))


@click.command()
@click.argument("run")
@click.option(
    "--all",
    "everything",
    is_flag=True,
    help="Put every pair in with its answers, however large the file gets; else it stays within 15 MB.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["html", "md", "junit", "csv", "jsonl"]),
    default="html",
    show_default=True,
    help="html writes report.html; md (a comment), junit, csv and jsonl (the failures) are printed.",
)
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="File for md, junit, csv or jsonl, instead of printing it.",
)
@click.option("--link", metavar="URL", default="", help="Web address of the report, to stand in md.")
@REPORTS
def report(run: str, form: str, output: Path | None, link: str, reports: Path, *, everything: bool) -> None:
    """Write report.html of an analyzed RUN, or give it in another form."""
    _check_options(form, {"--output": bool(output), "--link": bool(link), "--all": everything})
    if form == "html":
        say(load("harness.pipeline.stages:report_run")(run, reports=reports, everything=everything))
    elif output is not None:
        write = load("harness.pipeline.formats:write_report_as")
        say(write(run, form, output, reports=reports, link=link))
    else:
        for piece in load("harness.pipeline.formats:report_as")(run, form, reports=reports, link=link):
            click.echo(piece.encode(), nl=False)


_OPTION_OF = {"--output": ("md", "junit", "csv", "jsonl"), "--link": ("md",), "--all": ("html",)}


def _check_options(form: str, given: Mapping[str, bool]) -> None:
    """Refuse an option that would do nothing."""
    for option, is_given in given.items():
        if is_given and form not in _OPTION_OF[option]:
            raise click.UsageError(f"{option} goes with --format {' or '.join(_OPTION_OF[option])} only")
