"""How much of each case is shown, so that the page stays small whatever the run holds."""

from collections.abc import Sequence

from markupsafe import escape

from harness.analysis.cases import Case
from harness.report.wording import visible

# Bytes after escaping. Pages of ordinary runs stay near 1.5 MB at most, hostile ones within a few.
PAGE_BUDGET = 1_300_000
CASE_OVERHEAD = 3_300
ROW_BUDGET = 1_500
VALUE_BUDGET = 150_000
TEXT_LIMITS = (16_384, 8_192, 4_096, 2_048, 1_024, 512, 256)
_VALUE_LIMITS = (4_096, 1_024, 512, 256, 128, 64)
_ROW_LIMITS = (80, 40, 20, 12, 8, 5)


def row_limit(cases: Sequence[Case]) -> int:
    """Most rows of a field table."""
    sizes = [max(len(case.candidate.findings), len(case.incumbent.findings)) for case in cases]
    fitting = (limit for limit in _ROW_LIMITS if sum(min(size, limit) for size in sizes) <= ROW_BUDGET)
    return next(fitting, _ROW_LIMITS[-1])


def value_limit(cases: Sequence[Case], rows: int) -> int:
    """Most characters of a value in a field table of at most `rows` rows."""
    values = [
        value.text
        for case in cases
        for arm in (case.incumbent, case.candidate)
        for finding in arm.findings[:rows]
        for value in (finding.expected, finding.actual)
        if value
    ]
    return _fitting(values, _VALUE_LIMITS, VALUE_BUDGET)


def text_limit(texts: Sequence[str], cases: int) -> int:
    """Most characters of an input or an answer, given all of them."""
    return _fitting(texts, TEXT_LIMITS, PAGE_BUDGET - CASE_OVERHEAD * cases)


def _fitting(texts: Sequence[str], limits: Sequence[int], budget: int) -> int:
    """The largest limit under which all texts together, made visible and escaped, stay within the budget."""
    sizes = [(len(text), _weight(text)) for text in texts if text]
    for limit in limits:
        if sum(weight * min(1.0, limit / length) for length, weight in sizes) <= budget:
            return limit
    return limits[-1]


def _weight(text: str) -> int:
    """Bytes the text takes on the page: escaping makes JSON about a third longer."""
    return len(escape(visible(text)).encode())
