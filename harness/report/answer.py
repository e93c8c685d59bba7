"""The top of the page: the answer so far, the four counts, and what a reader must know first."""

from harness.analysis.outcome import Basis, Quadrant
from harness.analysis.result import Analysis
from harness.domain.estimate import Estimate
from harness.domain.mark import Mark
from harness.domain.observation import Arm
from harness.report.facts import RunFacts
from harness.report.model import Cell, Square
from harness.report.wording import Names, amount, number, plural_of, points, visible

MARK_SENTENCES = {
    Mark.SIMULATED: (
        "Every answer and every time on this page was made up by the sandbox, with planted mistakes. "
        "They say nothing about a real model."
    ),
    Mark.RECORDED: (
        "The answers were recorded earlier and played back by the sandbox. "
        "The times are the sandbox's, not a model's."
    ),
    Mark.LIVE: "",
}
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


def origin(facts: RunFacts, names: Names) -> str:
    """Where the answers come from; where one arm was really called, which one was not."""
    note = visible(facts.note)
    marks = {facts.incumbent.mark: names.incumbent, facts.candidate.mark: names.candidate}
    if Mark.LIVE not in marks or len(marks) == 1:
        return f"{MARK_SENTENCES[facts.mark]} {note}".strip()
    played = next(name for mark, name in marks.items() if mark is not Mark.LIVE)
    return (
        f"Answers and times of {played} come from the sandbox and say nothing about a real model. "
        f"{marks[Mark.LIVE]} was really called. {note}"
    ).strip()


def error_words(kind: str) -> str:
    """A kind of call error in words."""
    return _ERROR_WORDS.get(kind) or visible(kind).replace("_", " ")


def headline(analysis: Analysis, names: Names, unit: str) -> str:
    """The finding in one sentence."""
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
        f"{names.candidate} is wrong on {number(losses)} of {amount(n, unit)} "
        f"where {names.incumbent} is right."
    )


def lead(analysis: Analysis, names: Names) -> tuple[str, ...]:
    """What follows the headline: the other side, and the net difference against the margin."""
    if analysis.compared == 0:
        return _why_nothing(analysis)
    if analysis.basis is Basis.AGREEMENT:
        return ("Nobody has checked who is right where they differ: this dataset has no expected answers.",)
    gains, both = analysis.count(Quadrant.GAIN), analysis.count(Quadrant.BOTH_WRONG)
    other_side = (
        f"{names.candidate} is right on {number(gains)} where {names.incumbent} is wrong. "
        f"Both are wrong on {number(both)}."
    )
    zero: tuple[str, ...] = ()
    if analysis.count(Quadrant.REGRESSION) == 0:
        zero = (_rule_of_three(analysis.compared),)
    return (*zero, other_side, net_sentence(analysis.net_difference))


def _why_nothing(analysis: Analysis) -> tuple[str, ...]:
    if not analysis.pairs:
        return (
            "A run with pairs would show here where the candidate fails. "
            "Check the dataset, then run it again with: harness shadow DATASET",
        )
    reasons = "; ".join(f"{visible(entry.name)}: {number(entry.count)}" for entry in analysis.unscored[:5])
    return (f"The reasons: {reasons}.",)


def _rule_of_three(n: int) -> str:
    """Zero seen in n bounds the rate by about 3/n at 95 % (Hanley and Lippman-Hand, JAMA 1983)."""
    if n < 6:
        return "That is too few to say how rare such a case is."
    return f"So, with 95\u202f% confidence, fewer than 1 in {number(n // 3)}."


def net_sentence(net: Estimate | None) -> str:
    """The net difference with its range."""
    if net is None or net.value is None or net.low is None or net.high is None:
        return ""
    level = f"{net.level * 100:g}\u202f%"
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

    total = amount(analysis.compared, unit)
    if analysis.basis is Basis.AGREEMENT:
        return Square(
            caption=f"{total}, compared with each other",
            rows=("", ""),
            columns=("", ""),
            cells=(
                (cell(Quadrant.AGREE, "agree", "right"), cell(Quadrant.DIFFER, "differ", "changed", "worse")),
                (
                    cell(Quadrant.ONE_FAILED, "one failed", "worse"),
                    cell(Quadrant.BOTH_FAILED, "both failed", "wrong"),
                ),
            ),
        )
    return Square(
        caption=f"{total} against expected answers",
        rows=(f"{names.incumbent} right", f"{names.incumbent} wrong"),
        columns=(f"{names.candidate} right", f"{names.candidate} wrong"),
        cells=(
            (
                cell(Quadrant.BOTH_RIGHT, "both right", "right"),
                cell(Quadrant.REGRESSION, "worse", "worse", "worse"),
            ),
            (
                cell(Quadrant.GAIN, "better", "better", "better"),
                cell(Quadrant.BOTH_WRONG, "both wrong", "wrong"),
            ),
        ),
    )


def banners(analysis: Analysis, facts: RunFacts, names: Names) -> tuple[str, ...]:
    """What a reader must know before the numbers."""
    told = []
    units = plural_of(facts.unit)
    if facts.stopped:
        of_all = f" of {number(facts.planned)}" if facts.planned is not None else ""
        ran = analysis.pairs - max(arm.not_run for arm in (analysis.incumbent, analysis.candidate))
        told.append(f"Stopped early: {number(ran)}{of_all} {units} ran. {visible(facts.stopped)}.")
    unscored = analysis.pairs - analysis.compared
    if unscored and analysis.compared:
        reasons = "; ".join(
            f"{visible(entry.name)} ({number(entry.count)})" for entry in analysis.unscored[:3]
        )
        told.append(
            f"{number(unscored)} of {amount(analysis.pairs, 'pair')} count neither as right "
            f"nor as wrong: {reasons}."
        )
    for arm, name, arm_facts in (
        (Arm.INCUMBENT, names.incumbent, facts.incumbent),
        (Arm.CANDIDATE, names.candidate, facts.candidate),
    ):
        if arm_facts.recorded:
            told.append(f"{name} was not called: its answers are those recorded in production.")
        if cause := _one_cause(analysis, arm):
            told.append(f"{name}: {cause}. That is a problem of this run, not a verdict on the model.")
    return tuple(told)


def _one_cause(analysis: Analysis, arm: Arm) -> str:
    """The cause that 90 % of an arm's calls share, or ""."""
    summary = analysis.arm(arm)
    for entry in summary.errors[:1]:
        if entry.count >= 0.9 * summary.calls:
            return (
                f"{number(entry.count)} of {amount(summary.calls, 'call')} failed the same way "
                f"({error_words(entry.name)})"
            )
    for entry in summary.finish_reasons:
        if entry.name == "length" and entry.count >= 0.9 * summary.calls:
            return (
                f"{number(entry.count)} of {amount(summary.calls, 'answer')} were cut off at the token "
                "limit; check max_tokens"
            )
    for kind in analysis.kinds:
        count = kind.candidate if arm is Arm.CANDIDATE else kind.incumbent
        if (
            kind.kind in ("empty", "refusal", "truncated", "invalid_json", "repairable_json")
            and count >= 0.9 * analysis.compared
        ):
            of_all = amount(analysis.compared, "answer")
            return f"{number(count)} of {of_all} fail the same way ({kind.title.lower()})"
    return ""
