"""Parts of made-up pairs that worker processes can read: functions they import by name."""

from collections.abc import Iterator
from pathlib import Path

from factories import pair, record

from harness.domain.pair import Pair
from harness.errors import RunDamaged

PER_PART = 250


def read_part(part: int) -> Iterator[Pair]:
    """Pairs whose candidate is wrong now and then."""
    for number in range(PER_PART):
        name = f"r-{part}-{number}"
        answer = "yes" if number % 7 else "no"
        yield pair("yes", answer, of=record(name, f"text {number}", expected="yes"))


def read_damaged(part: int) -> Iterator[Pair]:
    yield from read_part(part)
    if part == 1:
        raise RunDamaged("pairs.parquet: cannot be read", "Make it again.")


def read_with_a_bug(part: int) -> Iterator[Pair]:
    if part == 0:
        raise KeyError(part)
    yield from read_part(part)


def scorer_file(folder: Path, body: str) -> Path:
    """A dataset folder whose scorer.py has one scorer named `mine`."""
    (folder / "scorer.py").write_text(
        "import os, sys, time\nfrom harness import Score, scorer\n\n\n"
        f"@scorer\ndef mine(answer, reference, context):\n    number = context.record.id\n    {body}\n",
        encoding="utf-8",
    )
    return folder
