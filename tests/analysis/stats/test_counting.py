from harness.analysis.stats.counting import BoundedCounter, Count


def test_new_names_beyond_the_limit_are_joined() -> None:
    counter = BoundedCounter(limit=2)
    for name in ("b", "a", "b", "c", "d", "a", "b"):
        counter.add(name)
    assert counter.most() == (
        Count(name="b", count=3),
        Count(name="(other)", count=2),
        Count(name="a", count=2),
    )
    assert counter.most(1) == (Count(name="b", count=3),)
