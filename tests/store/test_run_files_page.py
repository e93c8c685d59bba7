"""docs/run-files.md names every column, and its queries run."""

import re
import types
from pathlib import Path
from typing import Any

import duckdb
import pytest
from factories import pair, record

from harness.analysis.harm import UNSCORED
from harness.analysis.outcome import Quadrant
from harness.domain.case_row import CaseRow
from harness.domain.judgement import Opinion
from harness.domain.score import Score, ScoredPair
from harness.store.cases import write_cases
from harness.store.layout import RunDirectory
from harness.store.notebook import read_pairs
from harness.store.pairs import write_pairs
from harness.store.schema import (
    ARM_COLUMNS,
    CASES,
    PAIRS,
    RECORD_COLUMNS,
    REPEAT_COLUMNS,
    SIDE_COLUMNS,
    SIDES,
)
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
    regression = CaseRow(record_id="r1", quadrant="regression", group="v1:sign_flipped|net|", amount=5.0)
    write_cases(tmp_path / "cases.parquet", [regression])
    return tmp_path


def test_every_column_and_file_is_told() -> None:
    sides = {name.format("x") for name in SIDE_COLUMNS}
    columns = {*RECORD_COLUMNS, *(f"_{name}" for name in ARM_COLUMNS), *REPEAT_COLUMNS}
    assert len(PAIRS.names) == len(RECORD_COLUMNS) + 2 * len(ARM_COLUMNS) + len(REPEAT_COLUMNS)
    assert rows() >= {*columns, "scorer", *sides}
    assert all(f"`{side}`" in PAGE for side in SIDES)
    run = RunDirectory(Path("reports/d/r"))
    written = (run.run, run.journal, run.manifest, run.pairs, run.scores, run.cases, run.analysis, run.report)
    files = (*written, run.triage)
    assert rows() >= {file.name for file in files}


def test_no_column_is_told_that_is_not_there() -> None:
    told = {row.removeprefix("_") for row in rows() if row.startswith("_")}
    assert told == set(ARM_COLUMNS)


def test_the_duckdb_queries_run(run: Path) -> None:
    by_status, regressions, groups = (duckdb.connect().execute(query).fetchall() for query in blocks("sql"))
    assert by_status == [("ok", 1, 0.2)]
    assert regressions == [("r1", "a", "b", "differs")]
    assert groups == [("v1:sign_flipped|net|", 1, 5.0)]


def test_every_column_of_the_cases_is_told_and_no_other() -> None:
    section = PAGE.split("## cases.parquet\n")[1].split("\n## ")[0]
    table = re.findall(r"^\| `(\w+)` \| ([\w ]+) \|.*\| (.*) \|$", section, re.MULTILINE)
    assert [name for name, _, _ in table] == CASES.names
    types = {"string": "text", "int8": "integer", "int64": "integer", "double": "number"}
    for (_, kind, null), field in zip(table, CASES, strict=True):
        assert kind == types.get(str(field.type), "list of integers")
        assert (null == "never") is not field.nullable
    quadrants = {quadrant.value for quadrant in Quadrant} | {UNSCORED}
    assert quadrants <= set(re.findall("`([a-z_]+)`", section))
    assert {opinion.value for opinion in Opinion} <= set(re.findall("`([a-z_]+)`", section))


def test_the_pandas_query_runs(run: Path) -> None:
    names: dict[str, Any] = {"harness": types.SimpleNamespace(read_pairs=read_pairs)}
    code = blocks("python")[0].replace("import harness\n", "")  # the same function, by its own module
    exec(compile(code, "run-files.md", "exec"), names)  # noqa: S102 - our own page
    assert names["per_language"].loc["de", "candidate_output_tokens"] == 5
