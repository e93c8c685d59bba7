"""The command table, the exit codes, and the one place where an error becomes a line of text.

Each entry carries its own line of help: click would otherwise import every command to fetch it,
and with them pandas and pyarrow.
"""

import os
import sys
import traceback
from importlib import import_module
from typing import Any

import click

from harness.cli.terminal import plain
from harness.errors import HarnessError

COMMANDS: dict[str, tuple[str, str]] = {
    "shadow": ("harness.cli.shadow:shadow", "Replay a dataset to both arms and report the failures."),
    "score": ("harness.cli.stages:score", "Score the pairs of a run again (only a judge costs)."),
    "analyze": ("harness.cli.stages:analyze", "Count the failures of a scored run again."),
    "report": ("harness.cli.stages:report", "Write report.html of an analyzed run again."),
    "triage": ("harness.cli.triage:triage", "Take in what people said of the cases; move the figures."),
    "compare": (
        "harness.cli.overview:compare",
        "Compare two runs of one dataset: fixed, new, still failing.",
    ),
    "portfolio": ("harness.cli.overview:portfolio", "Show the latest run of every dataset side by side."),
    "dataset": ("harness.cli.dataset:dataset", "List, check or make datasets."),
    "plugins": ("harness.cli.plugins:plugins", "List the scorers and providers there are."),
    "sandbox": ("harness.cli.sandbox:sandbox", "Start the stand-in model server alone."),
}


class _ReaderGone(Exception):
    """The reader of our output went away (`harness … | head`)."""


class CommandTable(click.Group):
    """A group whose commands are imported only when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one command."""
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name][0].partition(":")
        command: click.Command = getattr(import_module(module), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; a reader that went away is told apart before click makes an exit of it."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError as error:
            raise _ReaderGone from error

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, or name those there are."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            ctx.fail(f'There is no command "{plain(args[0])}". Commands: {", ".join(COMMANDS)}.')
        return super().resolve_command(ctx, args)


@click.group(
    cls=CommandTable, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110}
)
@click.version_option(package_name="shadow-harness", prog_name="harness")
def root() -> None:
    """Replay production inputs to the current model and to an open one; see where the open one fails."""


def main() -> None:
    """Run the command line; exit 0 done, 1 trouble, 2 wrong input, 3 stopped early and resumable."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run one command and give its exit code; every error ends up here as one message."""
    try:
        result: Any = root.main(args=arguments, prog_name="harness", standalone_mode=False)
    except HarnessError as error:
        return _tell(error)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.exceptions.Abort:
        click.echo("Stopped.", err=True)
        return 3
    except (_ReaderGone, BrokenPipeError):
        # Nothing is left to say, and nowhere to say it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (OSError, SystemExit) as error:
        return _tell_outside(error)
    except Exception as error:  # noqa: BLE001 - the top of the program: a bug is told as one
        return _tell_bug(error)
    return result if isinstance(result, int) else 0


def _tell_outside(error: OSError | SystemExit) -> int:
    """What the system or a plugin did to us."""
    if isinstance(error, OSError):
        return _tell(HarnessError(f"{error.filename or 'the output'}: {error.strerror or error}"))
    # Nothing of ours exits this way: a library or a plugin did, and the work is not done.
    return _tell(HarnessError(f"something in the program or in a plugin ended it (exit {error.code})"))


def _tell(error: HarnessError) -> int:
    click.echo(f"{'stopped' if error.exit_code == 3 else 'error'}: {plain(error.message)}", err=True)
    if error.hint:
        click.echo(f"  {plain(error.hint)}", err=True)
    return error.exit_code


def _tell_bug(error: Exception) -> int:
    click.echo(f"error: this is a bug in the harness: {type(error).__name__}: {plain(str(error))}", err=True)
    if os.environ.get("HARNESS_TRACEBACK"):
        traceback.print_exc()
    else:
        click.echo("  Set HARNESS_TRACEBACK=1 to see where it happened.", err=True)
    return 1
