"""`harness portfolio` and `harness compare`: several runs at once."""

from pathlib import Path

import click

from harness.cli.lazy import load
from harness.cli.reports_folder import REPORTS
from harness.cli.terminal import say


@click.command()
@REPORTS
def portfolio(reports: Path) -> None:
    """Write reports/index.html and print it: the latest finished run of each dataset side by side."""
    say(load("harness.pipeline.portfolio:print_portfolio")(reports))


@click.command()
@click.argument("before", metavar="RUN_A")
@click.argument("now", metavar="RUN_B")
@click.option(
    "--format",
    "form",
    type=click.Choice(["html", "text", "md"]),
    default="html",
    show_default=True,
    help="html writes the page and prints the text; text and md are printed, or written to --output.",
)
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="File to write instead of compare-RUN_A.html beside the report of RUN_B.",
)
@click.option(
    "--changed-input",
    is_flag=True,
    help="Keep records whose messages changed: for a prompt that stands in the user's message.",
)
@REPORTS
def compare(
    before: str, now: str, form: str, output: Path | None, reports: Path, *, changed_input: bool
) -> None:
    """Compare two runs of one dataset: what RUN_B fixed, and what it broke.

    A run is a run directory, or DATASET (its latest run), or DATASET/RUN-ID. Only records that both runs
    have, with the same messages and expected answer, are compared.
    """
    told = load("harness.pipeline.comparing:compare_runs")(
        before, now, reports=reports, form=form, output=output, with_changed_input=changed_input
    )
    say(told)
