"""The workloads side by side, as the page shows them; all wording and rounding here."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from harness.domain.estimate import Estimate
from harness.domain.mark import Mark
from harness.report.costs import saving_words
from harness.report.wording import NO_VALUE, amount, number, percent, share_range, visible
from harness.report.workload import Against, Link, Workload, short


@dataclass(frozen=True, slots=True, kw_only=True)
class Unshown:
    """A run that is not in the table, and why; `link` is the address of its report, "" without one."""

    name: str
    reason: str
    link: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PortfolioCell:
    """One cell.

    Attributes:
        more: Smaller words, each on a line of its own.
        mark: Sign before the text.
        link: Relative address that the text leads to, "" where it leads nowhere.
        is_figures: Whether it holds nothing but a few figures of ours, which stay on one line.
    """

    text: str
    more: tuple[str, ...] = ()
    mark: str = ""
    link: str = ""
    is_figures: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PortfolioRow:
    """One workload as the page shows it."""

    name: str
    link: str
    mark: str
    models: str
    models_unbroken: tuple[str, str]
    others: tuple[Link, ...]
    cells: tuple[PortfolioCell, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PortfolioView:
    """The whole page; `columns` has one name more than a row has cells."""

    title: str
    subject: str
    about: str
    mark: str
    mark_sentence: str
    headline: str
    lead: tuple[str, ...]
    columns: tuple[str, ...]
    rows: tuple[PortfolioRow, ...]
    total_name: str
    totals: tuple[str, ...]
    notes: tuple[str, ...]
    unshown: tuple[Unshown, ...]
    unshown_more: str


_COLUMNS = (
    "Workload",
    "Finding so far",
    "Failures",
    "Worst failure",
    "Saving a month",
    "Pairs",
    "Since the run before",
    "Run",
    "To judge",
)
_MOST_UNSHOWN = 50
_PLAIN_ID = 24


def portfolio_view(workloads: Sequence[Workload], unshown: Sequence[Unshown]) -> PortfolioView:
    """What the page shows.

    Args:
        workloads: The rows, in the order in which they stand.
        unshown: Runs that could not be told, or are not finished.
    """
    told = [Unshown(name=short(run.name), reason=visible(run.reason)[:300], link=run.link) for run in unshown]
    more = len(told) - _MOST_UNSHOWN
    mark = page_mark(workloads)
    return PortfolioView(
        title=f"All workloads{f' · {mark}' if mark else ''} · Shadow Harness",
        subject="All workloads",
        about=about(workloads),
        mark=mark,
        mark_sentence=mark_sentence(workloads),
        headline=headline(workloads),
        lead=lead(workloads),
        columns=_COLUMNS,
        rows=tuple(_row(told) for told in workloads),
        total_name=f"All {amount(len(workloads), 'workload')}" if len(workloads) > 1 else "In all",
        totals=_totals(workloads),
        notes=notes(workloads, unshown),
        unshown=tuple(told[:_MOST_UNSHOWN]),
        unshown_more=f"{amount(more, 'more run')} not listed." if more > 0 else "",
    )


def page_mark(workloads: Sequence[Workload]) -> str:
    """The least real of the marks, "" without a workload."""
    return next((mark.value for mark in Mark if any(told.mark is mark for told in workloads)), "")


def mark_sentence(workloads: Sequence[Workload]) -> str:
    """Which rows say nothing of real models."""
    sentences = []
    for mark, what in (
        (Mark.SIMULATED, "made up by the sandbox: they say nothing about a real model"),
        (Mark.RECORDED, "recorded earlier and played back"),
    ):
        those = [told.name for told in workloads if told.mark is mark]
        if those:
            which = "every workload" if len(those) == len(workloads) else ", ".join(those[:12])
            sentences.append(f"Answers of {which} were {what}.")
    return " ".join(sentences)


def about(workloads: Sequence[Workload]) -> str:
    """How many workloads, and of when."""
    if not workloads:
        return "no finished run"
    dates = sorted(told.date for told in workloads)
    span = dates[0] if dates[0] == dates[-1] else f"{dates[0]} to {dates[-1]}"
    return f"{amount(len(workloads), 'workload')} · {span}"


def headline(workloads: Sequence[Workload]) -> str:
    """How many workloads stay within what is allowed."""
    if not workloads:
        return "No finished run yet."
    within = number(sum(told.finding == "within" for told in workloads))
    return (
        f"In {within} of {amount(len(workloads), 'workload')} the candidate stays within the loss you allow."
    )


def lead(workloads: Sequence[Workload]) -> tuple[str, ...]:
    """The other workloads, so that the numbers add up, and the saving where it is known."""
    if not workloads:
        return ("Make one with: harness shadow DATASET",)
    counts = {
        finding: sum(told.finding == finding for told in workloads)
        for finding in ("problem", "beyond", "unsure", "alike")
    }
    parts = [f"in {number(counts['problem'])} the run itself went wrong"] if counts["problem"] else []
    parts.append(f"in {number(counts['beyond'])} it loses more")
    parts.append(f"{number(counts['unsure'])} {'is' if counts['unsure'] == 1 else 'are'} undecided")
    if counts["alike"]:
        parts.append(f"{number(counts['alike'])} without expected answers")
    told = ", ".join(parts)
    weighed = "A finding, not yet a verdict: severity, speed and cost are not weighed."
    return (f"{told[:1].upper()}{told[1:]}. {weighed}",)


def _row(told: Workload) -> PortfolioRow:
    return PortfolioRow(
        name=told.name,
        link=told.around.report,
        mark=told.mark.value,
        models=f"{told.names.incumbent} \u2192 {told.names.candidate}",
        models_unbroken=(told.names.incumbent, told.names.candidate),
        others=told.around.others,
        cells=(
            PortfolioCell(text=told.said_short, more=(told.said_more,), mark=told.finding),
            _figures(failures_words(told), _rate(told.failure_share), _disagreements(told), told.judged),
            PortfolioCell(text=told.worst, more=_lines(told.worst_more), link=told.worst_link),
            _figures(saving_words(told.saving_usd), told.saving_more, _costs(told)),
            _figures(number(told.pairs), _left_out(told)),
            _trend(told.around.against),
            PortfolioCell(text=told.date, more=_lines(told.run_id), is_figures=len(told.run_id) <= _PLAIN_ID),
            _figures(to_judge_words(told)),
        ),
    )


def _figures(text: str, *more: str) -> PortfolioCell:
    return PortfolioCell(text=text, more=_lines(*more), is_figures=True)


def _lines(*more: str) -> tuple[str, ...]:
    return tuple(line for line in more if line)


def _costs(told: Workload) -> str:
    return f"{told.costs} a record" if "\u2192" in told.costs else ""


def _left_out(told: Workload) -> str:
    left = told.pairs - told.compared
    return f"{number(left)} not counted" if left else ""


def failures_words(told: Workload) -> str:
    """Failures of compared pairs."""
    return f"{number(told.failures)} of {number(told.compared)}" if told.compared else NO_VALUE


def _rate(rate: Estimate) -> str:
    return "" if rate.value is None else f"{percent(rate.value)} ({share_range(rate)})"


def _disagreements(told: Workload) -> str:
    return "they differ, or one failed" if told.finding == "alike" and told.failures else ""


def to_judge_words(told: Workload) -> str:
    """Failures without a judgement."""
    return NO_VALUE if told.around.to_judge is None else number(told.around.to_judge)


def trend_words(against: Against) -> str:
    """New and fixed failures since the run before."""
    trend = against.trend
    return NO_VALUE if trend is None else f"{number(trend.new)} new, {number(trend.fixed)} fixed"


def _trend(against: Against) -> PortfolioCell:
    if against.trend is None:
        return PortfolioCell(text=NO_VALUE, more=_lines(visible(against.reason)[:120]))
    shared = f"on {amount(against.trend.shared, 'shared record')}"
    return replace(_figures(trend_words(against), shared, judged_words(against)), link=against.link)


def judged_words(against: Against) -> str:
    """The records that the trend leaves out as people judged them in one run only, or not alike."""
    judged = against.trend.judged if against.trend is not None else 0
    return f"{number(judged)} judged in one only" if judged else ""


def _totals(workloads: Sequence[Workload]) -> tuple[str, ...]:
    judged = [told.around.to_judge for told in workloads if told.around.to_judge is not None]
    added = alike(workloads)
    trends = [told.around.against.trend for told in added if told.around.against.trend is not None]
    failures, compared = sum(told.failures for told in added), sum(told.compared for told in added)
    new, fixed = sum(trend.new for trend in trends), sum(trend.fixed for trend in trends)
    return (
        "",
        f"{number(failures)} of {number(compared)}" if added else NO_VALUE,
        "",
        _total_saving(workloads),
        number(sum(told.pairs for told in workloads)),
        f"{number(new)} new, {number(fixed)} fixed" if trends else NO_VALUE,
        "",
        number(sum(judged)) if judged else NO_VALUE,
    )


def alike(workloads: Sequence[Workload]) -> list[Workload]:
    """The workloads whose failures mean the same and can be added up.

    Where nobody has checked who is right a "failure" is only a disagreement: these are added up only where
    there is nothing else. Failures of a run that itself went wrong say nothing of a model.
    """
    sound = [told for told in workloads if told.finding != "problem"]
    checked = [told for told in sound if told.finding != "alike"]
    return checked or sound


def _total_saving(workloads: Sequence[Workload]) -> str:
    """The sum, and that it takes a switch of all: most findings do not allow it yet."""
    known = [told for told in workloads if told.saving_usd is not None]
    total = saving_words(sum(told.saving_usd or 0 for told in known) if known else None)
    return total if all(told.finding == "within" for told in known) else f"{total} if all moved"


def _not_added(workloads: Sequence[Workload]) -> str:
    """Which workloads the sums of failures, new and fixed are not of, and why."""
    added = alike(workloads)
    left = [told for told in workloads if told not in added]
    reasons = (
        ("alike", "nobody has checked who is right, so they are disagreements"),
        ("problem", "the run itself went wrong"),
    )
    named = [
        f"{_named([told.name for told in left if told.finding == finding])} ({reason})"
        for finding, reason in reasons
        if any(told.finding == finding for told in left)
    ]
    return f"the failures, new and fixed, of {' and of '.join(named)}" if named else ""


def notes(workloads: Sequence[Workload], unshown: Sequence[Unshown]) -> tuple[str, ...]:
    """What the totals leave out, and what the columns mean."""
    left = [
        _not_added(workloads),
        _missing(workloads, "saving", lambda told: told.saving_usd is None),
        _missing(workloads, "cases to judge", lambda told: told.around.to_judge is None),
        _missing(workloads, "trend", lambda told: told.around.against.trend is None),
    ]
    if unshown:
        left.append(f"{amount(len(unshown), 'run')} without figures (below)")
    told = [f"The totals leave out: {'; '.join(part for part in left if part)}."] if any(left) else []
    unknown = [f"{entry.name} ({entry.costs_more})" for entry in workloads if entry.costs_more]
    if unknown:
        more = f" and {number(len(unknown) - 8)} more" if len(unknown) > 8 else ""
        told.append(f"Calls of unknown cost are left out of the cost: {', '.join(unknown[:8])}{more}.")
    if any(entry.mark is not Mark.LIVE for entry in workloads):
        told.append(
            "Costs of SIMULATED and RECORDED answers are list prices of their tokens; nothing was paid."
        )
    judged = sum(told.around.against.trend.judged for told in workloads if told.around.against.trend)
    if judged:
        told.append(
            f"New and fixed leave out {amount(judged, 'record')} that people judged in only one of the two "
            "runs, or not alike: what changed there may be their judgement."
        )
    commands = [told.around.against.command for told in workloads if _lacks_comparison(told.around.against)]
    if commands:
        told.append(
            f"What is new and fixed, record by record: {visible(commands[0])[:200]}{_others(commands)}"
        )
    return (
        *told,
        "A failure is a pair where the candidate is wrong and the incumbent right; without expected answers, "
        "one where they differ or one of them failed. Ranges hold at the confidence level of each run, "
        "95\u202f% unless it was set.",
    )


def _lacks_comparison(against: Against) -> bool:
    return against.trend is not None and bool(against.trend.new or against.trend.fixed) and not against.link


def _others(commands: Sequence[str]) -> str:
    return f" (and so for {amount(len(commands) - 1, 'more workload')})" if len(commands) > 1 else ""


def _missing(workloads: Sequence[Workload], what: str, lacks: Callable[[Workload], bool]) -> str:
    those = [told.name for told in workloads if lacks(told)]
    if not those:
        return ""
    return f"the {what} of {_named(those)}"


def _named(those: Sequence[str]) -> str:
    return ", ".join(those[:8]) + (f" and {number(len(those) - 8)} more" if len(those) > 8 else "")
