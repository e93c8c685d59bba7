from harness.dataset.seen import SeenIds


def test_the_first_line_of_an_id_is_found_among_many() -> None:
    seen = SeenIds()
    assert all(seen.first_line(f"id-{n}", n + 1) is None for n in range(5000))
    assert [seen.first_line(f"id-{n}", 9999) for n in range(5000)] == list(range(1, 5001))
    assert seen.first_line("id-5000", 5001) is None
