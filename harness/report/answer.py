"""The top of the page: the answer so far and the four counts."""

from harness.analysis.outcome import Basis, Quadrant
from harness.analysis.result import Analysis
from harness.analysis.stats.noninferiority import Conclusion
from harness.domain.estimate import Estimate
from harness.report.facts import RunFacts
from harness.report.findings import slice_sentences, suspects_sentence
from harness.report.sections import Cell, Square, Status
from harness.report.wording import (
    GAP,
    Names,
    amount,
    lowered,
    number,
    percent,
    plural_of,
    points,
    roughly,
    share_range,
    visible,
)

_ERROR_WORDS = {
    "rate_limited": "rate limit",
    "unavailable": "server unavailable",
    "disconnected": "connection failed",
    "timed_out": "no answer in time",
    "truncated_stream": "stream broke off",
    "malformed": "unreadable answer",
    "refused": "request rejected",
    "unauthorized": "key refused",
}
_STATUS = {
    Conclusion.NON_INFERIOR: Status(mark="migrate", tone="better", words="Loses less than you allow"),
    Conclusion.INFERIOR: Status(mark="stay", tone="worse", words="Loses more than you allow"),
    Conclusion.UNDECIDED: Status(mark="open", tone="plain", words="Not decided yet"),
}
_SEVERE = 3
# A kind rarer than this among the regressions is no answer to what goes wrong.
_WORTH_NAMING = 0.25


def error_words(kind: str) -> str:
    """A kind of call error in words."""
    return _ERROR_WORDS.get(kind) or visible(kind).replace("_", " ")


def status(analysis: Analysis, problem: str) -> Status:
    """How the answer stands.

    Args:
        analysis: The findings.
        problem: What went wrong with the run itself, or "".
    """
    if problem:
        return Status(mark="open", tone="plain", words="A problem of this run, not a verdict on the model")
    if analysis.noninferiority is not None:
        return _STATUS[analysis.noninferiority.conclusion]
    if analysis.compared == 0:
        return Status(mark="open", tone="plain", words="Nothing was compared")
    return Status(mark="open", tone="plain", words="Nobody has checked who is right")


def top_headline(analysis: Analysis, names: Names, unit: str, problem: str) -> str:
    """The answer in one sentence, read after the words of its status."""
    found = analysis.noninferiority
    if problem:
        return problem
    undecided = found is not None and found.conclusion is Conclusion.UNDECIDED
    if found is not None and undecided and found.more_records and analysis.count(Quadrant.REGRESSION):
        return f"About {amount(roughly(found.more_records), f'more labelled {unit}')} would settle it."
    return headline(analysis, names, unit)


def headline(analysis: Analysis, names: Names, unit: str) -> str:
    """The count that matters, in one sentence."""
    n = analysis.compared
    if analysis.pairs == 0:
        return "Nothing has been compared yet: the run has no pairs."
    if n == 0:
        return f"Nothing could be compared: none of {amount(analysis.pairs, 'pair')} could be scored."
    if analysis.basis is Basis.AGREEMENT:
        agree = analysis.count(Quadrant.AGREE)
        return f"{names.candidate} and {names.incumbent} agree on {number(agree)} of {amount(n, unit)}."
    losses = analysis.count(Quadrant.REGRESSION)
    if losses == 0:
        return f"No {unit} where {names.incumbent} is right and {names.candidate} is wrong, in {number(n)}."
    return (
        f"{names.candidate} fails where {names.incumbent} is right on {number(losses)} of {amount(n, unit)}."
    )


def share_sentence(analysis: Analysis, unit: str) -> str:
    """The share that the headline's count is, with its range, such as "Worse on 24 % of … (19 to 29 %)".

    Returns:
        "" where nothing was compared, and where the count is zero: that has a sentence of its own.
    """
    agreement = analysis.basis is Basis.AGREEMENT
    quadrant = Quadrant.AGREE if agreement else Quadrant.REGRESSION
    entry = analysis.quadrants.get(quadrant.value)
    if entry is None or not entry.count or entry.share.value is None:
        return ""
    begin = "They agree on" if agreement else "Worse on"
    return f"{begin} {percent(entry.share.value)} of the {plural_of(unit)} ({share_range(entry.share)})."


def lead(analysis: Analysis, facts: RunFacts, names: Names, unit: str, problem: str) -> tuple[str, ...]:
    """What follows the headline: the count if it is not told yet, the commonest mistake, the worst place."""
    if problem:
        return (f"Nothing below says how good {names.candidate} is. Mend this and run it again.",)
    if analysis.compared == 0:
        return _why_nothing(analysis, facts, unit)
    counted = headline(analysis, names, unit)
    if top_headline(analysis, names, unit, problem) == counted:
        counted = ""
    zero = ""
    if analysis.basis is Basis.EXPECTED and analysis.count(Quadrant.REGRESSION) == 0:
        zero = _rule_of_three(analysis.compared)
    told = (
        counted,
        share_sentence(analysis, unit),
        zero,
        _no_end(analysis, names, unit),
        _differ(analysis, names),
        suspects_sentence(analysis, names),
        _commonest(analysis),
        _worst_place(analysis),
    )
    return tuple(sentence for sentence in told if sentence)


def _why_nothing(analysis: Analysis, facts: RunFacts, unit: str) -> tuple[str, ...]:
    if not analysis.pairs:
        dataset = visible(facts.dataset)
        expected = "" if facts.planned is None else f"The dataset has {amount(facts.planned, unit)}. "
        return (
            f"{expected}Look for what is wrong with: harness dataset check {dataset}. "
            f"Then run it again with: harness shadow {dataset}",
        )
    reasons = "; ".join(f"{visible(entry.name)}: {number(entry.count)}" for entry in analysis.unscored[:5])
    return (f"The reasons: {reasons}.",)


def _rule_of_three(n: int) -> str:
    """Zero seen in n bounds the rate by about 3/n at 95 % (Hanley and Lippman-Hand, JAMA 1983)."""
    if n < 6:
        return "That is too few to say how rare such a case is."
    return f"So, with 95{GAP}% confidence, fewer than 1 in {number(n // 3)}."


def _no_end(analysis: Analysis, names: Names, unit: str) -> str:
    """More records would not help."""
    found = analysis.noninferiority
    if found is None or not found.hopeless:
        return ""
    return (
        f"With the loss seen, more {plural_of(unit)} would not show that {names.candidate} "
        f"stays within the {points(found.margin)} points you allow."
    )


def _differ(analysis: Analysis, names: Names) -> str:
    if analysis.basis is not Basis.AGREEMENT:
        return ""
    differ, one, both = (
        analysis.count(quadrant) for quadrant in (Quadrant.DIFFER, Quadrant.ONE_FAILED, Quadrant.BOTH_FAILED)
    )
    failed = f" On {number(one)} one of the two failed, on {number(both)} both." if one or both else ""
    return f"{names.candidate} and {names.incumbent} differ on {number(differ)}.{failed}"


def _commonest(analysis: Analysis) -> str:
    """The kind that most regressions are, where it is more than one of them."""
    losses = analysis.count(Quadrant.REGRESSION)
    if analysis.basis is not Basis.EXPECTED or not losses:
        return ""
    kind = max(analysis.kinds, key=lambda kind: kind.primary_only_candidate)
    count = kind.primary_only_candidate
    if count < max(2, _WORTH_NAMING * losses) or count == losses:
        return ""
    return f"The commonest mistake: {lowered(visible(kind.title))}, {number(count)} of the {number(losses)}."


def _worst_place(analysis: Analysis) -> str:
    rules = slice_sentences(analysis)
    return f"Worst where {rules[0]}." if rules else ""


def net_sentence(net: Estimate | None) -> str:
    """The net difference with its range."""
    if net is None or net.value is None or net.low is None or net.high is None:
        return ""
    level = f"{net.level * 100:g}{GAP}%"
    if net.value < 0:
        # A loss is told as a positive number, so its range is mirrored.
        span = f"{points(-net.high)} to {points(-net.low)}"
        told = f"Net loss {points(-net.value)} points ({span}, {level} range)."
    else:
        word = "Net gain" if net.value > 0 else "Net difference"
        told = f"{word} {points(net.value)} points ({points(net.low)} to {points(net.high)}, {level} range)."
    return told


def square(analysis: Analysis, names: Names, unit: str) -> Square | None:
    """The four counts, None where nothing was compared."""
    if analysis.compared == 0:
        return None

    def cell(quadrant: Quadrant, word: str, mark: str, tone: str = "plain") -> Cell:
        return Cell(count=number(analysis.count(quadrant)), word=word, tone=tone, mark=mark)

    accuracy = analysis.basis is Basis.EXPECTED
    if accuracy:
        cells = (
            (
                cell(Quadrant.BOTH_RIGHT, "both right", "right"),
                cell(Quadrant.REGRESSION, "worse", "worse", "worse"),
            ),
            (
                cell(Quadrant.GAIN, "better", "better", "better"),
                cell(Quadrant.BOTH_WRONG, "both wrong", "wrong"),
            ),
        )
    else:
        cells = (
            (cell(Quadrant.AGREE, "agree", "right"), cell(Quadrant.DIFFER, "differ", "changed", "worse")),
            (
                cell(Quadrant.ONE_FAILED, "one failed", "worse"),
                cell(Quadrant.BOTH_FAILED, "both failed", "wrong"),
            ),
        )
    return Square(
        total=amount(analysis.compared, unit),
        caption="against expected answers" if accuracy else "compared with each other",
        rows=(f"{names.incumbent} right", f"{names.incumbent} wrong") if accuracy else ("", ""),
        columns=(f"{names.candidate} right", f"{names.candidate} wrong") if accuracy else ("", ""),
        cells=cells,
        notes=tuple(note for note in (_rerun_note(analysis), _eye_note(analysis)) if note),
    )


def _rerun_note(analysis: Analysis) -> str:
    """Which of the worse cases are confirmed by asking again."""
    word = "worse" if analysis.basis is Basis.EXPECTED else "differing"
    if not analysis.count(Quadrant.REGRESSION) and not analysis.count(Quadrant.DIFFER):
        return ""
    if analysis.noise is None:
        return "Nothing was asked twice, so flaky cases are not told apart."
    found = analysis.noise.regressions
    if not found.rerun:
        return f"None of the {number(found.found)} {word} cases was asked again." if found.found else ""
    flaky = f"; {number(found.flaky)} {'is' if found.flaky == 1 else 'are'} flaky" if found.flaky else ""
    return (
        f"{number(found.confirmed)} of {amount(found.rerun, f'{word} case')} asked again "
        f"came out the same every time{flaky}."
    )


def _eye_note(analysis: Analysis) -> str:
    """How many cases a person has to look at."""
    if analysis.basis is Basis.AGREEMENT:
        open_cases = analysis.compared - analysis.count(Quadrant.AGREE)
        verb = "needs" if open_cases == 1 else "need"
        return f"{amount(open_cases, 'case')} {verb} a person's eye." if open_cases else ""
    losses = analysis.count(Quadrant.REGRESSION)
    if not losses:
        return ""
    judged = _judged_losses(analysis)
    if judged:
        return f"{number(losses - judged)} of {amount(losses, 'case')} still to be judged by a person."
    severe = sum(kind.primary_only_candidate for kind in analysis.kinds if kind.severity == _SEVERE)
    told = f", {number(severe)} of a severe kind" if severe else ""
    return f"{amount(losses, 'case')} {'needs' if losses == 1 else 'need'} a person's eye{told}."


def _judged_losses(analysis: Analysis) -> int:
    """Of the cases that count as worse, those that somebody judged."""
    review, worse = analysis.review, Quadrant.REGRESSION
    if review is None:
        return 0
    gone = sum(moved.count for moved in review.moved if moved.before is worse)
    come = sum(moved.count for moved in review.moved if moved.after == worse.value)
    return review.judged.get(worse.value, 0) - gone + come
