"""The progress of a replay: a live table on a terminal, plain lines where output is piped."""

import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from harness.cli.terminal import note, plain
from harness.domain.mark import Mark
from harness.domain.observation import Arm
from harness.replay.progress import ArmProgress, Progress

_PLAIN_EVERY_S = 5.0
_BAR = 24


@contextmanager
def display(
    title: str, calls: Mapping[Arm, int], mark: Mark, role: str = ""
) -> Iterator[Callable[[Progress], None]]:
    """Show a run's progress on standard error.

    Args:
        title: What runs, in one line.
        calls: Calls of each arm that is called, those settled earlier included.
        mark: SIMULATED and RECORDED say that the dollars are list prices and nothing is paid.
        role: What is called, where it is none of the two arms: "judge".
    """
    if sys.stderr.isatty():
        # Rich redirects nothing here: the run itself prints only after the display has closed.
        with Live(console=Console(stderr=True), refresh_per_second=8, transient=True) as live:
            yield lambda progress: live.update(_table(title, progress, calls, mark, role))
        return
    yield _Lines(title, calls, mark, role).show


def _table(title: str, progress: Progress, calls: Mapping[Arm, int], mark: Mark, role: str) -> Table:
    table = Table(title=Text(plain(title)), title_justify="left", box=None, pad_edge=False)
    for column in (
        "",
        "",
        "done",
        "in flight",
        "per s",
        "errors",
        "dollars" if mark is Mark.LIVE else f"$ {mark.value}",
        "left",
    ):
        table.add_column(column, justify="left" if column == "" else "right", no_wrap=True)
    for arm, total in calls.items():
        one = progress.arms.get(arm, ArmProgress())
        done = one.done + one.reused
        filled = round(_BAR * done / max(total, 1))
        table.add_row(
            role or arm.value,
            "█" * filled + "░" * (_BAR - filled),
            f"{done:,}/{total:,}",
            f"{one.in_flight}",
            f"{_rate(one, progress):.1f}",
            f"{sum(one.errors.values()):,}",
            _dollars(one),
            _left(one, progress, total),
        )
    return table


class _Lines:
    """A line every few seconds, and one at the end."""

    def __init__(self, title: str, calls: Mapping[Arm, int], mark: Mark, role: str) -> None:
        self._title = title
        self._calls = calls
        self._role = role
        self._money = "" if mark is Mark.LIVE else f" {mark.value}"
        self._due = time.monotonic()
        self._over = False

    def show(self, progress: Progress) -> None:
        """Print if it is time, or if the run is over."""
        arms = [(arm, total, progress.arms.get(arm, ArmProgress())) for arm, total in self._calls.items()]
        over = all(one.done + one.reused >= total and not one.in_flight for _, total, one in arms)
        now = time.monotonic()
        if self._over or (now < self._due and not over):
            return
        self._over, self._due = over, now + _PLAIN_EVERY_S
        told = [self._told(arm, total, one, progress) for arm, total, one in arms]
        note(f"{self._title}: " + " | ".join(told))

    def _told(self, arm: Arm, total: int, one: ArmProgress, progress: Progress) -> str:
        text = f"{self._role or arm} {one.done + one.reused:,}/{total:,}"
        text += f", {one.reused:,} from the journal" if one.reused else ""
        text += f", {one.in_flight} in flight, {_rate(one, progress):.0f}/s, {_errors(one)}"
        return f"{text}, {_dollars(one)}{self._money}{_left_words(one, progress, total)}"


def _errors(one: ArmProgress) -> str:
    count = sum(one.errors.values())
    return f"{count:,} error" if count == 1 else f"{count:,} errors"


def _rate(one: ArmProgress, progress: Progress) -> float:
    return one.done / progress.elapsed_s if progress.elapsed_s > 0 else 0.0


def _dollars(one: ArmProgress) -> str:
    if one.unknown_cost and not one.cost_usd:
        return "cost unknown"
    return f"${one.cost_usd:,.2f}" + ("+" if one.unknown_cost else "")


def _left_words(one: ArmProgress, progress: Progress, total: int) -> str:
    left = _left(one, progress, total)
    return "" if left in {"?", "0 s"} else f", {left} left"


def _left(one: ArmProgress, progress: Progress, total: int) -> str:
    """Time left at the rate so far."""
    remaining = total - one.done - one.reused
    rate = _rate(one, progress)
    if remaining <= 0:
        return "0 s"
    if rate <= 0:
        return "?"
    seconds = round(remaining / rate)
    return f"{seconds} s" if seconds < 120 else f"{seconds // 60} min"
