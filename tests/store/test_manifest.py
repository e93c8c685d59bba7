import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from harness.domain.mark import Mark
from harness.domain.observation import Arm
from harness.errors import RunDamaged, SchemaMismatch
from harness.store.manifest import (
    ArmCounts,
    Manifest,
    RunStart,
    read_manifest,
    read_run_start,
    write_manifest,
    write_run_start,
)

START = RunStart(
    run_id="20261123-182219-3f2a",
    identity="3f2a",
    group="g1",
    members=("20261123-182219-3f2a", "other"),
    dataset="invoices",
    dataset_path="datasets/invoices",
    dataset_sha256="ab" * 32,
    records=12,
    mark=Mark.SIMULATED,
    arms={Arm.INCUMBENT: {"provider": "openai", "model": "m"}, Arm.CANDIDATE: {"provider": "together"}},
    settings={"replay": {"concurrency": 4}},
    seed=7,
    versions={"harness": "0.1.0"},
    started_at=datetime(2026, 11, 23, 18, 22, 19, 5, tzinfo=UTC),
)
MANIFEST = Manifest(
    start=START,
    finished_at=datetime(2026, 11, 23, 18, 30, tzinfo=UTC),
    counts={
        Arm.INCUMBENT: ArmCounts(calls=12, errors={}, cost_usd=0.25, input_tokens=9),
        Arm.CANDIDATE: ArmCounts(
            calls=12, errors={"timed_out": 2}, cost_usd=None, unknown_costs=12, retries=4
        ),
    },
    judge=ArmCounts(calls=48, errors={"refused": 1}, cost_usd=0.5),
)


def test_run_start_and_manifest_round_trip(tmp_path: Path) -> None:
    write_run_start(tmp_path / "run.json", START)
    write_manifest(tmp_path / "manifest.json", MANIFEST)
    assert read_run_start(tmp_path / "run.json") == START
    assert read_manifest(tmp_path / "manifest.json") == MANIFEST
    assert read_run_start(tmp_path / "manifest.json") == START


def test_a_manifest_with_a_count_of_an_earlier_version_is_read(tmp_path: Path) -> None:
    path = tmp_path / "manifest.json"
    write_manifest(path, MANIFEST)
    held = json.loads(path.read_text(encoding="utf-8"))
    held["counts"]["candidate"]["reused"] = 3
    path.write_text(json.dumps(held), encoding="utf-8")
    assert read_manifest(path) == MANIFEST


def test_files_from_before_repeats_and_random_order_are_read(tmp_path: Path) -> None:
    path = tmp_path / "manifest.json"
    write_manifest(path, MANIFEST)
    held = json.loads(path.read_text(encoding="utf-8"))
    del held["sequential"], held["stopped_early"]
    del held["counts"]["candidate"]["repeats"], held["counts"]["incumbent"]["repeats"]
    path.write_text(json.dumps(held), encoding="utf-8")
    assert read_manifest(path) == MANIFEST


def test_how_a_run_in_random_order_went_is_kept(tmp_path: Path) -> None:
    early = {"reason": "r", "decided": "inferior", "records": 9}
    start = replace(START, sequential={"planned": 12, "largest_cluster": 2}, stopped_early=early)
    write_run_start(tmp_path / "run.json", start)
    assert read_run_start(tmp_path / "run.json") == start


def test_the_manifest_holds_the_run_start_beside_its_own_fields(tmp_path: Path) -> None:
    write_manifest(tmp_path / "m", MANIFEST)
    held = json.loads((tmp_path / "m").read_text(encoding="utf-8"))
    assert held["schema_version"] == 1
    assert held["mark"] == "SIMULATED"
    assert held["counts"]["candidate"]["errors"] == {"timed_out": 2}
    assert held["counts"]["candidate"]["cost_usd"] is None


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"seed": None}, "seed is not as it was written"),
        ({"seed": True}, "seed is not as it was written"),
        ({"group": ...}, "group is missing"),
        ({"mark": "REAL"}, "mark is none of SIMULATED, RECORDED, LIVE"),
        ({"started_at": "soon"}, "started_at is not a time"),
        ({"arms": []}, "arms is not as it was written"),
        ({"arms": {"third": {}}}, "arms.incumbent is missing"),
        ({"counts": {"incumbent": {}}}, "counts.incumbent.calls is missing"),
    ],
)
def test_a_damaged_field_is_told(tmp_path: Path, change: dict[str, Any], what: str) -> None:
    path = tmp_path / "manifest.json"
    write_manifest(path, MANIFEST)
    held = json.loads(path.read_text(encoding="utf-8")) | change
    path.write_text(json.dumps({k: v for k, v in held.items() if v is not ...}), encoding="utf-8")
    with pytest.raises(RunDamaged) as caught:
        read_manifest(path)
    assert caught.value.message == f"{path}: {what}"
    assert "journal.jsonl" in caught.value.hint


@pytest.mark.parametrize(
    ("content", "what"),
    [(b"{", "is not valid JSON"), (b"[]", "is not a JSON object"), (b"", "is not valid JSON")],
)
def test_a_damaged_file_is_told(tmp_path: Path, content: bytes, what: str) -> None:
    path = tmp_path / "run.json"
    path.write_bytes(content)
    with pytest.raises(RunDamaged, match=what):
        read_run_start(path)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(RunDamaged, match="the file is missing") as caught:
        read_manifest(tmp_path / "manifest.json")
    assert caught.value.hint == "The run did not get that far: run it again."
    with pytest.raises(RunDamaged, match="cannot be read: Is a directory"):
        read_manifest(tmp_path)


def test_a_newer_version_is_told(tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    path.write_text('{"schema_version": 99}', encoding="utf-8")
    with pytest.raises(
        SchemaMismatch, match=r"was written by a newer harness \(version 99, this one reads 1\)"
    ):
        read_run_start(path)
