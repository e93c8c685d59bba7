from pathlib import Path
from typing import Any

import pytest
from factories import pair, record
from scored_parts import scorer_file

from harness.config import RunConfig, load_config
from harness.pipeline.scoring import scored_pairs
from harness.pipeline.stages import scorers_of
from harness.store.pairs import write_pairs

TOML = """
[dataset]
workload = "w"
task = "classification"
[incumbent]
provider = "openai"
model = "a"
[candidate]
provider = "openai"
model = "b"
[[scorers]]
use = "exact"
[[scorers]]
use = "scorer.py:mine"
"""


@pytest.fixture
def config(tmp_path: Path) -> RunConfig:
    folder = scorer_file(tmp_path, "return answer.text == reference.text")
    (folder / "dataset.toml").write_text(TOML, encoding="utf-8")
    return load_config(folder)


@pytest.fixture
def pairs(tmp_path: Path) -> Path:
    path = tmp_path / "pairs.parquet"
    write_pairs(
        path, (pair("a", "b" if n % 9 else "a", of=record(f"r{n}", expected="a")) for n in range(2200))
    )
    return path


def test_processes_give_the_scores_of_one(config: RunConfig, pairs: Path) -> None:
    def scores(**how: Any) -> list[Any]:
        return list(scored_pairs(pairs, config, scorers_of(config), seed=7, **how))

    alone = scores()
    assert len(alone) == 4400
    assert [row.record_id for row in alone[::2]] == [f"r{n}" for n in range(2200)]
    assert scores(processes=2) == alone
    assert scores(processes=1) == alone


def test_a_file_without_pairs(config: RunConfig, tmp_path: Path) -> None:
    path = tmp_path / "none.parquet"
    write_pairs(path, ())
    assert list(scored_pairs(path, config, scorers_of(config), seed=7)) == []
