import json
from pathlib import Path
from typing import Any

import pytest
from factories import record, request
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.dataset.reader import read_records
from harness.domain.chat import Answer
from harness.domain.score import Score
from harness.scorers.base import ScoringContext
from harness.scorers.checks import Checks
from harness.testing import check_scorer

INVOICES = Path(__file__).resolve().parents[2] / "datasets" / "invoices"
ENGLISH = (
    "The goods arrived late and one pallet was broken, so the customer refused to accept the delivery "
    "and asked us to send another one before the end of the week."
)
GERMAN = (
    "Die Ware kam zu spät an und eine Palette war beschädigt, deshalb hat der Kunde die Annahme verweigert "
    "und um eine neue Lieferung bis Ende der Woche gebeten."
)


def scored(
    answer: str, reference: str = "", *, tags: dict[str, str] | None = None, body: Any = None, **settings: Any
) -> Score:
    of = record(tags=tags or {}, request=request("Say it.", **(body or {})))
    context = ScoringContext(record=of, seed=7)
    return Checks(**settings).score(Answer(text=answer), Answer(text=reference), context)


def kinds(score: Score) -> list[str]:
    return [finding.kind for finding in score.findings]


@pytest.mark.parametrize(
    ("answer", "reference", "tags", "language", "drifts"),
    [
        (ENGLISH, "", {"language": "de-CH"}, "", True),
        (GERMAN, "", {"language": "de_CH"}, "", False),
        (ENGLISH, GERMAN, {}, "", True),
        (GERMAN, "Late and broken.", {}, "", False),
        (ENGLISH, ENGLISH, {"language": "de"}, "", False),
        (GERMAN, "", {"language": "de"}, "en", True),
        (GERMAN, "", {"language": "en"}, "off", False),
        ("Die Ware kam zu spät an.", "", {"language": "en"}, "", False),
        (
            json.dumps({"summary": GERMAN, "the_name_of_the_member_is_english": 1}),
            "",
            {"language": "de"},
            "",
            False,
        ),
        (json.dumps({"zusammenfassung": [{"text": ENGLISH}]}), "", {"language": "de"}, "", True),
        ("12 34 56 78 " * 20, "", {"language": "de"}, "", False),
    ],
)
def test_language(answer: str, reference: str, tags: dict[str, str], language: str, drifts: bool) -> None:
    score = scored(answer, reference, tags=tags, language=language)
    assert kinds(score) == (["language_drift"] if drifts else [])
    if drifts:
        assert (score.findings[0].expected, score.findings[0].actual) in {("de", "en"), ("en", "de")}


def test_the_language_of_the_input() -> None:
    of = record(text=GERMAN)
    context = ScoringContext(record=of, seed=7)
    scorer = Checks(language="input")
    assert kinds(scorer.score(Answer(text=ENGLISH), Answer(), context)) == ["language_drift"]
    assert kinds(scorer.score(Answer(text=GERMAN), Answer(), context)) == []


@pytest.mark.parametrize(
    ("settings", "note"),
    [
        ({"longest": 20}, "The answer has 30 words; 20 are allowed."),
        ({"longest": 100, "unit": "characters"}, "The answer has 157 characters; 100 are allowed."),
        ({"times": 3.0}, "The answer is 4.9 times as long as the expected one."),
        ({"longest": 30}, None),
        ({"longest": 157, "unit": "characters"}, None),
        ({"times": 5.0}, None),
    ],
)
def test_length(settings: dict[str, Any], note: str | None) -> None:
    score = scored(ENGLISH, "One pallet was broken on the way", **settings)
    assert [finding.note for finding in score.findings if finding.kind == "over_long"] == (
        [note] if note else []
    )


SCHEMA = {
    "type": "object",
    "properties": {"lines": {"type": "array", "items": {"properties": {"vat": {"enum": [7, 19]}}}}},
    "required": ["lines"],
}
ASKED = {"response_format": {"type": "json_schema", "json_schema": {"schema": SCHEMA}}}


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        ('{"lines": [{"vat": 7}]}', []),
        ('{"lines": [{"vat": 7}, {"vat": 8}]}', [("schema_violation", "lines[1].vat")]),
        ("{}", [("schema_violation", "")]),
        ('{"lines": [{"vat": 7}] "a": 1}', [("repairable_json", "")]),
        ('Here: {"lines": []}', [("prose_around_json", "")]),
        ("no", [("invalid_json", "")]),
    ],
)
def test_the_form_that_was_asked_for(answer: str, found: list[tuple[str, str]]) -> None:
    score = scored(answer, body=ASKED)
    assert [(finding.kind, finding.path) for finding in score.findings] == found
    assert scored(answer, body=ASKED, schema=False).findings == ()
    assert scored("no", body={"response_format": {"type": "text"}}).findings == ()
    assert kinds(scored("no", body={"response_format": {"type": "json_object"}})) == ["invalid_json"]


@pytest.mark.parametrize(
    ("answer", "loops"),
    [
        ("I see.\n" + "The total is 5.\n" * 20, True),
        ("The total is 5.\nAnd then\n" * 19, False),
        ("ok, " + "so on and " * 25, True),
        ("a" * 120, True),
        ("- - - - - - - - - -\n" * 40, False),
        ("." * 500, False),
        (json.dumps([{"vat_rate_of_the_line": 19}] * 40, indent=1), False),
        ('{"lines": [' + '{"amount": 5}, ' * 40, True),
    ],
)
def test_loops(answer: str, loops: bool) -> None:
    assert kinds(scored(answer)) == (["over_long"] if loops else [])
    assert kinds(scored(answer, repeats=0)) == []


def test_without_anything_to_check_nothing_is_told() -> None:
    assert scored("yes", repeats=0).value is None
    assert scored("yes").value == 1.0


def test_the_share_of_checks_that_pass_is_the_value() -> None:
    assert scored(ENGLISH, tags={"language": "de"}, longest=100).value == pytest.approx(2 / 3)


def test_no_false_alarm_on_the_invoices() -> None:
    for one in read_records(INVOICES):
        assert one.expected is not None
        assert Checks().score(one.expected, one.expected, ScoringContext(record=one, seed=7)).findings == ()


def test_settings_that_make_no_sense() -> None:
    with pytest.raises(ValueError, match="times must be 0 or more"):
        Checks(times=-1)


def test_awkward_answers() -> None:
    check_scorer(Checks(language="en", longest=5, times=2))


@settings(deadline=None, max_examples=30)
@given(st.text(max_size=300), st.text(max_size=100))
def test_any_texts(answer: str, reference: str) -> None:
    score = scored(answer, reference, language="en", longest=3, times=0.5, repeats=2, body=ASKED)
    assert score.value is not None
    assert (score.value == 1.0) == (not score.findings)
