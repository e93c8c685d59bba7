"""A small dataset and running sandboxes for the tests of this folder."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from sandbox_data import INVOICE, line, write_lines

from harness.sandbox.process import embedded

SETTINGS = """
[sandbox]
seed = 3

[sandbox.models.right]
ttft_ms = 1

[sandbox.models.gone]
ttft_ms = 1
rates = { line_missing = 1 }

[sandbox.models.silent]
ttft_ms = 1
rates = { timed_out = 1 }

[sandbox.models.prude]
ttft_ms = 1
rates = { refusal = 1 }

[sandbox.models.cut]
ttft_ms = 1
rates = { truncated = 1 }

[sandbox.models.busy]
ttft_ms = 1
errors = { rate_limited = 1 }

[sandbox.models.down]
ttft_ms = 1
errors = { unavailable = 1 }

[sandbox.models.away]
ttft_ms = 1
errors = { disconnected = 1 }

[sandbox.models.scarce]
ttft_ms = 1
requests_per_minute = 60
"""


@pytest.fixture(scope="session")
def simulated_dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("simulated")
    (folder / "dataset.toml").write_text(SETTINGS, encoding="utf-8")
    rows = [line(f"r{number}", f"Invoice {number}: 12,35", INVOICE) for number in range(40)]
    rows.append({**line("bare", "no answer known", None)})
    rows.append(
        line("calls", "call a tool", {"tool_calls": [{"function": {"name": "f", "arguments": "{}"}}]})
    )
    write_lines(folder / "records.jsonl", rows)
    return folder


@pytest.fixture(scope="session")
def recorded_dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("recorded")
    (folder / "dataset.toml").write_text(
        '[sandbox]\nsource = "recorded"\noutputs = "o.jsonl"\n', encoding="utf-8"
    )
    rows = [line(f"r{number}", f"Act {number}", str(number)) for number in range(3)]
    write_lines(folder / "records.jsonl", [*rows, line("lost", "Act lost", "1")])
    usage = {"prompt_tokens": 9, "completion_tokens": 1, "total_tokens": 10}
    outputs: list[dict[str, Any]] = [
        {
            "custom_id": "r2",
            "outputs": {"a": {"content": "6", "usage": usage, "finish_reason": "length"}, "b": "7"},
        },
        {"custom_id": "r0", "outputs": {"a": "0", "b": None}},
        {"custom_id": "r1", "outputs": {"a": "1", "b": "5"}},
    ]
    write_lines(folder / "o.jsonl", outputs)
    return folder


@pytest.fixture(scope="session")
def truth(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("truth") / "truth.jsonl"


@pytest.fixture(scope="session")
def simulated(simulated_dataset: Path, truth: Path) -> Iterator[httpx.Client]:
    with embedded(simulated_dataset, truth) as url, httpx.Client(base_url=url, timeout=5) as client:
        yield client


@pytest.fixture(scope="session")
def recorded(recorded_dataset: Path) -> Iterator[httpx.Client]:
    with embedded(recorded_dataset) as url, httpx.Client(base_url=url, timeout=5) as client:
        yield client
