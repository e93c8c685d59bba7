import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.analysis.failure.edits import FREE_TEXT, edit_of
from harness.domain.failure import KINDS
from harness.domain.score import Finding

PROSE = "The tenant pays the rent on the first working day of each month."


def edit(expected: str | None, actual: str | None, kind: str = "wrong_value", note: str = "") -> str:
    return edit_of(Finding(kind=kind, path="x", expected=expected, actual=actual, note=note))


@pytest.mark.parametrize(
    ("expected", "actual", "name"),
    [
        ("Acme GmbH", "ACME GmbH", "capitals only"),
        ("AB-12 3", "AB 123", "spaces or punctuation only"),
        ("Müller", "Muller", "accents lost"),
        ("000123", "123", "leading zeros lost"),
        ("123", "000123", "leading zeros added"),
        ("INV-2024-7", "2024-7", "start lost"),
        ("Support hours, March", "Support hours", "end lost"),
        ("Support hours, March", "Support hours…", "end lost"),
        ("Berlin", "Berlin, Germany", "more at the end"),
        ("Berlin", "10115 Berlin", "more at the start"),
        ("blue", "The answer is blue, I think.", "words around it"),
        ("Dr. Ada Lovelace, London", "Ada Lovelace", "a part of it"),
        ("B1050", "BIO50", "look-alike characters"),
        ("RE-2024-0153", "RE-2024-0158", "other digits"),
        ("Meyer", "Meier", "one character"),
        ("Ada Lovelace", "Lovelace Ada", "other word order"),
        ("red", "green", "another value"),
        (PROSE, "Rent is due whenever the landlord asks for it, in cash and at once.", FREE_TEXT),
        ("12.50", "0", "zero instead"),
        ("12", "13", "off by one"),
        ("12.56", "12.6", "rounded"),
        ("12.56", "12", "rounded"),
        ("12.56", "99.1", "another number"),
        ("1e999999", "7", "another number"),
        ("2024-03-05", "2023-03-05", "another year"),
        ("2024-03-05", "2024-03-15", "another day"),
        ("2024-03-05", "2023-04-05", "another date"),
        ("x", "", "another value"),
        ("x", "...", "another value"),
    ],
)
def test_edit_of_a_value(expected: str, actual: str, name: str) -> None:
    assert edit(expected, actual) == name
    assert edit(expected, actual, "text_differs") == name


@pytest.mark.parametrize(
    ("finding", "name"),
    [
        (Finding(kind="decimal_misread", note="100 times too large."), "100 times too large"),
        (Finding(kind="decimal_misread"), ""),
        (Finding(kind="sign_flipped", expected="-1", actual="1"), ""),
        (Finding(kind="wrong_label", expected="a b", actual="c\n\x1b[31m"), '"c [31m" for "a b"'),
        (
            Finding(kind="unknown_label", expected="a", actual="w " * 200),
            "a whole text instead of a label",
        ),
        (Finding(kind="wrong_label"), ""),
        (Finding(kind="label_missing", expected="urgent"), "urgent"),
        (Finding(kind="label_surplus", actual="spam"), "spam"),
        (Finding(kind="wrong_currency", expected="EUR", actual="USD"), '"USD" for "EUR"'),
        (Finding(kind="language_drift", expected="de", actual="en"), '"en" for "de"'),
        (
            Finding(kind="invalid_json", actual="{", note="x. It ends in the middle."),
            "cut off in the middle",
        ),
        (Finding(kind="invalid_json", actual="I cannot"), "no JSON at all"),
        (Finding(kind="invalid_json", actual='{"a" 1}'), "JSON with a mistake"),
        (Finding(kind="prose_around_json", note="The JSON stands in a code fence."), "code fence"),
        (Finding(kind="prose_around_json"), "other text"),
        (Finding(kind="call_failed", note="rate_limited: 429"), "rate limited"),
        (Finding(kind="call_failed", note="?"), ""),
        (Finding(kind="schema_violation", note="multipleOf: 3 is not"), "multipleOf"),
        (Finding(kind="schema_violation"), ""),
        (Finding(kind="wrong_tool_call", expected="f"), "left out"),
        (Finding(kind="wrong_tool_call", actual="f"), "one too many"),
        (Finding(kind="wrong_tool_call", expected="f", actual="g"), ""),
        (Finding(kind="misquoted_reference", expected="in 30 days", actual="in 60 days"), "a number changed"),
        (
            Finding(kind="misquoted_reference", expected="shall assign", actual="shall not assign"),
            "a negation changed",
        ),
        (
            Finding(kind="misquoted_reference", expected="it may pay", actual="it must pay"),
            "a modal verb changed",
        ),
        (Finding(kind="misquoted_reference", expected="it pays", actual="it owes"), "other words"),
        (Finding(kind="misquoted_reference"), ""),
        (Finding(kind="judged_worse", note="Too short."), FREE_TEXT),
        (Finding(kind="no_finding", note="Too short."), FREE_TEXT),
        (Finding(kind="own rule", note="Tone."), FREE_TEXT),
        (Finding(kind="own rule"), ""),
        (Finding(kind="wrong_value", note="Tone."), FREE_TEXT),
        (Finding(kind="wrong_value"), ""),
        (Finding(kind="line_missing", expected="{}"), ""),
    ],
)
def test_edit_by_kind(finding: Finding, name: str) -> None:
    assert edit_of(finding) == name


def test_a_name_holds_nothing_that_moves_a_terminal() -> None:
    swapped = edit_of(Finding(kind="wrong_label", expected="x" * 100, actual="a\u202eb\x1b[2J\ud800\n c"))
    assert swapped == f'"a b [2J c" for "{"x" * 39}…"'


text = st.none() | st.text(max_size=60) | st.from_regex(r"-?\d{1,9}([.,]\d{1,3})?e?\d{0,6}", fullmatch=True)


@given(st.sampled_from([*KINDS, "own"]), text, text, st.text(max_size=40))
def test_any_finding_has_a_short_edit(kind: str, expected: str | None, actual: str | None, note: str) -> None:
    assert len(edit(expected, actual, kind, note)) <= 100


@pytest.mark.timeout(5)
@pytest.mark.parametrize("kind", [*KINDS, "own"])
def test_huge_texts_take_no_time(kind: str) -> None:
    for one, other in (("a " * 500_000, "b " * 500_000), ("9" * 1_000_000, "8" * 1_000_000)):
        assert len(edit(one, other, kind, one)) <= 100
