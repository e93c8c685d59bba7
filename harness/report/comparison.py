"""Two runs of one dataset, as page, terminal and Markdown tell them; all wording and rounding here."""

from collections.abc import Iterable, Mapping

from markupsafe import Markup

from harness.analysis.compare import LISTED, ChangedRecord, Comparison, GroupChange
from harness.analysis.trend import Change
from harness.domain.estimate import Estimate
from harness.domain.mark import Mark
from harness.report.comparison_case import changed_case
from harness.report.comparison_model import (
    ChangedCase,
    ChangedSection,
    ComparedRuns,
    ComparisonView,
    GroupRow,
    OpenedPair,
    Side,
)
from harness.report.comparison_words import (
    MOST_SETTINGS,
    change_words,
    counts,
    group_title,
    headline,
    lead,
    notes,
    settings_note,
)
from harness.report.html import case_html
from harness.report.kinds import SEVERITIES
from harness.report.wording import amount, case_anchor, display_name, number
from harness.report.workload import short

MOST_CASES = 200
MOST_IDS = 300
MOST_GROUPS = 40
MOST_BYTES = 12_000_000
"""Most bytes of opened cases: mail programs refuse files of more than some 15 MB."""


def shown_records(comparison: Comparison) -> tuple[ChangedRecord, ...]:
    """The records that are opened: the worst of each change but "still failing", 200 in all."""
    opened = [comparison.of(change) for change in LISTED if change is not Change.STILL]
    # Each change gets an equal part; what one does not need goes to the others in their order.
    equal = MOST_CASES // len(opened)
    room = MOST_CASES - sum(min(equal, len(records)) for records in opened)
    chosen: list[ChangedRecord] = []
    for records in opened:
        more = min(room, max(0, len(records) - equal))
        chosen += records[: equal + more]
        room -= more
    return tuple(chosen)


def comparison_view(
    comparison: Comparison, runs: ComparedRuns, before: Iterable[OpenedPair], now: Iterable[OpenedPair]
) -> ComparisonView:
    """Everything that is shown.

    Args:
        comparison: What was counted.
        runs: The runs.
        before: Pairs of `shown_records` in the earlier run, in any order.
        now: The same in the later one.
    """
    drawn = _drawn(comparison, runs, before, now)
    about = f"run {short(runs.now.run_id)} compared with {short(runs.before.run_id)}"
    mark = next(mark for mark in Mark if mark in (runs.before.mark, runs.now.mark))
    sections = [_section(change, comparison, runs, drawn) for change in LISTED]
    return ComparisonView(
        title=f"{short(runs.dataset)} · {about} · {mark.value}",
        subject=short(runs.dataset),
        about=about,
        mark=mark.value,
        mark_sentence=_mark_sentence(runs),
        settings=runs.settings[:MOST_SETTINGS],
        settings_note=settings_note(comparison, runs),
        headline=headline(comparison),
        lead=lead(comparison, runs),
        runs=(_run_words("Before", runs.before), _run_words("Now", runs.now)),
        counts=counts(comparison),
        shared=f"{amount(comparison.shared, 'record')}",
        notes=notes(comparison, runs),
        groups=tuple(_group(group, comparison, runs.groups) for group in comparison.groups[:MOST_GROUPS]),
        groups_note=_groups_note(comparison),
        sections=tuple(section for section in sections if section.cases or section.rest),
    )


def _mark_sentence(runs: ComparedRuns) -> str:
    marks = {runs.before.mark, runs.now.mark}
    if Mark.SIMULATED in marks:
        which = "both runs" if len(marks) == 1 else "one of the two runs"
        return f"Answers of {which} were made up by the sandbox: they say nothing about a real model."
    return "Answers were recorded earlier and played back." if Mark.RECORDED in marks else ""


def _run_words(name: str, side: Side) -> tuple[str, str]:
    models = f"{display_name(side.incumbent)} against {display_name(side.candidate)}"
    return f"{name}: run {short(side.run_id)}, {side.date}, {models}, {side.mark.value}", side.link


def _group(group: GroupChange, comparison: Comparison, names: Mapping[str, str]) -> GroupRow:
    return GroupRow(
        name=group_title(group.group, names, agreement=comparison.agreement),
        before=number(group.before),
        now=number(group.now),
        left=number(group.left),
        joined=number(group.joined),
        told=_beyond_noise(group.change),
    )


def _beyond_noise(change: Estimate) -> str:
    if change.low is not None and change.low > 0:
        return "fewer"
    return "more" if change.high is not None and change.high < 0 else "undecided"


def _groups_note(comparison: Comparison) -> str:
    if not comparison.groups:
        return ""
    more = len(comparison.groups) - MOST_GROUPS
    hidden = f" {amount(more, 'smaller group')} not shown." if more > 0 else ""
    return (
        "Every wrong answer of the candidate stands in one group. Fewer and more are beyond noise, all "
        f"groups taken together; the rest is undecided.{hidden}"
    )


_Drawn = Mapping[str, Markup]


def _drawn(
    comparison: Comparison, runs: ComparedRuns, before: Iterable[OpenedPair], now: Iterable[OpenedPair]
) -> _Drawn:
    """The opened cases by record, the worst first as long as there is room on the page."""
    records = {record.record_id: record for record in shown_records(comparison)}
    earlier = {opened.pair.record.id: opened for opened in before}
    found = {
        opened.pair.record.id: case_html(
            changed_case(
                records[opened.pair.record.id],
                (runs.before, runs.now),
                earlier[opened.pair.record.id],
                opened,
                agreement=comparison.agreement,
            )
        )
        for opened in now
        if opened.pair.record.id in earlier and opened.pair.record.id in records
    }
    room = MOST_BYTES
    kept: dict[str, Markup] = {}
    for name in records:
        size = len(found.get(name, "").encode())
        if 0 < size <= room:
            kept[name] = Markup(found[name])  # noqa: S704 - our template escaped what is foreign
            room -= size
    return kept


def _section(change: Change, comparison: Comparison, runs: ComparedRuns, drawn: _Drawn) -> ChangedSection:
    name, meaning = change_words(change, agreement=comparison.agreement)
    records = comparison.of(change)
    opened = [record for record in records if record.record_id in drawn]
    rest = [record for record in records if record.record_id not in drawn]
    listed = rest[:MOST_IDS]
    beyond = len(rest) - len(listed)
    more = f" and {number(beyond)} more in cases.parquet" if beyond else ""
    return ChangedSection(
        title=f"{name}: {number(len(records))}",
        lead=meaning[:1].upper() + meaning[1:] + ".",
        cases=tuple(
            _case(record, runs, drawn[record.record_id], agreement=comparison.agreement) for record in opened
        ),
        rest_words=f"{amount(len(listed), 'record')} by id{more}" if listed else "",
        rest=tuple((short(record.record_id), _link(runs.now, record.record_id)) for record in listed),
    )


def _link(side: Side, record_id: str) -> str:
    return f"{side.link}#{case_anchor(record_id)}" if side.link else ""


def _case(record: ChangedRecord, runs: ComparedRuns, html: Markup, *, agreement: bool) -> ChangedCase:
    severity, mark = SEVERITIES[record.severity]
    links = [("in the report before", runs.before), ("in the report now", runs.now)]
    return ChangedCase(
        record_id=short(record.record_id),
        anchor=case_anchor(record.record_id),
        told=_story(record, runs.groups, agreement=agreement),
        severity=severity,
        severity_mark=mark,
        html=html,
        links=tuple((words, _link(side, record.record_id)) for words, side in links if side.link),
    )


def _story(record: ChangedRecord, names: Mapping[str, str], *, agreement: bool) -> str:
    """Which mistake was there and which is there now."""
    sides = [
        group_title(group, names, agreement=agreement) if group else "agree" if agreement else "right"
        for group in (record.before_group, record.now_group)
    ]
    flaky = "; flaky" if record.flaky else ""
    return f"{sides[0]} \u2192 {sides[1]}{flaky}"
