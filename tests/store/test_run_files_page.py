"""docs/run-files.md names every column, and its queries run."""

import re
import types
from pathlib import Path
from typing import Any

import duckdb
import pytest
from factories import pair, record

from harness.domain.score import Score, ScoredPair
from harness.store.layout import RunDirectory
from harness.store.notebook import read_pairs
from harness.store.pairs import write_pairs
from harness.store.schema import ARM_COLUMNS, PAIRS, RECORD_COLUMNS, REPEAT_COLUMNS, SIDE_COLUMNS, SIDES
from harness.store.scores import write_scores

PAGE = (Path(__file__).parents[2] / "docs" / "run-files.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(f"```{language}\n(.*?)```", PAGE, re.DOTALL)


def rows() -> set[str]:
    return set(re.findall(r"^\| `([^`]+)` \|", PAGE, re.MULTILINE))


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    tags = {"language": "de"}
    write_pairs(tmp_path / "pairs.parquet", [pair("a", "b", of=record("r1", expected="a", tags=tags))])
    right, bad = Score(value=1.0), Score(value=0.0, reason="differs")
    write_scores(
        tmp_path / "scores.parquet",
        [
            ScoredPair(
                record_id="r1", scorer="exact", incumbent=right, candidate=bad, agreement=None, noise=None
            )
        ],
    )
    return tmp_path


def test_every_column_and_file_is_told() -> None:
    sides = {name.format("x") for name in SIDE_COLUMNS}
    columns = {*RECORD_COLUMNS, *(f"_{name}" for name in ARM_COLUMNS), *REPEAT_COLUMNS}
    assert len(PAIRS.names) == len(RECORD_COLUMNS) + 2 * len(ARM_COLUMNS) + len(REPEAT_COLUMNS)
    assert rows() >= {*columns, "scorer", *sides}
    assert all(f"`{side}`" in PAGE for side in SIDES)
    run = RunDirectory(Path("reports/d/r"))
    files = (run.run, run.journal, run.manifest, run.pairs, run.scores, run.analysis, run.report)
    assert rows() >= {file.name for file in files}


def test_no_column_is_told_that_is_not_there() -> None:
    told = {row.removeprefix("_") for row in rows() if row.startswith("_")}
    assert told == set(ARM_COLUMNS)


def test_the_duckdb_queries_run(run: Path) -> None:
    by_status, regressions = (duckdb.connect().execute(query).fetchall() for query in blocks("sql"))
    assert by_status == [("ok", 1, 0.2)]
    assert regressions == [("r1", "a", "b", "differs")]


def test_the_pandas_query_runs(run: Path) -> None:
    names: dict[str, Any] = {"harness": types.SimpleNamespace(read_pairs=read_pairs)}
    code = blocks("python")[0].replace("import harness\n", "")  # the same function, by its own module
    exec(compile(code, "run-files.md", "exec"), names)  # noqa: S102 - our own page
    assert names["per_language"].loc["de", "candidate_output_tokens"] == 5
