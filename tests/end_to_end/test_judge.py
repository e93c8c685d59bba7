"""A judge from end to end: real command line, real HTTP, real files."""

import json
import pickle
import re
import signal
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from command_line import harness, started
from counting_server import CountingServer, completion, counting_server
from judge_data import PRICE, open_answer, summary, write_summaries

from harness.analysis.judged import JudgeTally
from harness.config import load_config
from harness.dataset.human_labels import read_human_labels
from harness.domain.failure import is_failure
from harness.domain.score import ScoredPair
from harness.errors import ConfigError, DatasetError
from harness.pipeline.arms import ready_judge
from harness.pipeline.judging import judge_answers, judge_spending, labels_of, questions_of
from harness.pipeline.stages import scorers_of
from harness.scorers.judge_prompt import read_question
from harness.store.layout import RunDirectory
from harness.store.pairs import read_pairs
from harness.store.scores import read_scores

RECORDS = 60


def latest(reports: Path) -> RunDirectory:
    return RunDirectory(sorted((reports / "claims").glob("2*"))[-1])


def scores(reports: Path) -> list[ScoredPair]:
    return list(read_scores(latest(reports).scores))


def lines(journal: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in journal.read_bytes().split(b"\n")[:-1]] if journal.exists() else []


def fair(body: dict[str, Any]) -> tuple[int, dict[str, str], dict[str, Any]]:
    """A judge behind HTTP that knows the claims: prefers the answer with the right amount."""
    asked = read_question(body["messages"])
    assert asked is not None
    number = int(re.findall(r"claim (\d+)", asked.task)[0])
    right = [summary(number, 900 + 7 * number) in text for text in (asked.first, asked.second)]
    word = "equal" if right[0] == right[1] else "A" if right[0] else "B"
    verdict = {"evidence_a": asked.first[:30], "evidence_b": asked.second[:30], "verdict": word}
    return 200, {}, completion(json.dumps(verdict), body["model"])


def live(url: str) -> str:
    return f'provider = "openai"\nmodel = "arbiter"\nbase_url = "{url}"\n{PRICE}'


@pytest.fixture(scope="module")
def perfect(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, str]:
    """A run with a judge that errs never: dataset, reports, what was printed."""
    folder = tmp_path_factory.mktemp("perfect")
    dataset = write_summaries(folder / "claims", RECORDS)
    done = harness("shadow", dataset, "--reports", folder / "reports")
    assert done.returncode == 0, done.stderr
    return dataset, folder / "reports", done.stdout


def test_a_perfect_judge_finds_the_wrong_amounts_and_passes_other_words(
    perfect: tuple[Path, Path, str],
) -> None:
    for scored in scores(perfect[1]):
        number = int(scored.record_id[1:])
        assert scored.candidate is not None
        kinds = [finding.kind for finding in scored.candidate.findings if is_failure(finding)]
        assert scored.candidate.right is (number % 3 != 1)
        assert kinds == (["judged_worse"] if number % 3 == 1 else [])
        assert scored.agreement is not None
        assert scored.agreement.value is None
    assert f"Judged worse  Open {RECORDS // 3}" in perfect[2]


def test_identical_answers_cost_nothing_and_every_question_is_asked_once(
    perfect: tuple[Path, Path, str],
) -> None:
    dataset, reports, _ = perfect
    run = latest(reports)
    config = load_config(dataset)
    asked = list(questions_of(read_pairs(run.pairs), scorers_of(config), seed=7))
    keys = [tuple(line["key"]) for line in lines(run.judge_journal)]
    assert len(set(keys)) == len(keys) == len(asked)
    assert Counter(key[0] for key in keys)["c0"] in {0, 2}  # the candidate says what is expected
    held = json.loads(run.manifest.read_text())
    assert held["judge"]["calls"] == len(keys)
    assert held["settings"]["judge"]["model"] == "arbiter"
    assert held["mark"] == "SIMULATED"


def test_the_answers_can_be_looked_up_from_another_process(perfect: tuple[Path, Path, str]) -> None:
    dataset, reports, _ = perfect
    config = load_config(dataset)
    judge = ready_judge(config)
    assert judge is not None
    answers = pickle.loads(pickle.dumps(judge_answers(latest(reports), judge, config)))  # noqa: S301
    question = next(questions_of(read_pairs(latest(reports).pairs), scorers_of(config), seed=7))
    with answers.open() as ask:
        assert ask(question.id, question.request) is not None
        assert ask("another record", question.request) is None


def test_scoring_again_asks_nothing_and_another_criterion_asks_anew(tmp_path: Path) -> None:
    reports = tmp_path / "reports"
    with counting_server(fair) as server:
        dataset = write_summaries(tmp_path / "claims", 12, table=live(server.url))
        done = harness("shadow", dataset, "--reports", reports)
        assert done.returncode == 0, done.stderr
        calls = server.calls
        assert max(server.asked.values()) == 1
        before = scores(reports)
        assert harness("score", "claims", "--reports", reports).returncode == 0
        assert (server.calls, scores(reports)) == (calls, before)
        toml = dataset / "dataset.toml"
        toml.write_text(toml.read_text().replace("The amount is", "The name is"), encoding="utf-8")
        done = harness("score", "claims", "--reports", reports)
        assert done.returncode == 0, done.stderr
        assert server.calls == 2 * calls
        assert done.stdout.startswith("12 scores of judge")


def test_after_kill_9_no_verdict_is_paid_twice(tmp_path: Path) -> None:
    reports = tmp_path / "reports"
    with counting_server(fair, delay_s=0.03) as server:
        dataset = write_summaries(tmp_path / "claims", RECORDS, table=live(server.url) + "concurrency = 2\n")
        kill_while_judging(dataset, reports, server)
        run = latest(reports)
        before, settled = server.calls, len(lines(run.judge_journal))
        assert settled > 5
        done = harness("shadow", dataset, "--reports", reports)
        assert done.returncode == 0, done.stderr
        keys = [tuple(line["key"]) for line in lines(run.judge_journal)]
        assert len(set(keys)) == len(keys)
        assert server.calls - before == len(keys) - settled
    assert all(scored.candidate and scored.candidate.value is not None for scored in scores(reports))


def kill_while_judging(dataset: Path, reports: Path, server: CountingServer) -> None:
    process = started("shadow", dataset, "--reports", reports)
    while server.calls < 20 and process.poll() is None:
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    time.sleep(0.2)  # calls of the dead process are still being counted


def test_the_budget_stops_the_judge_and_a_larger_one_goes_on(tmp_path: Path) -> None:
    reports = tmp_path / "reports"
    with counting_server(fair) as server:
        dataset = write_summaries(tmp_path / "claims", RECORDS, table=live(server.url))
        # 15 tokens a verdict at $100 a million
        done = harness("shadow", dataset, "--reports", reports, "--budget-usd", "0.03")
        assert done.returncode == 3
        assert "the budget of $0.03 is used up" in done.stderr
        assert "continue claims/" in done.stderr
        assert 15 <= server.calls <= 22
        run = latest(reports)
        assert not run.manifest.exists()
        assert sum(1 for _ in read_pairs(run.pairs)) == RECORDS
        done = harness("shadow", dataset, "--reports", reports, "--budget-usd", "3")
        assert done.returncode == 0, done.stderr
        assert max(server.asked.values()) == 1
    assert latest(reports) == run
    assert json.loads(run.manifest.read_text())["judge"]["cost_usd"] == pytest.approx(server.calls * 0.0015)


def test_a_budget_needs_the_price_of_the_judge(tmp_path: Path) -> None:
    table = 'provider = "openai"\nmodel = "unheard-of"\nbase_url = "http://127.0.0.1:9/v1"\n'
    dataset = write_summaries(tmp_path / "claims", 3, table=table)
    done = harness("shadow", dataset, "--reports", tmp_path / "reports", "--budget-usd", "1")
    assert done.returncode == 2
    assert "no price is known for judge openai/unheard-of" in done.stderr


def test_a_hopeless_judge_stops_the_run_and_the_pairs_are_safe(tmp_path: Path) -> None:
    def refusing(body: dict[str, Any]) -> tuple[int, dict[str, str], dict[str, Any]]:
        return 400, {}, {"error": {"message": "unknown parameter response_format"}}

    reports = tmp_path / "reports"
    with counting_server(refusing) as server:
        dataset = write_summaries(tmp_path / "claims", RECORDS, table=live(server.url))
        done = harness("shadow", dataset, "--reports", reports)
    assert done.returncode == 3
    assert "judge openai/arbiter: 20 of the last 20 calls failed" in done.stderr
    assert "unknown parameter response_format" in done.stderr
    assert sum(1 for _ in read_pairs(latest(reports).pairs)) == RECORDS


def test_verdicts_that_cannot_be_used_are_counted_and_never_ties(tmp_path: Path) -> None:
    bad = "malformed = 0.2, truncated = 0.1, misquoted = 0.1, position_bias = 0.3"
    dataset = write_summaries(tmp_path / "claims", 150, judge=bad)
    done = harness("shadow", dataset, "--reports", tmp_path / "reports")
    assert done.returncode == 0, done.stderr
    run = latest(tmp_path / "reports")
    tally = JudgeTally("judge")
    for pair, scored in zip(read_pairs(run.pairs), read_scores(run.scores), strict=True):
        tally.add(pair, scored)
    judge = ready_judge(load_config(dataset))
    assert judge is not None
    told = tally.summary(spending=judge_spending(run, judge))
    assert told.spending is not None
    assert told.spending.calls == told.verdicts > 200
    shares = {count.name: count.count / told.verdicts for count in told.unusable}
    assert shares["malformed"] == pytest.approx(0.2, abs=0.06)
    assert shares["truncated"] == pytest.approx(0.1, abs=0.05)
    assert shares["false_evidence"] == pytest.approx(0.1, abs=0.05)
    assert told.candidate is not None
    unscored = sum(count.count for count in told.candidate.unscored)
    assert told.candidate.wins.n + unscored == 150
    assert told.order_disagreement.value == pytest.approx(0.3, abs=0.12)
    assert told.first_preferred.value == 1.0
    assert told.incumbent is not None
    assert told.agreement is None


def test_the_plan_shows_the_calls_and_a_judge_of_the_family_is_told(tmp_path: Path) -> None:
    dataset = write_summaries(tmp_path / "claims", 10)
    done = harness("shadow", dataset, "--plan", "--reports", tmp_path / "reports")
    assert done.returncode == 0, done.stderr
    assert "judge     sandbox/arbiter: at most 40 calls, about " in done.stdout
    done = harness(
        "shadow", dataset, "--set", "replay.repeats=5", "--plan", "--reports", tmp_path / "reports"
    )
    assert "judge     sandbox/arbiter: at most 60 calls, about " in done.stdout  # repeats are judged too
    done = harness(
        "shadow",
        dataset,
        *("--set", "judge.provider=openai", "--set", "judge.model=gpt-4.1"),
        *("--incumbent", "openai/gpt-4o", "--plan", "--reports", tmp_path / "reports"),
    )
    assert "note: the judge is of the incumbent's family (GPT)" in done.stdout
    assert re.search(r"judge +openai/gpt-4.1: at most 40 calls, .*\$", done.stdout)
    done = harness(
        "shadow",
        dataset,
        *(
            "--set",
            "judge.provider=openai",
            "--set",
            "judge.model=gpt-4.1",
            "--reports",
            tmp_path / "reports",
        ),
    )
    assert done.returncode == 2
    assert "OPENAI_API_KEY is not set; needed by judge openai/gpt-4.1" in done.stderr


def test_a_judge_scorer_without_a_judge_stops_before_anything(tmp_path: Path) -> None:
    dataset = write_summaries(tmp_path / "claims", 3)
    toml = dataset / "dataset.toml"
    toml.write_text(
        re.sub(r"\[judge\]\n.*?(?=\[\[scorers)", "", toml.read_text(), flags=re.DOTALL), encoding="utf-8"
    )
    done = harness("shadow", dataset, "--reports", tmp_path / "reports")
    assert done.returncode == 2
    assert 'the scorer "judge" asks a model, but there is no [judge]' in done.stderr
    assert not (tmp_path / "reports").exists()


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (
            'provider = "openai"\nmodel = "m"\nsource = "recorded"\n',
            "[judge] source: a judge is always called",
        ),
        ('provider = "openai"\nmodle = "m"\n', '[judge] has no key "modle"; did you mean "model"?'),
    ],
)
def test_a_wrong_judge_table_is_told(table: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load_config(write_summaries(tmp_path / "claims", 1, table=table))
    assert said in caught.value.message


def test_a_sandbox_model_that_is_no_judge_is_told(tmp_path: Path) -> None:
    dataset = write_summaries(tmp_path / "claims", 1, table='provider = "sandbox"\nmodel = "open"\n')
    with pytest.raises(ConfigError, match='the sandbox has no judge "open"'):
        ready_judge(load_config(dataset))


def test_labels_for_a_scorer_that_is_not_there_are_told_before_anything(tmp_path: Path) -> None:
    dataset = write_summaries(tmp_path / "claims", 1)
    label = {"custom_id": "c0", "scorer": "jugde", "pass": True}
    (dataset / "human_labels.jsonl").write_text(json.dumps(label), encoding="utf-8")
    config = load_config(dataset)
    with pytest.raises(DatasetError, match='no judge scorer "jugde"'):
        labels_of(config, scorers_of(config))


def test_two_candidates_share_the_verdicts_on_the_incumbent(tmp_path: Path) -> None:
    with counting_server(fair) as server:
        dataset = write_summaries(tmp_path / "claims", 30, table=live(server.url))
        arms = ("--candidate", "sandbox/open", "--candidate", "sandbox/closed")
        done = harness("shadow", dataset, *arms, "--reports", tmp_path / "reports")
        assert done.returncode == 0, done.stderr
        assert max(server.asked.values()) == 1


def test_human_labels_correct_a_judge_that_is_too_strict(tmp_path: Path) -> None:
    dataset = write_summaries(
        tmp_path / "claims",
        900,
        judge="sensitivity = 0.7, specificity = 0.9",
        more="[replay]\nstream = false\n",
    )
    with (dataset / "human_labels.jsonl").open("w", encoding="utf-8") as file:
        for number in range(0, 900, 3):
            place = number + number // 3 % 3  # a part in which every third answer is wrong, as in the whole
            text = open_answer(place, summary(place, 900 + 7 * place))
            label = {"custom_id": f"c{place}", "scorer": "judge", "pass": place % 3 != 1, "answer": text}
            file.write(json.dumps(label) + "\n")
    done = harness("shadow", dataset, "--reports", tmp_path / "reports")
    assert done.returncode == 0, done.stderr
    run = latest(tmp_path / "reports")
    tally = JudgeTally("judge", read_human_labels(dataset))
    for pair, scored in zip(read_pairs(run.pairs), read_scores(run.scores), strict=True):
        tally.add(pair, scored)
    told = tally.summary()
    assert told.labels == 300
    assert told.labels_left_out == ()
    assert told.correction is not None
    assert told.correction.raw.high is not None
    assert told.correction.raw.high < 2 / 3
    corrected = told.correction.corrected
    assert corrected.low is not None
    assert corrected.high is not None
    assert corrected.low < 2 / 3 < corrected.high
    assert told.correction.specificity.value == pytest.approx(0.9, abs=0.08)
