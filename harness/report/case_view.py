"""One case, opened up: a pair and what was made of it → exactly what its fragment shows."""

from harness.analysis.cases import Case
from harness.analysis.failure.sentence import Phrase
from harness.analysis.outcome import Basis, Quadrant
from harness.domain.pair import Pair
from harness.report.case_boxes import Boxes
from harness.report.case_differences import compared, differences
from harness.report.case_document import About, document
from harness.report.case_findings import title_of
from harness.report.case_parts import CaseLimits, CaseView, Differences
from harness.report.case_raw import raw
from harness.report.case_reruns import Again, rerun_sentences
from harness.report.kinds import SEVERITIES
from harness.report.wording import Names, cut, visible

__all__ = ["Again", "CaseLimits", "CaseView", "case_view", "lost_case"]

MARKS = {
    Quadrant.BOTH_RIGHT: ("right", "both right"),
    Quadrant.AGREE: ("right", "agree"),
    Quadrant.REGRESSION: ("worse", "worse"),
    Quadrant.GAIN: ("better", "better"),
    Quadrant.BOTH_WRONG: ("wrong", "both wrong"),
    Quadrant.DIFFER: ("changed", "differ"),
    Quadrant.ONE_FAILED: ("worse", "one failed"),
    Quadrant.BOTH_FAILED: ("wrong", "both failed"),
}
"""Sign and word of each quadrant."""

_MOST_TAGS = 10
_DEFAULT = CaseLimits()
_UNKNOWN = Again()


def case_view(
    case: Case,
    pair: Pair,
    basis: Basis,
    names: Names,
    *,
    limits: CaseLimits = _DEFAULT,
    again: Again = _UNKNOWN,
) -> CaseView:
    """Open a case.

    Args:
        case: What was found.
        pair: The record and what both arms did.
        basis: What the answers are compared with.
        names: Display names.
        limits: How much is drawn; the rest is counted or comes on demand.
        again: Whether the second answers are right, from `again_of`; unknown where it is left out.
    """
    boxes = Boxes(limits)
    found = compared(case, pair, basis)
    sides = (0,) if case.about_incumbent else (1,)
    about = About(
        [found.told[side] for side in sides], found.leaves[0], [found.leaves[side + 1] for side in sides]
    )
    return _view(
        case,
        names,
        tags=tuple(
            visible(f"{name}: {value}"[:200])[:80]
            for name, value in sorted(pair.record.tags.items())[:_MOST_TAGS]
        ),
        reruns=rerun_sentences(case, pair, basis, names, again),
        differences=differences(found, pair, names, limits),
        document=document(pair.record.request, boxes, about),
        raw=raw(pair, names, boxes),
        more=boxes.more,
    )


def lost_case(case: Case, names: Names) -> CaseView:
    """A case whose pair is not at hand: only what was found."""
    return _view(case, names, tags=(), reruns=(), differences=Differences(), document=None, raw=None, more={})


def _view(case: Case, names: Names, **parts: object) -> CaseView:
    severity, severity_mark = SEVERITIES[case.severity]
    mark, mark_word = MARKS[case.quadrant]
    kind = title_of(case.kind) if case.kind else ""
    return CaseView(
        id=visible(case.record_id),
        record_id=cut(case.record_id, 200)[0],
        mark=mark,
        mark_word=mark_word,
        subject=names.incumbent if case.about_incumbent else names.candidate,
        sentence=tuple(Phrase(text=visible(one.text), foreign=one.foreign) for one in case.headline),
        severity=severity if case.kind else "",
        severity_mark=severity_mark,
        kind=kind,
        names=(names.incumbent, names.candidate),
        **parts,  # type: ignore[arg-type]
    )
