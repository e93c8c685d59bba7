"""`harness plugins`: what is on the shelves."""

import click

from harness.cli.lazy import load
from harness.cli.terminal import say


@click.command()
def plugins() -> None:
    """List the scorers and providers there are, and where each comes from."""
    say("\n".join(load("harness.pipeline.listing:plugin_lines")()))
