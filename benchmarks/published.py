"""Prints what our scorers give the recorded answers next to the figures their authors published.

    .venv/bin/python benchmarks/published.py

A dataset is listed where its published_scores.json has one figure per model.
"""

import gzip
import json
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from harness.dataset.reader import read_records
from harness.domain.chat import Answer
from harness.domain.score import Score
from harness.scorers.base import ScoringContext
from harness.scorers.build import build_scorers

DATASETS = Path(__file__).resolve().parents[1] / "datasets"


def main() -> None:
    """One row per dataset, model and scorer."""
    print(f"{'dataset':20}{'model':30}{'scorer':12}{'records':>8}{'right':>7}{'mean':>9}{'published':>11}")
    for folder in sorted(file.parent for file in DATASETS.glob("*/published_scores.json")):
        figures = json.loads((folder / "published_scores.json").read_text(encoding="utf-8")).get("models", {})
        if all(isinstance(figure, float) for figure in figures.values()) and figures:
            report(folder, figures)


def report(folder: Path, figures: Mapping[str, float]) -> None:
    """The rows of one dataset; the published figure belongs to its first scorer."""
    tables = tomllib.loads((folder / "dataset.toml").read_text(encoding="utf-8"))["scorers"]
    scorers = build_scorers(tables, folder)
    for model, figure in figures.items():
        for named in scorers:
            found = [named.scorer.score(*case) for case in cases(folder, model)]
            told = f"{figure:11g}" if named is scorers[0] else ""
            print(f"{folder.name:20}{model:30}{named.name:12}{summary(found)}{told}")


def cases(folder: Path, model: str) -> Iterator[tuple[Answer, Answer, ScoringContext]]:
    """The model's answer, the expected one, and the context, record by record."""
    with gzip.open(folder / "outputs.jsonl.gz") as lines:
        outputs: dict[str, Any] = {row["custom_id"]: row["outputs"][model] for row in map(json.loads, lines)}
    for record in read_records(folder):
        assert record.expected is not None  # noqa: S101  # these datasets expect an answer to each record
        yield Answer(text=outputs[record.id]), record.expected, ScoringContext(record=record, seed=7)


def summary(found: list[Score]) -> str:
    """How many scores there are, how many count as right, and the mean value."""
    right = sum(score.right is True for score in found)
    mean = sum(score.value or 0.0 for score in found) / len(found)
    return f"{len(found):8,}{right:7,}{mean:9.4f}"


if __name__ == "__main__":
    main()
