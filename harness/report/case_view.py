"""One case, opened up: a pair and what was made of it → exactly what its fragment shows."""

from harness.analysis.cases import Case
from harness.analysis.failure.phrases import Phrase
from harness.analysis.outcome import Basis, Quadrant
from harness.domain.pair import Pair
from harness.report.case_boxes import Boxes
from harness.report.case_differences import compared, differences
from harness.report.case_document import About, document
from harness.report.case_findings import title_of, words_of
from harness.report.case_parts import CaseLimits, CaseView
from harness.report.case_raw import raw
from harness.report.case_reruns import Again, rerun_sentences
from harness.report.kinds import SEVERITIES
from harness.report.wording import Names, cut, visible

__all__ = ["Again", "CaseLimits", "CaseView", "case_sentence", "case_view", "phrase_text"]

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
        basis,
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


def _view(case: Case, basis: Basis, names: Names, **parts: object) -> CaseView:
    severity, severity_mark = SEVERITIES[case.severity]
    mark, mark_word = MARKS[case.quadrant]
    kind = title_of(case.kind, basis) if case.kind else ""
    return CaseView(
        id=visible(case.record_id),
        record_id=cut(case.record_id, 200)[0],
        mark=mark,
        mark_word=mark_word,
        subject=names.incumbent if case.about_incumbent else names.candidate,
        sentence=_ended([_shown(one, case, names) for one in case.headline]),
        severity=severity if case.kind else "",
        severity_mark=severity_mark,
        kind=kind,
        names=(names.incumbent, names.candidate),
        words=words_of(basis),
        **parts,  # type: ignore[arg-type]
    )


def _shown(phrase: Phrase, case: Case, names: Names) -> Phrase:
    return Phrase(text=phrase_text(phrase, case, names), foreign=phrase.foreign)


def phrase_text(phrase: Phrase, case: Case, names: Names) -> str:
    """A piece of a case's sentence, with the name of the model that it is not about."""
    if phrase.other:
        return names.candidate if case.about_incumbent else names.incumbent
    return visible(phrase.text)


def case_sentence(case: Case, names: Names) -> str:
    """What a case is about in one sentence, as plain text: who says what."""
    subject = names.incumbent if case.about_incumbent else names.candidate
    phrases = _ended([_shown(one, case, names) for one in case.headline])
    return f"{subject} {''.join(phrase.text for phrase in phrases)}"


def _ended(phrases: list[Phrase]) -> tuple[Phrase, ...]:
    """The sentence with its full stop, unless it ends in one (or in our cut) already."""
    ends = "".join(phrase.text for phrase in phrases).endswith((".", "!", "?", "…"))
    return (*phrases, *(() if ends else (Phrase(text="."),)))
