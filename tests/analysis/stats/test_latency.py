import statistics

from harness.analysis.stats.latency import TimeTally


def test_percentiles_and_missing() -> None:
    tally = TimeTally()
    values = [place / 10 for place in range(1, 102)]
    for value in reversed(values):
        tally.add(value)
    tally.add(None)
    found = tally.percentiles()
    assert found.n == 101
    assert found.missing == 1
    assert found.p50 == statistics.median(values)
    assert round(found.p5 or 0, 6) == 0.6
    assert round(found.p95 or 0, 6) == 9.6
    assert round(found.p99 or 0, 6) == 10.0


def test_no_time_at_all() -> None:
    tally = TimeTally()
    tally.add(None)
    found = tally.percentiles()
    assert (found.n, found.missing, found.p50) == (0, 1, None)
