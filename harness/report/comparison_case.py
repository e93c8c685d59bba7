"""One record of two runs, opened: expected, before and now side by side, drawn as the reports draw a case."""

from dataclasses import replace

from harness.analysis.cases import Case
from harness.analysis.compare import IMPROVED, ChangedRecord
from harness.analysis.failure.phrases import Phrase
from harness.analysis.outcome import Basis
from harness.domain.chat import Answer, Response
from harness.domain.observation import Observation
from harness.domain.pair import Pair
from harness.report.case_boxes import Boxes
from harness.report.case_differences import compared, differences
from harness.report.case_findings import words_of
from harness.report.case_parts import Box, CaseLimits, CaseView, Differences, Raw
from harness.report.case_raw import answer_text, raw
from harness.report.comparison_model import OpenedPair, Side
from harness.report.comparison_words import change_words
from harness.report.kinds import SEVERITIES
from harness.report.wording import Names, cut, display_name, visible

_SIDES = Names(incumbent="Before", candidate="Now")
_LIMITS = CaseLimits(text=4096, further=0, value=300, folded=30, rows=40)
"""Smaller than in a report, which each case links to: this page holds two hundred of them, uncompressed."""

_FACTS = frozenset({"Status", "Finish reason", "Tokens out", "Whole answer", "Cost"})


def changed_case(
    record: ChangedRecord, sides: tuple[Side, Side], before: OpenedPair, now: OpenedPair, *, agreement: bool
) -> CaseView:
    """Draw one record.

    Args:
        record: What became of it.
        sides: The earlier and the later run.
        before: The record in the earlier run.
        now: In the later one.
        agreement: Whether nobody knows who is right, so that the incumbent's answer is the reference.
    """
    boxes = Boxes(_LIMITS)
    severity, severity_mark = SEVERITIES[record.severity]
    subject, sentence = _sentence(record, sides, before.case, now.case, agreement=agreement)
    improved = record.change in IMPROVED
    reference = _answer(now.pair.incumbent) if agreement else now.pair.record.expected
    name = display_name(sides[1].incumbent) if agreement else "Expected"
    both = _side_by_side(before.pair, now.pair, reference)
    return CaseView(
        id=visible(record.record_id),
        record_id=cut(record.record_id, 200)[0],
        mark="better" if improved else "worse",
        mark_word=change_words(record.change, agreement=agreement)[0].lower(),
        subject=subject,
        sentence=sentence,
        severity=severity,
        severity_mark=severity_mark,
        kind="",
        tags=(),
        reruns=("flaky in one of the runs",) if record.flaky else (),
        names=(_SIDES.incumbent, _SIDES.candidate),
        differences=_differences(before, now, both, name, agreement=agreement),
        document=None,
        raw=_raw(both, name, boxes),
        words=words_of(Basis.AGREEMENT if agreement else Basis.EXPECTED),
    )


def _answer(observation: Observation) -> Answer | None:
    outcome = observation.outcome
    return outcome.answer if isinstance(outcome, Response) else None


def _side_by_side(before: Pair, now: Pair, reference: Answer | None) -> Pair:
    """The candidate's two answers as the two sides of one pair."""
    return replace(
        now,
        record=replace(now.record, expected=reference),
        incumbent=before.candidate,
        incumbent_cost_usd=before.candidate_cost_usd,
        repeats=(),
        repeat_costs_usd=(),
    )


def _sentence(
    record: ChangedRecord, sides: tuple[Side, Side], before: Case | None, now: Case | None, *, agreement: bool
) -> tuple[str, tuple[Phrase, ...]]:
    """What was or is wrong, and that it was or is not in the other run."""
    if record.change in IMPROVED:
        about, when, side = before, "Before,", sides[0]
        other = "Now they agree." if agreement else "Now it is right."
    else:
        about, when, side = now, "Now", sides[1]
        other = "Before, they agreed." if agreement else "Before, it was right."
    told = [] if about is None else [replace(one, text=visible(one.text)) for one in about.headline]
    ended = "".join(one.text for one in told).endswith((".", "!", "?", "\u2026"))
    failed = () if told else (Phrase(text="failed"),)
    return f"{when} {display_name(side.candidate)}", (
        *told,
        *failed,
        Phrase(text=f" {other}" if ended else f". {other}"),
    )


def _differences(
    before: OpenedPair, now: OpenedPair, both: Pair, reference: str, *, agreement: bool
) -> Differences:
    """What the scorers of both runs found, each of its own answer; nothing is compared again."""
    if before.case is None or now.case is None:
        return Differences(note="The scorers do not tell what differs; both answers stand under Raw.")
    case = replace(now.case, incumbent=before.case.candidate)
    found = compared(case, both, Basis.EXPECTED)
    drawn = differences(replace(found, reference_name=reference), both, _SIDES, _LIMITS)
    lines = tuple(
        replace(table, reference="Before: all the same")
        if table.reference == f"{_SIDES.incumbent} agrees"
        else table
        for table in drawn.lines
    )
    moved = agreement and _text(before.pair.incumbent) != _text(now.pair.incumbent)
    note = (
        f"{reference} itself gave another answer before: what is marked under Before was found against that."
    )
    return replace(drawn, lines=lines, note=" ".join(filter(None, (drawn.note, note if moved else ""))))


def _text(observation: Observation) -> str | None:
    answer = _answer(observation)
    return None if answer is None else answer_text(answer)


def _raw(both: Pair, reference: str, boxes: Boxes) -> Raw:
    """The answers as received, folded, and what is known of the two calls."""
    whole = raw(both, _SIDES, boxes)
    return Raw(
        answers=tuple(_folded(box, reference) for box in whole.answers),
        facts=tuple(fact for fact in whole.facts if fact.name in _FACTS),
        reruns=(),
        request=None,
    )


def _folded(box: Box, reference: str) -> Box:
    title = reference if box.title == "Expected" else box.title
    return replace(box, title=title, folded=True)
