"""Running the real command line, as a user would."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[1]
_PLAIN = {
    name: value
    for name, value in os.environ.items()
    if not name.endswith(("_API_KEY", "_BASE_URL", "_ENDPOINT", "_proxy", "_PROXY"))
}


def command(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-m", "harness", *map(str, arguments)]


def environment(**more: str) -> dict[str, str]:
    return {**_PLAIN, "PYTHONPATH": str(ROOT), **more}


def harness(
    *arguments: str | Path, cwd: Path = ROOT, timeout: float = 240, **env: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(*arguments),
        cwd=cwd,
        env=environment(**env),
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def started(*arguments: str | Path) -> subprocess.Popen[bytes]:
    """The command line under way, to be killed."""
    return subprocess.Popen(
        command(*arguments),
        cwd=ROOT,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def make_dataset(
    folder: Path,
    records: int,
    *,
    url: str,
    price: bool = True,
    more: str = "",
    documents: Callable[[int], str | None] = lambda number: None,
) -> Path:
    """A dataset of short records, perhaps of documents, whose two arms are served at one address."""
    folder.mkdir(parents=True)
    own = "price = { input_per_million = 1000.0, output_per_million = 1000.0 }\n" if price else ""
    arms = "".join(
        f'[{arm}]\nprovider = "openai"\nmodel = "{arm}"\nbase_url = "{url}"\n{own}'
        for arm in ("incumbent", "candidate")
    )
    (folder / "dataset.toml").write_text(
        f'[dataset]\nworkload = "echo"\ntask = "echo"\n{arms}{more}\n[[scorers]]\nuse = "exact"\n',
        encoding="utf-8",
    )
    with (folder / "records.jsonl").open("w", encoding="utf-8") as file:
        for number in range(records):
            body = {"messages": [{"role": "user", "content": f"text {number}"}]}
            line = {"custom_id": f"r{number}", "body": body, "expected": f"text {number}"}
            if (document := documents(number)) is not None:
                line["tags"] = {"document": document}
            file.write(json.dumps(line) + "\n")
    return folder
