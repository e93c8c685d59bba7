"""`harness triage`: what people said of the cases of a run."""

from pathlib import Path

import click

from harness.cli.lazy import load
from harness.cli.reports_folder import REPORTS
from harness.cli.terminal import say


@click.command()
@click.argument("run")
@click.argument("files", nargs=-1, metavar="[FILE]...", type=click.Path(path_type=Path))
@click.option(
    "--reviewer", metavar="NAME", default="", help="Who judged, where a FILE does not say (one person)."
)
@click.option(
    "--remove",
    metavar="NAME",
    default="",
    help="Take back all judgements of this person, before FILE is read.",
)
@REPORTS
def triage(run: str, files: tuple[Path, ...], reviewer: str, remove: str, reports: Path) -> None:
    """Take in judgements of the cases of RUN, then analyze and report it again.

    Each FILE was exported from the report (JSONL or CSV). Those of several people are merged; the newest
    opinion of a person on a case counts. Without FILE, shows what has been taken in so far.
    """
    say(
        "\n".join(
            load("harness.pipeline.triage:triage_run")(
                run, files, reports=reports, reviewer=reviewer.strip(), remove=remove.strip()
            )
        )
    )
