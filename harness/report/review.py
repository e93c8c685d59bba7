"""What people said of the cases, and what it did to the figures: in words, for the page and the terminal."""

from harness.analysis.outcome import QUADRANTS, Basis, Quadrant
from harness.analysis.result import UNSCORED, Analysis
from harness.analysis.review_summary import (
    Audit,
    Conflict,
    Moved,
    OpinionOf,
    Reviewer,
    ReviewerAgreement,
    ReviewSummary,
)
from harness.analysis.stats.noninferiority import Conclusion, NonInferiority
from harness.domain.estimate import Estimate
from harness.domain.judgement import Opinion, RightSide
from harness.report.model import ConflictView, ReviewView
from harness.report.sections import Table
from harness.report.wording import GAP, NO_VALUE, Names, amount, case_anchor, number, points, share, visible

_AT_ONCE = 10
_LONGEST_NAME = 60
_LONGEST_NOTE = 200
OPINIONS = {
    Opinion.ACCEPTABLE: "acceptable",
    Opinion.UNACCEPTABLE: "not acceptable",
    Opinion.LABEL_WRONG: "label wrong",
    Opinion.UNSURE: "unsure",
}
_QUADRANTS = {
    Quadrant.BOTH_RIGHT: "both right",
    Quadrant.REGRESSION: "worse",
    Quadrant.GAIN: "better",
    Quadrant.BOTH_WRONG: "both wrong",
    Quadrant.AGREE: "agree",
    Quadrant.DIFFER: "differ",
    Quadrant.ONE_FAILED: "one failed",
    Quadrant.BOTH_FAILED: "both failed",
}
_NOT_COUNTED = "not counted"
_WORDS = {quadrant.value: word for quadrant, word in _QUADRANTS.items()} | {UNSCORED: _NOT_COUNTED}
_CONCLUSIONS = {
    Conclusion.NON_INFERIOR: "within it",
    Conclusion.INFERIOR: "beyond it",
    Conclusion.UNDECIDED: "undecided",
}


def review_view(analysis: Analysis, names: Names) -> ReviewView | None:
    """The part of the page; None where nobody judged a case of the run."""
    review = analysis.review
    if review is None or not review.records:
        return None
    return ReviewView(
        sentences=(*effect_sentences(analysis, names), *_people(review)),
        conflicts=tuple(_conflict_view(conflict, names) for conflict in review.conflicts),
        conflicts_at_once=_AT_ONCE,
        rest_words=amount(rest, "further case") if (rest := len(review.conflicts) - _AT_ONCE) > 0 else "",
        more_conflicts=_more_conflicts(review),
        tables=tuple(
            table for table in (_figures(analysis, review), _moves(review), _reviewers(review)) if table
        ),
    )


def review_sentence(analysis: Analysis) -> str:
    """For the top of the page: whose word the figures follow, and what they are without it; "" without."""
    review = analysis.review
    if review is None or not review.records:
        return ""
    people = amount(len(review.reviewers) + review.more_reviewers, "person", "people")
    judgements = amount(review.judgements, "judgement")
    if not review.moved:
        return f"{people} judged {amount(review.records, 'case')}; no figure changed by it."
    return (
        f"These figures follow from {judgements} of {people}. "
        f"As scored, without them: {_as_scored(analysis, review)}."
    )


def _as_scored(analysis: Analysis, review: ReviewSummary) -> str:
    told = review.scored
    order = (Quadrant.REGRESSION, Quadrant.GAIN)
    if analysis.basis is Basis.AGREEMENT:
        order = (Quadrant.AGREE, Quadrant.DIFFER)
    counts = ", ".join(
        f"{number(told.quadrants[quadrant.value].count)} {_QUADRANTS[quadrant]}" for quadrant in order
    )
    net = _net(told.net)
    return f"{net}, {counts}" if net else f"{counts} of {number(told.compared)}"


def _net(net: Estimate | None, *, level: bool = False) -> str:
    """The difference as "net loss 4.4 points (3.3 to 5.5)"; "" where there is none to tell."""
    if net is None or net.value is None or net.low is None or net.high is None:
        return ""
    # A loss is told as a positive number, so its range is mirrored.
    value, low, high = (-net.value, -net.high, -net.low) if net.value < 0 else (net.value, net.low, net.high)
    word = "loss" if net.value < 0 else "gain" if net.value > 0 else "difference"
    told = f", {net.level * 100:g}{GAP}% range" if level else ""
    return f"net {word} {points(value)} points ({points(low)} to {points(high)}{told})"


def effect_sentences(analysis: Analysis, names: Names) -> tuple[str, ...]:
    """What the judgements did, how much of the run was looked at, and which way that may mislead."""
    review = analysis.review
    if review is None:
        return ()
    sentences = (
        _effect(analysis, review),
        _margin(analysis, review),
        _coverage(review),
        _audit(review.audit, analysis, names),
        _sequential(analysis),
    )
    return tuple(sentence for sentence in sentences if sentence)


def _effect(analysis: Analysis, review: ReviewSummary) -> str:
    told = [text for text in (_labels(review), _accepted(review), _refused(review)) if text]
    if not told:
        return "No figure changed: nothing that was said overrules the scores."
    said = ", ".join(told)
    said = said[0].upper() + said[1:]
    after, before = _net(analysis.net_difference, level=True), _net(review.scored.net)
    if not after or not before:
        return f"{said}. As scored: {_as_scored(analysis, review)}."
    return f"{said}: {after}; as scored, {before}."


def _moved(review: ReviewSummary, said: Opinion) -> int:
    return sum(move.count for move in review.moved if move.said is said)


def _labels(review: ReviewSummary) -> str:
    count = review.said[Opinion.LABEL_WRONG.value]
    return f"{amount(count, 'label')} marked wrong" if count else ""


def _accepted(review: ReviewSummary) -> str:
    count = _moved(review, Opinion.ACCEPTABLE)
    return f"{amount(count, 'failure')} accepted" if count else ""


def _refused(review: ReviewSummary) -> str:
    count = _moved(review, Opinion.UNACCEPTABLE)
    return f"{amount(count, 'answer')} found wrong that had passed" if count else ""


def _margin(analysis: Analysis, review: ReviewSummary) -> str:
    """Where people's word changes what is shown about the margin."""
    after, before = analysis.noninferiority, review.scored.noninferiority
    if after is None or before is None or after.conclusion is before.conclusion:
        return ""
    return (
        f"That changes the finding on the {points(after.margin)} points you allow: as scored, the loss was "
        f"{_shown(before)}; now it is {_shown(after)}."
    )


def _shown(finding: NonInferiority) -> str:
    return {
        Conclusion.NON_INFERIOR: "shown to be within them",
        Conclusion.INFERIOR: "shown to be beyond them",
        Conclusion.UNDECIDED: "undecided",
    }[finding.conclusion]


def _coverage(review: ReviewSummary) -> str:
    rest = review.cases - review.judged_cases
    told = f"{number(review.judged_cases)} of {amount(review.cases, 'case')} judged"
    if review.in_bulk:
        told += f" ({number(review.in_bulk)} of all judged in bulk, none of them looked at by itself)"
    return f"{told}." if not rest else f"{told}; the other {number(rest)} count as scored."


def _audit(audit: Audit, analysis: Analysis, names: Names) -> str:
    """Judging failures only can only take failures away."""
    which = "that both have right" if analysis.basis is Basis.EXPECTED else "that agree"
    looked = audit.unacceptable
    if not looked.n:
        told = f"Nobody looked at a pair {which}"
        if audit.untold:
            told = f"People settled none of the {amount(audit.untold, 'pair')} {which} that they looked at"
        return (
            f"{told}, so what the scorer misses is not in these figures: they may flatter {names.candidate}."
        )
    return (
        f"Of {amount(audit.pairs, 'pair')} {which} by the scores, people looked at {number(looked.n)}: "
        f"{names.candidate} is wrong on {share(looked)}. The others count as scored."
    )


def _sequential(analysis: Analysis) -> str:
    if not analysis.settings.sequential:
        return ""
    return (
        "When this run ended was decided by the scores alone, and judging does not undo it. A pair whose "
        "label is wrong counts against either conclusion: somebody chose it with both answers in view."
    )


def _people(review: ReviewSummary) -> tuple[str, ...]:
    agreement = agreement_sentence(review)
    conflicts = review.said["conflict"]
    told = (
        f"People disagree on {amount(conflicts, 'case')}; until they do not, such a case counts as scored."
        if conflicts
        else ""
    )
    return tuple(sentence for sentence in (agreement, told) if sentence)


def agreement_sentence(review: ReviewSummary) -> str:
    """How far people agree; "" where no two looked at the same case."""
    found: ReviewerAgreement | None = review.agreement
    if found is None:
        return ""
    who = "Both people" if found.reviewers == 2 else f"All who judged a case (of {found.reviewers} people)"
    name = "Cohen's kappa" if found.reviewers == 2 else "Krippendorff's alpha"
    beyond = found.beyond_chance
    if beyond.value is None or beyond.low is None or beyond.high is None:
        told = f"{name} is not defined: only one opinion was used"
    else:
        told = f"{name} {_decimal(beyond.value)} ({_decimal(beyond.low)} to {_decimal(beyond.high)})"
    return f"{who} say the same on {share(found.same)}; {told}."


def _decimal(value: float) -> str:
    """Two digits with a real minus sign, and none before a zero."""
    text = f"{value:.2f}"
    return "0.00" if text == "-0.00" else text.replace("-", "\u2212")


def _figures(analysis: Analysis, review: ReviewSummary) -> Table:
    before = review.scored
    rows: list[tuple[str, ...]] = [
        (_WORDS[name].capitalize(), *(number(side.quadrants[name].count) for side in (before, analysis)))
        for name in (*(quadrant.value for quadrant in QUADRANTS[analysis.basis]), UNSCORED)
    ]
    if before.net is not None:
        rows.append(("Net difference, points", _points(before.net), _points(analysis.net_difference)))
    if before.noninferiority is not None and analysis.noninferiority is not None:
        margin = points(before.noninferiority.margin)
        ends = (before.noninferiority.conclusion, analysis.noninferiority.conclusion)
        rows.append((f"Loss against {margin} points", *(_CONCLUSIONS[end] for end in ends)))
    return Table(
        caption="The figures with and without judgements",
        columns=("", "As scored", "Judged"),
        rows=tuple(rows),
    )


def _points(net: Estimate | None) -> str:
    if net is None or net.value is None or net.low is None or net.high is None:
        return NO_VALUE
    return f"{points(net.value)} ({points(net.low)} to {points(net.high)})"


def _moves(review: ReviewSummary) -> Table | None:
    rows = tuple(_move(move) for move in review.moved)
    if not rows:
        return None
    return Table(
        caption="Pairs that people moved", columns=("As scored", "Judged", "Because", "Pairs"), rows=rows
    )


def _move(move: Moved) -> tuple[str, ...]:
    return (
        _QUADRANTS[move.before].capitalize(),
        _WORDS[move.after],
        OPINIONS[move.said],
        number(move.count),
    )


def _reviewers(review: ReviewSummary) -> Table:
    more = amount(review.more_reviewers, "more person", "more people")
    return Table(
        caption="Who judged",
        columns=("", "Cases", *(OPINIONS[opinion] for opinion in Opinion), "in bulk"),
        rows=tuple(_reviewer(reviewer) for reviewer in review.reviewers),
        note=f"And {more}." if review.more_reviewers else "",
    )


def _reviewer(reviewer: Reviewer) -> tuple[str, ...]:
    counts = (
        reviewer.judged,
        reviewer.acceptable,
        reviewer.unacceptable,
        reviewer.label_wrong,
        reviewer.unsure,
        reviewer.in_bulk,
    )
    return (_name(reviewer.name), *(number(count) for count in counts))


def _name(reviewer: str) -> str:
    return " ".join(visible(reviewer).split())[:_LONGEST_NAME] or "no name"


def _conflict_view(conflict: Conflict, names: Names) -> ConflictView:
    return ConflictView(
        record_id=visible(conflict.record_id),
        link=f"#{case_anchor(conflict.record_id)}",
        quadrant=_WORDS[conflict.quadrant],
        opinions=tuple(_opinion(opinion, names) for opinion in conflict.opinions),
    )


def _opinion(said: OpinionOf, names: Names) -> str:
    right = {
        RightSide.CANDIDATE: f", {names.candidate} is right",
        RightSide.INCUMBENT: f", {names.incumbent} is right",
        RightSide.BOTH: ", both are right",
        RightSide.NEITHER: ", neither is right",
        None: "",
    }[said.right]
    note = " ".join(visible(said.note).split())
    note = note if len(note) <= _LONGEST_NOTE else f"{note[:_LONGEST_NOTE]} …"
    return f"{_name(said.reviewer)}: {OPINIONS[said.opinion]}{right}" + (f" (“{note}”)" if note else "")


def _more_conflicts(review: ReviewSummary) -> str:
    rest = review.said["conflict"] - len(review.conflicts)
    return f"And {amount(rest, 'more case')}." if rest else ""


def review_lines(analysis: Analysis, names: Names, *, conflicts: int = 5) -> list[str]:
    """For the terminal: who judged, how far they agree, on what they do not, and what it did.

    Args:
        analysis: The findings.
        names: What the models are called.
        conflicts: Most of them shown.
    """
    review = analysis.review
    if review is None:
        return []
    lines = [_reviewer_line(reviewer) for reviewer in review.reviewers]
    if review.more_reviewers:
        lines.append(f"and {amount(review.more_reviewers, 'more person', 'more people')}")
    lines += _people(review)
    for conflict in review.conflicts[:conflicts]:
        view = _conflict_view(conflict, names)
        lines.append(f"  {view.record_id[:_LONGEST_NAME]} ({view.quadrant}) · {' · '.join(view.opinions)}")
    if (rest := review.said["conflict"] - conflicts) > 0:
        lines.append(f"  … {amount(rest, 'more case')} in the report")
    if review.unknown:
        verb = "is" if review.unknown == 1 else "are"
        lines.append(f"{amount(review.unknown, 'judged record')} of triage.jsonl {verb} not in the run")
    return lines + list(effect_sentences(analysis, names))


def _reviewer_line(reviewer: Reviewer) -> str:
    opinions = (
        (reviewer.acceptable, Opinion.ACCEPTABLE),
        (reviewer.unacceptable, Opinion.UNACCEPTABLE),
        (reviewer.label_wrong, Opinion.LABEL_WRONG),
        (reviewer.unsure, Opinion.UNSURE),
    )
    told = ", ".join(f"{number(count)} {OPINIONS[opinion]}" for count, opinion in opinions if count)
    bulk = f"; {number(reviewer.in_bulk)} in bulk" if reviewer.in_bulk else ""
    return f"{_name(reviewer.name)}: {amount(reviewer.judged, 'case')} ({told}{bulk})"
