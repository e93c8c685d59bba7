import json
from pathlib import Path

import pytest

from harness.errors import HarnessError
from harness.sandbox.faults import Planted
from harness.sandbox.truth import TruthFile


def test_lines_are_appended(tmp_path: Path) -> None:
    path = tmp_path / "truth.jsonl"
    path.write_text('{"before":1}\n')
    with TruthFile(path) as truth:
        truth.append("r1", "m", 0, (Planted(kind="empty", path="", note="no text"),))
    assert [json.loads(line) for line in path.read_text().splitlines()] == [
        {"before": 1},
        {
            "record_id": "r1",
            "model": "m",
            "repeat": 0,
            "faults": [{"kind": "empty", "path": "", "note": "no text"}],
        },
    ]


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(HarnessError, match="the truth cannot be written there"):
        TruthFile(tmp_path / "nowhere" / "truth.jsonl")
