"""`harness shadow`: the main job."""

from pathlib import Path

import click

from harness.cli.lazy import load
from harness.cli.reports_folder import REPORTS
from harness.cli.terminal import is_interactive, say


@click.command()
@click.argument("dataset")
@click.option(
    "--incumbent", metavar="ARM", help="The model in production: provider/model or provider/model@base-url."
)
@click.option(
    "--candidate",
    "candidates",
    metavar="ARM",
    multiple=True,
    help="The model that may replace it. Repeat it for several: one run each, incumbent calls shared.",
)
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="Only the first N records.")
@click.option(
    "--plan", "plan_only", is_flag=True, help="Show calls, tokens and estimated dollars; send nothing."
)
@click.option(
    "--budget-usd",
    type=click.FloatRange(min=0, min_open=True),
    metavar="X",
    help="Stop before spending more, over all candidates.",
)
@click.option(
    "--set",
    "overrides",
    multiple=True,
    metavar="SECTION.KEY=VALUE",
    help="Override a setting of dataset.toml.",
)
@click.option(
    "--yes", is_flag=True, help="Do not ask before money is spent. Without a terminal nothing is asked."
)
@REPORTS
def shadow(  # noqa: PLR0913, PLR0917 - one parameter per option
    dataset: str,
    incumbent: str | None,
    candidates: tuple[str, ...],
    limit: int | None,
    plan_only: bool,
    budget_usd: float | None,
    overrides: tuple[str, ...],
    yes: bool,
    reports: Path,
) -> None:
    """Replay DATASET (a name under datasets/, or a folder) to both arms and report the failures.

    An unfinished run of the same dataset and arms is continued; nothing is paid twice.
    """
    if budget_usd is not None:
        overrides = (*overrides, f"replay.budget_usd={budget_usd!r}")
    job = load("harness.pipeline.prepare:prepare")(
        dataset,
        reports=reports,
        incumbent=incumbent,
        candidates=candidates,
        limit=limit,
        overrides=overrides,
    )
    if plan_only:
        say("\n".join(job.plan_lines()))
        return
    job.check_keys()
    question = job.question()
    if question and not yes and is_interactive():
        click.confirm(question, abort=True, err=True)
    for lines in job.run(load("harness.cli.display:display")):
        say("\n".join(lines))
