"""The last lines a run prints: the finding, then failures, then where they are; plain text."""

from harness.analysis.outcome import Basis
from harness.analysis.result import UNSCORED, Analysis
from harness.domain.mark import Mark
from harness.report.answer import headline, lead, net_sentence, share_sentence, status
from harness.report.banners import run_problem
from harness.report.facts import RunFacts
from harness.report.findings import (
    incumbent_sentence,
    margin_sentence,
    money_sentence,
    noise_sentences,
    slice_sentences,
    suspects_sentence,
)
from harness.report.kinds import kind_title
from harness.report.review import review_sentence
from harness.report.speed import cost
from harness.report.wording import Names, amount, display_names, number, visible

MOST_LINES = 24
_KINDS = 6
_RULES = 3
_GROUPS = 3
_NARROW = str.maketrans({"\u202f": " ", "\u2212": "-"})


def summary_lines(analysis: Analysis, facts: RunFacts, path: str, *, title: str = "Report") -> list[str]:
    """At most 24 lines: the finding, failures by kind, where they are, calls, cost and the file to open.

    Args:
        analysis: The findings.
        facts: The run.
        path: The file that tells the rest.
        title: What that file is.
    """
    names = display_names(facts.incumbent.model, facts.candidate.model)
    problem = run_problem(analysis, names)
    lines = [
        f"{facts.mark.value} · {visible(facts.dataset)} · run {visible(facts.run_id)}",
        problem or headline(analysis, names, visible(facts.unit)),
        *_finding(analysis, facts, names, problem),
        *_kinds(analysis, names),
        *_where(analysis),
        *_noise(analysis, names),
        *_quadrants(analysis),
    ]
    if facts.stopped:
        lines.append(f"Stopped early: {visible(facts.stopped)}")
    lines += [_calls(analysis, names), _cost(analysis, facts, names)]
    shown = [*lines[: MOST_LINES - 1], f"{title}: {visible(path)}"]
    return [" ".join(line.split("\n")).translate(_NARROW) for line in shown]


def _finding(analysis: Analysis, facts: RunFacts, names: Names, problem: str) -> list[str]:
    """The share that got worse, the difference against the margin, the incumbent's own errors, money.

    Where the run itself went wrong, that it says nothing of the model.
    """
    unit = visible(facts.unit)
    if problem:
        told = (f"{status(analysis, problem).words}.", *lead(analysis, facts, names, unit, problem))
        return [" ".join(told), *filter(None, [review_sentence(analysis)])]
    found = (
        share_sentence(analysis, unit),
        net_sentence(analysis.net_difference),
        margin_sentence(analysis.noninferiority, names, unit),
    )
    sides = (
        " ".join(sentence for sentence in found if sentence),
        review_sentence(analysis),
        incumbent_sentence(analysis, names),
        suspects_sentence(analysis, names),
        money_sentence(analysis, names),
    )
    return [line.strip() for line in sides if line.strip()]


def _where(analysis: Analysis) -> list[str]:
    rules = [f"Where: {rule}" for rule in slice_sentences(analysis)[:_RULES]]
    return rules + [
        f"Group: {visible(group.name)[:100]} "
        f"({amount(group.regressions, 'case')}, such as {visible(group.medoid)[:60]})"
        for group in [group for group in analysis.clusters if group.regressions > 1][:_GROUPS]
    ]


def _noise(analysis: Analysis, names: Names) -> list[str]:
    told = noise_sentences(analysis, names)
    return [f"Asked again: {' '.join(told)}"] if told else []


def _kinds(analysis: Analysis, names: Names) -> list[str]:
    if not analysis.kinds:
        return ["No failure found."] if analysis.compared else []
    accuracy = analysis.basis is Basis.EXPECTED
    shown = analysis.kinds if len(analysis.kinds) <= _KINDS else analysis.kinds[: _KINDS - 1]
    titles = [visible(kind_title(kind.kind, analysis.basis, kind.title))[:40] for kind in shown]
    width = max(map(len, titles))
    lines = []
    for kind, title in zip(shown, titles, strict=True):
        only = f", only {names.candidate} {number(kind.only_candidate)}" if accuracy else ""
        lines.append(
            f"  {title:<{width}}  {names.candidate} {number(kind.candidate)}, "
            f"{names.incumbent} {number(kind.incumbent)}{only}"
        )
    if len(analysis.kinds) > len(shown):
        lines.append(f"  … {amount(len(analysis.kinds) - len(shown), 'more kind')} in the report")
    return lines


def _quadrants(analysis: Analysis) -> list[str]:
    if not analysis.compared:
        return [f"Not counted: {_reasons(analysis)}"] if analysis.unscored else []
    counts = ", ".join(
        f"{name.replace('_', ' ')} {number(entry.count)}"
        for name, entry in analysis.quadrants.items()
        if name != UNSCORED
    )
    left_out = analysis.pairs - analysis.compared
    return [f"Pairs: {counts}" + (f", not counted {number(left_out)}" if left_out else "")] + (
        [f"Not counted: {_reasons(analysis)}"] if left_out else []
    )


def _reasons(analysis: Analysis) -> str:
    """Why pairs are neither right nor wrong, the commonest reasons first."""
    most = (f"{number(entry.count)} because {visible(entry.name)[:150]}" for entry in analysis.unscored[:2])
    return "; ".join(most)


def _calls(analysis: Analysis, names: Names) -> str:
    told = []
    for name, arm in ((names.incumbent, analysis.incumbent), (names.candidate, analysis.candidate)):
        failed = arm.calls - arm.answered
        told.append(f"{name} {number(arm.calls)} ({amount(failed, 'error')})")
    return "Calls: " + ", ".join(told)


def _cost(analysis: Analysis, facts: RunFacts, names: Names) -> str:
    sides = (
        (names.incumbent, facts.incumbent.mark, analysis.incumbent),
        (names.candidate, facts.candidate.mark, analysis.candidate),
    )
    unpaid = [f"{name} {mark.value}" for name, mark, _ in sides if mark is not Mark.LIVE]
    if len(unpaid) == len(sides):
        told = f" ({facts.mark.value}, nothing was paid)"
    else:
        told = f" ({unpaid[0]}, not paid)" if unpaid else ""
    return f"Cost{told}: " + ", ".join(f"{name} {cost(arm)}" for name, _, arm in sides)
