"""Where the candidate breaks, by what the inputs are like: rules that held on records kept back."""

from harness.analysis.failure.slice_result import Slice
from harness.analysis.outcome import Basis
from harness.analysis.result import Analysis
from harness.analysis.slices_by_tag import SliceRow, SliceTable
from harness.report.dots import rate, scale_end
from harness.report.findings import p_value
from harness.report.kinds import kind_title
from harness.report.sections import SliceCard, SlicesView, Table
from harness.report.wording import Names, amount, lowered, number, plural_of, share, visible

_IN_A_ROW = 3


def slices_view(analysis: Analysis, names: Names, unit: str) -> SlicesView:
    """The section, without p-values: those stand in the table of all rules.

    Args:
        analysis: The findings.
        names: Display names.
        unit: What one record is.
    """
    rules = analysis.slices
    cards = [
        _card(found, place, end, analysis.basis, unit)
        for row in range(0, len(rules), _IN_A_ROW)
        for end in [scale_end(e for one in rules[row : row + _IN_A_ROW] for e in (one.rate, one.elsewhere))]
        for place, found in enumerate(rules[row : row + _IN_A_ROW], start=row)
    ]
    title = f"Which {plural_of(unit)}?"
    return SlicesView(
        title=title,
        lead=_lead(analysis, unit),
        cards=tuple(cards),
        note=_note(analysis),
        tags=slice_tables(analysis, names),
    )


def _lead(analysis: Analysis, unit: str) -> str:
    if not analysis.slices:
        return ""
    return (
        f"Each rule was found on one half of the {plural_of(unit)} and tested on the other. "
        "The dots count the tested half only. A case can fall under several rules."
    )


def _card(found: Slice, place: int, end: float, basis: Basis, unit: str) -> SliceCard:
    mark, word = ("worse", "worse") if basis is Basis.EXPECTED else ("changed", "different")
    return SliceCard(
        mark=mark,
        word=word,
        title=_capital(visible(found.rule)),
        count=number(found.regressions),
        count_words=f"of {amount(found.n, unit)}",
        what=_what(found, basis),
        rates=(
            rate("there", found.rate, end, own=True),
            rate("elsewhere", found.elsewhere, end, own=False),
        ),
        link=f"slice={place}",
        link_words=f"Show its {amount(found.n, unit)}",
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _what(found: Slice, basis: Basis) -> str:
    """What goes wrong there."""
    if found.of_kind:
        what = "What goes wrong" if basis is Basis.EXPECTED else "What differs"
        return f"{what}: {_kind(found.of_kind, basis)}."
    word = "worse" if basis is Basis.EXPECTED else "different"
    better = f" Better on {number(found.test_gains)}." if found.test_gains else ""
    if not found.main_kind:
        return f"{word.capitalize()} there.{better}"
    return f"Mostly: {_kind(found.main_kind, basis)}.{better}"


def _kind(kind: str, basis: Basis) -> str:
    return lowered(visible(kind_title(kind, basis))[:80])


def _note(analysis: Analysis) -> str:
    """What was tested without a finding, or why nothing was."""
    if analysis.compared == 0:
        return ""
    searched = analysis.slice_search
    if searched.reason:
        return f"No rule was looked for: {visible(searched.reason)}."
    if analysis.slices:
        rest = max(0, searched.tested - len(analysis.slices))
        return f"Tested and not confirmed: {amount(rest, 'further rule')}." if rest else ""
    return (
        f"No rule holds: {amount(searched.tested, 'candidate rule')} found on {number(searched.discovery_n)} "
        f"records did not stand the test on the other {number(searched.test_n)}."
    )


def slice_rules(analysis: Analysis, names: Names) -> Table | None:
    """Every rule with its counts and its test; None without one."""
    if not analysis.slices:
        return None
    wrong = f"Only {names.candidate} wrong" if analysis.basis is Basis.EXPECTED else "Differ or failed"
    searched = analysis.slice_search
    return Table(
        caption="Rules that hold on records they were not found on",
        columns=("Where", "Pairs", wrong, "Tested half: there", "Tested half: elsewhere", "Test"),
        rows=tuple(_rule(found, analysis.basis) for found in analysis.slices),
        note=f"{amount(searched.tested, 'rule')} tested: {visible(searched.method)}.",
    )


def _rule(found: Slice, basis: Basis) -> tuple[str, ...]:
    of_kind = f" ({_kind(found.of_kind, basis)})" if found.of_kind else ""
    return (
        visible(found.rule),
        number(found.n),
        number(found.regressions) + of_kind,
        share(found.rate),
        share(found.elsewhere),
        p_value(found.adjusted_p),
    )


def slice_tables(analysis: Analysis, names: Names) -> tuple[Table, ...]:
    """One table per declared tag."""
    return tuple(_slice(table, analysis.basis, names) for table in analysis.tags)


def _slice(table: SliceTable, basis: Basis, names: Names) -> Table:
    note = "Neighbouring values are joined into ranges of about equally many records." if table.binned else ""
    caption = f"By {visible(table.tag)}"
    columns: tuple[str, ...] = (visible(table.tag), "Pairs", "Differ or failed", "Agree")
    rows = tuple(_agreement(row) for row in table.rows)
    if basis is Basis.EXPECTED:
        columns = (
            visible(table.tag),
            "Pairs",
            f"Only {names.candidate} wrong",
            f"Only {names.incumbent} wrong",
            f"{names.incumbent} right",
            f"{names.candidate} right",
        )
        rows = tuple(_accuracy(row) for row in table.rows)
    return Table(caption=caption, columns=columns, rows=rows, note=note)


def _agreement(row: SliceRow) -> tuple[str, ...]:
    told = share(row.agreement) if row.agreement else ""
    return visible(row.value), number(row.n), number(row.losses), told


def _accuracy(row: SliceRow) -> tuple[str, ...]:
    return (
        visible(row.value),
        number(row.n),
        number(row.losses),
        number(row.gains or 0),
        share(row.incumbent) if row.incumbent else "",
        share(row.candidate) if row.candidate else "",
    )
