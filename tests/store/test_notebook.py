import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from factories import pair, record, response

from harness.domain.chat import Usage
from harness.domain.observation import CallError
from harness.errors import RunDamaged, SchemaMismatch
from harness.store.notebook import read_pairs
from harness.store.pairs import write_pairs
from harness.store.scores import write_scores


@pytest.fixture
def run(tmp_path: Path) -> Path:
    some = [
        pair("a", "b", of=record("r1", expected="a", tags={"language": "de"})),
        pair("a", CallError(kind="timed_out", message="late"), of=record("r2")),
        pair("a", response("c", usage=Usage()), of=record("r3")),
    ]
    write_pairs(tmp_path / "pairs.parquet", some)
    return tmp_path


def test_a_frame_has_usable_types(run: Path) -> None:
    frame = read_pairs(run)
    assert list(frame["record_id"]) == ["r1", "r2", "r3"]
    assert str(frame["candidate_input_tokens"].dtype) == "Int64"
    assert frame["candidate_input_tokens"].isna().tolist() == [False, True, True]
    assert frame["candidate_input_tokens"].sum() == 10
    assert isinstance(frame["candidate_answer"].dtype, pd.StringDtype)
    assert frame.loc[frame["candidate_answer"] == "b", "record_id"].tolist() == ["r1"]
    assert frame["candidate_answer"].str.upper().tolist()[::2] == ["B", "C"]
    assert frame["candidate_cost_usd"].dtype == "float64"


def test_file_directory_and_text_paths_are_the_same(run: Path) -> None:
    whole = read_pairs(run)
    for path in (run / "pairs.parquet", str(run), str(run / "pairs.parquet")):
        pd.testing.assert_frame_equal(read_pairs(path), whole)


def test_wrong_files_are_told(run: Path) -> None:
    with pytest.raises(RunDamaged, match="the file is missing") as caught:
        read_pairs(run / "none")
    assert caught.value.hint == "Give a run directory, or its pairs.parquet."
    (run / "text").write_bytes(b"no parquet")
    with pytest.raises(RunDamaged, match="cannot be read"):
        read_pairs(run / "text")
    write_scores(run / "scores.parquet", [])
    with pytest.raises(SchemaMismatch, match="is not a file of pairs"):
        read_pairs(run / "scores.parquet")


def test_duckdb_opens_it(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(run)
    query = "select candidate_status, count(*) from 'pairs.parquet' group by 1 order by 1"
    assert duckdb.connect().execute(query).fetchall() == [("ok", 2), ("timed_out", 1)]


def test_pandas_opens_it(run: Path) -> None:
    frame = pd.read_parquet(run / "pairs.parquet")
    assert frame["candidate_status"].tolist() == ["ok", "timed_out", "ok"]


def test_datasets_opens_it(run: Path) -> None:
    write_scores(run / "scores.parquet", [])
    code = (
        "import sys, datasets\n"
        "file, cache = sys.argv[1:]\n"
        "found = datasets.load_dataset('parquet', data_files=file, split='train', cache_dir=cache)\n"
        "print(found.num_rows, found[0]['candidate_answer'], found[1]['candidate_answer'])\n"
    )
    # A process of its own: the library's caches and warnings stay out of this one.
    done = subprocess.run(
        [sys.executable, "-c", code, str(run / "pairs.parquet"), str(run / "cache")],
        capture_output=True,
        text=True,
        check=True,
        cwd=run,  # in the repository, its folder of the same name would be imported
        env={**os.environ, "HF_HOME": str(run / "home"), "HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1"},
    )
    assert done.stdout.splitlines()[-1] == "3 b None"
