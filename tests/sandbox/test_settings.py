from typing import Any

import pytest

from harness.domain.failure import KINDS
from harness.errors import ConfigError
from harness.sandbox.settings import FAULTS, ModelBehavior, SandboxSettings, Where

MODELS = {"m": {"rates": {"line_missing": 0.1}}}


def test_a_plain_table_becomes_settings() -> None:
    settings = SandboxSettings.from_table(
        {"seed": 5, "models": {"m": {"rates": {"empty": 0.5}, "ttft_ms": 3}}}
    )
    assert settings.models["m"] == ModelBehavior(rates={"empty": 0.5}, ttft_ms=3)
    assert (settings.seed, settings.source, settings.mark) == (5, "simulated", "SIMULATED")


def where(**table: object) -> dict[str, Any]:
    return {"models": {"m": {"where": [table]}}}


def test_a_where_takes_texts_and_lists_of_texts() -> None:
    settings = SandboxSettings.from_table(
        {
            **where(tags={"a": "x", "b": ["y", "z"]}, above={"n": 40}, longer_than=9, rates={"empty": 1}),
            "confused": {"one": "two", "two": ["one", "three"]},
        }
    )
    assert settings.models["m"].where == (
        Where(tags={"a": ("x",), "b": ("y", "z")}, above={"n": 40}, longer_than=9, rates={"empty": 1}),
    )
    assert settings.confused == {"one": ("two",), "two": ("one", "three")}


def test_a_tag_that_is_no_number_exceeds_nothing() -> None:
    rule = Where(above={"lines": 3}, rates={"empty": 1})
    assert [rule.holds({"lines": text}, "") for text in ("4", "3", "many", "3.5")] == [
        True,
        False,
        False,
        True,
    ]
    assert not rule.holds({}, "")


def test_recorded_needs_no_models() -> None:
    assert SandboxSettings.from_table({"source": "recorded"}).mark == "RECORDED"


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"sed": 1, "models": MODELS}, "[sandbox] has no key 'sed'; did you mean 'seed'?"),
        ({"source": "recoded"}, "[sandbox] source is 'recoded'; did you mean 'recorded'?"),
        ({"models": []}, "[sandbox] models must be a table of models"),
        ({"models": {"m": 3}}, "[sandbox.models] 'm' must be a table."),
        ({"models": {"m": {"rate": {}}}}, "[sandbox.models.'m'] has no key 'rate'; did you mean 'rates'?"),
        ({"models": {"m": {"rates": {"line_mising": 0.1}}}}, "did you mean 'line_missing'?"),
        ({"models": {"m": {"rates": {"zzz": 0.1}}}}, "has no kind 'zzz'; there is line_missing, "),
        ({"models": {"m": {"rates": {"empty": 1.5}}}}, "rates.empty must be a number from 0 to 1, not 1.5"),
        ({"models": {"m": {"rates": {"empty": True}}}}, "rates.empty must be a number from 0 to 1, not True"),
        ({"models": {"m": {"rates": 3}}}, "[sandbox] rates must be a table"),
        ({"models": {"m": {"rates": {"empty": 0.6, "refusal": 0.6}}}}, "add up to 1.2; at most 1"),
        (where(tag={}), "has no key 'tag'; did you mean 'tags'?"),
        (where(tags={"a": "x"}), "needs rates, such as"),
        (where(rates={"empty": 0.1}), "where names no records"),
        (where(tags={"a": 2}, rates={"empty": 0.1}), "where.tags.a must be a text or a list of texts, not 2"),
        (where(tags=["a"], rates={"empty": 0.1}), "tags must be a table of tags"),
        (where(above={"a": "2"}, rates={"empty": 0.1}), "where.above.a must be a number, not '2'"),
        (where(longer_than=0, rates={"empty": 0.1}), "longer_than must be a whole number of 1 or more"),
        (where(longer_than=5, rates={"moved": 0.1}), "where.rates has no kind 'moved'"),
        (where(longer_than=5, rates={"empty": 0.6, "refusal": 0.6}), "where.rates: the rates"),
        ({"models": {"m": {"where": {}}}}, "where must be a list: [[sandbox.models.'m'.where]]"),
        ({"models": {"m": {"where": [3]}}}, "[[sandbox.models.'m'.where]] must be a table."),
        ({"confused": "x"}, "[sandbox] confused must be a table"),
        ({"models": {"m": {"errors": {"unavailible": 0.1}}}}, "did you mean 'unavailable'?"),
        ({"models": {"m": {"noise": -1}}}, "noise must be a number from 0 to 1"),
        ({"models": {"m": {"tokens_per_s": 0}}}, "tokens_per_s must be above 0, not 0"),
        ({"models": {"m": {"ttft_ms": -3}}}, "ttft_ms must be 0 or more, not -3"),
        (
            {"models": {"m": {"requests_per_minute": 0}}},
            "requests_per_minute must be a whole number of 1 or more",
        ),
    ],
)
def test_what_is_wrong_is_said(table: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        SandboxSettings.from_table(table)
    assert message in caught.value.message


def test_an_empty_table_is_the_usual_settings() -> None:
    assert SandboxSettings.from_table({}) == SandboxSettings()


def test_the_kinds_are_those_the_report_knows() -> None:

    assert set(FAULTS) - set(KINDS) == {"slow"}
