"""Stage 2: in this process, or on all cores where there is enough to score."""

import os
import time
from collections.abc import Generator, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path

from harness.config import RunConfig
from harness.domain.score import ScoredPair
from harness.scorers.parallel import ScoringJob, processes_for, score_in_processes
from harness.scorers.stage import NamedScorer, score_pairs
from harness.store.pairs import read_pair_group
from harness.store.parquet import group_sizes


def scored_pairs(
    pairs: Path,
    config: RunConfig,
    scorers: Sequence[NamedScorer],
    *,
    seed: int,
    processes: int | None = None,
) -> Generator[ScoredPair, None, None]:
    """The scores of a file of pairs, in its order; close it to end the worker processes early.

    The first row group is scored here, which tells how long the rest will take.

    Args:
        pairs: pairs.parquet.
        config: Names the scorers and the dataset's folder; worker processes build the scorers from it.
        scorers: The same scorers, for this process.
        seed: For scorers that draw at random.
        processes: How many to use from the start; None takes as many cores as the work is worth.

    Raises:
        RunDamaged, SchemaMismatch: The file cannot be read.
        PluginBroken: A scorer ended its worker process.
    """
    sizes = group_sizes(pairs)
    left = range(len(sizes))
    if processes is None and left:
        before = time.process_time()
        yield from score_pairs(read_pair_group(pairs, 0), scorers, seed=seed)
        left = left[1:]
        seconds = (time.process_time() - before) / max(1, sizes[0]) * sum(sizes[1:])
        processes = processes_for(seconds, len(left), _cores())
    if processes is None or processes == 1:
        for group in left:
            yield from score_pairs(read_pair_group(pairs, group), scorers, seed=seed)
        return
    job = ScoringJob(
        read=partial(read_pair_group, pairs), tables=config.scorers, folder=config.folder, seed=seed
    )
    # Closed at once when the reader of the scores stops: the workers end with it.
    with closing(score_in_processes(job, left, processes)) as scored:
        yield from scored


def _cores() -> int:
    """The cores this process may use; some systems only tell how many there are."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
