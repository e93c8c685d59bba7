import pytest

from harness.scorers.json_paths import PathRules
from harness.scorers.json_values import FieldType


@pytest.mark.parametrize(
    ("pattern", "path", "matches"),
    [
        ("totals.gross", "totals.gross", True),
        ("line_items[].amount", "line_items.amount", True),
        ("line_items[*].amount", "line_items.amount", True),
        ("line_items.amount", "line_items.amount", True),
        ("*.amount", "line_items.amount", True),
        ("*.amount", "a.b.amount", False),
        ("**.amount", "a.b.amount", True),
        ("**.amount", "amount", True),
        ("a.**", "a.b.c", True),
        ("amount", "line_items.amount", False),
        ("a+b", "aab", False),
    ],
)
def test_patterns(pattern: str, path: str, matches: bool) -> None:
    assert PathRules({pattern: "money"}, ()).type_of(path, "x") is (
        FieldType.MONEY if matches else FieldType.TEXT
    )
    assert PathRules({}, (pattern,)).is_ignored(path) is matches


def test_an_object_is_ignored_with_all_in_it() -> None:
    rules = PathRules({}, ("meta", "lines[].id"))
    assert rules.is_ignored("meta.run.id")
    assert rules.without_ignored({"meta": {"x": 1}, "lines": [{"id": 1, "a": 2}, 3]}) == {
        "lines": [{"a": 2}, 3]
    }


def test_an_unknown_type_is_named() -> None:
    with pytest.raises(ValueError, match='types: "a" has the unknown type "cash"; known are money, number, '):
        PathRules({"a": "cash"}, ())


def test_what_is_remembered_about_paths_is_bounded() -> None:
    rules = PathRules({"a": "id"}, ())
    for number in range(5000):
        rules.type_of(f"key{number}", "x")
    assert rules.type_of("a", "x") is FieldType.ID
