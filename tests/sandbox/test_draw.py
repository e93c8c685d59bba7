from harness.sandbox.draw import Draw


def test_the_same_parts_give_the_same_choices_always() -> None:
    draw = Draw(7, "gpt-4o", "r1")
    # Written down once: a change here changes every simulated answer.
    assert [draw.below(1000) for _ in range(5)] == [794, 472, 601, 774, 112]


def test_other_parts_give_other_choices() -> None:
    assert Draw(7, "a", "b").share() != Draw(7, "ab").share()
