"""`[replay] repeats` as a user runs it: real command line, real HTTP, real files."""

import json
import re
from collections import Counter
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from command_line import harness, make_dataset
from counting_server import counting_server

from harness.domain.observation import Arm
from harness.store.pairs import read_pairs
from harness.store.scores import read_scores

FOUR = "[replay]\nrepeats = 4\n"


def test_drawn_records_are_called_twice_and_everything_tells_of_it(tmp_path: Path) -> None:
    with counting_server() as server:
        dataset = make_dataset(tmp_path / "echo", 10, url=server.url, more=FOUR)
        reports = tmp_path / "reports"
        plan = harness("shadow", dataset, "--plan", "--reports", reports)
        assert re.search(r"candidate openai/candidate: 14 calls \(4 of them repeats\), about", plan.stdout)
        done = harness("shadow", dataset, "--reports", reports)
        assert done.returncode == 0, done.stderr
        assert "incumbent 14/14" in done.stderr
        assert Counter(server.asked.values()) == {1: 12, 2: 8}
    run = reports / "echo" / "latest"
    pairs = list(read_pairs(run / "pairs.parquet"))
    assert [pair.record.id for pair in pairs] == [f"r{number}" for number in range(10)]
    repeated = [pair for pair in pairs if pair.repeats]
    assert len(repeated) == 4
    for pair in repeated:
        assert [one.key.arm for one in pair.repeats] == list(Arm)
        assert [one.key.fingerprint for one in pair.repeats] == [
            pair.observation(arm).key.fingerprint for arm in Arm
        ]
        assert pair.repeat_costs_usd == (0.015, 0.015)
    values = {
        score.record_id: score.noise and score.noise.value for score in read_scores(run / "scores.parquet")
    }
    assert {name for name, value in values.items() if value == 1.0} == {pair.record.id for pair in repeated}
    analysis = json.loads((run / "analysis.json").read_text())
    for arm in Arm:
        told = analysis[arm.value]
        assert (told["calls"], told["repeats"], told["tokens"]["input"]) == (10, 4, 140)
        assert told["cost"] == {"known_usd": pytest.approx(0.21), "unknown": 0}
    manifest = json.loads((run / "manifest.json").read_text())
    assert manifest["settings"]["replay"]["repeats"] == 4
    assert manifest["counts"]["candidate"]["repeats"] == 4


def test_candidates_of_a_group_share_the_incumbents_repeats(tmp_path: Path) -> None:
    with counting_server() as server:
        dataset = make_dataset(tmp_path / "echo", 10, url=server.url, more=FOUR)
        arms = [f"openai/{name}@{server.url}" for name in ("a", "b")]
        done = harness(
            "shadow",
            dataset,
            "--candidate",
            arms[0],
            "--candidate",
            arms[1],
            "--reports",
            tmp_path / "reports",
        )
        assert done.returncode == 0, done.stderr
        calls = Counter(model for (model, _), count in server.asked.items() for _ in range(count))
        assert calls == {"incumbent": 14, "a": 14, "b": 14}
    for run in sorted((tmp_path / "reports" / "echo").glob("2*")):
        repeats = pq.read_table(run / "pairs.parquet")["incumbent_repeats"].drop_null()
        assert len(repeats) == 4


def test_more_repeats_are_added_to_a_run_that_was_stopped(tmp_path: Path) -> None:
    with counting_server() as server:
        dataset = make_dataset(tmp_path / "echo", 30, url=server.url, more=FOUR)
        arguments = ("shadow", dataset, "--reports", tmp_path / "reports")
        assert harness(*arguments, "--budget-usd", "0.60").returncode == 3
        done = harness(*arguments, "--set", "replay.repeats=100")
        assert done.returncode == 0, done.stderr
        assert set(server.asked.values()) == {2}
    assert len(list((tmp_path / "reports" / "echo").glob("2*"))) == 1


def test_the_sandbox_is_as_noisy_as_it_is_told_to_be(tmp_path: Path) -> None:
    folder = tmp_path / "labels"
    folder.mkdir()
    models = "".join(
        f"[sandbox.models.{name}]\nttft_ms = 1\ntokens_per_s = 1e6\nnoise = {noise}\n"
        "rates = { empty = 0.3 }\n"
        for name, noise in (("steady", 0.0), ("noisy", 0.5))
    )
    (folder / "dataset.toml").write_text(
        '[dataset]\nworkload = "w"\ntask = "t"\n[incumbent]\nprovider = "sandbox"\nmodel = "steady"\n'
        '[candidate]\nprovider = "sandbox"\nmodel = "noisy"\n[replay]\nrepeats = 200\n'
        '[[scorers]]\nuse = "exact"\n'
        f'[sandbox]\nsource = "simulated"\n{models}',
        encoding="utf-8",
    )
    with (folder / "records.jsonl").open("w", encoding="utf-8") as file:
        for number in range(200):
            body = {"messages": [{"role": "user", "content": f"text {number}"}]}
            file.write(json.dumps({"custom_id": f"r{number}", "body": body, "expected": "yes"}) + "\n")
    done = harness("shadow", folder, "--reports", tmp_path / "reports")
    assert done.returncode == 0, done.stderr
    scores = list(read_scores(tmp_path / "reports" / "labels" / "latest" / "scores.parquet"))
    flips = {Arm.INCUMBENT: 0, Arm.CANDIDATE: 0}
    for score in scores:
        for arm, first, again in (
            (Arm.INCUMBENT, score.incumbent, score.incumbent_repeat),
            (Arm.CANDIDATE, score.candidate, score.candidate_repeat),
        ):
            assert first is not None
            assert again is not None
            flips[arm] += first.right != again.right
    assert flips[Arm.INCUMBENT] == 0
    assert 70 <= flips[Arm.CANDIDATE] <= 130  # 100 with a standard deviation of 7
