"""Measurements of the command line itself: CPU of help pages, peak memory of `harness shadow`."""

import json
import os
import subprocess
import sys
from pathlib import Path

from work import ANSWER, record

ROOT = Path(__file__).resolve().parents[1]
HARNESS = Path(sys.executable).with_name("harness")
HELP_PAGES = (
    "--help",
    "--version",
    "shadow --help",
    "score --help",
    "analyze --help",
    "report --help",
    "dataset --help",
    "plugins --help",
    "sandbox --help",
)
_PEAK = """
import resource, sys
from harness.cli.main import run
status = run(sys.argv[1:])
print("peak", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)
sys.exit(status)
"""


def cpu_ms(arguments: list[str]) -> float:
    """CPU of one process from start to end, user and system."""
    with subprocess.Popen(arguments, stdout=subprocess.DEVNULL) as child:
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"{' '.join(arguments)} ended with {child.returncode}")
    return (usage.ru_utime + usage.ru_stime) * 1000


def cpu_of_click() -> float:
    """CPU of a Python that only imports click."""
    return cpu_ms([sys.executable, "-c", "import click"])


def cpu_of_page(page: str) -> float:
    """CPU of one help page of `harness`."""
    return cpu_ms([str(HARNESS), *page.split()])


def peak_rss_mb(folder: Path, url: str, records: int) -> float:
    """Peak memory of the whole `harness shadow`, with both models at the mock; not of the mock."""
    dataset = folder / f"{records}" / "many"
    if not dataset.is_dir():
        _write_dataset(dataset, url, records)
    reports = folder / f"{records}" / "reports"
    command = [sys.executable, "-c", _PEAK, "shadow", str(dataset), "--reports", str(reports), "--yes"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    subprocess.run(["rm", "-rf", str(reports)], check=True)
    if done.returncode:
        raise SystemExit(done.stderr)
    return int(done.stderr.split()[-1]) / 1024


def _write_dataset(folder: Path, url: str, records: int) -> None:
    folder.mkdir(parents=True)
    arms = "".join(
        f'[{arm}]\nprovider = "vllm"\nmodel = "{arm}"\nbase_url = "{url}"\n'
        for arm in ("incumbent", "candidate")
    )
    text = f'[dataset]\nworkload = "many"\ntask = "classification"\n{arms}[[scorers]]\nuse = "exact"\n'
    (folder / "dataset.toml").write_text(text, encoding="utf-8")
    with (folder / "records.jsonl").open("w", encoding="utf-8") as file:
        for number in range(records):
            made = record(number)
            line = {
                "custom_id": made.id,
                "body": dict(made.request.body),
                "expected": ANSWER if number % 7 else "another answer",
                "tags": {"colour": ("red", "green", "blue")[number % 3]},
            }
            file.write(json.dumps(line) + "\n")
