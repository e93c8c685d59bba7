"""The first part of a case: what the scorers found, beside what was expected."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from harness.analysis.cases import Case, CaseFinding
from harness.analysis.outcome import Basis
from harness.domain.chat import Answer, Response
from harness.domain.failure import Severity, kind_of
from harness.domain.judged import FIRST, VERDICT
from harness.domain.pair import Pair
from harness.report.case_claims import Claims
from harness.report.case_document import cited_source
from harness.report.case_fields import Fields
from harness.report.case_findings import NO_ANSWER, SAME, UNREADABLE, Told, cell_of, clipped, title_of
from harness.report.case_leaves import Leaves, leaves_of, line_of
from harness.report.case_lines import Lines
from harness.report.case_parts import CaseLimits, Cell, Differences, FieldRow, FieldTable, Remark, TextTable
from harness.report.case_raw import answer_text, received
from harness.report.case_texts import text_table
from harness.report.wording import Names, amount, cut
from harness.scorers.tool_calls import calls_of

# Kinds that are said of an answer and have no value beside an expected one.
_SAID = UNREADABLE | {
    *("prose_around_json", "schema_violation", "arithmetic", "language_drift", "over_long", "inconsistent"),
    *("judged_worse", "no_finding", VERDICT),
}
_SHORT = 80
_QUOTED = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What a case compares.

    Attributes:
        reference: The right answer, or the incumbent's where none is known; None without any.
        told: What was found of the incumbent and of the candidate.
        leaves: What the reference, the incumbent's and the candidate's answer hold.
        by_incumbent: Whether the incumbent's answer is the reference.
        reference_name: What the reference is called, where it is not an arm's own answer.
    """

    reference: Answer | None
    told: tuple[Told, Told]
    leaves: tuple[Leaves | None, Leaves | None, Leaves | None]
    by_incumbent: bool
    reference_name: str = "Expected"


def compared(case: Case, pair: Pair, basis: Basis) -> Compared:
    """Read the answers of a case once."""
    told = Told(case.incumbent, basis), Told(case.candidate, basis)
    incumbent, candidate = _answer(pair.incumbent.outcome), _answer(pair.candidate.outcome)
    by_incumbent = basis is Basis.AGREEMENT
    reference = incumbent if by_incumbent else pair.record.expected
    calls = any(path.startswith("call[") for arm in told for path in arm.fields)
    read = _calls if calls else leaves_of
    return Compared(
        reference=reference,
        told=told,
        leaves=(read(reference), read(incumbent), read(candidate)),
        by_incumbent=by_incumbent,
    )


def _answer(outcome: object) -> Answer | None:
    return outcome.answer if isinstance(outcome, Response) else None


def _calls(answer: Answer | None) -> Leaves | None:
    """The arguments of function calls as fields, by the paths of the tool-call scorer."""
    if answer is None:
        return None
    leaves = Leaves()
    for place, call in enumerate(calls_of(answer)):
        leaves.fields[f"call[{place}].name"] = call.name
        for name, value in (call.arguments or {}).items():
            leaves.fields[f"call[{place}].arguments.{name}"] = value
    return leaves


def differences(found: Compared, pair: Pair, names: Names, limits: CaseLimits) -> Differences:
    """Draw the findings of a case."""
    both = names.incumbent, names.candidate
    columns = both if found.by_incumbent else (found.reference_name, *both)
    fields = Fields(found.told, found.leaves, limits, by_incumbent=found.by_incumbent)
    claims = Claims(cited_source(pair.record.request), found.leaves[0], found.told[0].basis)
    cited = _cited_lists(found)
    drawn = fields.table(columns, "Fields")
    row = _answer_row(found, pair, limits)
    if row is not None:
        kept = drawn or FieldTable(title="Answer", columns=columns, rows=())
        drawn = replace(kept, rows=(row, *kept.rows))
    order = ((1, names.candidate), (0, names.incumbent))
    return Differences(
        remarks=tuple(remark for side, name in order for remark in _remarks(name, found.told[side])),
        claims=tuple(
            claim
            for side, name in order
            for claim in claims.drawn(name, found.told[side], found.leaves[side + 1])
        ),
        fields=drawn,
        lines=Lines(found.told, found.leaves, both, limits).tables(columns[0], cited),
        texts=tuple(_texts(found, pair, names, limits)),
        note=" ".join(
            f"{amount(found.told[side].more, 'more difference')} of {name} not listed here."
            for side, name in order
            if found.told[side].more
        ),
    )


def _cited_lists(found: Compared) -> frozenset[str]:
    """Lists that hold references to a source: those are drawn one by one."""
    cited = set()
    for leaves in found.leaves:
        for arm in found.told:
            for finding in arm.claims:
                where = line_of(finding.path, leaves.lists) if leaves else None
                cited.add(where[0] if where else finding.path)
    return frozenset(cited)


def _remarks(who: str, told: Told) -> Iterator[Remark]:
    for finding in told.whole:
        if finding.kind == VERDICT:
            yield _judged(who, finding)
        elif _is_said(finding):
            quote = "" if finding.actual is None or finding.kind in UNREADABLE else finding.actual.text
            severe = kind_of(finding.kind).severity > Severity.NONE
            yield Remark(
                who=who,
                state="changed" if severe else "same",
                title=title_of(finding.kind, told.basis),
                text=cut(finding.note, _QUOTED)[0],
                quote=cut(quote, _QUOTED)[0],
            )


def _judged(who: str, finding: CaseFinding) -> Remark:
    """One verdict of a judge: in which order it saw the answers, and what it said of this one."""
    place = "first" if finding.path.startswith(FIRST) else "second"
    said = "" if finding.actual is None else cut(finding.actual.text, _SHORT)[0]
    return Remark(
        who=who,
        state="same",
        title=f"Judge, shown this answer {place}: {said or 'no verdict'}",
        text=cut(finding.note, 2 * _QUOTED)[0],
        quote="",
    )


def _is_said(finding: CaseFinding) -> bool:
    return finding.kind in _SAID or (finding.expected is None and finding.actual is None)


def _values(told: Told) -> list[CaseFinding]:
    return [finding for finding in told.whole if not _is_said(finding)]


def _answer_row(found: Compared, pair: Pair, limits: CaseLimits) -> FieldRow | None:
    """The answer as one value: a label, a number, a short text."""
    values = [_values(told) for told in found.told]
    told = [finding for side in (1, 0) for finding in values[side]]
    texts = [text for one in told for text in (one.expected, one.actual) if text is not None]
    if not texts or any(text.characters > _SHORT for text in texts):
        return None
    expected = next((one.expected for one in told if one.expected is not None), None)
    reference = clipped(expected, limits.value)
    whole = None if found.reference is None else answer_text(found.reference)
    if whole and len(whole) <= _SHORT and "\n" not in whole:
        reference = Cell(text=cut(whole, _SHORT)[0])
    observations = (pair.incumbent, pair.candidate)
    cells = [
        _answer_cell(told, own, received(observation), (reference.text, limits))
        for told, own, observation in zip(found.told, values, observations, strict=True)
    ]
    return FieldRow(
        above="",
        name="answer",
        expected=None if found.by_incumbent else reference,
        incumbent=reference if found.by_incumbent else cells[0],
        candidate=cells[1],
    )


def _answer_cell(
    told: Told, own: list[CaseFinding], text: str | None, against: tuple[str, CaseLimits]
) -> Cell:
    reference, limits = against
    if own:
        return cell_of(own, limits.value, told.basis)
    if text is None or told.unreadable:
        return NO_ANSWER
    shown = cut(text, _SHORT)[0]
    if shown.strip() == reference.strip() or len(text) > _SHORT:
        return SAME if told.right else NO_ANSWER
    return Cell(text=shown, state="same", note="does not count")


def _texts(found: Compared, pair: Pair, names: Names, limits: CaseLimits) -> Iterator[TextTable]:
    """Texts beside each other: of answers that are no JSON, or that cannot be read as such."""
    if found.reference is None:
        return
    before = answer_text(found.reference)
    label = names.incumbent if found.by_incumbent else found.reference_name
    arms = (
        (1, names.candidate, pair.candidate),
        (0, names.incumbent, pair.incumbent),
    )
    for side, name, observation in arms[: 1 if found.by_incumbent else 2]:
        after = received(observation)
        told = found.told[side]
        placed = told.fields or told.lines or told.claims or _values(told)
        is_text = found.leaves[0] is None or told.unreadable or not (found.leaves[side + 1] or placed)
        if told.right or not after or not before or not is_text or after == before:
            continue
        if max(len(before), len(after)) > _SHORT or told.unreadable or not _values(told):
            title = f"{label} against {name}"
            yield text_table(title, (label, name), (before, after), limits)
