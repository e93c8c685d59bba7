"""What a reader must know before the numbers: where answers come from, what did not run, what broke."""

from harness.analysis.outcome import Basis
from harness.analysis.result import Analysis
from harness.domain.mark import Mark
from harness.domain.observation import Arm
from harness.report.answer import error_words
from harness.report.facts import RunFacts
from harness.report.wording import Names, amount, number, plural_of, visible

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
_WHOLE_ANSWER_KINDS = ("empty", "refusal", "truncated", "invalid_json", "repairable_json")
_NEARLY_ALL = 0.9


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


def banners(analysis: Analysis, facts: RunFacts, names: Names) -> tuple[str, ...]:
    """Stopped early, partly scored, not called, no expected answers: one sentence each."""
    told = []
    if facts.stopped:
        of_all = f" of {number(facts.planned)}" if facts.planned is not None else ""
        ran = analysis.pairs - max(arm.not_run for arm in (analysis.incumbent, analysis.candidate))
        units = plural_of(facts.unit)
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
    if analysis.basis is Basis.AGREEMENT and analysis.compared:
        told.append(
            "This dataset has no expected answers: agreement is the most this page can show, "
            "not who is right."
        )
    for name, arm in ((names.incumbent, facts.incumbent), (names.candidate, facts.candidate)):
        if arm.recorded:
            told.append(f"{name} was not called: its answers are those recorded in production.")
    return tuple(told)


def run_problem(analysis: Analysis, names: Names) -> str:
    """The one cause that nearly all calls or answers of an arm share, as a sentence; "" without one.

    It says that the run went wrong, so nothing on the page is a verdict on that model.
    """
    if not analysis.pairs:
        return ""
    causes = (
        (name, _one_cause(analysis, arm))
        for arm, name in ((Arm.CANDIDATE, names.candidate), (Arm.INCUMBENT, names.incumbent))
    )
    return next((f"{name}: {cause}." for name, cause in causes if cause), "")


def _one_cause(analysis: Analysis, arm: Arm) -> str:
    """The cause that 90 % of an arm's calls share, or ""."""
    summary = analysis.arm(arm)
    for entry in summary.errors[:1]:
        if entry.count >= _NEARLY_ALL * summary.calls:
            return (
                f"{number(entry.count)} of {amount(summary.calls, 'call')} failed the same way "
                f"({error_words(entry.name)})"
            )
    for entry in summary.finish_reasons:
        if entry.name == "length" and entry.count >= _NEARLY_ALL * summary.calls:
            return (
                f"{number(entry.count)} of {amount(summary.calls, 'answer')} were cut off at the token "
                "limit; check max_tokens"
            )
    for kind in analysis.kinds:
        count = kind.candidate if arm is Arm.CANDIDATE else kind.incumbent
        if kind.kind in _WHOLE_ANSWER_KINDS and count >= _NEARLY_ALL * max(1, analysis.compared):
            of_all = amount(analysis.compared, "answer")
            return f"{number(count)} of {of_all} fail the same way ({kind.title.lower()})"
    return ""
