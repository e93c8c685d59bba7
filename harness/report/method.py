"""How the run was made: settings, versions, hashes, prices, what was left out, how numbers were computed."""

from urllib.parse import urlsplit

from harness.analysis.result import Analysis
from harness.domain.failure import kind_of
from harness.report.banners import origin
from harness.report.facts import ArmFacts, RunFacts
from harness.report.findings import p_value, sequential_sentence
from harness.report.sections import MethodView
from harness.report.wording import GAP, Names, amount, number, visible


def method_view(analysis: Analysis, facts: RunFacts, names: Names, unit: str) -> MethodView:
    """The section.

    Args:
        analysis: The findings.
        facts: The run.
        names: Display names.
        unit: What one record is.
    """
    return MethodView(
        rows=_rows(analysis, facts, names),
        notes=(*_sequential(analysis, names, unit), *method_notes(analysis)),
        command=visible(facts.command),
    )


def _rows(analysis: Analysis, facts: RunFacts, names: Names) -> tuple[tuple[str, str], ...]:
    rows = [
        ("Answers", f"{facts.mark.value}. {origin(facts, names)}".strip()),
        ("Run", f"{facts.run_id}, {facts.date}"),
        ("Incumbent", _arm(facts.incumbent)),
        ("Candidate", _arm(facts.candidate)),
        ("Price of the incumbent", facts.incumbent.price or "unknown"),
        ("Price of the candidate", facts.candidate.price or "unknown"),
        ("Hosts contacted", _hosts(facts)),
        ("Margin", f"{analysis.settings.margin * 100:g} points"),
        ("Schema of analysis.json", str(analysis.schema_version)),
        *facts.method,
    ]
    return tuple((visible(name), visible(value)) for name, value in rows)


def _arm(arm: ArmFacts) -> str:
    told = f"{arm.provider}/{arm.model}"
    if arm.recorded:
        return f"{told}, not called: answers as recorded"
    return told + (f" at {arm.endpoint}" if arm.endpoint else "")


def _hosts(facts: RunFacts) -> str:
    """Where the calls of the arms went; the judge's address is not known here."""
    hosts = {_host(arm.endpoint) for arm in (facts.incumbent, facts.candidate) if not arm.recorded}
    return ", ".join(sorted(host for host in hosts if host)) or "none"


def _host(endpoint: str) -> str:
    try:
        return urlsplit(endpoint).netloc.rsplit("@", 1)[-1]
    except ValueError:
        return ""


def _sequential(analysis: Analysis, names: Names, unit: str) -> tuple[str, ...]:
    told = sequential_sentence(analysis, names, unit)
    return (told,) if told else ()


def method_notes(analysis: Analysis) -> tuple[str, ...]:
    """How the numbers were computed and what was left out."""
    level = f"{analysis.settings.level * 100:g}{GAP}%"
    notes = [
        f"Shares: Wilson score interval, {level}. Means: Student's t. "
        f"Net difference: {_net_method(analysis)}.",
        f"Right and wrong come from {_deciding(analysis)}. A failed, cut-off or empty answer is wrong. "
        "A kind is counted once per record; the first detected is the one a case is listed under.",
        *_tests(analysis),
    ]
    if analysis.harmless:
        kinds = ", ".join(
            f"{kind_of(entry.name).title.lower()} ({number(entry.count)})" for entry in analysis.harmless[:5]
        )
        notes.append(f"Differences that cost nothing, in candidate answers: {visible(kinds)}.")
    if analysis.unscored:
        left = "; ".join(f"{visible(entry.name)}: {number(entry.count)}" for entry in analysis.unscored)
        notes.append(f"Pairs that count neither as right nor as wrong: {left}.")
    reasons = [
        f"{visible(name)}: {visible(entry.name)} ({number(entry.count)})"
        for name, scores in analysis.accuracy.items()
        for entry in scores.reasons
    ]
    if reasons:
        notes.append("Scores that could not be told: " + "; ".join(reasons) + ".")
    return tuple(notes)


def _tests(analysis: Analysis) -> list[str]:
    found, margin, notes = analysis.difference, analysis.noninferiority, []
    if margin is not None:
        notes.append(
            f"Non-inferiority: {margin.method}, alpha {margin.alpha:g}. That the loss is the margin or more: "
            f"{p_value(margin.p_value)}; that it is the margin or less: {p_value(margin.p_inferior)}."
        )
    if found is not None and found.mcnemar_mid_p is not None:
        notes.append(f"Exact test of equal losses and gains (McNemar, mid-p): {found.mcnemar_mid_p:.3g}.")
    if found is not None and found.clusters is not None:
        tag = visible(analysis.settings.cluster or "")
        notes.append(f"Records of one {tag} are not independent: {amount(found.clusters, 'cluster')}.")
    return notes


def _deciding(analysis: Analysis) -> str:
    """Who says what is right."""
    names = [visible(name) for name in analysis.settings.deciding]
    if not names:
        return "the first scorer"
    return f"the scorer {names[0]}" if len(names) == 1 else f"all of {', '.join(names)}"


def _net_method(analysis: Analysis) -> str:
    net = analysis.net_difference
    return net.method if net is not None else "Tango's score interval for paired shares"
