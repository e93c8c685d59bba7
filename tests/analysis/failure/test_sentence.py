import orjson
import pytest
from report_runs import LONG_INVOICE, changed

from harness.analysis.failure.differing_words import changed_words, differing_words
from harness.analysis.failure.sentence import line_count, sentence
from harness.domain.chat import Answer
from harness.domain.failure import KINDS, kind_of
from harness.domain.score import Finding


def told(*findings: Finding, lines: int | None = None) -> str:
    return "".join(phrase.text for phrase in sentence(findings, lines))


def line(kind: str) -> Finding:
    return Finding(kind=kind, path="line_items[2]")


@pytest.mark.parametrize(
    ("findings", "lines", "expected"),
    [
        (LONG_INVOICE, 60, "left out 3 of 60 lines and made up 1; 1 more difference"),
        ((line("line_missing"),), None, "left out 1 line"),
        ((line("line_missing"),), 1, "left out 1 of 1 line"),
        (
            (line("line_missing"), line("line_merged"), line("line_duplicated")),
            None,
            "left out 1 line, repeated 1 and merged lines in 1 place",
        ),
        (
            (changed("totals.gross", "123.46", "12,345.60", "decimal_misread"),),
            None,
            "misread the decimal sign in totals.gross: 12,345.60 instead of 123.46",
        ),
        (
            (changed("a", "1", "2"), changed("b", "1", "2"), changed("c", "1", "2")),
            None,
            "wrote 2 instead of 1 in a, and 2 more values the same way",
        ),
        ((changed("", "shipping", "returns", "wrong_label"),), None, "chose returns instead of shipping"),
        ((Finding(kind="field_missing", path="iban"),), None, "left out iban"),
        ((Finding(kind="field_invented", path="iban"),), None, "made up iban"),
        ((Finding(kind="timed_out"), changed("a", "1", "2")), None, "gave no answer in time"),
        ((Finding(kind="schema_violation", path="totals"),), None, "broke the JSON schema at totals"),
        ((Finding(kind="my_rule", path="x"),), None, "is wrong (my rule) in x"),
        ((Finding(kind="no_finding"),), None, "is wrong; the scorer gives no finding"),
        ((Finding(kind="format_only"),), None, "is wrong"),
    ],
)
def test_what_the_mistake_does(findings: tuple[Finding, ...], lines: int | None, expected: str) -> None:
    assert told(*findings, lines=lines) == expected


@pytest.mark.parametrize(
    ("finding", "expected"),
    [
        (Finding(kind="hallucinated_reference", actual="14.7"), "cited clause 14.7, which does not exist"),
        (Finding(kind="hallucinated_reference", actual="Article 9"), "cited Article 9, which does not exist"),
        (
            Finding(kind="misattributed_reference", actual="7.3", expected="9.1"),
            "quoted clause 7.3, but it stands in clause 9.1",
        ),
        (
            Finding(kind="misattributed_reference", actual="§ 7"),
            "quoted clause § 7 with words from elsewhere",
        ),
        (
            Finding(
                kind="misquoted_reference",
                path="7.3",
                expected="shall be paid within 30 days of receipt",
                actual="shall be paid within 60 days of receipt",
            ),
            'quoted clause 7.3 with another wording: "30 days" became "60 days"',
        ),
        (
            Finding(
                kind="misquoted_reference",
                path="references[0]",
                expected="shall assign",
                actual="shall not assign",
            ),
            'quoted the source with another wording: added "not"',
        ),
        (
            Finding(kind="misquoted_reference", expected="shall not assign", actual="shall assign"),
            'quoted the source with another wording: left out "not"',
        ),
        (Finding(kind="misquoted_reference", path="7.3"), "quoted clause 7.3 with another wording"),
        (Finding(kind="reference_missing", expected="7.3"), "did not cite clause 7.3"),
        (Finding(kind="reference_missing"), "did not cite a clause"),
        (Finding(kind="reference_surplus", actual="2"), "cited clause 2, which does not apply"),
        (
            changed("totals.gross", "119.00", "120.00", "arithmetic"),
            "has amounts that do not add up in totals.gross: 120.00 instead of 119.00",
        ),
        (
            Finding(kind="arithmetic", path="totals", note="2 x 5 is 10"),
            "has amounts that do not add up in totals: 2 x 5 is 10",
        ),
        (Finding(kind="arithmetic"), "has amounts that do not add up"),
        (changed("", "de", "en", "language_drift"), "answered in another language: en instead of de"),
        (Finding(kind="language_drift", path="note"), "answered in another language in note"),
        (Finding(kind="over_long"), "wrote far more than was asked for"),
        (Finding(kind="over_long", path="summary"), "wrote far more than was asked for at summary"),
        (Finding(kind="repairable_json"), "answered with broken JSON that a repair tool can mend"),
        (Finding(kind="inconsistent"), "gave another answer when asked again"),
        (
            changed("arguments.city", "Bonn", "Berlin", "wrong_tool_call"),
            "made a wrong tool call in arguments.city: Berlin instead of Bonn",
        ),
        (Finding(kind="wrong_tool_call", expected="look_up"), "left look_up out of its tool calls"),
        (
            Finding(kind="wrong_tool_call", actual="delete"),
            "put delete into its tool calls, where none belongs",
        ),
        (Finding(kind="wrong_tool_call"), "made a wrong tool call"),
        (Finding(kind="label_missing", expected="urgent"), "left out the label urgent"),
        (Finding(kind="label_surplus", actual="spam"), "added the label spam"),
        (
            Finding(kind="judged_worse", note="Leaves out the deadline."),
            "gave the worse answer, says the judge: Leaves out the deadline.",
        ),
        (Finding(kind="judged_worse"), "gave the worse answer, says the judge"),
    ],
)
def test_what_kinds_without_a_plain_value_do(finding: Finding, expected: str) -> None:
    assert told(finding) == expected


def test_every_kind_of_failure_has_a_sentence_of_its_own() -> None:
    failing = [kind for kind in KINDS if kind_of(kind).severity]
    sentences = {told(Finding(kind=kind, path="p", expected="1", actual="2", note="n")) for kind in failing}
    # Only these are told by the values alone: "wrote 2 instead of 1 in p".
    alike = {"wrong_value", "text_differs"}
    assert len(sentences) == len(failing) - len(alike) + 1


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("hallucinated_reference", "2 more references"),
        ("label_surplus", "2 more labels"),
        ("wrong_tool_call", "2 more calls"),
        ("arithmetic", "2 more values"),
    ],
)
def test_the_rest_is_counted_by_name(kind: str, more: str) -> None:
    assert told(*[Finding(kind=kind, actual="1")] * 3).endswith(f", and {more} the same way")


def test_changed_words_of_any_texts() -> None:
    assert changed_words("a b c d", "a x c d") == ("b c", "x c")
    assert changed_words("a b", "a x") == ("b", "x")
    assert changed_words("a a", "a") == ("a", "")
    assert changed_words("", "a b") == ("", "a b")
    assert changed_words("same", "same") == ("", "")


def test_values_from_outside_are_marked_and_short() -> None:
    phrases = sentence((changed("path", "x" * 500, "a\n b"),))
    foreign = [phrase.text for phrase in phrases if phrase.foreign]
    assert foreign == ["path", "a b", "x" * 60 + "…"]
    assert told(changed("p", "x\n y", "\u202e")) == "wrote \u202e instead of x y in p"


LONG = "The notice must be given in writing and reach the other party {} days before the end of the term."


@pytest.mark.parametrize(
    ("expected", "actual", "words"),
    [
        (LONG.format(30), LONG.format(60), ("…other party 30 days…", "…other party 60 days…")),
        (LONG, LONG + " This is final.", ("…the term.", "…the term. This is final.")),
        ("A" * 70 + " one", "B" * 70 + " one", ("A" * 60 + "…", "B" * 60 + "…")),
        ("破案后公安机关将查获手机" * 9, "破案后公安机关将查获电脑" * 9, None),
        ("same " * 20, "same " * 20, None),
        ("x" * 100, "", None),
    ],
)
def test_of_long_texts_the_words_that_differ_are_told(
    expected: str, actual: str, words: tuple[str, str] | None
) -> None:
    found = differing_words(expected, actual)
    assert words is None or found == words
    assert max(map(len, found)) <= 62


def test_a_long_text_is_told_by_what_differs() -> None:
    finding = changed("summary", LONG.format(30), LONG.format(60), "text_differs")
    assert told(finding) == (
        'wrote another text in summary: "…other party 60 days…" instead of "…other party 30 days…"'
    )
    assert (
        told(changed("", LONG, ""))
        == "wrote another text: nothing instead of The notice must be given in writing and reach the other…"
    )


@pytest.mark.parametrize(
    ("finding", "expected"),
    [
        (
            changed("totals.vat", "10922.74", "-10922.74", "sign_flipped"),
            "flipped the sign in totals.vat: \u221210922.74 instead of 10922.74",
        ),
        (
            Finding(kind="wrong_value", path="lines[3].net", expected="48.90", actual="489.00", amount=440.1),
            "wrote 489.00 instead of 48.90 in net of line 4, 440.10 too much",
        ),
        (
            Finding(kind="wrong_value", path="[0].net", expected="5", actual="-2", amount=7.0),
            "wrote \u22122 instead of 5 in net of line 1, 7.00 too little",
        ),
        (
            Finding(kind="wrong_value", path="net", expected="5", actual="1e400", amount=1.0),
            "wrote 1e400 instead of 5 in net",
        ),
        (changed("quotes[2].text", "a", "- b"), "wrote - b instead of a in text of entry 3 of quotes"),
        (changed("a[0].b[1].c", "1", " "), "wrote nothing instead of 1 in a[0].b[1].c"),
        (
            changed("route", "legal", "sales", "wrong_label"),
            "chose sales instead of legal as route",
        ),
        (
            changed("", "theft", "fraud", "unknown_label"),
            "wrote fraud, which is no label, instead of theft",
        ),
        (changed("currency", "EUR", "USD", "wrong_currency"), "took the wrong currency: USD instead of EUR"),
        (Finding(kind="field_missing", path="iban", expected="DE89"), "left out iban (DE89)"),
        (Finding(kind="field_invented", path="iban", actual="x" * 99), "made up iban"),
    ],
)
def test_a_sentence_reads_as_a_person_would_say_it(finding: Finding, expected: str) -> None:
    assert told(finding) == expected


def test_lines_come_with_their_money_where_all_of_it_is_known() -> None:
    lost = [Finding(kind="line_missing", path="lines[0]", amount=amount) for amount in (10.0, 5.5)]
    made = Finding(kind="line_invented", path="lines[1]", amount=3.0)
    assert told(*lost, made) == "left out 2 lines worth 15.50 and made up 1 worth 3.00"
    assert told(*lost, Finding(kind="line_missing", path="lines[2]")) == "left out 3 lines"


def test_merged_lines_are_counted_by_place() -> None:
    merged, split = line("line_merged"), line("line_split")
    assert told(merged, merged, split) == "merged lines in 2 places and split 1 line"


@pytest.mark.parametrize(
    ("text", "path", "expected"),
    [
        ('{"line_items": [1, 2, 3]}', "line_items[1]", 3),
        ('{"document": {"rows": [1]}}', "document.rows[0].amount", 1),
        ('{"line_items": {}}', "line_items[1]", None),
        ("no json", "line_items[1]", None),
        ('{"a": 1}', "a", None),
        ("[1]", "line_items[0]", None),
        ("[1, 2]", "[0].amount", 2),
        ("{}", "[0]", None),
    ],
)
def test_line_count(text: str, path: str, expected: int | None) -> None:
    assert line_count(Answer(text=text), path, orjson.loads) == expected


def test_line_count_without_expected_answer() -> None:
    assert line_count(None, "a[0]", orjson.loads) is None
