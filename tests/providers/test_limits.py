import pytest

from harness.providers.limits import duration_s, retry_after_s


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1s", 1.0),
        ("6m0s", 360.0),
        ("88ms", 0.088),
        ("1h2m3.5s", 3723.5),
        ("2m59.56s", 179.56),
        ("34s", 34.0),
        ("12", 12.0),
        ("0.5", 0.5),
        ("-3", 0.0),
        ("soon", None),
        ("", None),
        ("nan", None),
        ("2026-11-23T00:00:00Z", None),
        (None, None),
    ],
)
def test_durations(text: str | None, seconds: float | None) -> None:
    assert duration_s(text) == (None if seconds is None else pytest.approx(seconds))


NOW = {"date": "Mon, 23 Nov 2026 18:00:00 GMT"}


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "2"}, 2.0),
        ({"retry-after": "0.25"}, 0.25),
        ({"retry-after-ms": "1500", "retry-after": "9"}, 1.5),
        ({"retry-after-ms": "x", "retry-after": "9"}, 9.0),
        ({"retry-after": "Mon, 23 Nov 2026 18:00:30 GMT", **NOW}, 30.0),
        ({"retry-after": "Mon, 23 Nov 2026 17:00:00 GMT", **NOW}, 0.0),
        ({"retry-after": "Mon, 23 Nov 2026 18:00:30 GMT"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "later"}, None),
        ({}, None),
    ],
)
def test_the_wait(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after_s(headers) == seconds
