"""Whole runs on recorded answers: what the run stores must be what the authors published."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from command_line import harness
from recorded_data import published

from harness.domain.score import Score
from harness.store.scores import read_scores

ACCURACIES = [
    pytest.param(
        "code-reasoning", "published", ("gpt-4o-2024-08-06", "llama-3.1-70b-instruct"), id="code-reasoning"
    ),
    pytest.param(
        "word-problems",
        "published",
        ("gpt-4o-2024-08-06", "llama-3.1-70b-instruct"),
        id="word-problems",
        marks=pytest.mark.slow,
    ),
]


def sides(reports: Path, dataset: str, scorer: str) -> Iterator[tuple[Score, Score]]:
    """The accuracy of both arms on each record."""
    run = next((reports / dataset).glob("2*"))
    for pair in read_scores(run / "scores.parquet"):
        if pair.scorer == scorer:
            assert pair.incumbent is not None
            assert pair.candidate is not None
            yield pair.incumbent, pair.candidate


def run(reports: Path, dataset: str) -> None:
    done = harness("shadow", dataset, "--reports", reports)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"RECORDED · {dataset} ·")


@pytest.mark.parametrize(("dataset", "scorer", "models"), ACCURACIES)
def test_a_run_reproduces_the_published_accuracies(
    tmp_path: Path, dataset: str, scorer: str, models: tuple[str, str]
) -> None:
    run(tmp_path, dataset)
    arms = zip(*sides(tmp_path, dataset, scorer), strict=True)
    for model, scores in zip(models, arms, strict=True):
        right = sum(score.right is True for score in scores)
        assert round(100 * right / len(scores), 2) == published(dataset)["models"][model]
