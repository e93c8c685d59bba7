"""What a record costs as measured, and what that means a month; nothing is assumed."""

from harness.analysis.arms import ArmSummary
from harness.analysis.result import Analysis
from harness.report.wording import NO_VALUE, number, usd


def cost_per_record(arm: ArmSummary) -> float | None:
    """US dollars a call, over the calls whose cost is known; None where none is."""
    known = arm.calls + arm.repeats - arm.cost.unknown
    return arm.cost.known_usd / known if arm.cost.known_usd is not None and known > 0 else None


def monthly_saving(analysis: Analysis, tokens_per_month: int | None) -> tuple[float | None, str]:
    """US dollars a month that the candidate would save, and what that rests on or why it is unknown.

    The volume is that of today's workload, so records a month are its tokens over the tokens of a record on
    the incumbent.

    Args:
        analysis: The findings.
        tokens_per_month: `[factors] tokens_per_month`, None where it is not set.
    """
    if not tokens_per_month:
        return None, "volume not set"
    incumbent, candidate = cost_per_record(analysis.incumbent), cost_per_record(analysis.candidate)
    if incumbent is None or candidate is None:
        return None, "cost unknown"
    tokens = analysis.incumbent.tokens
    counted = analysis.incumbent.calls + analysis.incumbent.repeats - tokens.unknown
    total = tokens.input + tokens.output
    if counted <= 0 or total <= 0:
        return None, "tokens unknown"
    records = tokens_per_month / (total / counted)
    return (incumbent - candidate) * records, f"at {number(tokens_per_month)} tokens a month"


def saving_words(value: float | None) -> str:
    """A saving, and "more" where the candidate costs more; without cents where it is a hundred or more."""
    if value is None:
        return NO_VALUE
    told = f"${abs(value):,.0f}" if abs(value) >= 100 else usd(abs(value))
    return told if value >= 0 else f"{told} more"
