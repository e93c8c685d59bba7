"""`harness dataset list|check|new`."""

from pathlib import Path

import click

from harness.cli.lazy import load
from harness.cli.terminal import say

_ROOT = click.option(
    "--datasets",
    "root",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("datasets"),
    show_default=True,
    help="Folder that holds the datasets.",
)


@click.group()
def dataset() -> None:
    """List, check or make datasets."""


@dataset.command("list")
@_ROOT
def list_command(root: Path) -> None:
    """List the datasets there are."""
    say("\n".join(load("harness.pipeline.listing:dataset_lines")(root)))


@dataset.command()
@click.argument("name")
@_ROOT
def check(name: str, root: Path) -> None:
    """Read every line and setting of dataset NAME; send nothing."""
    say("\n".join(load("harness.pipeline.listing:check_lines")(name, root)))


@dataset.command()
@click.argument("name")
@_ROOT
def new(name: str, root: Path) -> None:
    """Make a folder for dataset NAME with an example of each file."""
    folder = load("harness.dataset.manifest:new_dataset")(root, name)
    say(
        f"{folder} is ready. Put your records into {folder}/records.jsonl, then: harness dataset check {name}"
    )
