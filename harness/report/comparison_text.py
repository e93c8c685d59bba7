"""A comparison of two runs in the terminal and as a Markdown comment."""

from harness.analysis.compare import LISTED, Comparison
from harness.analysis.trend import Change
from harness.report.comparison_model import ComparedRuns, ComparisonView, GroupRow
from harness.report.comparison_words import change_words
from harness.report.markdown import code_md, comment, plain_md, table_md
from harness.report.wording import for_terminal, number, visible

_GROUPS = 15
_IDS = 10
_IDS_IN_COMMENT = 50
_SETTINGS = 15


def comparison_lines(view: ComparisonView, comparison: Comparison) -> list[str]:
    """The comparison, line by line."""
    lines = [f"{view.mark} · {view.subject} · {view.about}", *_settings(view), view.headline, *view.lead]
    width = max(len(row.name) for row in view.counts)
    lines += [f"  {row.name:<{width}}  {row.count:>7}  {row.meaning}" for row in view.counts]
    lines += [f"  {'In all':<{width}}  {number(comparison.shared):>7}", *view.notes, *_groups(view.groups)]
    for change in LISTED[:-1]:
        records = comparison.of(change)
        if records:
            name = change_words(change, agreement=comparison.agreement)[0]
            ids = ", ".join(visible(record.record_id)[:60] for record in records[:_IDS])
            more = f" and {number(len(records) - _IDS)} more" if len(records) > _IDS else ""
            lines.append(f"{name}: {ids}{more}")
    return [for_terminal(line) for line in lines]


def _settings(view: ComparisonView) -> list[str]:
    lines = [f"Set otherwise: {told.name} {told.before} → {told.now}" for told in view.settings[:_SETTINGS]]
    more = len(view.settings) - _SETTINGS
    lines += [f"Set otherwise: {number(more)} more, see the page"] if more > 0 else []
    return [*lines, view.settings_note] if view.settings_note else lines


def _groups(groups: tuple[GroupRow, ...]) -> list[str]:
    if not groups:
        return []
    shown = groups[:_GROUPS]
    width = max(len(row.name[:60]) for row in shown)
    lines = [f"  {row.name[:60]:<{width}}  {row.before:>6} → {row.now:<6} {row.told}" for row in shown]
    more = len(groups) - len(shown)
    return ["Kinds of mistakes, before → now:", *lines] + ([f"  … {number(more)} more"] if more > 0 else [])


def comparison_comment(view: ComparisonView, comparison: Comparison, runs: ComparedRuns) -> str:
    """The comparison as a comment on a pull request."""
    changes = table_md(
        ("Change", "Records", "Meaning"),
        [(f"**{row.name}**", row.count, plain_md(row.meaning)) for row in view.counts]
        + [("In all", number(comparison.shared), "")],
    )
    parts = [
        f"### {code_md(runs.dataset)}: {view.headline}",
        f"**{view.mark}** {plain_md(view.mark_sentence)}".strip(),
        " ".join(plain_md(sentence) for sentence in view.lead),
        _settings_md(view),
        changes,
        *(plain_md(note, 600) for note in view.notes),
        _groups_md(view.groups),
        *(_ids_md(change, comparison) for change in (Change.NEW, Change.GAIN_LOST)),
        f"Runs {code_md(runs.before.run_id)} and {code_md(runs.now.run_id)}.",
    ]
    return comment([part for part in parts if part])


def _settings_md(view: ComparisonView) -> str:
    rows = [
        (plain_md(told.name), code_md(told.before), code_md(told.now)) for told in view.settings[:_SETTINGS]
    ]
    table = table_md(("Set otherwise", "Before", "Now"), rows) if rows else ""
    return "\n\n".join(part for part in (plain_md(view.settings_note), table) if part)


def _groups_md(groups: tuple[GroupRow, ...]) -> str:
    if not groups:
        return ""
    rows = [(plain_md(row.name, 120), row.before, row.now, row.told) for row in groups[:_GROUPS]]
    return table_md(("What goes wrong", "Before", "Now", "Beyond noise"), rows)


def _ids_md(change: Change, comparison: Comparison) -> str:
    records = comparison.of(change)
    if not records:
        return ""
    name = change_words(change, agreement=comparison.agreement)[0]
    ids = ", ".join(code_md(record.record_id, 60) for record in records[:_IDS_IN_COMMENT])
    more = len(records) - _IDS_IN_COMMENT
    return f"**{name}:** {ids}{f' and {number(more)} more' if more > 0 else ''}"
