"""How fast pairs are scored: per scorer and core, and a whole file with 1 and 2 processes.

`.venv/bin/python benchmarks/scoring.py [--quick]`

A row is a pair: three comparisons (each arm with the expected answer, and the two with each other). Answers
are JSON of ten line items, about 500 characters; the incumbent is right, the candidate has one amount wrong
in every second row. Goal 11: 20,000 rows per second and core for all four scorers together.
"""

import random
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import orjson

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from factories import pair, record
from options import runs
from table import Cell, print_table

from harness.config import load_config
from harness.domain.pair import Pair
from harness.pipeline.scoring import scored_pairs
from harness.scorers.build import build_scorers
from harness.scorers.stage import score_pairs
from harness.store.pairs import write_pairs
from harness.store.scores import write_scores

GOAL = 20_000
TURNS = 3
TABLES: dict[str, dict[str, Any]] = {
    "exact": {"use": "exact"},
    "text, about 500 characters": {"use": "text"},
    "schema (checks)": {"use": "checks", "language": "off", "repeats": 0},
    "json_fields, 10 lines": {"use": "json_fields"},
}
LINE = {"type": "object", "required": ["text", "amount"], "properties": {"amount": {"type": "number"}}}
SCHEMA = {"type": "object", "properties": {"lines": {"type": "array", "items": LINE}}}
FORM = {"type": "json_schema", "json_schema": {"name": "invoice", "schema": SCHEMA}}
WORDS = ("Hosting", "Support", "Backup", "Domain", "Training", "Travel", "Cable", "Licence")
TOML = """
[dataset]
workload = "benchmark"
task = "extraction"
[incumbent]
provider = "openai"
model = "a"
[candidate]
provider = "openai"
model = "b"
[replay]
concurrency = 1
"""


def pairs(count: int) -> Iterator[Pair]:
    """The pairs, all different."""
    draw = random.Random(7)
    for number in range(count):
        lines = [
            {
                "text": f"{draw.choice(WORDS)} {draw.randint(10, 9999)}",
                "amount": draw.randint(100, 99_999) / 100,
            }
            for _ in range(10)
        ]
        right = orjson.dumps({"number": f"R-{number}", "lines": lines}).decode()
        if number % 2:
            lines[3] = {"text": lines[3]["text"], "amount": float(lines[3]["amount"]) + 1}
        other = orjson.dumps({"number": f"R-{number}", "lines": lines}).decode()
        of = record(f"r{number}", expected=right)
        body = {**of.request.body, "response_format": FORM}
        yield pair(right, other, of=replace(of, request=replace(of.request, body=body)))


def per_core(held: list[Pair], tables: list[dict[str, Any]]) -> list[float]:
    """Rows per second of CPU time, one value for each turn."""
    scorers = build_scorers(tables, Path())
    list(score_pairs(held[:100], scorers, seed=1))
    rates = []
    for _ in range(TURNS):
        before = time.process_time()
        for _ in score_pairs(held, scorers, seed=1):
            pass
        rates.append(len(held) / (time.process_time() - before))
    return rates


def whole_file(count: int) -> dict[int, list[float]]:
    """Wall seconds from pairs.parquet to scores.parquet, by number of processes."""
    seconds: dict[int, list[float]] = {1: [], 2: []}
    with TemporaryDirectory() as folder:
        path, scores = Path(folder) / "pairs.parquet", Path(folder) / "scores.parquet"
        tables = "".join(
            "[[scorers]]\n"
            + "".join(f"{key} = {orjson.dumps(value).decode()}\n" for key, value in table.items())
            for table in TABLES.values()
        )
        (Path(folder) / "dataset.toml").write_text(TOML + tables, encoding="utf-8")
        config = load_config(Path(folder))
        scorers = build_scorers(config.scorers, config.folder)
        write_pairs(path, pairs(count))
        for _ in range(TURNS):
            for processes, taken in seconds.items():
                before = time.perf_counter()
                write_scores(scores, scored_pairs(path, config, scorers, seed=1, processes=processes))
                taken.append(time.perf_counter() - before)
    return seconds


def main(count: int) -> None:
    """Print the table."""
    held = list(pairs(min(count, 5000)))
    size = median(len(one.record.expected.text or "") for one in held if one.record.expected)
    cells = [
        Cell("11", f"{name} alone", "rows/s/core", per_core(held, [table])) for name, table in TABLES.items()
    ]
    cells.append(
        Cell("11", "all four", "rows/s/core", per_core(held, list(TABLES.values())), goal=GOAL, at_least=True)
    )
    seconds = whole_file(count)
    for processes, taken in seconds.items():
        cells.append(Cell("11", f"{count:,} pairs, file to file, {processes} processes", "s wall", taken))
    ratio = [one / two for one, two in zip(*seconds.values(), strict=True)]
    cells.append(Cell("11", "1 process / 2 processes", "ratio", ratio))
    print(f"Answers of {size:.0f} characters; a row is three comparisons with each scorer.\n")
    print_table(cells)


if __name__ == "__main__":
    main(runs(__doc__, full=40_000, quick=2_000))
