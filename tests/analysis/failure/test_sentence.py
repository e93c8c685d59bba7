import orjson
import pytest
from report_runs import LONG_INVOICE, changed

from harness.analysis.failure.sentence import line_count, sentence
from harness.domain.chat import Answer
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
            "left out 1 line, repeated 1 and merged 1",
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
        (
            (Finding(kind="hallucinated_reference", path="clauses[0]", actual="14.9"),),
            None,
            "cited 14.9, which the source does not have",
        ),
        (
            (changed("clauses[0]", "7.2", "7.1", "misattributed_reference"),),
            None,
            "cited 7.1 for what stands in 7.2",
        ),
        ((Finding(kind="reference_missing", expected="8"),), None, "did not cite 8"),
        (
            (changed("totals.net", "55.50", "65.50", "arithmetic"),),
            None,
            "gave 65.50 where its own amounts make 55.50",
        ),
        ((Finding(kind="over_long", actual="word word"),), None, "wrote far too much"),
        ((Finding(kind="label_missing"),), None, "is wrong (one of several labels missing)"),
        ((Finding(kind="my_rule", path="x"),), None, "is wrong (my rule) in x"),
        ((Finding(kind="no_finding"),), None, "is wrong; the scorer gives no finding"),
        ((Finding(kind="format_only"),), None, "is wrong"),
    ],
)
def test_what_the_mistake_does(findings: tuple[Finding, ...], lines: int | None, expected: str) -> None:
    assert told(*findings, lines=lines) == expected


def test_values_from_outside_are_marked_and_short() -> None:
    phrases = sentence((changed("path", "x" * 500, "a\n b"),))
    foreign = [phrase.text for phrase in phrases if phrase.foreign]
    assert foreign == ["a b", "x" * 60 + "…", "path"]


@pytest.mark.parametrize(
    ("text", "path", "expected"),
    [
        ('{"line_items": [1, 2, 3]}', "line_items[1]", 3),
        ('{"document": {"rows": [1]}}', "document.rows[0].amount", 1),
        ('{"line_items": {}}', "line_items[1]", None),
        ("no json", "line_items[1]", None),
        ('{"a": 1}', "a", None),
        ("[1]", "line_items[0]", None),
    ],
)
def test_line_count(text: str, path: str, expected: int | None) -> None:
    assert line_count(Answer(text=text), path, orjson.loads) == expected


def test_line_count_without_expected_answer() -> None:
    assert line_count(None, "a[0]", orjson.loads) is None
