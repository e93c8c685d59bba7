"""Scores of answers that real models gave, straight from a dataset's files: no sandbox, no run."""

import gzip
import json
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from factories import observation, response

from harness.dataset.reader import read_records
from harness.domain.chat import Usage
from harness.domain.observation import Arm, CallError, Observation
from harness.domain.pair import Pair
from harness.domain.record import Record
from harness.domain.score import Score
from harness.scorers.build import build_scorers
from harness.scorers.stage import score_pairs

DATASETS = Path(__file__).resolve().parents[1] / "datasets"


def rows(dataset: str, name: str) -> list[dict[str, Any]]:
    """The lines of one of the dataset's compressed files."""
    with gzip.open(DATASETS / dataset / name, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def published(dataset: str) -> dict[str, Any]:
    """What published_scores.json holds."""
    found: dict[str, Any] = json.loads((DATASETS / dataset / "published_scores.json").read_text("utf-8"))
    return found


@cache
def outputs(dataset: str) -> dict[str, dict[str, Any]]:
    """Record id to model to recorded output."""
    return {row["custom_id"]: row["outputs"] for row in rows(dataset, "outputs.jsonl.gz")}


def scores(dataset: str, models: Sequence[str], scorer: str) -> dict[str, dict[str, Score]]:
    """Model to record id to the accuracy that one of the dataset's scorers gives the recorded answer."""
    tables = tomllib.loads((DATASETS / dataset / "dataset.toml").read_text("utf-8"))["scorers"]
    chosen = [one for one in build_scorers(tables, DATASETS / dataset) if one.name == scorer]
    found: dict[str, dict[str, Score]] = {model: {} for model in models}
    for first, second in zip(models[::2], [*models[1::2], *models[-1:]], strict=False):
        for scored in score_pairs(_pairs(dataset, first, second), chosen, seed=7):
            assert scored.incumbent is not None
            assert scored.candidate is not None
            found[first][scored.record_id] = scored.incumbent
            found[second][scored.record_id] = scored.candidate
    return found


def share_right(scored: Mapping[str, Score]) -> float:
    """The share of records whose answer counts as right; all must have a value."""
    assert all(score.right is not None for score in scored.values())
    return sum(score.right is True for score in scored.values()) / len(scored)


def mean_value(scored: Mapping[str, Score]) -> float:
    """The mean of the scores' values; all must have one."""
    return sum(score.value for score in scored.values() if score.value is not None) / len(scored)


def _pairs(dataset: str, first: str, second: str) -> Iterator[Pair]:
    recorded = outputs(dataset)
    for record in read_records(DATASETS / dataset):
        by_model = recorded[record.id]
        yield Pair(
            record=record,
            incumbent=_observed(by_model[first], record, Arm.INCUMBENT),
            candidate=_observed(by_model[second], record, Arm.CANDIDATE),
        )


def _observed(output: Any, record: Record, arm: Arm) -> Observation:
    if isinstance(output, list):
        output = output[0]
    outcome: Any = CallError(kind="refused", message="The recorded call failed.")
    if isinstance(output, str):
        outcome = response(output)
    elif output is not None:
        reason = output.get("finish_reason") or "stop"
        outcome = replace(response(output["content"]), finish_reason=reason, usage=Usage())
    return observation(outcome, arm=arm, record_id=record.id)
