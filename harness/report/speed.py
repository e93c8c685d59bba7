"""Times and cost: distributions, tails and failed calls; no mean stands alone."""

from math import ceil, floor, log10

from harness.analysis.arms import ArmSummary
from harness.analysis.result import Analysis
from harness.analysis.stats.counting import Count
from harness.analysis.stats.latency import Percentiles
from harness.domain.mark import Mark
from harness.report.answer import error_words
from harness.report.costs import cost_table, gain_sentences
from harness.report.facts import RunFacts
from harness.report.sections import Scale, SpeedView, Strip, StripChart, Table
from harness.report.wording import GAP, NO_VALUE, Names, amount, number, seconds, usd, visible

LIMIT = "[factors] latency_requirement_ms"
# A limit this many times beyond the slowest calls would squeeze them into a corner.
_FAR = 4
_NEAR_AN_END = 10
_ROUND_STEPS = (1, 2, 4, 5, 10)


def speed_view(analysis: Analysis, facts: RunFacts, names: Names, unit: str) -> SpeedView:
    """The section.

    Args:
        analysis: The findings.
        facts: The run, for the limit and the volume.
        names: Display names.
        unit: What one record is.
    """
    return SpeedView(
        title="Is it fast enough?",
        answer=_answer(analysis, facts, names),
        charts=strip_charts(analysis, facts, names),
        cost_title="What does it cost?",
        cost_answer=" ".join(gain_sentences(analysis, facts, names, unit)) if analysis.pairs else "",
        cost=cost_table(analysis, facts, names, unit),
        tables=speed_tables(analysis, names) if analysis.pairs else (),
    )


def _answer(analysis: Analysis, facts: RunFacts, names: Names) -> str:
    times = analysis.candidate.ttft if analysis.candidate.ttft.n else analysis.candidate.latency
    if not times.n:
        return f"Not known: no time of {names.candidate} was measured."
    what = "first token" if times is analysis.candidate.ttft else "whole answer"
    told = (
        f"{names.candidate}, {what}: {seconds(times.p50)} at the median, over {seconds(times.p95)} for the "
        f"slowest 5{GAP}%, on {amount(times.n, 'call')}."
    )
    limit = facts.ttft_limit_s
    if facts.candidate.mark is not Mark.LIVE:
        mark = facts.candidate.mark.value
        return f"Not known. {mark}: these times are the sandbox's and not a model's. {told}"
    if limit is None:
        return f"{told} Nobody has set a limit ({LIMIT} in dataset.toml)."
    if times is not analysis.candidate.ttft:
        return f"{told} The limit of {seconds(limit)} is for the first token, which was not measured."
    return f"{_against(times, limit)} {told} The limit is {seconds(limit)}."


def _against(times: Percentiles, limit: float) -> str:
    if (times.p99 or 0.0) <= limit:
        return "Yes."
    if (times.p95 or 0.0) <= limit:
        return f"For 95{GAP}% of the calls."
    return "No." if (times.p50 or 0.0) > limit else f"Not for the slowest 5{GAP}%."


def strip_charts(analysis: Analysis, facts: RunFacts, names: Names) -> tuple[StripChart, ...]:
    """Time to the first token and total time, each on one scale; the limit is the first token's."""
    charts = (
        _chart(
            "How long until the first token?",
            ((names.incumbent, analysis.incumbent.ttft), (names.candidate, analysis.candidate.ttft)),
            facts.ttft_limit_s,
        ),
        _chart(
            "How long until the last token?",
            ((names.incumbent, analysis.incumbent.latency), (names.candidate, analysis.candidate.latency)),
            None,
        ),
    )
    return tuple(chart for chart in charts if chart is not None)


def _chart(title: str, arms: tuple[tuple[str, Percentiles], ...], limit: float | None) -> StripChart | None:
    slowest = max(times.p95 or 0.0 for _, times in arms)
    if slowest <= 0:
        return None
    shown = limit is not None and limit <= _FAR * slowest
    end = round_end(max(slowest, limit) if limit is not None and shown else slowest)
    strips = tuple(
        _strip(name, times, end, tone)
        for (name, times), tone in zip(arms, ("incumbent", "candidate"), strict=True)
    )
    limit_words = ""
    if limit is not None:
        limit_words = f"limit {seconds(limit)}" + ("" if shown else ", far beyond this scale")
    told = "; ".join(f"{strip.arm}: {strip.words}" for strip in strips)
    return StripChart(
        title=title,
        sentence=f"{title} {told}" + (f"; {limit_words}" if limit_words else ""),
        strips=strips,
        scale=Scale(middle=seconds(end / 2), end=seconds(end)),
        limit=f"{limit / end * 100:.1f}%" if limit is not None and shown else "",
        limit_words=limit_words,
    )


def round_end(value: float) -> float:
    """The least of 1, 2, 4 and 5 times a power of ten that is not below the value (above 0)."""
    power = 10.0 ** floor(log10(value))
    step = next(step for step in _ROUND_STEPS if step * power >= value * (1 - 1e-9))
    return ceil(step) * power


def _strip(name: str, times: Percentiles, end: float, tone: str) -> Strip:
    def place(value: float | None) -> float:
        return (value or 0.0) / end * 100

    middle = place(times.p50)
    words = "not measured"
    if times.n:
        words = f"median {seconds(times.p50)}, slowest 5{GAP}% over {seconds(times.p95)}"
    return Strip(
        arm=name,
        median=seconds(times.p50) if times.n else "",
        words=words,
        whisker_left=f"{place(times.p5):.1f}%",
        whisker_width=f"{place(times.p95) - place(times.p5):.1f}%",
        box_left=f"{place(times.p25):.1f}%",
        box_width=f"{place(times.p75) - place(times.p25):.1f}%",
        place=f"{middle:.1f}%",
        anchor="start" if middle < _NEAR_AN_END else "end" if middle > 100 - _NEAR_AN_END else "middle",
        tone=tone if times.n else "none",
    )


def speed_tables(analysis: Analysis, names: Names) -> tuple[Table, ...]:
    """Percentiles, then calls, tokens and cost."""
    arms = ((names.incumbent, analysis.incumbent), (names.candidate, analysis.candidate))
    rows = []
    for title, pick in (("first token", "ttft"), ("whole answer", "latency")):
        for name, arm in arms:
            times: Percentiles = getattr(arm, pick)
            rows.append((f"{name}, {title}", number(times.n), *_percentiles(times)))
    percents = tuple(f"{percent}{GAP}%" for percent in (5, 25, 50, 75, 95, 99))
    return (
        Table(
            caption="Times of answered calls, without our own waiting",
            columns=("", "Calls", *percents, "Longest"),
            rows=tuple(rows),
        ),
        Table(
            caption="Calls, tokens and cost",
            columns=("", names.incumbent, names.candidate),
            rows=tuple(
                (label, before, after)
                for (label, before), (_, after) in zip(
                    _totals(analysis.incumbent), _totals(analysis.candidate), strict=True
                )
            ),
        ),
    )


def _percentiles(times: Percentiles) -> tuple[str, ...]:
    values = (times.p5, times.p25, times.p50, times.p75, times.p95, times.p99, times.longest)
    return tuple(NO_VALUE if value is None else seconds(value) for value in values)


def _totals(arm: ArmSummary) -> tuple[tuple[str, str], ...]:
    errors = ", ".join(f"{error_words(entry.name)} {number(entry.count)}" for entry in arm.errors) or "none"
    return (
        ("Calls", number(arm.calls)),
        ("Answered", number(arm.answered)),
        ("Failed", errors),
        ("Further attempts", number(arm.retries)),
        ("Asked again", number(arm.repeats)),
        ("Input tokens", _tokens(arm, arm.tokens.input)),
        ("of them cached", _tokens(arm, arm.tokens.cached)),
        ("Output tokens", _tokens(arm, arm.tokens.output)),
        ("Cost of this run", cost(arm)),
        ("Finish reasons", _counts(arm.finish_reasons)),
        ("Models as reported", _counts(arm.models)),
    )


def _counts(entries: tuple[Count, ...]) -> str:
    return ", ".join(f"{visible(entry.name)} {number(entry.count)}" for entry in entries) or NO_VALUE


def _tokens(arm: ArmSummary, count: int) -> str:
    """A sum of tokens, and for how many calls it is unknown; a sum of nothing is unknown, not 0."""
    if not arm.tokens.unknown:
        return number(count)
    calls = amount(arm.tokens.unknown, "call")
    if arm.tokens.unknown == arm.calls + arm.repeats:
        return f"unknown for {calls}"
    return f"{number(count)} + {calls} unknown"


def cost(arm: ArmSummary) -> str:
    """Known cost and the count of calls whose cost is unknown."""
    if not arm.calls:
        return NO_VALUE
    if arm.cost.known_usd is None:
        return f"unknown for {amount(arm.cost.unknown, 'call')}"
    rest = f" + {amount(arm.cost.unknown, 'call')} of unknown cost" if arm.cost.unknown else ""
    return usd(arm.cost.known_usd) + rest
