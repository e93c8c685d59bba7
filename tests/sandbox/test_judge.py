"""The simulated judge errs at the rates that are set."""

from pathlib import Path

import httpx
import orjson
import pytest
from judge_data import write_summaries

from harness.domain.chat import ChatRequest
from harness.errors import ConfigError
from harness.sandbox.judge import judge_answer
from harness.sandbox.process import embedded
from harness.sandbox.settings import JudgeBehavior, SandboxSettings
from harness.scorers.judge_prompt import Asked, Question, request_of, task_text

EXPECTED = "The fee is 40 EUR."


def choice(first: str, second: str, behavior: JudgeBehavior, *, number: int = 0, seed: int = 3) -> str:
    asked = Asked(task=f"task {number}", first=first, second=second)
    played = judge_answer(asked, EXPECTED, behavior, model="j", seed=seed)
    try:
        return str(orjson.loads(played.text or "")["verdict"])
    except orjson.JSONDecodeError:
        return played.finish_reason


def share_of(verdict: str, first: str, second: str, behavior: JudgeBehavior) -> float:
    return sum(choice(first, second, behavior, number=number) == verdict for number in range(1000)) / 1000


def test_without_errors_it_knows_the_better_answer() -> None:
    perfect = JudgeBehavior()
    assert choice(EXPECTED, "The fee is 4 EUR.", perfect) == "A"
    assert choice("The fee is 4 EUR.", f"Well: {EXPECTED}", perfect) == "B"
    assert choice(f"Well: {EXPECTED}", EXPECTED.upper(), perfect) == "equal"
    assert choice("wrong", "wrong too", perfect) == "equal"


def test_sensitivity_and_specificity_are_the_rates_set() -> None:
    behavior = JudgeBehavior(sensitivity=0.9, specificity=0.7)
    assert share_of("equal", f"Well: {EXPECTED}", EXPECTED, behavior) == pytest.approx(0.9, abs=0.03)
    assert share_of("B", f"Well: {EXPECTED}", EXPECTED, behavior) == pytest.approx(0.1, abs=0.03)
    assert share_of("B", "wrong", EXPECTED, behavior) == pytest.approx(0.7, abs=0.05)


def test_it_believes_the_same_in_both_orders_but_for_its_position_bias() -> None:
    behavior = JudgeBehavior(sensitivity=0.8, specificity=0.8, position_bias=0.2)
    turned = {"A": "B", "B": "A", "equal": "equal"}
    same = [
        turned[choice("wrong", EXPECTED, behavior, number=number)]
        == choice(EXPECTED, "wrong", behavior, number=number)
        for number in range(1000)
    ]
    assert sum(same) / 1000 == pytest.approx(0.8, abs=0.04)


def test_malformed_and_cut_off_verdicts_come_at_their_rates() -> None:
    behavior = JudgeBehavior(malformed=0.3, truncated=0.2)
    assert share_of("stop", "wrong", EXPECTED, behavior) == pytest.approx(0.3, abs=0.05)
    assert share_of("length", "wrong", EXPECTED, behavior) == pytest.approx(0.2, abs=0.04)


def test_a_task_that_is_in_no_record_leaves_it_unsure() -> None:
    asked = Asked(task="unheard of", first="a", second="b")
    played = judge_answer(asked, None, JudgeBehavior(), model="j", seed=1)
    assert orjson.loads(played.text or "")["verdict"] == "unsure"


def test_over_http_it_is_simulated_even_beside_recorded_answers(tmp_path: Path) -> None:
    folder = write_summaries(tmp_path / "claims", 4)
    row = orjson.loads((folder / "records.jsonl").read_bytes().splitlines()[2])
    task = task_text(ChatRequest(body=row["body"]))
    question = Question(criterion="x", task=task, first="wrong", second=row["expected"])
    body = {**request_of(question, structured=True, tokens=9).body, "model": "arbiter"}
    with embedded(folder) as url, httpx.Client(base_url=url, timeout=5) as client:
        answer = client.post("/chat/completions", json=body)
        recorded = client.post("/chat/completions", json={**row["body"], "model": "open"})
        no_question = client.post("/chat/completions", json={**row["body"], "model": "arbiter"})
    assert answer.headers["x-shadow-sandbox"] == answer.json()["system_fingerprint"] == "SIMULATED"
    assert orjson.loads(answer.json()["choices"][0]["message"]["content"])["verdict"] == "B"
    assert answer.json()["usage"]["prompt_tokens"] > 100
    assert recorded.headers["x-shadow-sandbox"] == recorded.json()["system_fingerprint"] == "RECORDED"
    assert no_question.status_code in {404, 422}


@pytest.mark.parametrize(
    ("judge", "said"),
    [
        ({"sensitivty": 0.9}, "did you mean 'sensitivity'"),
        ({"sensitivity": 1.5}, "from 0 to 1"),
        ({"malformed": 0.6, "truncated": 0.6}, "add up to more than 1"),
        ("yes", "must be a table"),
    ],
)
def test_wrong_settings_are_told(judge: object, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        SandboxSettings.from_table({"models": {"j": {"judge": judge}}})
