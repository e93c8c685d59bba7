"""`harness portfolio` and `harness compare`: several runs at once."""

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
@_REPORTS
def portfolio(reports: Path) -> None:
    """Write reports/index.html and print it: the latest finished run of each dataset side by side."""
    say(load("harness.pipeline.portfolio:print_portfolio")(reports))
