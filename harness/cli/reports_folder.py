"""The option that every command with a run takes."""

from pathlib import Path

import click

REPORTS = click.option(
    "--reports",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("reports"),
    show_default=True,
    help="Folder that holds the run directories.",
)
