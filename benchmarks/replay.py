"""Measure the speed goals: interleaved repetitions, one process each; prints a Markdown table.

`make bench`, or `.venv/bin/python benchmarks/replay.py --quick` for about a minute.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

from command import HELP_PAGES, cpu_of_click, cpu_of_page, peak_rss_mb
from endpoint import NoCompilerError, build, serving
from table import Cell, Samples, print_table

WORK = Path(__file__).with_name("work.py")
Measure = Callable[[], dict[str, float]]
_VARIANTS = (("json", False, 128, True), ("sse", True, 128, True), ("unsynced", False, 128, False))


def worked(**job: object) -> Measure:
    """A measurement of work.py in a fresh process."""

    def measure() -> dict[str, float]:
        done = subprocess.run(
            [sys.executable, str(WORK), json.dumps(job)], stdout=subprocess.PIPE, check=True
        )
        found: dict[str, float] = json.loads(done.stdout)
        return found

    return measure


def help_page(page: str) -> Measure:
    """CPU of one help page."""
    return lambda: {"cpu_ms": cpu_of_page(page)}


def memory(folder: Path, url: str, records: int) -> Measure:
    """Peak memory of a run over so many records."""
    return lambda: {"mb": peak_rss_mb(folder, url, records)}


def variants(options: argparse.Namespace, fast: str, slow: str, folder: Path) -> dict[str, Measure]:
    """Every measurement by name, in the order of one repetition."""
    quick = options.quick
    pairs = 2000 if quick else 5000
    found: dict[str, Measure] = {
        name: worked(kind="replay", url=fast, records=pairs, in_flight=in_flight, stream=stream, sync=sync)
        for name, stream, in_flight, sync in _VARIANTS
    }
    for in_flight in (32, 512):
        found[f"json{in_flight}"] = worked(kind="replay", url=fast, records=pairs, in_flight=in_flight)
    for in_flight in (128, 512):
        waited = (4 if quick else 12) * 5 * in_flight // 2
        found[f"slow{in_flight}"] = worked(kind="replay", url=slow, records=waited, in_flight=in_flight)
    requests = 2 * pairs
    found["aiohttp"] = worked(kind="client", url=fast, client="aiohttp", requests=requests, in_flight=128)
    if find_spec("uvloop"):
        found["uvloop"] = worked(
            kind="client", url=fast, client="aiohttp", requests=requests, in_flight=128, uvloop=True
        )
    found["httpx"] = worked(
        kind="client", url=fast, client="httpx", requests=256 if quick else 512, in_flight=128
    )
    found["resume"] = worked(kind="resume", url=fast, rows=20_000 if quick else 100_000)
    found["rows"] = worked(kind="replay", url=fast, records=rows_of(options) + 1, in_flight=128)
    found["click"] = lambda: {"cpu_ms": cpu_of_click()}
    found |= {page: help_page(page) for page in HELP_PAGES}
    found |= {f"rss{records}": memory(folder, fast, records) for records in memory_sizes(options)}
    return found


def memory_sizes(options: argparse.Namespace) -> tuple[int, int]:
    """The two sizes of dataset between which memory must not grow."""
    return 1000, 100_000 if options.long else 4000 if options.quick else 20_000


def rows_of(options: argparse.Namespace) -> int:
    """Records of the run whose start and end are compared."""
    return 100_000 if options.long else 11_000 if options.quick else 30_000


def cells(samples: Samples, options: argparse.Namespace) -> list[Cell]:
    """The rows of the table with their goals."""
    json_ms, aiohttp = samples["json", "cpu_ms"], samples["aiohttp", "cpu_ms"]
    rows = [
        Cell("2", "replay stage, JSON, 64 per arm in flight", "CPU ms/request", json_ms, 0.6),
        Cell(
            "2", "replay stage, SSE of 40 chunks, 64 per arm", "CPU ms/request", samples["sse", "cpu_ms"], 0.9
        ),
        Cell("3", "bare aiohttp + orjson, 128", "CPU ms/request", aiohttp),
    ]
    if ("uvloop", "cpu_ms") in samples:
        bare = samples["uvloop", "cpu_ms"]
        rows.append(Cell("3", "bare aiohttp + orjson + uvloop, 128", "CPU ms/request", bare))
        rows.append(Cell("3", "replay stage / aiohttp + uvloop", "ratio", ratios(json_ms, bare), 6))
    else:
        rows.append(
            Cell("3", "replay stage / aiohttp (no uvloop here)", "ratio", ratios(json_ms, aiohttp), 6)
        )
    httpx = samples["httpx", "cpu_ms"]
    rows += [
        Cell("3", "`httpx.AsyncClient` default, 128", "CPU ms/request", httpx),
        Cell("3", "`httpx.AsyncClient` / replay stage", "ratio", ratios(httpx, json_ms), 20, at_least=True),
    ]
    for in_flight, goal in ((128, 85), (512, 60)):
        for name, key in (("whole run", "per_s"), ("after the start", "steady_per_s")):
            shares = [100 * rate / (in_flight / 0.2) for rate in samples[f"slow{in_flight}", key]]
            wanted = goal if key == "per_s" else None
            label = f"200 ms server, {in_flight} in flight, {name}"
            rows.append(Cell("4", label, "% of ideal", shares, wanted, at_least=True))
    flat = ratios(samples["json512", "cpu_ms"], samples["json32", "cpu_ms"])
    rows.append(Cell("5", "CPU per request, 512 / 32 in flight", "ratio", flat, 1.25))
    last = rows_of(options)
    aged = ratios(samples["rows", "late_ms"], samples["rows", "early_ms"])
    rows.append(
        Cell("5", f"CPU per request, records {last - 5000:,}-{last:,} / 1,000-6,000", "ratio", aged, 1.1)
    )
    return rows + memory_cells(samples, options) + rest(samples, options)


def memory_cells(samples: Samples, options: argparse.Namespace) -> list[Cell]:
    """Goal 6."""
    few, many = memory_sizes(options)
    small, large = samples[f"rss{few}", "mb"], samples[f"rss{many}", "mb"]
    growth = [(b - 8) / a for a, b in zip(small, large, strict=True)]
    return [
        Cell("6", f"peak of `harness shadow`, {few:,} records", "MB", small, 150),
        Cell("6", f"peak of `harness shadow`, {many:,} records", "MB", large, 150),
        Cell("6", f"({many:,} records - 8 MB) / {few:,} records", "ratio", growth, 1.1),
    ]


def rest(samples: Samples, options: argparse.Namespace) -> list[Cell]:
    """Goals 9, 10 and 13."""
    rows = "20,000" if options.quick else "100,000"
    json_ms, unsynced = samples["json", "cpu_ms"], samples["unsynced", "cpu_ms"]
    pages = [max(run) for run in zip(*(samples[page, "cpu_ms"] for page in HELP_PAGES), strict=True)]
    click = samples["click", "cpu_ms"]
    found = [
        Cell("9", f"resume, {rows} rows: scan of the journal", "s", samples["resume", "scan_s"]),
        Cell("9", f"resume, {rows} rows: to the first new answer", "s", samples["resume", "wall_s"], 1.0),
        Cell("10", "replay stage without sync", "CPU ms/request", unsynced),
        Cell("10", "with sync / without", "ratio", ratios(json_ms, unsynced), 1.15),
        Cell("13", "`python -c 'import click'`", "CPU ms", click),
        Cell("13", "slowest of the help pages", "CPU ms", pages, 80),
        Cell("13", "slowest help page / click", "ratio", ratios(pages, click), 2.5),
    ]
    return found + [Cell("13", f"`harness {page}`", "CPU ms", samples[page, "cpu_ms"]) for page in HELP_PAGES]


def ratios(above: list[float], below: list[float]) -> list[float]:
    """One ratio per repetition: both were measured side by side."""
    return [a / b for a, b in zip(above, below, strict=True)]


def measure(options: argparse.Namespace) -> Samples:
    """All repetitions of all variants."""
    samples: Samples = defaultdict(list)
    with TemporaryDirectory(prefix="shadow-bench-") as name, ExitStack() as held:
        folder = Path(name)
        program = build(folder)
        fast = held.enter_context(serving(program))
        slow = held.enter_context(serving(program, "--delay-ms", "200"))
        every = variants(options, fast, slow, folder)
        for repetition in range(options.repetitions):
            for variant, run in every.items():
                if options.only and not variant.startswith(tuple(options.only.split(","))):
                    continue
                sys.stderr.write(f"\r\x1b[K{repetition + 1}/{options.repetitions} {variant}")
                sys.stderr.flush()
                for key, value in run().items():
                    samples[variant, key].append(value)
    sys.stderr.write("\r\x1b[K")
    return samples


def machine() -> str:
    """What was measured on, in one line."""
    names = (line.split(":", 1)[1].strip() for line in _cpuinfo() if line.startswith("model name"))
    parts = [
        next(names, platform.machine()),
        f"{os.cpu_count()} cores",
        f"Python {platform.python_version()}",
    ]
    for library in ("aiohttp", "httpx", "httpx-aiohttp", "orjson", "pyarrow", "uvloop"):
        try:
            parts.append(f"{library} {version(library)}")
        except PackageNotFoundError:
            parts.append(f"no {library}")
    return ", ".join(parts)


def _cpuinfo() -> list[str]:
    file = Path("/proc/cpuinfo")
    return file.read_text(encoding="utf-8").splitlines() if file.is_file() else []


def main() -> int:
    """Measure and print; 2 where there is no compiler."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="smaller runs: about a minute")
    parser.add_argument("--long", action="store_true", help="100,000 records for memory and flatness")
    parser.add_argument("--repetitions", type=int, metavar="N", help="default 3, with --quick 1")
    parser.add_argument("--only", default="", metavar="NAMES", help="print raw samples of these variants")
    options = parser.parse_args()
    options.repetitions = options.repetitions or (1 if options.quick else 3)
    try:
        samples = measure(options)
    except NoCompilerError as trouble:
        sys.stderr.write(f"{trouble}\n")
        return 2
    print(f"{datetime.now(UTC):%Y-%m-%d}, {machine()}; median [min-max] of {options.repetitions}\n")
    if options.only:
        for (variant, key), values in samples.items():
            print(f"{variant} {key}: {', '.join(f'{value:.4g}' for value in values)}")
    else:
        print_table(cells(samples, options))
    return 0


if __name__ == "__main__":
    sys.exit(main())
