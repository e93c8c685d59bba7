import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.scorers.clause_ids import clause_paths, roman, shown_path


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Section 7.3(b)", ["7.3(b)"]),
        ("7.3 Term and Termination", ["7.3"]),
        ("§ 5 Abs. 2", ["5.2"]),
        ("§§ 5, 6 und 7", ["5", "6", "7"]),
        ("Article IV", ["4"]),
        ("Art. 4", ["4"]),
        ("IV", ["4"]),
        ("C", ["c"]),
        ("(b)", ["b"]),
        ("clause 14.", ["14"]),
        ("12A", ["12(a)"]),
        ("Section 5.01", ["5.1"]),
        ("Section 4.1 (a) (ii)", ["4.1(a)(ii)"]),
        ("Sections 7.1(a) and (c)", ["7.1(a)", "7.1(c)"]),
        ("1.1-1.4", ["1.1", "1.4"]),
        ("Ziffer 4.2 lit. b", ["4.2(b)"]),
        ("Article 4, Section 2", ["4.2"]),
        ("Exhibit A", ["exhibit a"]),
        ("Section 2 of Exhibit A", ["exhibit a, 2"]),
        ("Cláusula 3", ["3"]),
        ("Agreement, Section 5", ["5"]),
        ("Termination", []),
        ("30%", []),
        ("", []),
    ],
)
def test_ids_as_people_write_them(text: str, shown: list[str]) -> None:
    assert [shown_path(path) for path in clause_paths(text)] == shown


def test_roman_numbers() -> None:
    assert [roman(text) for text in ("i", "IV", "ix", "xl", "lxxxix", "ic", "", "mm")] == [
        1,
        4,
        9,
        40,
        89,
        0,
        0,
        0,
    ]


@given(st.text(max_size=300))
def test_any_text_is_read(text: str) -> None:
    assert all(path and all(path) for path in clause_paths(text))
