from typing import Any

import pytest

from harness.analysis.failure.severity import SeverityRules, SeveritySettings
from harness.domain.failure import KINDS, Severity, kind_of
from harness.domain.score import Finding
from harness.errors import ConfigError

RULES = SeverityRules(
    SeveritySettings(
        kinds={"text_differs": "moderate", "line_missing": "light", "my rule": "severe"},
        paths={"totals.gross": "severe", "line_items[].description": "light", "**.note": "light"},
    )
)


@pytest.mark.parametrize(
    ("kind", "path", "severity"),
    [
        ("text_differs", "a", Severity.MODERATE),
        ("text_differs", "line_items[7].description", Severity.LIGHT),
        ("text_differs", "totals.gross", Severity.SEVERE),
        ("line_missing", "line_items[7]", Severity.LIGHT),
        ("sign_flipped", "totals.net", Severity.SEVERE),
        ("sign_flipped", "a.b[2].note", Severity.LIGHT),
        ("my rule", "", Severity.SEVERE),
        ("another rule", "", Severity.MODERATE),
        ("format_only", "totals.gross", Severity.NONE),
        ("moved", "line_items[1]", Severity.NONE),
    ],
)
def test_a_path_wins_over_a_kind_and_that_over_the_table(kind: str, path: str, severity: Severity) -> None:
    assert RULES.of(Finding(kind=kind, path=path)) is severity


def test_without_settings_the_table_counts() -> None:
    rules = SeverityRules()
    assert all(rules.of(Finding(kind=kind, path="a.b")) is kind_of(kind).severity for kind in KINDS)


def test_the_first_path_that_fits_counts() -> None:
    rules = SeverityRules(SeveritySettings(paths={"totals.gross": "light", "totals.*": "severe"}))
    assert rules.of(Finding(kind="wrong_value", path="totals.gross")) is Severity.LIGHT
    assert rules.of(Finding(kind="wrong_value", path="totals.net")) is Severity.SEVERE


def test_worst() -> None:
    assert RULES.worst(()) is Severity.NONE
    assert RULES.worst((Finding(kind="moved"), Finding(kind="own rule"))) is Severity.MODERATE
    assert RULES.worst((Finding(kind="own"), Finding(kind="empty"))) is Severity.SEVERE


def test_paths_of_answers_are_remembered_in_bounds_and_may_be_huge() -> None:
    for number in range(5000):
        RULES.of(Finding(kind="wrong_value", path=f"key{number}[{number}]"))
    assert RULES.of(Finding(kind="wrong_value", path="a." * 100_000 + "note")) is Severity.MODERATE
    assert RULES.of(Finding(kind="wrong_value", path="totals.gross")) is Severity.SEVERE


@pytest.mark.parametrize(
    ("settings", "message", "hint"),
    [
        ({"kinds": {"empty": "none"}}, 'kinds."empty" is "none"', "ignore"),
        ({"paths": {"a.b": "none"}}, 'paths."a.b" is "none"', "format_only_fails"),
        ({"paths": {"a.b": "bad"}}, 'paths."a.b" is "bad"; it must be light, moderate or severe', ""),
        ({"kinds": {"text_difers": "light"}}, 'there is no "text_difers"; did you mean "text_differs"?', ""),
        ({"kinds": {"Line missing": "light"}}, 'did you mean "line_missing"?', ""),
        ({"kinds": {"format_only": "light"}}, '"format_only" is no failure', "format_only_fails"),
        ({"kinds": {"": "light"}}, "'' is no name of a failure kind", ""),
        ({"kinds": {"a\nb": "light"}}, "is no name of a failure kind", ""),
        ({"paths": {"": "light"}}, '"" is no path', ""),
        ({"currency": "EUR", "currency_path": "currency"}, "both currency and currency_path", "Keep"),
        ({"currency": " "}, "currency is empty", ""),
    ],
)
def test_a_mistake_is_named_with_its_mend(settings: dict[str, Any], message: str, hint: str) -> None:
    with pytest.raises(ConfigError) as raised:
        SeveritySettings(**settings)
    assert message in raised.value.message
    assert raised.value.message.startswith("[severity] ")
    assert hint in (raised.value.hint or "")


def test_a_kind_that_no_built_in_scorer_has_may_be_a_plugins() -> None:
    assert SeveritySettings(kinds={"tone_too_casual": "light", "no_finding": "severe"}).kinds
