from sandbox_data import INVOICE

from harness.sandbox.answers import dates, line_count, lines_of, money


def test_money_is_what_is_neither_quantity_nor_percentage() -> None:
    assert {leaf.key for leaf in money(INVOICE)} == {"unit_price", "amount", "net", "vat", "gross"}
    assert money({"paid": True, "amount": 0.0, "name": "x"}) == []


def test_dates_are_those_written_in_full() -> None:
    assert [leaf.path for leaf in dates(INVOICE)] == ["issue_date", "due_date"]


def test_the_longest_list_of_lines_is_taken() -> None:
    short = [{"description": "a", "amount": 1.0}]
    lines = lines_of({"fees": short, "inner": {"items": [*short, *short]}, "others": [1, 2, 3], "empty": []})
    assert lines is not None
    assert (lines.path, len(lines.items)) == ("inner.items", 2)


def test_what_has_no_amounts_or_descriptions_has_no_lines() -> None:
    assert lines_of({"items": [{"description": "a"}]}) is None
    assert lines_of("text") is None
    assert line_count([1, 2]) == 0
    assert line_count(INVOICE) == 6
