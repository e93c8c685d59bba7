import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.report.word_diff import Budget, aligned, changes, sentences

TEXTS = st.text(alphabet="ab .,\n三五€", max_size=120)


@given(TEXTS, TEXTS)
def test_nothing_of_either_text_is_lost(before: str, after: str) -> None:
    found = changes(before, after, Budget())
    assert "".join(change.before for change in found) == before
    assert "".join(change.after for change in found) == after
    assert all(change.before.split() == change.after.split() for change in found if change.is_same)
    rows = aligned(before, after, Budget())
    assert ("".join(one for one, _ in rows), "".join(other for _, other in rows)) == (before, after)


@given(TEXTS)
def test_a_text_does_not_differ_from_itself(text: str) -> None:
    assert all(change.is_same for change in changes(text, text, Budget()))
    assert "".join(sentences(text)) == text


@pytest.mark.parametrize(
    ("before", "after", "removed", "added"),
    [
        ("pay within 30 days", "pay within 60 days", ["30"], ["60"]),
        ("1.284,50 EUR", "1.234,50 EUR", ["1.284,50"], ["1.234,50"]),
        ("it shall end", "it shall not end", [], ["not "]),
        ("价值三千元", "价值五千元", ["三"], ["五"]),
        ("a  b", "a b", [], []),
        ("dry-run, then go", "dry-run then go", [","], []),
    ],
)
def test_words_and_characters(before: str, after: str, removed: list[str], added: list[str]) -> None:
    found = [change for change in changes(before, after, Budget()) if not change.is_same]
    assert [change.before for change in found if change.before] == removed
    assert [change.after for change in found if change.after] == added


def test_a_moved_sentence_does_not_shift_the_others() -> None:
    one = ["First we load. ", "Then we drive. ", "At last we unload. ", "Then we sleep. "]
    rows = aligned("".join(one), "".join([*one[:1], *one[2:]]), Budget())
    assert rows == [(one[0], one[0]), (one[1], ""), (one[2], one[2]), (one[3], one[3])]


def test_members_of_json_stand_for_sentences() -> None:
    assert sentences('{"a": "x. y", "b": [1, 2]}') == ['{"a": "x. y", ', '"b": [1, 2]}']


def test_the_work_grows_with_the_length_and_not_with_its_square() -> None:
    draw = random.Random(7)
    before, after = ("".join(draw.choice("ab ") for _ in range(50_000)) for _ in range(2))
    budget = Budget()
    found = changes(before, after, budget)
    assert "".join(change.after for change in found) == after
    assert not budget.allows(161, 1)
    assert not Budget(work=10).allows(4, 3)
