import pytest

from harness.analysis.failure.cluster_names import OTHER_EDITS, OTHER_KINDS, cluster_name, like_it, numbered
from harness.analysis.failure.edits import FREE_TEXT
from harness.domain.failure import KINDS, kind_of


@pytest.mark.parametrize(
    ("parts", "name"),
    [
        (("sign_flipped", "totals.gross", ""), "Flips the sign in totals.gross"),
        (("sign_flipped", "line_items[].amount", ""), "Flips the sign in amount of line_items"),
        (
            ("decimal_misread", "totals.gross", "100 times too large"),
            "Reads totals.gross 100 times too large",
        ),
        (("decimal_misread", "", "100 times too large"), "Reads an amount 100 times too large"),
        (("decimal_misread", "a.b", ""), "Misreads the decimal sign in a.b"),
        (
            ("wrong_label", "", '"air waybill" for "bill of lading"'),
            'Takes "bill of lading" for "air waybill"',
        ),
        (("wrong_label", "topic", '"12" for "20"'), "Takes label 20 for 12 in topic"),
        (
            ("unknown_label", "", '"fraud" for "theft"'),
            'Writes "fraud", which is no label, instead of "theft"',
        ),
        (("label_missing", "", "urgent"), 'Leaves out the label "urgent"'),
        (("wrong_currency", "currency", '"USD" for "EUR"'), 'Takes "EUR" for "USD" in currency'),
        (("language_drift", "", '"en" for "de"'), "Answers in en instead of de"),
        (("field_missing", "iban", ""), "Leaves out iban"),
        (("field_invented", "[].iban", ""), "Makes up iban"),
        (("text_differs", "note", "end lost"), "Loses the end of note"),
        (("wrong_value", "", "another value"), "Gives another value for the answer"),
        (("repairable_json", "", "JSON with a mistake"), "Writes broken JSON that a repair tool can mend"),
        (("line_missing", "line_items[]", ""), "Leaves out lines in line_items"),
        (("line_missing", "[]", ""), "Leaves out lines"),
        (("timed_out", "", ""), "Gives no answer in time"),
        (("invalid_json", "", "no JSON at all"), "Writes no JSON at all"),
        (("wrong_value", "a", OTHER_EDITS), "Gets a wrong, in various ways"),
        ((OTHER_KINDS, "", OTHER_EDITS), "Makes other kinds of mistake, in various ways"),
        (("hallucinated_reference", "clauses[]", ""), "Cites clauses that do not exist"),
        (("hallucinated_reference", "answer.sources[]", ""), "Cites sources that do not exist"),
        (("hallucinated_reference", "proof[]", ""), "Cites clauses that do not exist in proof"),
        (("misquoted_reference", "clauses[]", "a number changed"), "Changes a number when quoting clauses"),
        (("misquoted_reference", "", ""), "Changes words when quoting clauses"),
        (("schema_violation", "totals", "required"), "Breaks the JSON schema in totals: required"),
        (("own_rule", "a\n\x1bb", ""), "Own rule in a b"),
        (("own {x}{y}_rule", "a{n}", "{z}"), "Own a{n}{y} rule: {z}"),
    ],
)
def test_names(parts: tuple[str, str, str], name: str) -> None:
    assert cluster_name(*parts) == name


def test_free_text_is_named_by_its_words() -> None:
    terms = ("deadline", "notice", "month", "fourth")
    told = cluster_name("judged_worse", "", FREE_TEXT, terms)
    assert told == "Is judged worse; the reasons speak of deadline, notice, month"
    told = cluster_name("wrong_value", "answer", FREE_TEXT, ("abc", "def"))
    assert told == "Gets answer wrong, with words such as abc, def"
    assert cluster_name("judged_worse", "", FREE_TEXT) == "Is judged worse, for various reasons"


def test_every_kind_of_failure_has_a_name_of_its_own() -> None:
    failing = [kind for kind in KINDS if kind_of(kind).severity]
    names = {cluster_name(kind, "p", "") for kind in failing}
    assert len(names) == len(failing)
    assert not any("{" in name for name in names)


def test_no_two_names_are_the_same() -> None:
    assert numbered(["a", "b", "a", "a"]) == ["a", "b", "a (2)", "a (3)"]
    assert like_it("Leaves out iban", 4) == "Leaves out iban, and 4 similar mistakes"
    assert like_it('Takes "a" for "b"', 1) == 'Takes "a" for "b", and 1 similar mix-up'
