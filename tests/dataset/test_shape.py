import pytest

from harness.dataset.shape import ShapeError, count_or_none, kind_of, only_keys, quoted, seconds_or_none


def test_quotes_are_short_and_show_control_characters() -> None:
    assert quoted("a\x1b[31m\u202eb") == '"a\\u001b[31m\\u202eb"'
    assert len(quoted("x" * 500)) == 62


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (None, "null"),
        (True, "a boolean"),
        (1, "a number"),
        (1.5, "a number"),
        ("", "a string"),
        ([], "an array"),
    ],
)
def test_values_are_named(value: object, name: str) -> None:
    assert kind_of(value) == name


def test_counts() -> None:
    assert count_or_none(None, "n") is None
    assert count_or_none(3, "n") == 3
    for value, what in [
        (True, "n must be a whole number or null, but is a boolean"),
        (1.5, "n must be a whole number or null, but is a number"),
        (-1, "n is -1; it cannot be less than 0"),
        (2**63, f"n is {2**63}; that cannot be a count"),
    ]:
        with pytest.raises(ShapeError) as caught:
            count_or_none(value, "n")
        assert caught.value.what == what


def test_seconds() -> None:
    assert seconds_or_none(None, "s") is None
    assert seconds_or_none(2, "s") == 2.0
    with pytest.raises(ShapeError, match="s must be a number of seconds or null, but is a string"):
        seconds_or_none("2", "s")
    with pytest.raises(ShapeError, match=r"s is -0\.1; it cannot be less than 0"):
        seconds_or_none(-0.1, "s")


def test_unknown_keys_get_a_guess_where_one_is_near() -> None:
    with pytest.raises(ShapeError, match=r'unknown key "tgas"; did you mean "tags"\?'):
        only_keys({"tgas": 1}, ("tags", "body"))
    with pytest.raises(ShapeError) as caught:
        only_keys({"zzz": 1}, ("tags", "body"), "recorded.timing")
    assert caught.value.what == 'recorded.timing has no key "zzz"'
    assert caught.value.mend == "Known keys: tags, body."
