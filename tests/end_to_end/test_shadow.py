"""`harness shadow` as a user runs it: real command line, real HTTP, real files."""

import json
import os
import pty
import re
import select
import signal
import subprocess
import time
from pathlib import Path

import pytest
from command_line import ROOT, command, environment, harness, make_dataset
from counting_server import completion, counting_server

import harness as library

FILES = {"manifest.json", "pairs.parquet", "scores.parquet", "analysis.json", "report.html"}


@pytest.fixture(scope="module")
def invoices(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The default run: its reports folder and what it printed."""
    reports = tmp_path_factory.mktemp("reports")
    done = harness("shadow", "invoices", "--reports", reports)
    assert done.returncode == 0, done.stderr
    return reports, done.stdout


def test_the_default_run_leaves_its_files_and_at_most_24_lines(invoices: tuple[Path, str]) -> None:
    reports, printed = invoices
    latest = reports / "invoices" / "latest"
    assert latest.is_symlink()
    assert {file.name for file in latest.iterdir()} >= FILES
    lines = printed.splitlines()
    assert len(lines) <= 24
    assert lines[0].startswith("SIMULATED")
    assert lines[-1] == f"Report: {latest.resolve() / 'report.html'}"
    assert re.search(r"Sign flipped .*only Llama-3.3-70B \d", printed)
    assert re.search(r"Calls: GPT-4o 300 \(0 errors\)", printed)
    assert "Cost (SIMULATED, nothing was paid): GPT-4o $" in printed


def test_everything_shown_says_simulated(invoices: tuple[Path, str]) -> None:
    latest = invoices[0] / "invoices" / "latest"
    assert json.loads((latest / "manifest.json").read_text())["mark"] == "SIMULATED"
    page = (latest / "report.html").read_text()
    assert "SIMULATED" in page[page.index("<title>") : page.index("</title>")]
    assert page.count("SIMULATED") >= 3


def test_factors_of_the_dataset_reach_the_page(invoices: tuple[Path, str]) -> None:
    page = (invoices[0] / "invoices" / "latest" / "report.html").read_text()
    assert "at 120 million tokens a month" in page
    assert "limit 5.00" in page


def test_the_pairs_open_in_a_notebook(invoices: tuple[Path, str]) -> None:
    frame = library.read_pairs(invoices[0] / "invoices" / "latest")
    assert len(frame) == 300
    assert frame.candidate_status.value_counts()["ok"] >= 290
    assert frame.incumbent_ttft_s.dropna().between(0, 5).all()
    assert frame.incumbent_cost_usd.notna().all()


def test_each_stage_runs_alone_and_gives_the_same_report(invoices: tuple[Path, str]) -> None:
    reports, printed = invoices
    page = reports / "invoices" / "latest" / "report.html"
    before = page.read_bytes()
    for stage in ("score", "analyze", "report"):
        done = harness(stage, "invoices", "--reports", reports)
        assert done.returncode == 0, done.stderr
    assert page.read_bytes() == before
    assert done.stdout.splitlines()[:-1] == printed.splitlines()[:-1]


def test_after_a_finished_run_the_same_command_starts_a_new_one(tmp_path: Path) -> None:
    with counting_server() as server:
        dataset = make_dataset(tmp_path / "echo", 5, url=server.url)
        for runs in (1, 2):
            assert harness("shadow", dataset, "--reports", tmp_path / "reports").returncode == 0
            assert server.calls == 10 * runs
        assert len(list((tmp_path / "reports" / "echo").glob("2*"))) == 2


def test_two_candidates_share_one_set_of_incumbent_calls(tmp_path: Path) -> None:
    with counting_server() as server:
        dataset = make_dataset(tmp_path / "echo", 8, url=server.url)
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
        by_model = {
            name: sum(n for (model, _), n in server.asked.items() if model == name)
            for name in ("incumbent", "a", "b")
        }
        assert by_model == {"incumbent": 8, "a": 8, "b": 8}
    runs = sorted((tmp_path / "reports" / "echo").glob("2*"))
    assert len(runs) == 2
    for run in runs:
        assert library.read_pairs(run).incumbent_status.tolist() == ["ok"] * 8
    assert done.stdout.count("Report: ") == 2


def test_without_a_key_one_line_names_the_variable_and_nothing_is_sent() -> None:
    done = harness("shadow", "invoices", "--incumbent", "openai/gpt-4o")
    assert done.returncode == 2
    assert done.stderr == "error: OPENAI_API_KEY is not set; needed by incumbent openai/gpt-4o\n"
    assert done.stdout == ""


def test_a_refused_key_stops_the_run_and_says_why(tmp_path: Path) -> None:
    refusal = {
        "error": {"message": "Incorrect API key provided: sk-verysecret123456", "code": "invalid_api_key"}
    }
    with counting_server(lambda body: (401, {}, refusal)) as server:
        dataset = make_dataset(tmp_path / "echo", 200, url=server.url)
        done = harness("shadow", dataset, "--reports", tmp_path / "reports")
        assert server.calls < 100
    assert done.returncode == 3
    assert "unauthorized" in done.stderr
    assert "same command" in done.stderr
    held = "".join(
        path.read_text(errors="replace") for path in (tmp_path / "reports").rglob("*") if path.is_file()
    )
    assert "sk-verysecret" not in held + done.stderr


def test_a_hopeless_error_rate_stops_the_run(tmp_path: Path) -> None:
    with counting_server(lambda body: (400, {}, {"error": {"message": "no such parameter"}})) as server:
        dataset = make_dataset(tmp_path / "echo", 300, url=server.url)
        done = harness("shadow", dataset, "--reports", tmp_path / "reports")
        assert server.calls < 250
    assert done.returncode == 3
    assert "no such parameter" in done.stderr


def test_one_bad_record_becomes_an_error_in_its_pair(tmp_path: Path) -> None:
    def answer(body: dict[str, object]) -> tuple[int, dict[str, str], dict[str, object]]:
        text = body["messages"][-1]["content"]  # type: ignore[index]
        if text == "text 3":
            return 400, {}, {"error": {"message": "context too long", "code": "context_length_exceeded"}}
        return 200, {}, completion(text, str(body["model"]))

    with counting_server(answer) as server:
        dataset = make_dataset(tmp_path / "echo", 10, url=server.url)
        done = harness("shadow", dataset, "--reports", tmp_path / "reports")
    assert done.returncode == 0, done.stderr
    frame = library.read_pairs(tmp_path / "reports" / "echo" / "latest")
    assert frame.candidate_status.tolist() == ["ok"] * 3 + ["refused"] + ["ok"] * 6
    assert frame.candidate_error[3] == "HTTP 400: context too long (context_length_exceeded)"
    assert frame.candidate_answer.isna().tolist() == [False] * 3 + [True] + [False] * 6


def test_the_budget_stops_the_run_and_a_larger_one_continues_it(tmp_path: Path) -> None:
    with counting_server() as server:  # 15 tokens at $1,000 a million: 1.5 cents a call
        dataset = make_dataset(tmp_path / "echo", 100, url=server.url)
        arguments = ("shadow", dataset, "--reports", tmp_path / "reports")
        done = harness(*arguments, "--budget-usd", "0.60")
        assert done.returncode == 3
        assert "budget" in done.stderr
        spent = server.calls * 0.015
        assert 0.30 <= spent <= 0.60 + 1e-9
        done = harness(*arguments)
        assert done.returncode == 0, done.stderr
        assert set(server.asked.values()) == {1}
        assert server.calls == 200
    assert len(list((tmp_path / "reports" / "echo").glob("2*"))) == 1


def test_a_budget_without_a_price_is_refused(tmp_path: Path) -> None:
    with counting_server() as server:
        dataset = make_dataset(tmp_path / "echo", 3, url=server.url, price=False)
        done = harness("shadow", dataset, "--budget-usd", "1", "--reports", tmp_path / "reports")
        assert server.calls == 0
    assert done.returncode == 2
    assert "no price is known for incumbent openai/incumbent" in done.stderr


def test_the_plan_sends_nothing(tmp_path: Path) -> None:
    with counting_server() as server:
        dataset = make_dataset(tmp_path / "echo", 7, url=server.url)
        done = harness("shadow", dataset, "--plan", "--reports", tmp_path / "reports")
        assert server.calls == 0
    assert done.returncode == 0
    assert re.search(
        r"incumbent openai/incumbent: 7 calls, about \d+ tokens in, \d+ out, about \$\d", done.stdout
    )
    assert not (tmp_path / "reports").exists()


def test_ctrl_c_stops_cleanly_and_says_how_to_go_on(tmp_path: Path) -> None:
    with counting_server(delay_s=0.15) as server:
        dataset = make_dataset(tmp_path / "echo", 600, url=server.url)
        process = subprocess.Popen(
            command("shadow", dataset, "--reports", tmp_path / "reports"),
            cwd=ROOT,
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        while server.calls < 100:
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=30)
        assert process.returncode == 3
        assert "Traceback" not in errors
        assert "interrupted" in errors
        assert "Run the same command again" in errors
        done = harness("shadow", dataset, "--reports", tmp_path / "reports")
        assert done.returncode == 0, done.stderr
        assert "(continues run 2" in done.stderr
        assert set(server.asked.values()) == {1}


@pytest.mark.parametrize(("typed", "sent"), [("n", 0), ("y", 6)])
def test_a_terminal_asks_once_before_money_is_spent(tmp_path: Path, typed: str, sent: int) -> None:
    with counting_server() as server:
        dataset = make_dataset(tmp_path / "echo", 3, url=server.url)
        code, shown = on_a_terminal(
            command("shadow", dataset, "--reports", tmp_path / "reports"), typed, tmp_path
        )
        assert server.calls == sent
    assert shown.count("Go on?") == 1
    assert code == (0 if sent else 3)


def on_a_terminal(arguments: list[str], typed: str, home: Path) -> tuple[int, str]:
    """Run on a pseudo-terminal, answer the first question, give exit code and all output."""
    master, slave = pty.openpty()
    env = {name: value for name, value in environment().items() if name != "CI"}
    process = subprocess.Popen(
        arguments, cwd=ROOT, env=env, stdin=slave, stdout=slave, stderr=slave, close_fds=True
    )
    os.close(slave)
    shown = b""
    asked = False
    while process.poll() is None or select.select([master], [], [], 0.1)[0]:
        if select.select([master], [], [], 0.2)[0]:
            try:
                piece = os.read(master, 65536)
            except OSError:
                break
            shown += piece
            if not asked and b"Go on?" in shown:
                asked = True
                os.write(master, typed.encode() + b"\n")
    os.close(master)
    return process.wait(30), shown.decode(errors="replace")
