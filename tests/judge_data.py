"""A dataset of free-text summaries: RECORDED answers of two models, and a SIMULATED judge."""

import json
from pathlib import Path

from harness.sandbox.draw import Draw

WRITTEN_OTHERWISE = "In short: "
PRICE = "price = { input_per_million = 100.0, output_per_million = 100.0 }\n"


def summary(number: int, amount: int) -> str:
    return (
        f"Policy holder {number} reports water damage in the kitchen of the flat; "
        f"the plumber's invoice over {amount} EUR is enclosed, and nobody was hurt."
    )


def write_summaries(
    folder: Path,
    records: int,
    *,
    judge: str = "sensitivity = 1.0",
    table: str = 'provider = "sandbox"\nmodel = "arbiter"\n',
    scorer: str = "",
    more: str = "",
) -> Path:
    """Every third answer of `open` names a wrong amount, every third says the same in other words."""
    folder.mkdir(parents=True)
    (folder / "dataset.toml").write_text(
        '[dataset]\nworkload = "claim summaries"\ntask = "summary"\n'
        f'[incumbent]\nprovider = "sandbox"\nmodel = "closed"\n{PRICE}'
        f'[candidate]\nprovider = "sandbox"\nmodel = "open"\n{PRICE}'
        f"[judge]\n{table}"
        f'[[scorers]]\nuse = "judge"\ncriterion = "The amount is the one of the claim."\n{scorer}\n'
        '[sandbox]\nsource = "recorded"\noutputs = "outputs.jsonl"\n'
        f"[sandbox.models.arbiter]\nttft_ms = 1\njudge = {{ {judge} }}\n{more}",
        encoding="utf-8",
    )
    rows: list[dict[str, object]] = []
    outputs: list[dict[str, object]] = []
    for number in range(records):
        expected = summary(number, amount=900 + 7 * number)
        rows.append(
            {
                "custom_id": f"c{number}",
                "body": {"messages": [{"role": "user", "content": f"Summarise claim {number} in one line."}]},
                "expected": expected,
            }
        )
        closed = expected if Draw("closed", number).share() < 0.9 else summary(number, amount=1)
        answers = {"closed": closed, "open": open_answer(number, expected)}
        told = {
            name: {"content": text, "finish_reason": "stop", "usage": _USAGE}
            for name, text in answers.items()
        }
        outputs.append({"custom_id": f"c{number}", "outputs": told})
    _write(folder / "records.jsonl", rows)
    _write(folder / "outputs.jsonl", outputs)
    return folder


_USAGE = {"prompt_tokens": 40, "completion_tokens": 40, "total_tokens": 80}


def open_answer(number: int, expected: str) -> str:
    if number % 3 == 1:
        return summary(number, amount=2)
    return WRITTEN_OTHERWISE + expected if number % 3 == 2 else expected


def _write(path: Path, rows: list[dict[str, object]]) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
