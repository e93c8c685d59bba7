"""`harness sandbox`: the stand-in model server alone."""

from pathlib import Path

import click

from harness.cli.lazy import load


@click.command()
@click.argument("dataset", default="invoices")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8900, show_default=True, help="0 takes a free one."
)
@click.option(
    "--truth",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Append the planted failures to this file, one JSON line per answered record and model.",
)
def sandbox(dataset: str, port: int, truth: Path | None) -> None:
    """Serve DATASET's recorded or simulated answers to any OpenAI client on this machine.

    Everything it says is RECORDED or SIMULATED, and is marked so. Stop it with Ctrl-C.
    """
    folder = load("harness.dataset.manifest:find_dataset")(dataset, Path("datasets"))
    load("harness.sandbox.server:serve")(folder, port=port, truth=truth)
