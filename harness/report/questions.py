"""The reader's questions on the first screen and their answers, without a statistic's name."""

from harness.analysis.outcome import Basis, Quadrant
from harness.analysis.result import Analysis
from harness.analysis.stats.noninferiority import Conclusion, NonInferiority
from harness.analysis.tipping import Tipping
from harness.domain.estimate import Estimate
from harness.report.answer import net_sentence
from harness.report.costs import gain_sentences
from harness.report.facts import RunFacts
from harness.report.findings import money_sentence
from harness.report.sections import Question
from harness.report.wording import GAP, Names, amount, number, plural_of, points, roughly, visible

_MOST_NAMED = 2


def questions(
    analysis: Analysis, facts: RunFacts, names: Names, unit: str, problem: str
) -> tuple[Question, ...]:
    """Why not, what for, how sure, what would change it, what is at stake; those that have an answer.

    Args:
        analysis: The findings.
        facts: The run.
        names: Display names.
        unit: What one record is.
        problem: What went wrong with the run itself: then nothing is said of the model.
    """
    if analysis.compared == 0 or problem:
        return ()
    told = (
        ("Why not all of it?", _why(analysis, names)),
        ("What do we gain?", gain_sentences(analysis, facts, names, unit)),
        ("How sure is this?", _sure(analysis, unit)),
        ("What would change it?", _change(analysis, names, unit)),
        ("What is at stake?", (money_sentence(analysis, names),)),
    )
    kept = ((title, tuple(part for part in answer if part)) for title, answer in told)
    return tuple(Question(title=title, answer=answer) for title, answer in kept if answer)


def _why(analysis: Analysis, names: Names) -> tuple[str, ...]:
    found, net = analysis.noninferiority, analysis.net_difference
    if found is None or net is None:
        apart = analysis.compared - analysis.count(Quadrant.AGREE)
        if not apart:
            return (f"Nothing seen here speaks against it: {names.candidate} gave the same answers.",)
        return (f"They do not agree on {number(apart)}, and nobody has checked who is right there.",)
    allowed = f"You allow {points(found.margin)}."
    if found.conclusion is Conclusion.INFERIOR:
        return net_sentence(net), allowed
    if found.conclusion is Conclusion.NON_INFERIOR:
        return ("Nothing in these counts speaks against it.", net_sentence(net), allowed)
    return (_anything(net), allowed)


def _anything(net: Estimate) -> str:
    """A range that crosses what is allowed, told as a range and not as a finding."""
    if net.low is None or net.high is None:
        return ""
    best, worst = net.high, -net.low
    if best > 0:
        return f"It may be anything from a gain of {points(best)} to a loss of {points(worst)} points."
    return f"The net loss may be anything from {points(-best)} to {points(worst)} points."


def _sure(analysis: Analysis, unit: str) -> tuple[str, ...]:
    found, net = analysis.noninferiority, analysis.net_difference
    counted = amount(analysis.compared, unit)
    if found is not None and found.clusters is not None:
        tag = visible(analysis.settings.cluster or "cluster")
        counted += f" of {amount(found.clusters, tag)}"
    if found is None or net is None:
        return (f"Counted on {counted}.", _again(analysis))
    return (f"{_against_margin(found, net)}, on {counted}.", _again(analysis))


def _against_margin(found: NonInferiority, net: Estimate) -> str:
    level = f"{net.level * 100:g}{GAP}%"
    allowed = _allowed(found)
    if found.conclusion is Conclusion.INFERIOR:
        return f"With {level} confidence the net loss is more than {allowed}"
    if found.conclusion is Conclusion.NON_INFERIOR:
        return f"With {level} confidence the net loss is less than {allowed}"
    return f"The {level} range crosses {allowed}, so this is neither a pass nor a fail"


def _again(analysis: Analysis) -> str:
    """Whether noise could explain it, where that was measured."""
    noise = analysis.noise
    if noise is None:
        return ""
    excess = noise.floor.excess
    if excess.low is not None and excess.low > 0:
        return f"Noise does not explain it: {amount(noise.records, 'record')} were asked twice."
    return f"Noise could explain it: {amount(noise.records, 'record')} were asked twice."


def _change(analysis: Analysis, names: Names, unit: str) -> tuple[str, ...]:
    """The nearest way to another finding: groups to mend, further failures, more records."""
    found, tipping = analysis.noninferiority, analysis.tipping
    if analysis.basis is Basis.AGREEMENT:
        return (f"Expected answers for the {plural_of(unit)} on which they differ.",)
    if found is None or tipping is None:
        return ()
    told = (_further(tipping, found, unit) if tipping.inside else _mended(tipping, analysis, names),)
    if found.more_records is None:
        return told
    return (f"About {amount(roughly(found.more_records), f'more labelled {unit}')}.", *told)


def _further(tipping: Tipping, found: NonInferiority, unit: str) -> str:
    if tipping.more_regressions is None:
        return ""
    cases = amount(tipping.more_regressions, f"more {unit}")
    return f"{cases} going wrong: then it would no longer be shown to stay within {_allowed(found)}."


def _mended(tipping: Tipping, analysis: Analysis, names: Names) -> str:
    if not tipping.groups:
        return f"Mending would not do, {visible(tipping.reason)}." if tipping.reason else ""
    titles = {group.id: group.name for group in analysis.clusters}
    named = [_quoted(visible(titles[group])[:80]) for group in tipping.groups[:_MOST_NAMED]]
    more = len(tipping.groups) - len(named)
    if more:
        named.append(amount(more, "further group"))
    listed = ", ".join(named[:-1]) + (" and " if len(named) > 1 else "") + named[-1]
    cases = f"{number(tipping.regressions)} of {number(analysis.count(Quadrant.REGRESSION))} cases"
    return f"Mend {listed} ({cases}), and {names.candidate} stays within what you allow."


def _quoted(name: str) -> str:
    """A group's name within a sentence; one that begins with a quoted value stays as it is."""
    return name if '"' in name else f"“{name}”"


def _allowed(found: NonInferiority) -> str:
    return f"the {points(found.margin)} points you allow"
