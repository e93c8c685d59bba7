import pytest

from harness.analysis.failure.cluster_names import OTHER_EDITS, OTHER_KINDS, cluster_name, like_it, numbered
from harness.analysis.failure.edits import FREE_TEXT


@pytest.mark.parametrize(
    ("parts", "name"),
    [
        (("sign_flipped", "totals.gross", ""), "Sign flipped in totals.gross"),
        (("decimal_misread", "totals.gross", "100 times too large"), "totals.gross 100 times too large"),
        (("decimal_misread", "", "100 times too large"), "Amount 100 times too large"),
        (("decimal_misread", "a.b", ""), "Decimal separator misread in a.b"),
        (
            ("wrong_label", "", '"air waybill" for "bill of lading"'),
            '"air waybill" instead of "bill of lading"',
        ),
        (("wrong_currency", "currency", '"USD" for "EUR"'), '"USD" instead of "EUR" in currency'),
        (("field_missing", "iban", ""), "iban missing"),
        (("field_invented", "iban", ""), "iban made up"),
        (("text_differs", "note", "end lost"), "Text differs in note: end lost"),
        (("line_missing", "line_items[]", ""), "Line item missing in line_items[]"),
        (("timed_out", "", ""), "No answer in time"),
        (("wrong_value", "a", OTHER_EDITS), "Wrong value in a: various"),
        ((OTHER_KINDS, "", OTHER_EDITS), "Other kinds of failure: various"),
        (("own_rule", "a\n\x1bb", ""), "Own rule in a b"),
    ],
)
def test_names(parts: tuple[str, str, str], name: str) -> None:
    assert cluster_name(*parts) == name


def test_free_text_is_named_by_its_words() -> None:
    terms = ("deadline", "notice", "month", "fourth")
    told = cluster_name("judged_worse", "", FREE_TEXT, terms)
    assert told == "Judged worse: words such as deadline, notice, month"
    assert cluster_name("no_finding", "", FREE_TEXT) == "Wrong, the scorer names no finding: various"


def test_no_two_names_are_the_same() -> None:
    assert numbered(["a", "b", "a", "a"]) == ["a", "b", "a (2)", "a (3)"]
    assert like_it("a", 4) == "a and 4 like it"
