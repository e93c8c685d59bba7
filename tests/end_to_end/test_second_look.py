"""Runs that do not go straight: changed settings, two processes, mixed arms, several candidates that stop."""

import json
import signal
import subprocess
import time
from collections import Counter
from pathlib import Path

import pytest
from command_line import ROOT, command, environment, harness, make_dataset, started
from counting_server import completion, counting_server

from harness.store.cases import read_cases
from harness.store.layout import RunDirectory
from harness.store.pairs import read_pairs

SLOW_SCORER = """
import time
from pathlib import Path
from harness import scorer

HURRY = Path(__file__).with_name("hurry")

@scorer
def slow(answer, reference, context):
    time.sleep(0.0 if HURRY.exists() else 0.5)
    return answer.text == reference.text
"""


def run_of(reports: Path) -> dict[str, object]:
    told: dict[str, object] = json.loads((reports / "echo" / "latest" / "run.json").read_text())
    return told


def slow_dataset(folder: Path, records: int, url: str) -> Path:
    dataset = make_dataset(folder, records, url=url)
    (dataset / "scorer.py").write_text(SLOW_SCORER)
    toml = dataset / "dataset.toml"
    toml.write_text(toml.read_text().replace('use = "exact"', 'use = "scorer.py:slow"'))
    return dataset


def test_stages_keep_the_settings_of_the_run_and_tell_the_new_ones(tmp_path: Path) -> None:
    reports = tmp_path / "reports"
    with counting_server() as server:
        dataset = make_dataset(tmp_path / "echo", 6, url=server.url)
        done = harness("shadow", dataset, "--set", "decision.margin=0.3", "--reports", reports)
        assert done.returncode == 0, done.stderr
    assert "--set decision.margin=0.3" in (reports / "echo" / "latest" / "report.html").read_text()
    toml = dataset / "dataset.toml"
    toml.write_text(toml.read_text().replace('use = "exact"', 'use = "text"\npass_at = 0.7'))
    run = (reports / "echo" / "latest").resolve()
    assert harness("score", run, cwd=tmp_path).returncode == 0
    done = harness("report", run, cwd=tmp_path)
    assert done.returncode == 1, "a report of the scores before would be stale"
    assert "harness analyze" in done.stderr
    assert harness("analyze", run, cwd=tmp_path).returncode == 0
    assert harness("report", run, cwd=tmp_path).returncode == 0
    assert json.loads((run / "analysis.json").read_text())["settings"]["margin"] == 0.3
    assert "text (pass_at = 0.7)" in (run / "report.html").read_text()


def test_a_run_of_an_older_harness_is_analyzed_again(tmp_path: Path) -> None:
    reports = tmp_path / "reports"
    with counting_server() as server:
        dataset = make_dataset(tmp_path / "echo", 40, url=server.url)
        assert harness("shadow", dataset, "--reports", reports).returncode == 0
    run = RunDirectory((reports / "echo" / "latest").resolve())
    rows, made = list(read_cases(run.cases)), run.cases.read_bytes()
    assert [row.record_id for row in rows] == [pair.record.id for pair in read_pairs(run.pairs)]
    counted = Counter(row.quadrant for row in rows)
    analysis = json.loads(run.analysis.read_bytes())
    assert counted == Counter({name: entry["count"] for name, entry in analysis["quadrants"].items()})

    run.cases.unlink()
    done = harness("report", run.path, cwd=tmp_path)
    assert done.returncode == 1
    assert "cases.parquet: the file is missing" in done.stderr
    assert "harness analyze" in done.stderr
    assert "Traceback" not in done.stderr

    run.analysis.write_text(json.dumps({**analysis, "schema_version": 2}))
    done = harness("report", run.path, cwd=tmp_path)
    assert done.returncode == 1
    assert "harness analyze" in done.stderr
    assert harness("analyze", run.path, cwd=tmp_path).returncode == 0
    assert harness("report", run.path, cwd=tmp_path).returncode == 0
    assert run.cases.read_bytes() == made

    assert harness("score", run.path, cwd=tmp_path).returncode == 0
    assert not run.cases.exists(), "it tells of the scores before"


def test_a_run_in_which_nothing_was_answered_is_no_result(tmp_path: Path) -> None:
    reports = tmp_path / "reports"
    with counting_server(lambda body: (404, {}, {"error": {"message": "no such model"}})) as server:
        dataset = make_dataset(tmp_path / "echo", 3, url=server.url)
        done = harness("shadow", dataset, "--reports", reports)
    assert done.returncode == 3
    assert "3 of the last 3 calls failed" in done.stderr
    assert not (reports / "echo" / "latest").exists()


def test_after_the_cause_is_mended_the_failed_calls_are_made(tmp_path: Path) -> None:
    deployed = {"candidate": False}

    def answer(body: dict[str, object]) -> tuple[int, dict[str, str], dict[str, object]]:
        if body["model"] == "candidate" and not deployed["candidate"]:
            return 404, {}, {"error": {"message": "model not deployed"}}
        return 200, {}, completion(body["messages"][-1]["content"], str(body["model"]))  # type: ignore[index]

    with counting_server(answer) as server:
        dataset = make_dataset(tmp_path / "echo", 60, url=server.url)
        assert harness("shadow", dataset, "--reports", tmp_path / "reports").returncode == 3
        deployed["candidate"] = True
        done = harness("shadow", dataset, "--reports", tmp_path / "reports")
        assert done.returncode == 0, done.stderr
        assert "Candidate 60 (0 errors)" in done.stdout
        assert max(count for (model, _), count in server.asked.items() if model == "incumbent") == 1


def test_a_candidate_that_stops_does_not_keep_the_next_from_running(tmp_path: Path) -> None:
    refused = {"error": {"message": "wrong key", "code": "invalid_api_key"}}
    with counting_server(lambda body: (401, {}, refused)) as bad, counting_server() as good:
        dataset = make_dataset(tmp_path / "echo", 10, url=good.url)
        done = harness(
            "shadow", dataset, "--reports", tmp_path / "reports",
            "--candidate", f"openai/a@{bad.url}", "--candidate", f"openai/b@{good.url}",
        )  # fmt: skip
        assert done.returncode == 3
        assert "wrong key" in done.stderr
        assert sum(count for (model, _), count in good.asked.items() if model == "b") == 10
    assert done.stdout.count("Report: ") == 1


def test_one_budget_holds_over_all_candidates(tmp_path: Path) -> None:
    with counting_server() as server:  # 1.5 cents a call, 20 records: 30 cents an arm
        dataset = make_dataset(tmp_path / "echo", 20, url=server.url)
        price = "{ input_per_million = 1000.0, output_per_million = 1000.0 }"
        done = harness(
            "shadow", dataset, "--reports", tmp_path / "reports", "--budget-usd", "0.70",
            "--candidate", f"openai/a@{server.url}", "--candidate", f"openai/b@{server.url}",
            "--set", f"candidate.price={price}",
        )  # fmt: skip
        assert done.returncode == 3, done.stdout
        assert server.calls * 0.015 <= 0.70 + 1e-9
        assert server.calls > 40


def test_ctrl_c_while_scoring_says_how_to_go_on(tmp_path: Path) -> None:
    with counting_server() as server:
        dataset = slow_dataset(tmp_path / "echo", 100, server.url)
        process = subprocess.Popen(
            command("shadow", dataset, "--reports", tmp_path / "reports"),
            cwd=ROOT,
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        await_scoring(tmp_path / "reports")
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=30)
    assert process.returncode == 3
    assert "Run the same command again" in errors
    assert "Traceback" not in errors


def await_scoring(reports: Path) -> None:
    for _ in range(400):
        if list(reports.glob("echo/2*/pairs.parquet")):
            time.sleep(0.3)
            return
        time.sleep(0.05)
    pytest.fail("scoring did not begin")


def test_two_processes_never_work_on_one_run(tmp_path: Path) -> None:
    with counting_server() as server:
        dataset = slow_dataset(tmp_path / "echo", 60, server.url)
        with started("shadow", dataset, "--reports", tmp_path / "reports") as first:
            await_scoring(tmp_path / "reports")
            second = harness("shadow", dataset, "--reports", tmp_path / "reports")
            (dataset / "hurry").touch()
            assert first.wait(60) == 0
        assert second.returncode == 1
        assert "another process" in second.stderr
        assert server.calls == 120


def test_a_damaged_old_run_does_not_stand_in_the_way(tmp_path: Path) -> None:
    reports = tmp_path / "reports"
    with counting_server() as server:
        dataset = make_dataset(tmp_path / "echo", 3, url=server.url)
        assert harness("shadow", dataset, "--reports", reports).returncode == 0
        (reports / "echo" / "latest" / "run.json").write_text("{")
        done = harness("shadow", dataset, "--reports", reports)
    assert done.returncode == 0, done.stderr
    assert "cannot be continued" in done.stdout


def test_the_command_line_arm_takes_its_price_from_the_command_line(tmp_path: Path) -> None:
    with counting_server() as server:
        dataset = make_dataset(tmp_path / "echo", 3, url=server.url)
        arm = ("--candidate", f"openai/c@{server.url}", "--budget-usd", "1", "--plan")
        done = harness("shadow", dataset, *arm)
        assert done.returncode == 2
        assert "--set 'candidate.price=" in done.stderr
        price = "candidate.price={ input_per_million = 1.0, output_per_million = 2.0 }"
        assert harness("shadow", dataset, *arm, "--set", price).returncode == 0


@pytest.mark.parametrize(
    ("option", "told"),
    [
        (("--budget-usd", "nan"), "budget_usd is nan"),
        (("--set", "replay.rpm=inf"), "rpm is inf"),
        (("--set", "replay.seed=99999999999999999999"), "seed is too large"),
        (("--set", "incumbent.concurrency=-5"), "concurrency"),
    ],
)
def test_numbers_that_are_none(option: tuple[str, str], told: str) -> None:
    done = harness("shadow", "invoices", *option, "--plan")
    assert done.returncode == 2
    assert told in done.stderr
    assert done.stderr.count("\n") <= 2


def test_a_plugin_that_exits_does_not_end_the_program_in_silence(tmp_path: Path) -> None:
    with counting_server() as server:
        dataset = slow_dataset(tmp_path / "echo", 3, server.url)
        (dataset / "scorer.py").write_text("import sys\nsys.exit(0)\n")
        done = harness("shadow", dataset, "--reports", tmp_path / "reports")
        assert done.returncode != 0
        assert "scorer.py" in done.stderr
        assert server.calls == 0
