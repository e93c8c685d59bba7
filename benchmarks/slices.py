"""Measure the search for slices: speed and memory at 100,000 pairs, features per record, what is found.

`.venv/bin/python benchmarks/slices.py`, or `--quick` for about a minute.
"""

import argparse
import gzip
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from slice_simulation import false_clustered_runs, false_runs, recovery, search, simulate
from table import Cell, print_table

from harness.analysis.features import FeatureTable, features_of, text
from harness.domain.chat import ChatRequest
from harness.domain.record import Record
from harness.language import language_of

ROOT = Path(__file__).parents[1]
PAIRS = 100_000
TEXT = 2048


def searched() -> None:
    """In a process of its own: the search over 100,000 pairs with thirty features and two planted slices."""
    simulation = simulate(5, n=PAIRS, slices=2, base=0.03)
    begin, cpu = time.perf_counter(), time.process_time()
    report = search(simulation, 5)
    print(
        json.dumps(
            {
                "s": time.perf_counter() - begin,
                "cpu_s": time.process_time() - cpu,
                "mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
                "predicates": report.searched,
                "slices": len(report.slices),
            }
        )
    )


def searches(repetitions: int) -> list[dict[str, float]]:
    """The same, several times."""
    command = [sys.executable, __file__, "--search"]
    done = [subprocess.run(command, stdout=subprocess.PIPE, check=True) for _ in range(repetitions)]
    return [json.loads(one.stdout) for one in done]


def records() -> list[Record]:
    """The invoices, their documents cut to 2 KB."""
    with gzip.open(ROOT / "datasets" / "invoices" / "records.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    found = []
    for row in rows:
        system, user = row["body"]["messages"]
        if len(user["content"]) < TEXT:
            continue
        body = {**row["body"], "messages": [system, {**user, "content": user["content"][:TEXT]}]}
        request = ChatRequest(body=body)
        found.append(
            Record(id=row["custom_id"], request=request, recorded=None, expected=None, tags=row["tags"])
        )
    return found


def microseconds(work: Callable[[Record], object], of: list[Record]) -> list[float]:
    """CPU time per record of this thread, five times over all of them."""
    found = []
    for _ in range(5):
        begin = time.thread_time()
        for record in of:
            work(record)
        found.append((time.thread_time() - begin) / len(of) * 1e6)
    return found


def speed_rows(repetitions: int) -> list[Cell]:
    """Seconds, memory and microseconds."""
    runs = searches(repetitions)
    documents = records()
    texts = {record.id: record.request.messages[1].text for record in documents}
    language = microseconds(lambda record: language_of(texts[record.id][:1000]), documents)
    with patch.object(text, "language_of", return_value="de"):
        others = microseconds(features_of, documents)
    table = FeatureTable()
    ready = {record.id: features_of(record) for record in documents}
    return [
        Cell("slices", "search of 100,000 pairs with 30 features", "s", [run["s"] for run in runs], 10),
        Cell("slices", "the same, CPU time", "s", [run["cpu_s"] for run in runs]),
        Cell("slices", "peak memory of the process", "MB", [run["mb"] for run in runs], 1000),
        Cell("slices", "predicates searched", "", [run["predicates"] for run in runs]),
        Cell("features", "language of a text, of its first 1,000 characters", "µs", language),
        Cell("features", "all other features of a record with 2 KB", "µs", others, 60),
        Cell(
            "features",
            "keeping them",
            "µs",
            microseconds(lambda record: table.add(ready[record.id]), documents),
        ),
    ]


def recovery_rows(simulations: int) -> list[Cell]:
    """What is found of planted slices, and what is claimed where there are none."""
    result = recovery(range(simulations))
    null = false_runs(range(simulations))
    clustered = false_clustered_runs(range(simulations // 2))
    return [
        Cell("planted", f"slices found, {simulations} runs", "%", [100 * result.recall], 95, at_least=True),
        Cell("planted", "claims mostly outside planted slices", "%", [100 * result.false_share], 5),
        Cell("planted", "claims like no planted slice", "%", [100 * result.inexact / max(1, result.claims)]),
        Cell("planted", "slices planted", "", [result.planted]),
        Cell("null", f"runs with any claim, {simulations} runs", "%", [100 * null / simulations], 5),
        Cell(
            "null",
            f"the same with clusters, {simulations // 2} runs",
            "%",
            [100 * clustered / (simulations // 2)],
            5,
        ),
    ]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--search", action="store_true", help="one measured search, for this script itself")
    options = parser.parse_args()
    if options.search:
        searched()
        return
    print_table([*speed_rows(1 if options.quick else 5), *recovery_rows(20 if options.quick else 200)])


if __name__ == "__main__":
    main()
