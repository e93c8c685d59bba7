"""Percentiles of times."""

from array import array
from dataclasses import dataclass, field

import numpy

PERCENTS = (5, 25, 50, 75, 95, 99)


@dataclass(frozen=True, slots=True, kw_only=True)
class Percentiles:
    """Times in seconds below which that share of the calls stayed; all None where n is 0.

    Attributes:
        n: Calls with a time.
        missing: Calls that ended without one (no stream, recorded, failed before it).
        longest: The slowest call.
    """

    n: int
    missing: int
    p5: float | None
    p25: float | None
    p50: float | None
    p75: float | None
    p95: float | None
    p99: float | None
    longest: float | None


@dataclass(slots=True)
class TimeTally:
    """Collects times, 8 bytes each: 100,000 calls are 0.8 MB, so no sketch is needed."""

    seconds: "array[float]" = field(default_factory=lambda: array("d"))
    missing: int = 0

    def add(self, seconds: float | None) -> None:
        """Take the time of one call, None where it has none."""
        if seconds is None:
            self.missing += 1
        else:
            self.seconds.append(seconds)

    def percentiles(self) -> Percentiles:
        """The 5th to 99th percentile, with linear interpolation between neighbours."""
        if not self.seconds:
            return Percentiles(
                n=0,
                missing=self.missing,
                p5=None,
                p25=None,
                p50=None,
                p75=None,
                p95=None,
                p99=None,
                longest=None,
            )
        low, quarter, median, upper, high, top = (
            float(value) for value in numpy.percentile(numpy.frombuffer(self.seconds), PERCENTS)
        )
        return Percentiles(
            n=len(self.seconds),
            missing=self.missing,
            p5=low,
            p25=quarter,
            p50=median,
            p75=upper,
            p95=high,
            p99=top,
            longest=max(self.seconds),
        )
