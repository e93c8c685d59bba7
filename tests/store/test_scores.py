from dataclasses import fields
from pathlib import Path

import pyarrow as pa
import pytest
from factories import pair
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from harness.domain.score import Finding, Score, ScoredPair, Verdict
from harness.errors import RunDamaged, SchemaMismatch
from harness.store.pairs import write_pairs
from harness.store.schema import SCORES, SIDES
from harness.store.scores import read_scores, write_scores

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
FINDINGS = st.builds(
    Finding,
    kind=TEXTS,
    path=TEXTS,
    expected=st.none() | TEXTS,
    actual=st.none() | TEXTS,
    note=TEXTS,
    verdict=st.sampled_from(Verdict),
    amount=st.none() | st.floats(allow_nan=False),
)
SHARES = st.floats(0, 1)
SCORE = st.none() | st.builds(
    Score,
    value=st.none() | SHARES,
    reason=TEXTS,
    findings=st.lists(FINDINGS, max_size=2).map(tuple),
    pass_at=SHARES,
)
SCORED = st.builds(ScoredPair, record_id=TEXTS, scorer=TEXTS, **dict.fromkeys(SIDES, SCORE))


def scored(record_id: str = "r1", candidate: Score | None = None) -> ScoredPair:
    return ScoredPair(
        record_id=record_id,
        scorer="exact",
        incumbent=Score(value=1.0),
        candidate=candidate,
        agreement=None,
        noise=None,
    )


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(SCORED, max_size=4))
def test_every_scored_pair_round_trips(tmp_path: Path, some: list[ScoredPair]) -> None:
    path = tmp_path / "scores.parquet"
    assert write_scores(path, some) == len(some)
    assert list(read_scores(path)) == some


def test_columns(tmp_path: Path) -> None:
    low = Score(value=0.4, reason="off", findings=(Finding(kind="wrong_value", path="a.b"),), pass_at=0.5)
    write_scores(tmp_path / "s", [scored(candidate=low)])
    row = parquet.read_table(tmp_path / "s").to_pylist()[0]
    assert (row["candidate"], row["candidate_right"], row["candidate_reason"]) == (0.4, False, "off")
    assert row["candidate_findings"][0]["path"] == "a.b"
    assert row["candidate_findings"][0]["expected"] is None
    assert (row["incumbent"], row["incumbent_right"], row["incumbent_reason"]) == (1.0, True, None)
    assert row["incumbent_findings"] == []
    assert [row[f"noise{end}"] for end in ("", "_right", "_pass_at", "_reason", "_findings")] == [None] * 5


def test_only_the_chosen_scores(tmp_path: Path) -> None:
    write_scores(tmp_path / "s", [scored(f"r{n}") for n in range(300)])
    assert [s.record_id for s in read_scores(tmp_path / "s", ids=["r299", "r0"])] == ["r0", "r299"]


def test_hostile_text_is_written(tmp_path: Path) -> None:
    bad = Score(value=0.0, reason="\ud83d", findings=(Finding(kind="x", actual="\ud83d\ude9a\udc00"),))
    write_scores(tmp_path / "s", [scored(candidate=bad)])
    found = next(read_scores(tmp_path / "s")).candidate
    assert found is not None
    assert (found.reason, found.findings[0].actual) == ("\ufffd", "🚚\ufffd")


def test_long_findings_end_a_row_group(tmp_path: Path) -> None:
    long = Score(value=0.0, findings=(Finding(kind="x", expected="y" * 10_000_000),))
    write_scores(tmp_path / "s", (scored(f"r{n}", long) for n in range(5)))
    assert parquet.ParquetFile(tmp_path / "s").metadata.num_row_groups == 2


def test_wrong_files_are_told(tmp_path: Path) -> None:
    with pytest.raises(RunDamaged, match="the file is missing"):
        list(read_scores(tmp_path / "s"))
    write_pairs(tmp_path / "p", [pair()])
    with pytest.raises(SchemaMismatch, match="is not a file of scores that the harness wrote"):
        list(read_scores(tmp_path / "p"))


def test_a_damaged_cell_is_told_with_its_record(tmp_path: Path) -> None:
    write_scores(tmp_path / "s", [scored(candidate=Score(value=0.0, findings=(Finding(kind="x"),)))])
    row = parquet.read_table(tmp_path / "s").to_pylist()[0]
    row["candidate_findings"][0]["verdict"] = "odd"
    parquet.write_table(pa.Table.from_pylist([row], schema=SCORES), tmp_path / "s")
    with pytest.raises(RunDamaged, match="the row of record 'r1' cannot be read"):
        list(read_scores(tmp_path / "s"))


def test_a_file_of_version_1_is_read_as_one_without_repeats() -> None:
    old = Path(__file__).parents[1] / "data" / "store" / "scores-version-1.parquet"
    first, second = read_scores(old)
    assert first.candidate is not None
    assert (first.candidate.value, first.candidate.pass_at, first.candidate.right) == (0.4, 0.5, False)
    assert first.candidate.findings == (
        Finding(kind="wrong_value", path="a.b", expected="1", actual="2", note="n"),
    )
    assert (second.noise, second.incumbent) == (Score(value=1.0), None)
    for side in SIDES[4:]:
        assert getattr(first, side) is None


def test_a_side_for_every_field_of_a_scored_pair() -> None:
    assert tuple(field.name for field in fields(ScoredPair))[2:] == SIDES
