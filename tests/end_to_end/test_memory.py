"""Records stream in, pairs stream out: memory does not grow with the dataset."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from command_line import ROOT, environment

_MEASURED = """
import resource, sys
from harness.cli.main import run
status = run(sys.argv[1:])
print("peak", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)
sys.exit(status)
"""


def dataset(folder: Path, records: int) -> Path:
    """Classification records with a wrong answer now and then, served by the embedded sandbox."""
    folder.mkdir(parents=True)
    models = "".join(
        f"[sandbox.models.{name}]\nttft_ms = 1\ntokens_per_s = 1e6\nrates = {{ empty = {rate} }}\n"
        for name, rate in (("a", 0.01), ("b", 0.05))
    )
    arms = "".join(
        f'[{arm}]\nprovider = "sandbox"\nmodel = "{model}"\n'
        for arm, model in (("incumbent", "a"), ("candidate", "b"))
    )
    (folder / "dataset.toml").write_text(
        '[dataset]\nworkload = "many"\ntask = "classification"\nslices = ["colour"]\n'
        f'{arms}[[scorers]]\nuse = "exact"\n[sandbox]\nsource = "simulated"\n{models}',
        encoding="utf-8",
    )
    with (folder / "records.jsonl").open("w", encoding="utf-8") as file:
        for number in range(records):
            text = f"Document {number}. " + "The goods arrived late and one pallet was broken. " * 20
            body = {"messages": [{"role": "user", "content": text}]}
            tags = {"colour": ("red", "green", "blue")[number % 3]}
            line = {
                "custom_id": f"doc-{number}",
                "body": body,
                "expected": f"label {number % 7}",
                "tags": tags,
            }
            file.write(json.dumps(line) + "\n")
    return folder


def peak_mb(tmp_path: Path, records: int, timeout: float) -> float:
    folder = dataset(tmp_path / str(records) / "many", records)
    arguments = ["shadow", folder, "--reports", tmp_path / str(records) / "reports"]
    done = subprocess.run(
        [sys.executable, "-c", _MEASURED, *map(str, arguments)],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 0, done.stderr
    return int(done.stderr.split()[-1]) / 1024


@pytest.mark.parametrize(
    "records",
    [6_000, pytest.param(100_000, marks=[pytest.mark.slow, pytest.mark.timeout(1800)])],
)
def test_peak_memory_does_not_follow_the_number_of_records(tmp_path: Path, records: int) -> None:
    small, large = peak_mb(tmp_path, 1_000, 120), peak_mb(tmp_path, records, 1700)
    assert large <= 1.3 * small, f"{small:.0f} MB for 1,000 records, {large:.0f} MB for {records:,}"
