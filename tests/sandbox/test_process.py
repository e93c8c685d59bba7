import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from harness.errors import HarnessError
from harness.sandbox.process import embedded

ROOT = Path(__file__).resolve().parents[2]


def refuses(url: str) -> bool:
    try:
        httpx.get(url.replace("/v1", "/health"), timeout=1)
    except httpx.TransportError:
        return True
    return False


def ends_within(url: str, seconds: float) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if refuses(url):
            return True
        time.sleep(0.05)
    return False


def test_it_starts_within_seconds_and_ends_with_the_context(recorded_dataset: Path) -> None:
    started = time.monotonic()
    with embedded(recorded_dataset) as url:
        assert time.monotonic() - started < 5  # 0.3 s on an idle machine
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/v1", url)
        assert not refuses(url)
    assert refuses(url)


def test_it_ends_when_the_parent_is_killed(recorded_dataset: Path) -> None:
    code = (
        "import sys, time\nfrom pathlib import Path\nfrom harness.sandbox.process import embedded\n"
        f"with embedded(Path({str(recorded_dataset)!r})) as url:\n print(url, flush=True)\n time.sleep(60)\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, env=environment
    ) as parent:
        assert parent.stdout is not None
        url = parent.stdout.readline().strip()
        assert not refuses(url)
        parent.kill()
    assert ends_within(url, 5)


def test_a_failed_start_shows_what_the_child_wrote(tmp_path: Path) -> None:
    with pytest.raises(HarnessError) as caught, embedded(tmp_path):
        pass
    assert caught.value.message.startswith("The sandbox did not start: ")
    assert "dataset.toml: cannot be read" in caught.value.message


def alone(dataset: Path, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "harness.sandbox.server", "--dataset", str(dataset), *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT)


def test_alone_it_says_where_it_listens_and_ends_on_sigint(simulated_dataset: Path) -> None:
    with alone(simulated_dataset) as child:
        assert child.stdout is not None
        assert re.fullmatch(
            r"listening on http://127\.0\.0\.1:\d+/v1 \(SIMULATED\)\n", child.stdout.readline()
        )
        child.send_signal(signal.SIGINT)
        assert child.wait(5) == 0


def test_a_taken_port_is_told(recorded_dataset: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with alone(recorded_dataset, "--port", str(port)) as child:
            _, complaint = child.communicate(timeout=10)
    assert child.returncode == 1
    assert complaint.startswith(f"The sandbox cannot listen on port {port}: ")


def test_it_imports_nothing_heavy() -> None:
    heavy = {"pandas", "pyarrow", "scipy", "pydantic"}
    code = f"import sys, harness.sandbox.server; print({heavy} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout == "set()\n"
