"""A run as a comment on a pull request, in GitHub's Markdown."""

from harness.analysis.arms import ArmSummary
from harness.analysis.failure.clusters import Cluster
from harness.analysis.outcome import Basis
from harness.analysis.result import Analysis
from harness.domain.mark import Mark
from harness.report.answer import headline, lead, net_sentence, status
from harness.report.banners import run_problem
from harness.report.costs import arm_cost
from harness.report.facts import RunFacts
from harness.report.findings import (
    incumbent_sentence,
    margin_sentence,
    money_sentence,
    noise_sentences,
    slice_sentences,
)
from harness.report.kinds import SEVERITIES
from harness.report.markdown import code_md, comment, link_md, plain_md, table_md
from harness.report.review import review_sentence
from harness.report.wording import Names, amount, display_names, number, usd, visible

_GROUPS = 12
_RULES = 6
_SENTENCE = 600
_NOT_REAL = {
    Mark.SIMULATED: "Every answer was made up by the sandbox: this says nothing about a real model.",
    Mark.RECORDED: "The answers were recorded earlier and played back.",
    Mark.LIVE: "",
}


def pull_request_comment(analysis: Analysis, facts: RunFacts, report: str) -> str:
    """The finding, the failures and where they are, at most 65,536 characters.

    Args:
        analysis: The findings.
        facts: The run.
        report: Where the report is: a web address becomes a link, a path is shown.
    """
    names = display_names(facts.incumbent.model, facts.candidate.model)
    unit = visible(facts.unit)[:40] or "record"
    problem = run_problem(analysis, names)
    parts = [
        f"### {code_md(facts.dataset)}: {plain_md(problem or headline(analysis, names, unit))}",
        f"**{facts.mark.value}** {_NOT_REAL[facts.mark]}".strip(),
        _sentences(review_sentence(analysis)),
        _finding(analysis, facts, names, problem),
        plain_md(f"Stopped early: {facts.stopped}", _SENTENCE) if facts.stopped else "",
        _groups(analysis, names),
        _rules(analysis),
        _sentences(*noise_sentences(analysis, names)),
        _sentences(incumbent_sentence(analysis, names), money_sentence(analysis, names)),
        _costs(analysis, facts, names),
        _not_counted(analysis),
        f"Report: {link_md(report)} · run {code_md(facts.run_id)} of {plain_md(facts.date)}",
    ]
    return comment([part for part in parts if part])


def _finding(analysis: Analysis, facts: RunFacts, names: Names, problem: str) -> str:
    """The difference against the margin; where the run itself went wrong, that alone."""
    unit = visible(facts.unit)[:40] or "record"
    if problem:
        told = f"{status(analysis, problem).words}."
        return f"**{plain_md(told)}** {_sentences(*lead(analysis, facts, names, unit, problem))}"
    return _sentences(
        net_sentence(analysis.net_difference), margin_sentence(analysis.noninferiority, names, unit)
    )


def _sentences(*sentences: str) -> str:
    return " ".join(plain_md(sentence, _SENTENCE) for sentence in sentences if sentence)


def _groups(analysis: Analysis, names: Names) -> str:
    groups = [group for group in analysis.clusters if group.regressions]
    if not groups:
        return ""
    accuracy = analysis.basis is Basis.EXPECTED
    columns = (
        "What goes wrong",
        "Severity",
        plain_md(f"Only {names.candidate} wrong" if accuracy else "Differ or failed"),
        "Such as",
    )
    table = table_md(columns, [_group(group) for group in groups[:_GROUPS]])
    rest = groups[_GROUPS:]
    if not rest:
        return table
    records = sum(group.regressions for group in rest)
    return f"{table}\n\n{amount(len(rest), 'more group')} with {amount(records, 'record')} not shown."


def _group(group: Cluster) -> tuple[str, ...]:
    return (
        plain_md(group.name, 140),
        SEVERITIES[group.severity][0],
        number(group.regressions),
        code_md(group.worst or group.medoid, 60),
    )


def _rules(analysis: Analysis) -> str:
    rules = slice_sentences(analysis)
    if not rules:
        return ""
    lines = [f"- {plain_md(rule, 300)}" for rule in rules[:_RULES]]
    more = [f"- {number(len(rules) - _RULES)} more in the report"] if len(rules) > _RULES else []
    return "\n".join(["Where:", "", *lines, *more])


def _costs(analysis: Analysis, facts: RunFacts, names: Names) -> str:
    told = [
        f"{plain_md(name)} {_cost(arm)}"
        for name, arm in ((names.incumbent, analysis.incumbent), (names.candidate, analysis.candidate))
        if arm.calls
    ]
    if not told:
        return ""
    paid = "" if facts.mark is Mark.LIVE else " (list prices, nothing was paid)"
    return f"Cost per record as measured{paid}: {', '.join(told)}."


def _cost(arm: ArmSummary) -> str:
    """As code: elsewhere GitLab links "$12", and the sign that keeps it from that would be copied as well."""
    cost = arm_cost(arm).per_call_usd
    return "unknown" if cost is None else code_md(usd(cost))


def _not_counted(analysis: Analysis) -> str:
    left = analysis.pairs - analysis.compared
    if not left:
        return ""
    reasons = "; ".join(
        f"{visible(entry.name)[:150]} ({number(entry.count)})" for entry in analysis.unscored[:3]
    )
    return plain_md(
        f"{number(left)} of {amount(analysis.pairs, 'pair')} count neither as right nor as wrong: {reasons}.",
        _SENTENCE,
    )
