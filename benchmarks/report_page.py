"""How long a report takes to build and how it behaves in a browser, against its budget.

`.venv/bin/python benchmarks/report_page.py [--quick | --million]`

A made-up run (tests/large_run.py) of 100,000 pairs of which 10,000 fail; `--quick` has 10,000 and 1,000,
`--million` 1,000,000 and 100,000. It is analyzed and reported by the command line itself, on one core; the
report is then opened from its file in headless Chromium. CHROMIUM names another browser than Debian's.
"""

import argparse
import os
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from playwright.sync_api import CDPSession, Page, sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from large_run import write_large_run
from table import Cell, print_table

ROOT = Path(__file__).resolve().parents[1]
HARNESS = Path(sys.executable).with_name("harness")
OPENED = 3
PRESSES = 60
CHOICES = 6
TIMEOUT_MS = 60_000
# Runs before the page's own script and outside its policy. A change counts as seen in the frame after it.
WATCH = """
window.watched = { presses: [] };
new MutationObserver(() => {
  if (document.documentElement.classList.contains("js")) watched.script ??= performance.now();
}).observe(document, { attributes: true, subtree: true, attributeFilter: ["class"] });
const open = () => document.querySelector(".pane article.case")?.dataset.id;
const look = () => {
  if (document.querySelector("[role=option]")) watched.listed ??= performance.now();
  else requestAnimationFrame(look);
};
requestAnimationFrame(look);
addEventListener("keydown", ({ timeStamp }) => {
  const before = open();
  const wait = () => requestAnimationFrame(() => {
    if (open() === before) wait();
    else requestAnimationFrame(() => watched.presses.push(performance.now() - timeStamp));
  });
  wait();
}, true);
"""
ACT = """
([selector, place, value]) => new Promise(done => {
  const element = document.querySelectorAll(selector)[place];
  const began = performance.now();
  if (value === null) element.click();
  else {
    element.value = value;
    element.dispatchEvent(new Event("change", { bubbles: true }));
  }
  requestAnimationFrame(() => setTimeout(() => done(performance.now() - began)));
})
"""


@dataclass(frozen=True, slots=True)
class Spent:
    """What a command took."""

    cpu_s: float
    wall_s: float
    peak_mb: float


@dataclass(slots=True)
class Seen:
    """What the browser did, in milliseconds and megabytes; one value for each time it was tried."""

    values: dict[str, list[float]] = field(default_factory=dict)

    def add(self, what: str, *values: float) -> None:
        """Note values."""
        self.values.setdefault(what, []).extend(values)


def command(*arguments: str) -> Spent:
    """One command of the harness, alone on one core."""
    began = time.monotonic()
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        ["taskset", "-c", "0", str(HARNESS), *arguments], env=environment, stdout=subprocess.DEVNULL
    ) as child:
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"harness {' '.join(arguments)} ended with {child.returncode}")
    return Spent(
        cpu_s=usage.ru_utime + usage.ru_stime,
        wall_s=time.monotonic() - began,
        peak_mb=usage.ru_maxrss / 1024,
    )


def opened(report: Path) -> Seen:
    """Open the report several times and use it."""
    seen = Seen()
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=["--no-sandbox"]
        )
        for _ in range(OPENED):
            page = chromium.new_page(viewport={"width": 1440, "height": 900})
            page.add_init_script(WATCH)
            _use(page, report, seen)
            page.close()
        chromium.close()
    return seen


def _use(page: Page, report: Path, seen: Seen) -> None:
    page.goto(report.as_uri(), wait_until="domcontentloaded", timeout=TIMEOUT_MS)
    page.wait_for_function("watched.listed", timeout=TIMEOUT_MS)
    paint = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    watched: dict[str, Any] = page.evaluate("watched")
    seen.add("paint", paint)
    seen.add("script", watched["script"])
    seen.add("listed", watched["listed"])
    session = page.context.new_cdp_session(page)
    seen.add("heap at first", _heap_mb(session))
    page.wait_for_selector(".pane article.case", timeout=TIMEOUT_MS)
    for number in range(1, PRESSES + 1):
        page.keyboard.press("j")
        page.wait_for_function("n => watched.presses.length === n", arg=number, timeout=TIMEOUT_MS)
    seen.add("press", *page.evaluate("watched.presses"))
    for turn in range(CHOICES):
        seen.add("filter", page.evaluate(ACT, ["[data-ui=quadrants] button", turn % 4, None]))
    for order in ("id", "amount", "slowest"):
        seen.add("sort", page.evaluate(ACT, ["[data-ui=sort]", 0, order]))
    seen.add("heap in use", _heap_mb(session))


def _heap_mb(session: CDPSession) -> float:
    session.send("HeapProfiler.collectGarbage")
    return float(session.send("Runtime.getHeapUsage")["usedSize"]) / 1e6


def cells(analysis: Spent, build: Spent, size: int, seen: Seen) -> list[Cell]:
    """The rows of the table, with the goals of the report's budget."""
    press = seen.values["press"]
    return [
        Cell("", "harness analyze, for comparison", "CPU s", [analysis.cpu_s]),
        Cell("build", "harness report, CPU", "s", [build.cpu_s]),
        Cell("build", "harness report, wall, one core", "s", [build.wall_s], goal=60),
        Cell("build", "harness report, peak memory", "MB", [build.peak_mb], goal=500),
        Cell("file", "report.html", "MB", [size / 1e6], goal=15),
        Cell("open", "first paint", "ms", seen.values["paint"], goal=500),
        Cell("open", "script starts", "ms", seen.values["script"]),
        Cell("open", "index decoded, list drawn", "ms", seen.values["listed"]),
        Cell("use", "key press to the next case on screen", "ms", press, goal=100),
        Cell("use", "the same, slowest of all", "ms", [max(press)], goal=100),
        Cell("use", "filter by outcome", "ms", seen.values["filter"], goal=100),
        Cell("use", "sort all rows anew", "ms", seen.values["sort"]),
        Cell("use", "heap, list drawn", "MB", seen.values["heap at first"], goal=150),
        Cell("use", "heap after all of this", "MB", seen.values["heap in use"], goal=150),
    ]


def main(pairs: int, failures: int) -> None:
    """Make the run, report it, open it, print the table."""
    with TemporaryDirectory() as folder:
        run = write_large_run(Path(folder), pairs, failures)
        analysis = command("analyze", str(run.path))
        build = command("report", str(run.path))
        size = run.report.stat().st_size
        print(f"{pairs:,} pairs, {failures:,} of them fail; the report has {size / 1e6:.1f} MB.\n")
        print_table(cells(analysis, build, size, opened(run.report)))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    sizes = parser.add_mutually_exclusive_group()
    sizes.add_argument("--quick", action="store_true", help="10,000 pairs, 1,000 fail")
    sizes.add_argument("--million", action="store_true", help="1,000,000 pairs, 100,000 fail")
    asked = parser.parse_args()
    count = 10_000 if asked.quick else 1_000_000 if asked.million else 100_000
    main(count, count // 10)
