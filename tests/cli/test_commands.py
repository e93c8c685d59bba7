"""Commands other than `shadow`: what they print and how they fail."""

import shlex
import subprocess
from pathlib import Path

import pytest
from command_line import ROOT, command, environment, harness

from harness.cli.main import run
from harness.cli.terminal import plain


def test_control_characters_never_reach_the_terminal() -> None:
    assert plain("a\x1b[31mred\u202e\u200b\ud800\tb") == "a\\x1b[31mred\\x202e\\x200b\\xd800\tb"
    assert plain("x" * 5000).endswith(" …")


def test_an_unknown_command_names_those_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["shadwo"]) == 2
    assert 'There is no command "shadwo"' in capsys.readouterr().err


def test_help_lists_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--help"]) == 0
    shown = capsys.readouterr().out
    assert all(
        name in shown
        for name in ("shadow", "score", "analyze", "report", "triage", "dataset", "plugins", "sandbox")
    )


def test_the_shipped_datasets_are_listed_and_readable() -> None:
    done = harness("dataset", "list")
    assert done.returncode == 0
    assert "invoices" in done.stdout
    assert "policy-topics" in done.stdout
    done = harness("dataset", "check", "invoices")
    assert done.returncode == 0, done.stderr
    assert "300 records, all readable" in done.stdout


def test_a_new_dataset_passes_its_own_check(tmp_path: Path) -> None:
    root = ("--datasets", tmp_path)
    assert harness("dataset", "new", "mine", *root).returncode == 0
    done = harness("dataset", "check", "mine", *root)
    assert done.returncode == 0, done.stderr
    assert harness("dataset", "new", "mine", *root).returncode == 2


def test_a_check_names_faults_that_fit_no_record(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    body = '{"messages": [{"role": "user", "content": "x"}]}'
    line = f'{{"custom_id": "a", "body": {body}, "expected": {{"status": "late"}}}}\n'
    (folder / "records.jsonl").write_text(line)
    (folder / "dataset.toml").write_text(
        '[dataset]\nworkload = "mine"\ntask = "extraction"\n'
        '[incumbent]\nprovider = "sandbox"\nmodel = "good"\n'
        '[candidate]\nprovider = "sandbox"\nmodel = "bad"\n'
        '[[scorers]]\nuse = "json_fields"\n[sandbox.models.good]\n'
        "[sandbox.models.bad]\nrates = { digits_swapped = 0.2, empty = 0.1 }\n"
    )
    done = harness("dataset", "check", folder)
    assert done.returncode == 0, done.stderr
    assert 'model "bad": digits_swapped fits none of the 1 records looked at' in done.stdout
    assert "empty fits" not in done.stdout


def test_an_unknown_dataset_names_near_ones() -> None:
    done = harness("shadow", "invoice")
    assert done.returncode == 2
    assert "invoices" in done.stderr
    assert "Traceback" not in done.stderr


def test_plugins_lists_scorers_and_providers() -> None:
    done = harness("plugins")
    assert done.returncode == 0
    assert "json_fields" in done.stdout
    assert "TOGETHER_API_KEY" in done.stdout


@pytest.mark.parametrize("stage", ["score", "analyze", "report"])
def test_a_run_that_is_not_there(stage: str, tmp_path: Path) -> None:
    done = harness(stage, "invoices", "--reports", tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith("error: ")
    assert "Traceback" not in done.stderr


def test_a_reader_that_goes_away_is_no_error() -> None:
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", f"{shlex.join(command('plugins'))} | head -n 1"],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""


def test_bad_lines_name_file_and_line(tmp_path: Path) -> None:
    assert harness("dataset", "new", "mine", "--datasets", tmp_path).returncode == 0
    records = tmp_path / "mine" / "records.jsonl"
    records.write_text(records.read_text() + '{"custom_id": "x", "body": }\n')
    done = harness("dataset", "check", tmp_path / "mine")
    assert done.returncode == 2
    assert f"{records}:3: " in done.stderr
    assert done.stderr.count("\n") <= 2
