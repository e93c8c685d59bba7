"""The sandbox plants failures of known kinds; the run, which cannot see the truth, must find them."""

import json
import tomllib
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import pytest
from command_line import ROOT, harness

from harness.sandbox.process import embedded
from harness.store.scores import read_scores

INVOICES = ROOT / "datasets" / "invoices"
INCUMBENT = "gpt-4o"
CANDIDATE = "meta-llama/Llama-3.3-70B-Instruct-Turbo"
# A planted stall comes out as a call that timed out; the others carry the name of the kind.
HARMLESS = {"format_only", "moved", "slow"}


def table(seed: int, factor: float) -> dict[str, Any]:
    """The dataset's own [sandbox] table with its rates times a factor (stalls stay few: they take time)."""
    text = (INVOICES / "dataset.toml").read_text(encoding="utf-8")
    sandbox: dict[str, Any] = tomllib.loads(text)["sandbox"]
    for model in sandbox["models"].values():
        model["rates"] = {
            kind: rate if kind in {"timed_out", "slow"} else rate * factor
            for kind, rate in model["rates"].items()
        }
    return {**sandbox, "seed": seed}


def planted(truth: Path) -> dict[tuple[str, str], set[str]]:
    """(record, model) → kinds planted in the last answer given."""
    kinds = {}
    for line in truth.read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        kinds[entry["record_id"], entry["model"]] = {fault["kind"] for fault in entry["faults"]}
    return kinds


def found(scores: Path) -> dict[tuple[str, str], set[str]]:
    kinds = {}
    for scored in read_scores(scores):
        for model, score in ((INCUMBENT, scored.incumbent), (CANDIDATE, scored.candidate)):
            assert score is not None
            kinds[scored.record_id, model] = {finding.kind for finding in score.findings}
    return kinds


def run(tmp_path: Path, seed: int, factor: float) -> tuple[Counter[str], Counter[str], Counter[str], int]:
    truth, reports = tmp_path / "truth.jsonl", tmp_path / "reports"
    tmp_path.mkdir()
    with embedded(INVOICES, truth, table(seed, factor)) as url:
        arms = [f"sandbox/{INCUMBENT}@{url}", f"sandbox/{CANDIDATE}@{url}"]
        done = harness(
            "shadow", INVOICES, "--incumbent", arms[0], "--candidate", arms[1], "--reports", reports,
            "--set", "replay.total_timeout_s=8",
        )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("SIMULATED"), "an explicit sandbox address is marked as well"
    truths, finds = planted(truth), found(reports / "invoices" / "latest" / "scores.parquet")
    sown, reaped, false = Counter[str](), Counter[str](), Counter[str]()
    for key, kinds in finds.items():
        sown.update(truths[key])
        reaped.update(truths[key] & kinds)
        false.update(kinds - truths[key])
    return sown, reaped, false, len(finds)


def check(totals: dict[str, Counter[str]], answers: int, least: int) -> None:
    sown, reaped, false = totals["sown"], totals["reaped"], totals["false"]
    harmful = {kind: count for kind, count in sown.items() if kind not in HARMLESS}
    assert len(harmful) >= 14
    assert min(harmful.values()) >= least
    missed = {kind: (reaped[kind], count) for kind, count in harmful.items() if reaped[kind] < 0.98 * count}
    assert missed == {}
    invented = {
        kind: count for kind, count in false.items() if kind not in HARMLESS and count > 0.01 * answers
    }
    assert invented == {}


@pytest.mark.parametrize(
    ("seeds", "least"),
    [((2879,), 1), pytest.param(tuple(range(1, 9)), 10, marks=pytest.mark.slow)],
    ids=["one run", "eight runs"],
)
def test_planted_failures_are_found_by_kind(tmp_path: Path, seeds: tuple[int, ...], least: int) -> None:
    totals: dict[str, Counter[str]] = defaultdict(Counter)
    answers = 0
    for seed in seeds:
        sown, reaped, false, count = run(tmp_path / str(seed), seed, factor=3.0 if seed != 2879 else 4.0)
        totals["sown"] += sown
        totals["reaped"] += reaped
        totals["false"] += false
        answers += count
    check(totals, answers, least)
