"""Sequential runs as a user makes them: real command line, real HTTP, real files."""

import json
import signal
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from command_line import harness, make_dataset, started
from counting_server import completion, counting_server

from harness.domain.ordering import order_key
from harness.store.pairs import read_pairs


def labels(folder: Path, records: int, *, incumbent: float, candidate: float, more: str) -> Path:
    """A dataset that the sandbox answers, with an empty answer at that rate."""
    folder.mkdir(parents=True)
    rates = {"incumbent": incumbent, "candidate": candidate}
    arms = "".join(f'[{arm}]\nprovider = "sandbox"\nmodel = "{arm}"\n' for arm in rates)
    models = "".join(
        f"[sandbox.models.{arm}]\nttft_ms = 1\ntokens_per_s = 1e6\nrates = {{ empty = {rate} }}\n"
        for arm, rate in rates.items()
    )
    (folder / "dataset.toml").write_text(
        f'[dataset]\nworkload = "w"\ntask = "t"\n{arms}[replay]\nconcurrency = 16\n[decision]\n'
        f'stop = "sequential"\n{more}\n[[scorers]]\nuse = "exact"\n'
        f'[sandbox]\nsource = "simulated"\n{models}',
        encoding="utf-8",
    )
    with (folder / "records.jsonl").open("w", encoding="utf-8") as file:
        for number in range(records):
            body = {"messages": [{"role": "user", "content": f"text {number}"}]}
            line = {
                "custom_id": f"r{number}",
                "body": body,
                "expected": "yes",
                "tags": {"of": f"{number // 5}"},
            }
            file.write(json.dumps(line) + "\n")
    return folder


def told(reports: Path, name: str) -> dict[str, Any]:
    manifest: dict[str, Any] = json.loads((reports / name / "latest" / "manifest.json").read_text())
    return manifest


def in_order(names: Iterable[str], seed: int = 7) -> list[str]:
    return sorted(names, key=lambda name: order_key(seed, None, name))


def test_equal_arms_are_shown_to_be_equal_early(tmp_path: Path) -> None:
    dataset = labels(tmp_path / "equal", 1500, incumbent=0.05, candidate=0.05, more="margin = 0.1")
    done = harness("shadow", dataset, "--reports", tmp_path / "reports")
    assert done.returncode == 0, done.stderr
    manifest = told(tmp_path / "reports", "equal")
    early = manifest["stopped_early"]
    assert early["decided"] == "non_inferior"
    assert 30 < early["records"] < 600
    assert early["reason"].startswith(
        "the candidate is shown to lose less than the margin of 10 points after"
    )
    assert f"Ended early: {early['reason']}" in done.stdout
    assert "in random order, until it is certain" in done.stderr
    names = [
        pair.record.id for pair in read_pairs(tmp_path / "reports" / "equal" / "latest" / "pairs.parquet")
    ]
    every = [f"r{number}" for number in range(1500)]
    assert early["records"] <= len(names) <= early["records"] + 32
    assert set(names) == set(in_order(every)[: len(names)])  # the first so many, whoever was quick
    assert names == sorted(names, key=every.index)
    assert manifest["counts"]["candidate"]["calls"] == len(names)
    assert (manifest["records"], manifest["sequential"]["largest_cluster"]) == (1500, 1)


def test_a_much_worse_arm_is_found_out_after_few_records(tmp_path: Path) -> None:
    dataset = labels(tmp_path / "worse", 1500, incumbent=0.02, candidate=0.6, more="margin = 0.02")
    done = harness("shadow", dataset, "--reports", tmp_path / "reports")
    assert done.returncode == 0, done.stderr
    early = told(tmp_path / "reports", "worse")["stopped_early"]
    assert early["decided"] == "inferior"
    assert early["records"] < 60


def test_near_the_margin_the_run_goes_to_its_cap_and_shows_nothing(tmp_path: Path) -> None:
    more = 'margin = 0.1\ncap = 203\ncluster = "of"'
    dataset = labels(tmp_path / "near", 400, incumbent=0.0, candidate=0.1, more=more)
    plan = harness("shadow", dataset, "--plan", "--reports", tmp_path / "reports")
    assert "200 at most (the cap), and the run ends as soon as" in plan.stdout
    assert "candidate sandbox/candidate: 200 calls" in plan.stdout
    done = harness("shadow", dataset, "--reports", tmp_path / "reports")
    assert done.returncode == 0, done.stderr
    manifest = told(tmp_path / "reports", "near")
    assert manifest["stopped_early"] == {
        "reason": "nothing is shown after 200 records, the most that this run may call",
        "decided": "undecided",
        "records": 200,
    }
    assert manifest["sequential"] == {"planned": 200, "clusters": 40, "largest_cluster": 5}
    pairs = list(read_pairs(tmp_path / "reports" / "near" / "latest" / "pairs.parquet"))
    assert len({pair.record.tags["of"] for pair in pairs}) == 40


def test_a_run_over_all_records_has_not_ended_early(tmp_path: Path) -> None:
    dataset = labels(tmp_path / "few", 20, incumbent=0.0, candidate=0.0, more="margin = 0.05")
    done = harness("shadow", dataset, "--reports", tmp_path / "reports")
    assert done.returncode == 0, done.stderr
    assert told(tmp_path / "reports", "few")["stopped_early"] is None
    assert "Ended early" not in done.stdout


def echo_dataset(folder: Path, records: int, url: str, *, seed: int = 7) -> Path:
    more = f'[replay]\nconcurrency = 4\nseed = {seed}\n[decision]\nstop = "sequential"\nmargin = 0.1\n'
    return make_dataset(folder, records, url=url, more=more)


def wrong_at_times(body: dict[str, Any]) -> tuple[int, dict[str, str], dict[str, Any]]:
    text = body["messages"][-1]["content"]
    number = int(text.split()[1])
    wrong = number % (10 if body["model"] == "candidate" else 11) == 3
    return 200, {}, completion("no" if wrong else text, body["model"])


def test_the_order_is_random_and_that_of_the_seed(tmp_path: Path) -> None:
    asked = []
    for seed in (7, 8):
        with counting_server() as server:
            dataset = echo_dataset(tmp_path / f"echo{seed}", 40, server.url, seed=seed)
            arguments = ("--set", "replay.concurrency=1", "--reports", tmp_path / "reports")
            assert harness("shadow", dataset, *arguments).returncode == 0
            asked.append([f"r{text.split()[1]}" for arm, text in server.asked if arm == "candidate"])
    every = [f"r{number}" for number in range(40)]
    assert asked[0] == in_order(every)[: len(asked[0])]
    assert asked[1] == in_order(every, 8)[: len(asked[1])]
    assert asked[0] != asked[1]


def settled(journal: Path) -> set[tuple[str, str]]:
    lines = journal.read_bytes().split(b"\n")[:-1] if journal.exists() else []
    return {(arm, record_id) for record_id, arm, _, _ in (json.loads(line)["key"] for line in lines)}


def test_a_killed_run_goes_on_in_the_same_order_and_ends_where_it_would_have(tmp_path: Path) -> None:
    with counting_server(wrong_at_times, delay_s=0.02) as server:
        dataset = echo_dataset(tmp_path / "whole", 600, server.url)
        assert harness("shadow", dataset, "--reports", tmp_path / "reports").returncode == 0
    expected = told(tmp_path / "reports", "whole")["stopped_early"]
    assert expected["decided"] == "non_inferior"
    with counting_server(wrong_at_times, delay_s=0.02) as server:
        dataset = echo_dataset(tmp_path / "killed", 600, server.url)
        process = started("shadow", dataset, "--reports", tmp_path / "reports")
        while server.calls < 100 and process.poll() is None:
            time.sleep(0.005)
        process.send_signal(signal.SIGKILL)
        process.wait()
        time.sleep(0.1)
        (run,) = (tmp_path / "reports" / "killed").glob("2*")
        had = settled(run / "journal.jsonl")
        before = server.asked.copy()
        done = harness("shadow", dataset, "--reports", tmp_path / "reports")
        assert done.returncode == 0, done.stderr
        again = {(arm, "r" + text.split()[1]) for arm, text in server.asked - before}
        assert had
        assert not had & again
        assert told(tmp_path / "reports", "killed")["stopped_early"] == expected
        # Killed after the last call and before the manifest: nothing is left to be asked.
        calls = server.calls
        (run / "manifest.json").unlink()
        assert harness("shadow", dataset, "--reports", tmp_path / "reports").returncode == 0
        assert server.calls == calls
        assert told(tmp_path / "reports", "killed")["stopped_early"] == expected


def test_every_answer_that_was_asked_for_is_kept_and_the_next_run_is_a_new_one(tmp_path: Path) -> None:
    with counting_server(delay_s=0.03) as server:
        dataset = echo_dataset(tmp_path / "echo", 600, server.url)
        arguments = ("shadow", dataset, "--set", "replay.repeats=10", "--reports", tmp_path / "reports")
        assert harness(*arguments).returncode == 0
        (run,) = (tmp_path / "reports" / "echo").glob("2*")
        assert len((run / "journal.jsonl").read_bytes().splitlines()) == server.calls < 400
        pairs = list(read_pairs(run / "pairs.parquet"))
        repeated = {pair.record.id for pair in pairs if pair.repeats}
        assert repeated == set(in_order(f"r{number}" for number in range(600))[:10])
        before = server.calls
        assert harness(*arguments).returncode == 0
        assert server.calls >= 2 * before - 16
    assert len(list((tmp_path / "reports" / "echo").glob("2*"))) == 2


def test_a_budget_stops_a_sequential_run_and_a_larger_one_continues_it(tmp_path: Path) -> None:
    with counting_server() as server:  # 1.5 cents a call
        dataset = echo_dataset(tmp_path / "echo", 600, server.url)
        arguments = ("shadow", dataset, "--reports", tmp_path / "reports")
        assert harness(*arguments, "--budget-usd", "0.60").returncode == 3
        (run,) = (tmp_path / "reports" / "echo").glob("2*")
        names = [pair.record.id for pair in read_pairs(run / "pairs.parquet")]
        assert set(names) == set(in_order(f"r{number}" for number in range(600))[: len(names)])
        assert harness(*arguments).returncode == 0
        assert set(server.asked.values()) == {1}
    assert told(tmp_path / "reports", "echo")["stopped_early"]["decided"] == "non_inferior"


def test_candidates_share_the_incumbents_calls_though_they_end_at_different_records(tmp_path: Path) -> None:
    def answer(body: dict[str, Any]) -> tuple[int, dict[str, str], dict[str, Any]]:
        text = body["messages"][-1]["content"]
        return 200, {}, completion("no" if body["model"] == "bad" else text, body["model"])

    with counting_server(answer) as server:
        dataset = echo_dataset(tmp_path / "echo", 400, server.url)
        arms = [part for name in ("bad", "good") for part in ("--candidate", f"openai/{name}@{server.url}")]
        done = harness("shadow", dataset, *arms, "--reports", tmp_path / "reports")
        assert done.returncode == 0, done.stderr
        assert set(server.asked.values()) == {1}
    ends = [
        json.loads((run / "manifest.json").read_text())["stopped_early"]
        for run in (tmp_path / "reports" / "echo").glob("2*")
    ]
    assert {end["decided"] for end in ends} == {"inferior", "non_inferior"}
