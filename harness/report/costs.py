"""What the arms cost: per record as measured, and per month where the volume is known."""

from dataclasses import dataclass

from harness.analysis.arms import ArmSummary
from harness.analysis.result import Analysis
from harness.domain.mark import Mark
from harness.report.facts import RunFacts
from harness.report.sections import Table
from harness.report.wording import NO_VALUE, Names, amount, number, plural_of, usd, visible

PER_MONTH = "[factors] tokens_per_month"
_THOUSAND = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmCost:
    """What one call of an arm costs on average.

    Attributes:
        per_call_usd: Mean over the calls whose cost is known; None where none is.
        known, calls: Calls with known cost, and all, repeats included.
    """

    per_call_usd: float | None
    known: int
    calls: int


def arm_cost(arm: ArmSummary) -> ArmCost:
    """The mean cost of the arm's calls."""
    calls = arm.calls + arm.repeats
    known = calls - arm.cost.unknown
    total = arm.cost.known_usd
    return ArmCost(
        per_call_usd=None if total is None or known <= 0 else total / known, known=known, calls=calls
    )


def records_per_month(analysis: Analysis, facts: RunFacts) -> float | None:
    """Records a month that the volume comes to, by the incumbent's tokens; None where either is unknown."""
    tokens = analysis.incumbent.tokens
    counted = analysis.incumbent.calls + analysis.incumbent.repeats - tokens.unknown
    total = tokens.input + tokens.output
    if not facts.tokens_per_month or counted <= 0 or total <= 0:
        return None
    return facts.tokens_per_month / (total / counted)


def monthly_saving(analysis: Analysis, facts: RunFacts) -> tuple[float | None, str]:
    """US dollars a month that the candidate would save, and on what volume, or why that is unknown."""
    if not facts.tokens_per_month:
        return None, "volume not set"
    before, after = (arm_cost(arm).per_call_usd for arm in (analysis.incumbent, analysis.candidate))
    if before is None or after is None:
        return None, "cost unknown"
    records = records_per_month(analysis, facts)
    if records is None:
        return None, "tokens unknown"
    return (before - after) * records, f"at {_millions(facts)} million tokens"


def saving_words(value: float | None) -> str:
    """A saving, and "more" where the candidate costs more."""
    if value is None:
        return NO_VALUE
    told = rounded(abs(value))
    return told if value >= 0 else f"{told} more"


def gain_sentences(analysis: Analysis, facts: RunFacts, names: Names, unit: str) -> tuple[str, ...]:
    """What a switch would save, and what that rests on."""
    before, after = arm_cost(analysis.incumbent), arm_cost(analysis.candidate)
    unknown = [
        f"What {name} costs is unknown: no price or no token count for any of {amount(cost.calls, 'call')}."
        for name, cost in ((names.incumbent, before), (names.candidate, after))
        if cost.per_call_usd is None
    ]
    if before.per_call_usd is None or after.per_call_usd is None:
        if before.per_call_usd is None and after.per_call_usd is None and before.calls and after.calls:
            return ("Unknown: there is no price or no token count for any call of either model.",)
        return tuple(unknown)
    told = _saving(before.per_call_usd, after.per_call_usd, analysis, facts, unit)
    partly = [
        f"No known cost for {number(cost.calls - cost.known)} of {amount(cost.calls, 'call')} of {name}."
        for name, cost in ((names.incumbent, before), (names.candidate, after))
        if cost.known < cost.calls
    ]
    return (told, *partly, *_mark(facts))


def _saving(before: float, after: float, analysis: Analysis, facts: RunFacts, unit: str) -> str:
    monthly = records_per_month(analysis, facts)
    old, new = (cost * (_THOUSAND if monthly is None else monthly) for cost in (before, after))
    word = "less" if new <= old else "more"
    saved, instead = rounded(abs(old - new)), f"{rounded(new)} instead of {rounded(old)}"
    if monthly is None:
        return f"{saved} {word} per {number(_THOUSAND)} {plural_of(unit)}: {instead}."
    return f"{saved} a month {word}: {instead}, at {_millions(facts)} million tokens a month."


def _millions(facts: RunFacts) -> str:
    return f"{(facts.tokens_per_month or 0) / 1e6:,.6g}"


def _mark(facts: RunFacts) -> tuple[str, ...]:
    if facts.mark is Mark.LIVE:
        return ()
    return (f"{facts.mark.value}: nothing was paid.",)


def rounded(value: float) -> str:
    """Money without cents where it is a hundred or more."""
    return f"${value:,.0f}" if abs(value) >= 100 else usd(value)


def cost_table(analysis: Analysis, facts: RunFacts, names: Names, unit: str) -> Table | None:
    """Cost per record, per 1,000 and per month of both arms; None where no call was made."""
    costs = (arm_cost(analysis.incumbent), arm_cost(analysis.candidate))
    if not any(cost.calls for cost in costs):
        return None
    monthly = records_per_month(analysis, facts)

    def row(label: str, volume: float) -> tuple[str, ...]:
        return (
            label,
            *(
                "unknown" if cost.per_call_usd is None else rounded(cost.per_call_usd * volume)
                for cost in costs
            ),
        )

    rows = [row(f"Per {unit}", 1), row("Per 1,000", _THOUSAND)]
    if monthly is not None:
        rows.append(row(f"Per month, about {number(round(monthly))}", monthly))
    rows.append(
        (
            "Calls with known cost",
            *(f"{number(cost.known)} of {number(cost.calls)}" if cost.calls else NO_VALUE for cost in costs),
        )
    )
    return Table(
        caption="What one call costs, as measured",
        columns=("", names.incumbent, names.candidate),
        rows=tuple(rows),
        note=_note(analysis, facts, monthly),
    )


def _note(analysis: Analysis, facts: RunFacts, monthly: float | None) -> str:
    prices = [
        f"{name}: {visible(price)}."
        for name, price in (("Incumbent", facts.incumbent.price), ("Candidate", facts.candidate.price))
        if price
    ]
    if monthly is not None:
        volume = (
            f"The month is {number(facts.tokens_per_month or 0)} tokens, counted as the incumbent's calls do."
        )
    elif facts.tokens_per_month:
        volume = "There is no monthly figure: the incumbent's tokens are not known."
    else:
        volume = f"There is no monthly figure: set {PER_MONTH} in dataset.toml."
    return " ".join((volume, *prices))
