import subprocess
import sys
from collections import Counter

import pytest
from sandbox_data import INVOICE

from harness.sandbox.behavior import (
    SLOW_FACTOR,
    Played,
    Subject,
    answer,
    estimated_usage,
    first_error,
    has_decimal_comma,
    parsed,
    ttft_s,
)
from harness.sandbox.faults import as_text
from harness.sandbox.settings import HARMFUL_FAULTS, ModelBehavior

COMMA = "Betrag 1.234,56 EUR und 12,00 EUR"


def subject(
    number: int = 0, prompt: str = COMMA, expected: object = None, labels: tuple[str, ...] = ()
) -> Subject:
    return Subject(id=f"r{number}", expected=expected or INVOICE, prompt=prompt, labels=labels)


def play(behavior: ModelBehavior, of: Subject, repeat: int = 0) -> Played:
    return answer(of, behavior, model="m", seed=1, repeat=repeat)


def test_without_rates_the_expected_answer_comes() -> None:
    played = play(ModelBehavior(), subject())
    assert (played.text, played.finish_reason, played.planted) == (as_text(INVOICE), "stop", ())


@pytest.mark.parametrize("kind", [kind for kind in HARMFUL_FAULTS if kind != "wrong_label"])
def test_each_kind_changes_the_answer_as_intended(kind: str) -> None:
    played = play(ModelBehavior(rates={kind: 1}), subject())
    assert [fault.kind for fault in played.planted] == [kind]
    unchanged = played.text == as_text(INVOICE)
    assert unchanged == (kind == "timed_out")
    assert played.stall == (kind == "timed_out")
    assert (played.refusal is not None) == (kind == "refusal")
    assert (played.finish_reason == "length") == (kind == "truncated")
    assert (played.text == "") == (kind == "empty")


def test_a_wrong_label_is_another_label_of_the_set() -> None:
    played = play(ModelBehavior(rates={"wrong_label": 1}), subject(expected="7", labels=("7", "8")))
    assert (played.text, played.planted[0].kind) == ("8", "wrong_label")
    alone = play(ModelBehavior(rates={"wrong_label": 1}), subject(expected="7", labels=("7",)))
    assert (alone.text, alone.planted) == ("7", ())


@pytest.mark.parametrize(
    "kind",
    ["invalid_json", "repairable_json", "prose_around_json", "line_missing", "digits_swapped", "format_only"],
)
def test_faults_of_json_do_not_strike_labels(kind: str) -> None:
    played = play(ModelBehavior(rates={kind: 1}), subject(expected="7"))
    assert (played.text, played.planted) == ("7", ())


def test_a_fault_that_cannot_be_told_is_not_counted() -> None:
    single = {**INVOICE, "line_items": INVOICE["line_items"][:1]}
    assert play(ModelBehavior(rates={"line_merged": 1}), subject(expected=single)).planted == ()


def test_the_decimal_is_misread_on_comma_documents_only() -> None:
    behavior = ModelBehavior(rates={"decimal_misread": 1})
    assert play(behavior, subject()).planted
    assert not play(behavior, subject(prompt="Amount 1,234.56 and 12.00")).planted
    assert has_decimal_comma("12,50 am 05.03.2018")
    assert not has_decimal_comma("1,234.50")


def test_rates_are_met() -> None:
    behavior = ModelBehavior(rates={"line_missing": 0.2, "empty": 0.1})
    kinds = Counter(fault.kind for number in range(2000) for fault in play(behavior, subject(number)).planted)
    assert 340 < kinds["line_missing"] < 460
    assert 150 < kinds["empty"] < 250


def test_line_faults_are_more_frequent_on_long_documents() -> None:
    long = {**INVOICE, "line_items": [{**INVOICE["line_items"][0], "amount": float(n)} for n in range(1, 40)]}
    behavior = ModelBehavior(rates={"line_missing": 0.2}, long_factor=3)
    struck = sum(bool(play(behavior, subject(n, expected=long)).planted) for n in range(1000))
    assert 540 < struck < 660


def test_harmless_faults_come_only_without_a_harmful_one() -> None:
    both = ModelBehavior(rates={"empty": 0.5, "format_only": 0.5, "moved": 0.5})
    for number in range(200):
        kinds = {fault.kind for fault in play(both, subject(number)).planted}
        assert len(kinds) == 1


def test_slow_changes_the_pace_alone() -> None:
    played = play(ModelBehavior(rates={"slow": 1}), subject())
    assert (played.text, played.pace) == (as_text(INVOICE), SLOW_FACTOR)
    assert [fault.kind for fault in played.planted] == ["slow"]


def test_without_noise_a_repeat_is_the_same() -> None:
    behavior = ModelBehavior(rates={"digits_swapped": 0.5})
    for number in range(50):
        assert play(behavior, subject(number), repeat=3) == play(behavior, subject(number))


def test_noise_flips_right_and_wrong() -> None:
    behavior = ModelBehavior(rates={"digits_swapped": 0.5}, noise=1)
    for number in range(50):
        first, again = (play(behavior, subject(number), repeat=repeat) for repeat in (0, 1))
        assert bool(first.planted) != bool(again.planted)


def test_another_process_gives_the_same_answers() -> None:
    code = (
        "from harness.sandbox.behavior import *\nfrom harness.sandbox.settings import ModelBehavior\n"
        "b = ModelBehavior(rates={'empty': .3, 'refusal': .3})\n"
        "subjects = [Subject(id=f'r{n}', expected='x', prompt='') for n in range(30)]\n"
        "print([answer(one, b, model='m', seed=1).text for one in subjects])"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": "."},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    behavior = ModelBehavior(rates={"empty": 0.3, "refusal": 0.3})
    here = [
        answer(Subject(id=f"r{n}", expected="x", prompt=""), behavior, model="m", seed=1).text
        for n in range(30)
    ]
    assert found == {f"{here}\n".encode()}


def test_ttft_varies_within_its_spread() -> None:
    times = [ttft_s(ModelBehavior(ttft_ms=100, ttft_spread=0.5), number) for number in range(200)]
    assert 0.05 <= min(times) < 0.06
    assert 0.14 < max(times) < 0.15


def test_first_errors_at_their_rate() -> None:
    behavior = ModelBehavior(errors={"rate_limited": 0.25, "unavailable": 0.25})
    errors = Counter(first_error(behavior, number) for number in range(1000))
    assert 200 < errors["rate_limited"] < 300
    assert 200 < errors["unavailable"] < 300


def test_usage_is_a_quarter_of_the_characters() -> None:
    usage = estimated_usage("x" * 41, Played(text="y" * 8))
    assert (usage["prompt_tokens"], usage["completion_tokens"], usage["total_tokens"]) == (11, 2, 13)


@pytest.mark.parametrize(
    ("text", "value"), [('{"a":1}', {"a": 1}), ("[1]", [1]), ("12", "12"), ("Energy", "Energy"), ("{", "{")]
)
def test_expected_texts_are_parsed_where_they_are_structures(text: str, value: object) -> None:
    assert parsed(text) == value
