"""The latest finished run of one workload, in words and in the numbers that a portfolio adds up."""

from dataclasses import dataclass, replace
from datetime import datetime

from harness.analysis.failure.clusters import Cluster
from harness.analysis.outcome import Basis, Quadrant
from harness.analysis.result import Analysis
from harness.analysis.stats.intervals import share as share_of
from harness.analysis.stats.noninferiority import Conclusion, NonInferiority
from harness.analysis.trend import FAILURES, Trend
from harness.domain.estimate import Estimate
from harness.domain.mark import Mark
from harness.report.banners import run_problem
from harness.report.costs import arm_cost, monthly_saving
from harness.report.facts import RunFacts
from harness.report.groups import group_link
from harness.report.kinds import SEVERITIES
from harness.report.wording import (
    NO_VALUE,
    Names,
    amount,
    display_name,
    display_names,
    number,
    plural_of,
    points,
    usd,
    visible,
)

_LONGEST_NAME = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A text that leads somewhere; `link` is a relative address, "" where there is nothing to open."""

    text: str
    link: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Against:
    """The run before of the same dataset and candidate.

    Attributes:
        run_id, date: Which it is; "" where there is none.
        trend: What changed since, None where that cannot be told.
        reason: Why it cannot be told.
        link: Relative address of the comparison with that run, "" where nobody has made one.
        command: What makes it.
    """

    run_id: str = ""
    date: str = ""
    trend: Trend | None = None
    reason: str = ""
    link: str = ""
    command: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What is known of a run besides its findings.

    Attributes:
        report: Relative address of its report, "" where it is not written.
        finished_at: When the run came to its end.
        to_judge: Failures that nobody has judged, None where that is not known.
        against: The run before of the same dataset and candidate.
        others: Latest runs of other candidates.
    """

    report: str
    finished_at: datetime
    to_judge: int | None
    against: Against
    others: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """The latest finished run of one dataset.

    Attributes:
        name: The dataset.
        mark: Where the answers come from.
        date: Day of the run, as the report shows it.
        finding: Name of the mark of the finding: problem, within, beyond, unsure or alike.
        said: The finding in a sentence; `said_short` in one to three words, `said_more` the rest of it.
        pairs: Pairs of the run.
        compared: Those that count.
        failures: Those on which the candidate is worse (or differs, without expected answers).
        judged: "after 16 judgements" where people moved any of the figures, else "".
        failure_share: Failures over compared pairs.
        worst: The group of failures that weighs most.
        worst_more: Its severity, and how many cases it has.
        worst_link: Relative address of its cases, "" where there is nothing to open.
        costs: Cost per record of both arms.
        costs_more: Calls of unknown cost that it leaves out.
        saving_usd: What the measured costs mean a month; None where the volume is not set or a cost unknown.
        saving_more: Why there is no saving, or on what volume it rests.
        around: Its report, its age, the run before.
    """

    name: str
    mark: Mark
    run_id: str
    names: Names
    date: str
    finding: str
    said: str
    said_short: str
    said_more: str
    pairs: int
    compared: int
    failures: int
    judged: str
    failure_share: Estimate
    worst: str
    worst_more: str
    worst_link: str
    costs: str
    costs_more: str
    saving_usd: float | None
    saving_more: str
    around: Around


def workload(analysis: Analysis, facts: RunFacts, around: Around) -> Workload:
    """One row of the portfolio."""
    names = display_names(facts.incumbent.model, facts.candidate.model)
    told = _finding(analysis, names, visible(facts.unit)[:40] or "record")
    failures = sum(analysis.count(quadrant) for quadrant in Quadrant if quadrant in FAILURES)
    costs, costs_more = _costs(analysis)
    saving, saving_more = monthly_saving(analysis, facts)
    worst = _worst(analysis)
    return Workload(
        name=short(facts.dataset),
        mark=facts.mark,
        run_id=short(facts.run_id),
        names=names,
        date=facts.date,
        finding=told.mark,
        said=told.sentence,
        said_short=told.short,
        said_more=told.more,
        pairs=analysis.pairs,
        compared=analysis.compared,
        failures=failures,
        judged=_judged(analysis),
        failure_share=share_of(failures, analysis.compared, level=analysis.settings.level),
        worst=visible(worst.name)[:160] if worst else _no_group(analysis, failures),
        worst_more=_worst_more(worst) if worst else "",
        worst_link=f"{around.report}#{group_link(worst)}" if worst and around.report else "",
        costs=costs,
        costs_more=costs_more,
        saving_usd=saving,
        saving_more=saving_more,
        around=replace(
            around,
            others=tuple(Link(text=display_name(other.text), link=other.link) for other in around.others),
        ),
    )


def short(text: str) -> str:
    """A name from outside, visible and cut."""
    return visible(text)[:_LONGEST_NAME]


_NEEDS_ATTENTION = ("problem", "beyond", "unsure", "alike", "within")


def needs_attention(told: Workload) -> tuple[int, str]:
    """Orders workloads: broken runs and what stands in the way first, what is settled last; by name."""
    return _NEEDS_ATTENTION.index(told.finding), told.name


@dataclass(frozen=True, slots=True, kw_only=True)
class _Finding:
    mark: str
    sentence: str
    short: str
    more: str


def _finding(analysis: Analysis, names: Names, unit: str) -> _Finding:
    """What is shown so far; not yet a verdict."""
    if problem := run_problem(analysis, names):
        return _Finding(
            mark="problem",
            sentence=f"A problem of the run, not a verdict on the model. {problem}",
            short="Problem of the run",
            more=problem,
        )
    if analysis.compared and analysis.basis is Basis.AGREEMENT:
        agree = f"{number(analysis.count(Quadrant.AGREE))} of {number(analysis.compared)}"
        return _Finding(
            mark="alike",
            sentence=f"They agree on {agree}. Nobody has checked who is right.",
            short="Not checked",
            more=f"they agree on {agree}",
        )
    told = analysis.noninferiority
    if not analysis.compared or told is None:
        nothing = "Nothing could be compared."
        return _Finding(mark="unsure", sentence=nothing, short="Undecided", more="nothing was compared")
    margin = f"the {points(told.margin)} points you allow"
    if told.conclusion is Conclusion.UNDECIDED:
        way = _way_to_know(told, unit)
        return _Finding(
            mark="unsure",
            sentence=f"Undecided at {margin}{way}.",
            short="Undecided",
            more=f"at {points(told.margin)} points{way}",
        )
    within = told.conclusion is Conclusion.NON_INFERIOR
    word = "less" if within else "more"
    return _Finding(
        mark="within" if within else "beyond",
        sentence=f"{names.candidate} loses {word} than {margin}.",
        short=f"Loses {word}",
        more=f"than {margin}",
    )


def _judged(analysis: Analysis) -> str:
    review = analysis.review
    return f"after {amount(review.judgements, 'judgement')}" if review is not None and review.moved else ""


def _way_to_know(told: NonInferiority, unit: str) -> str:
    if told.more_records is not None:
        return f": about {amount(told.more_records, f'more {unit}')} needed"
    if told.hopeless:
        return f"; more {plural_of(unit)} would not settle it"
    return ": the run ended before it was certain"


def _worst(analysis: Analysis) -> Cluster | None:
    """The group with the largest severity times regressions; the unlike ones only where there is no other.

    The order of harm would name a group of one or two records that happen to cost most.
    """
    worse = [group for group in analysis.clusters if group.regressions]
    named = [group for group in worse if not group.is_rest] or worse
    return max(named, key=lambda group: group.severity * group.regressions, default=None)


def _worst_more(worst: Cluster) -> str:
    return f"{SEVERITIES[worst.severity][0]} \u00b7 {amount(worst.regressions, 'case')}"


def _no_group(analysis: Analysis, failures: int) -> str:
    if not analysis.compared:
        return NO_VALUE
    return "not grouped" if failures else "none found"


def _costs(analysis: Analysis) -> tuple[str, str]:
    arms = (analysis.incumbent, analysis.candidate)
    told = [arm_cost(arm).per_call_usd for arm in arms]
    if all(cost is None for cost in told):
        return (NO_VALUE, "") if not any(arm.calls for arm in arms) else ("unknown", "")
    words = " \u2192 ".join(usd(cost) for cost in told)
    missing = [
        f"{amount(arm.cost.unknown, 'call')} of the {arm.arm.value}"
        for arm, cost in zip(arms, told, strict=True)
        if cost is not None and arm.cost.unknown
    ]
    return words, ", ".join(missing)
