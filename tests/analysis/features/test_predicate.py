import pytest

from harness.analysis.features.predicate import Operator, predicate

IS, ABOVE, AT_MOST, BETWEEN = Operator.IS, Operator.ABOVE, Operator.AT_MOST, Operator.BETWEEN


@pytest.mark.parametrize(
    ("name", "operator", "value", "upper", "text"),
    [
        ("language", IS, "de", None, "language is German"),
        ("language", IS, "xx", None, "language is xx"),
        ("language", Operator.MISSING, None, None, "language not told"),
        ("lines", ABOVE, 40.0, None, "more than 40 lines"),
        ("lines", AT_MOST, 1.0, None, "at most 1 line"),
        ("lines", IS, 1.0, None, "exactly 1 line"),
        ("lines", BETWEEN, 41.0, 80.0, "41 to 80 lines"),
        ("length", ABOVE, 12345.0, None, "more than 12,345 characters"),
        ("negative_amounts", AT_MOST, 0.0, None, "no negative amounts"),
        ("negative_amounts", ABOVE, 0.0, None, "with negative amounts"),
        ("negative_amounts", ABOVE, 1.0, None, "more than 1 negative amount"),
        ("percentages", ABOVE, 1.0, None, "more than 1 percent sign"),
        ("number_format", IS, "comma", None, "decimal comma"),
        ("currency", IS, "EUR", None, "currency is EUR"),
        ("currency", Operator.MISSING, None, None, "no currency"),
        ("noise", ABOVE, 0.05, None, "share of misread words above 5 %"),
        ("noise", BETWEEN, 0.01, 0.05, "share of misread words 1 % to 5 %"),
        ("table", IS, "pipes", None, "a table drawn with |"),
        ("sent/day", ABOVE, 738_957.0, None, "sent after 2024-03-12"),
        ("sent/day", BETWEEN, 738_957.0, 738_960.0, "sent 2024-03-12 to 2024-03-15"),
        ("sent/weekday", IS, "Monday", None, "sent on Monday"),
        ("sent/hour", AT_MOST, 9.0, None, "sent up to 9 h"),
        ("sent/hour", IS, 9.0, None, "sent at 9 h"),
        ("tag:kind", IS, "credit note", None, "kind is credit note"),
        ("tag:kind", IS, "", None, 'kind is ""'),
        ("tag:kind", IS, 'a "b": c', None, 'kind is "a "b": c"'),
        ("tag:kind", Operator.MISSING, None, None, "no kind"),
        ("tag:pages", ABOVE, 3.0, None, "more than 3 pages"),
        ("tag:pages", IS, 2.5, None, "pages is 2.5"),
        ("tag:issued/day", AT_MOST, 738_957.0, None, "issued up to 2024-03-12"),
        ("tag:issued/weekday", IS, "Monday", None, "issued on Monday"),
        ("tag:issued/hour", IS, 5.0, None, "issued at 5 h"),
    ],
)
def test_a_predicate_reads_like_english(
    name: str, operator: Operator, value: str | float | None, upper: float | None, text: str
) -> None:
    assert predicate(name, operator, value, upper).text == text


def test_foreign_text_cannot_draw_on_the_screen() -> None:
    text = predicate("tag:a\x1b[2J\u202eb", IS, "x\ny\x00\ud800" + "z" * 500).text
    assert text.isprintable()
    assert len(text) < 90
