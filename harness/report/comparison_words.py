"""What a comparison of two runs says, in sentences."""

from collections.abc import Mapping

from harness.analysis.compare import Comparison
from harness.analysis.failure.cluster_names import cluster_name
from harness.analysis.trend import Change
from harness.domain.estimate import Estimate
from harness.report.comparison_model import ComparedRuns, CountRow
from harness.report.wording import amount, lowered, number, points, visible
from harness.report.workload import short

MOST_SETTINGS = 40


def settings_note(comparison: Comparison, runs: ComparedRuns) -> str:
    """Changes of the requests themselves, and how many settings are not listed."""
    told = []
    if comparison.prompt_changed:
        told.append(f"The prompt changed on {amount(comparison.prompt_changed, 'record')}.")
    if comparison.parameters_changed:
        told.append(f"Request parameters changed on {amount(comparison.parameters_changed, 'record')}.")
    if len(runs.settings) > MOST_SETTINGS:
        told.append(f"{amount(len(runs.settings) - MOST_SETTINGS, 'more setting')} changed.")
    if not told and not runs.settings:
        told.append(
            "No setting and no prompt changed: what changed is chance, or the models behind the names."
        )
    return " ".join(told)


def headline(comparison: Comparison) -> str:
    """What was fixed and what broke, in one sentence; first of all that it may be chance, where it may."""
    if not comparison.shared:
        return "Nothing can be compared: no record counts in both runs."
    fixed, new = comparison.changes[Change.FIXED], comparison.changes[Change.NEW]
    before = comparison.failures_before
    if not before:
        told = "There was no failure before"
    else:
        told = f"{number(fixed)} of {amount(before, 'failure')} {'is' if fixed == 1 else 'are'} fixed"
    told = f"{told}; {number(new)} {'is' if new == 1 else 'are'} new."
    return told if is_proven(comparison.net) else f"No proven change: {lowered(told)}"


def is_proven(net: Estimate) -> bool:
    """Whether the change of the candidate's share of right answers is more than noise."""
    return (net.low is not None and net.low > 0) or (net.high is not None and net.high < 0)


def lead(comparison: Comparison, runs: ComparedRuns) -> tuple[str, ...]:
    """The failures in all, and whether the change of the candidate is more than noise."""
    if not comparison.shared:
        return (
            "Both runs must have the same records, with the same messages and the same expected answers.",
        )
    units = amount(comparison.shared, visible(runs.unit)[:40] or "record")
    return (
        f"On the {units} that both runs share there were {amount(comparison.failures_before, 'failure')} "
        f"before and there are {number(comparison.failures_now)} now.",
        net_words(comparison.net, agreement=comparison.agreement),
    )


def net_words(net: Estimate, *, agreement: bool) -> str:
    """The change of the candidate's share of right answers with its range; undecided where that holds 0."""
    if net.value is None or net.low is None or net.high is None:
        return ""
    what = "in agreement" if agreement else "right"
    level = f"{net.level * 100:g}\u202f%"
    if net.low > 0:
        span = f"{points(net.low)} to {points(net.high)}, {level} range"
        return f"The candidate is {what} on {points(net.value)} points more than before ({span})."
    if net.high < 0:
        span = f"{points(-net.high)} to {points(-net.low)}, {level} range"
        return f"The candidate is {what} on {points(-net.value)} points less than before ({span})."
    span = f"{points(net.low)} to {points(net.high)} points, {level} range"
    return f"Whether the candidate is {what} more often than before is undecided: the change is {span}."


_WORDS = {
    Change.NEW: ("New", "right before, now worse than the incumbent"),
    Change.STILL: ("Still failing", "wrong in both runs, worse than the incumbent in at least one"),
    Change.FIXED: ("Fixed", "worse than the incumbent before, right now"),
    Change.GAIN_LOST: ("Gains lost", "right before, now wrong, and the incumbent is wrong too"),
    Change.GAIN_WON: ("Gains won", "both were wrong before, now right"),
    Change.WRONG: ("Both wrong", "both models wrong in both runs"),
    Change.RIGHT: ("Right", "right in both runs"),
}
_ALIKE = {
    Change.NEW: ("New", "agreed before, now differ or one failed"),
    Change.STILL: ("Still failing", "no agreement in either run"),
    Change.FIXED: ("Fixed", "differed or one failed before, agree now"),
    Change.GAIN_LOST: ("Failed now", "agreed before, now both failed"),
    Change.GAIN_WON: ("Failed before", "both failed before, agree now"),
    Change.WRONG: ("Both failed", "both failed in both runs"),
    Change.RIGHT: ("Agree", "agree in both runs"),
}
_MARKS = {
    Change.NEW: "worse",
    Change.GAIN_LOST: "worse",
    Change.FIXED: "better",
    Change.GAIN_WON: "better",
    Change.STILL: "wrong",
    Change.WRONG: "wrong",
    Change.RIGHT: "right",
}
_READ = (
    Change.FIXED,
    Change.STILL,
    Change.NEW,
    Change.GAIN_WON,
    Change.GAIN_LOST,
    Change.WRONG,
    Change.RIGHT,
)


def change_words(change: Change, *, agreement: bool) -> tuple[str, str]:
    """Name and meaning of a change."""
    return (_ALIKE if agreement else _WORDS)[change]


def counts(comparison: Comparison) -> tuple[CountRow, ...]:
    """Every shared record under one change; they add up."""
    rows = []
    for change in _READ:
        name, meaning = change_words(change, agreement=comparison.agreement)
        count = number(comparison.changes[change])
        rows.append(CountRow(mark=_MARKS[change], name=name, count=count, meaning=meaning))
    return tuple(rows)


def notes(comparison: Comparison, runs: ComparedRuns) -> tuple[str, ...]:
    """What is left out, what is unsteady, what the incumbent did."""
    left = comparison.left_out
    parts = [
        (left.only_before, f"only in run {short(runs.before.run_id)}"),
        (left.only_now, f"only in run {short(runs.now.run_id)}"),
        (left.input_changed, "with other messages"),
        (left.expected_changed, "with another expected answer"),
        (left.judged, "judged otherwise"),
        (left.not_counted, "neither right nor wrong in one of the runs"),
    ]
    told = ", ".join(f"{number(count)} {words}" for count, words in parts if count)
    sentences = [
        f"Same records only: {number(comparison.shared)}. Left out: {told}."
        if told
        else f"Same records only: {number(comparison.shared)}; none is left out."
    ]
    sentences += [
        f"Run {short(side.run_id)} is not finished." for side in (runs.before, runs.now) if not side.finished
    ]
    if left.judged:
        sentences.append(
            f"{amount(left.judged, 'record')} judged in only one of the runs, or not alike, "
            f"{'is' if left.judged == 1 else 'are'} left out: "
            "what changed there may be people's judgement, not the model's answer."
        )
    if comparison.judged:
        counts_as = "counts as people judged it" if comparison.judged == 1 else "count as people judged them"
        sentences.append(f"{amount(comparison.judged, 'record')} {counts_as}, alike in both runs.")
    if comparison.flaky:
        sentences.append(
            f"Flaky in either run: {number(comparison.flaky)}. Asked again, the same model answered "
            "otherwise; such a record may change sides by chance."
        )
    if comparison.incumbent_changed:
        sentences.append(
            f"The incumbent itself is right in one run and wrong in the other on "
            f"{amount(comparison.incumbent_changed, 'record')}: failures may come and go with it."
        )
    return tuple(sentences)


def group_title(group: str, names: Mapping[str, str], *, agreement: bool = False) -> str:
    """The name of a group by its id; one that no analysis names is told by what its id says."""
    if not group:
        return "in no group"
    if group in names:
        return visible(names[group])[:160]
    kind, path, edit, *_ = [*group.removeprefix("v1:").split("#")[0].split("|"), "", ""]
    return (
        visible(cluster_name(kind, path, edit.removeprefix("~"), against_other=agreement))[:160] or "unnamed"
    )
