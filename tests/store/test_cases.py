from pathlib import Path

import pytest

from harness.domain.case_row import CaseRow
from harness.errors import RunDamaged, SchemaMismatch
from harness.store.cases import read_cases, write_cases
from harness.store.pairs import read_pairs, write_pairs


def test_rows_come_back_as_they_were(tmp_path: Path) -> None:
    rows = [
        CaseRow(record_id="a", quadrant="both_right"),
        CaseRow(
            record_id="b/ü",
            quadrant="regression",
            kind="sign_flipped",
            candidate_kind="sign_flipped",
            severity=3,
            group="v1:sign_flipped|totals.net|",
            slices=(0, 2),
            amount=12.5,
            rerun="flaky",
            review="acceptable",
            harm=4,
        ),
    ]
    file = tmp_path / "cases.parquet"
    assert write_cases(file, rows) == 2
    assert list(read_cases(file)) == rows


def test_a_missing_or_foreign_file_is_told(tmp_path: Path) -> None:
    file = tmp_path / "cases.parquet"
    with pytest.raises(RunDamaged, match="missing") as missing:
        list(read_cases(file))
    assert "harness analyze" in missing.value.hint
    write_pairs(file, [])
    with pytest.raises(SchemaMismatch, match="not a file of cases") as foreign:
        list(read_cases(file))
    assert "harness analyze" in foreign.value.hint
    file.write_bytes(b"PAR1")
    with pytest.raises(RunDamaged, match="cannot be read"):
        list(read_cases(file))
    write_cases(file, [])
    with pytest.raises(SchemaMismatch, match="not a file of pairs"):
        list(read_pairs(file))
