"""How well planted failure clusters are found, and how long it takes.

`.venv/bin/python benchmarks/clusters.py [--quick]`

The failures are those of tests/planted_failures.py: twelve clusters by kind, field and edit, and six themes
of free text in four or five wordings each. Agreement is the adjusted Rand index: 1 is the planted clustering,
0 is chance.
"""

import resource
import subprocess
import sys
import time
from importlib import import_module
from pathlib import Path

from sklearn.metrics import adjusted_rand_score

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from options import runs
from planted_failures import Planted, planted

from harness.analysis.failure import cluster_group, clusters
from harness.analysis.failure.clusters import ClusterKeeper

_LOADED = """
import time
from pathlib import Path

def resident_mb():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 1e6

import harness.analysis.failure.clusters
before, started = resident_mb(), time.process_time()
import harness.analysis.failure.text_groups
print(resident_mb() - before, time.process_time() - started)
"""


def show_every_record() -> None:
    """Keep and show all records of a cluster, not fifty: the whole clustering is to be compared."""
    for module in (cluster_group, clusters):
        module.MOST_SHOWN = 10**9


def measured(count: int, seed: int, free: float = 0.4) -> dict[str, float]:
    """One clustering of `count` failures."""
    failures = list(planted(count, seed, free=free))
    keeper = ClusterKeeper()
    started = time.process_time()
    for failure in failures:
        keep(keeper, failure)
    kept = time.process_time()
    found = keeper.grouped(compared=10 * count, seed=1, level=0.95, limit=10**6).clusters
    ended = time.process_time()
    place = {name: number for number, cluster in enumerate(found) for name in cluster.record_ids}
    labels = [place[failure.record_id] for failure in failures]
    truth = [failure.cluster for failure in failures]
    return {
        "ari": adjusted_rand_score(truth, labels),
        "keep_s": kept - started,
        "cluster_s": ended - kept,
        "clusters": len(found),
    }


def keep(keeper: ClusterKeeper, failure: Planted) -> None:
    """Hand one planted failure to the keeper."""
    keeper.add(
        failure.record_id,
        failure.findings,
        failure.kind,
        is_regression=failure.is_regression,
        features=failure.features,
        snippet=failure.snippet,
    )


def found_in(count: int, seeds: range, free: float) -> list[str]:
    """A row: mean and least agreement over the seeds, mean times."""
    runs = [measured(count, seed, free) for seed in seeds]
    ari = [run["ari"] for run in runs]

    def mean(name: str) -> float:
        return sum(run[name] for run in runs) / len(runs)

    return [
        f"{count:,}",
        f"{free:.0%}",
        str(len(seeds)),
        f"{sum(ari) / len(ari):.3f}",
        f"{min(ari):.3f}",
        f"{mean('clusters'):.1f}",
        f"{mean('keep_s'):.2f}",
        f"{mean('cluster_s'):.2f}",
    ]


def main() -> None:
    """Print both tables."""
    seeds = runs(__doc__, full=20, quick=10)
    import_module("harness.analysis.failure.text_groups")  # not part of the times
    show_every_record()
    rows = [found_in(count, range(seeds), free) for count in (300, 500) for free in (0.0, 0.4, 1.0)]
    rows += [found_in(2500, range(seeds // 4), free) for free in (0.4, 1.0)]
    rows += [found_in(20_000, range(seeds // 10), free) for free in (0.4, 1.0)]
    head = [
        "failures",
        "free text",
        "seeds",
        "mean ARI",
        "least ARI",
        "clusters",
        "keeping s",
        "clustering s",
    ]
    for row in (head, ["---"] * len(head), *rows):
        print(f"| {' | '.join(row)} |")
    done = subprocess.run([sys.executable, "-c", _LOADED], capture_output=True, text=True, check=True)
    memory, seconds = done.stdout.split()
    print(f"\nLoading scikit-learn: {float(memory):.0f} MB, {float(seconds):.2f} s of CPU.")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"Peak memory of this process, records and all: {peak:.0f} MB.")


if __name__ == "__main__":
    main()
