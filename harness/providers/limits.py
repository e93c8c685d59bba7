"""What answer headers say about waiting; pure.

Headers are passed with lower-case names.
"""

import math
import re
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

_SECONDS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9}
_STEP = re.compile(r"([0-9]+(?:\.[0-9]+)?)(ms|us|µs|ns|h|m|s)")
_DURATION = re.compile(rf"(?:{_STEP.pattern})+")


def duration_s(text: str | None) -> float | None:
    """Seconds of a Go duration (`1s`, `6m0s`, `88ms`, `1h2m3.5s`) or of a plain number; None for others."""
    if text is None:
        return None
    text = text.strip()
    if _DURATION.fullmatch(text):
        return sum(float(number) * _SECONDS[unit] for number, unit in _STEP.findall(text))
    return _number(text)


def retry_after_s(headers: Mapping[str, str]) -> float | None:
    """Seconds the server asks to wait: `retry-after-ms`, else `retry-after` as number or HTTP date.

    A date is taken against the server's own `date` header, so that a wrong clock here does no harm;
    without that header it says nothing.
    """
    milliseconds = _number(headers.get("retry-after-ms", ""))
    if milliseconds is not None:
        return milliseconds / 1000
    text = headers.get("retry-after", "")
    seconds = _number(text)
    return seconds if seconds is not None else _until(text, headers.get("date", ""))


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return max(0.0, number) if math.isfinite(number) else None


def _until(text: str, now: str) -> float | None:
    try:
        return max(0.0, (parsedate_to_datetime(text) - parsedate_to_datetime(now)).total_seconds())
    except (ValueError, TypeError):  # not dates, or one of them without a zone
        return None
