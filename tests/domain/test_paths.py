import pytest

from harness.domain.paths import path_pattern, with_any_index, without_indexes


@pytest.mark.parametrize(
    ("path", "expected"),
    [("a[3].b", "a.b"), ("a[12][0]", "a"), ("a.b", "a.b"), ("", ""), ("a[x].b", "a[x].b")],
)
def test_list_positions_are_left_out(path: str, expected: str) -> None:
    assert without_indexes(path) == expected


def test_list_positions_are_left_open() -> None:
    assert with_any_index("a[3].b[0]") == "a[].b[]"


@pytest.mark.parametrize(
    ("pattern", "path", "fits"),
    [
        ("line_items[].amount", "line_items.amount", True),
        ("line_items[*].amount", "line_items.amount", True),
        ("*.amount", "a.b.amount", False),
        ("**.amount", "a.b.amount", True),
        ("**.amount", "amount", True),
        ("a.**", "a.b.c", True),
        ("a.**", "a", False),
        ("a.**.c", "a.c", True),
        ("a+b", "aab", False),
    ],
)
def test_patterns(pattern: str, path: str, fits: bool) -> None:
    assert bool(path_pattern(pattern).fullmatch(path)) is fits
