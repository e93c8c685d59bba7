"""Analysis, facts and pairs → exactly what the page shows; all rounding and wording happens on the way."""

from harness.analysis.outcome import Basis
from harness.analysis.result import Analysis
from harness.report.answer import banners, headline, lead, origin, square
from harness.report.facts import RunFacts
from harness.report.figures import (
    averages,
    method_notes,
    slice_tables,
    speed_note,
    speed_tables,
    strip_charts,
)
from harness.report.findings import (
    group_table,
    incumbent_sentence,
    margin_sentence,
    money_sentence,
    money_table,
    noise_sentences,
    noise_table,
    sequential_sentence,
    slice_note,
    slice_rules,
    slice_sentences,
    suspects_sentence,
    worst_place,
)
from harness.report.judges import judge_tables
from harness.report.kinds import card_views, kind_views, kinds_title
from harness.report.model import Masthead, NoiseView, PageData, View, WhereView
from harness.report.static_cases import static_cases
from harness.report.wording import Names, amount, display_names, visible

_CAUTION = "A finding, not yet a verdict: severity, speed and cost are shown below but not weighed."


def build_view(analysis: Analysis, facts: RunFacts, data: PageData | None = None) -> View:
    """Everything the page shows.

    Args:
        analysis: The findings.
        facts: The run as its manifest tells it.
        data: Its cases; without them the page has none.
    """
    data = data or PageData()
    names = display_names(facts.incumbent.model, facts.candidate.model)
    unit = visible(facts.unit)[:40] or "record"
    kinds = kind_views(analysis, names, frozenset())
    cards = card_views(kinds)
    title, kinds_lead = kinds_title(analysis, names)
    accuracy = analysis.basis is Basis.EXPECTED
    return View(
        title=f"{visible(facts.dataset)} · {names.candidate} against {names.incumbent} · {facts.mark.value}",
        masthead=_masthead(analysis, facts, names),
        mark_sentence=origin(facts, names),
        headline=headline(analysis, names, unit),
        lead=_lead(analysis, names, unit),
        told=_told(analysis, names, unit),
        caution=_CAUTION if analysis.compared else "",
        banners=banners(analysis, facts, names),
        square=square(analysis, names, unit),
        kinds_title=title,
        kinds_lead=kinds_lead,
        cards=cards,
        more_kinds=tuple(kind for kind in kinds if kind not in cards),
        more_kinds_title="Further kinds" if cards else "Kinds",
        kind_columns=("Only " + names.candidate if accuracy else "Records", names.candidate, names.incumbent),
        data=data,
        static_cases=static_cases(analysis, data, names),
        where=_where(analysis, names),
        noise=NoiseView(sentences=noise_sentences(analysis, names), table=noise_table(analysis, names)),
        charts=strip_charts(analysis, names),
        speed=speed_tables(analysis, names) if analysis.pairs else (),
        speed_note=speed_note(facts),
        averages=averages(analysis, names) if analysis.pairs else None,
        judges=judge_tables(analysis, names),
        averages_note=_averages_note(analysis, names),
        method=_method(analysis, facts, names),
        method_notes=method_notes(analysis),
        command=visible(facts.command),
    )


def _lead(analysis: Analysis, names: Names, unit: str) -> tuple[str, ...]:
    sentences = (*lead(analysis, names), margin_sentence(analysis.noninferiority, names, unit))
    return tuple(sentence for sentence in sentences if sentence)


def _where(analysis: Analysis, names: Names) -> WhereView:
    return WhereView(
        rules=slice_sentences(analysis),
        table=slice_rules(analysis, names),
        note=slice_note(analysis) if analysis.compared else "",
        groups=group_table(analysis, names),
        money=money_table(analysis, names),
        tags=slice_tables(analysis, names),
    )


def _told(analysis: Analysis, names: Names, unit: str) -> tuple[str, ...]:
    """What qualifies the headline: the worst place, the incumbent's own errors, money, other readings."""
    sentences = (
        worst_place(analysis),
        incumbent_sentence(analysis, names),
        suspects_sentence(analysis, names),
        money_sentence(analysis, names),
        sequential_sentence(analysis, names, unit),
    )
    return tuple(sentence for sentence in sentences if sentence)


def _masthead(analysis: Analysis, facts: RunFacts, names: Names) -> Masthead:
    return Masthead(
        dataset=visible(facts.dataset),
        mark=facts.mark.value,
        incumbent=names.incumbent,
        incumbent_model=visible(facts.incumbent.model),
        candidate=names.candidate,
        candidate_model=visible(facts.candidate.model),
        pairs=amount(analysis.pairs, "pair"),
        run_id=visible(facts.run_id),
        date=visible(facts.date),
    )


def _averages_note(analysis: Analysis, names: Names) -> str:
    if not analysis.accuracy:
        return "No scorer ran."
    if analysis.basis is Basis.AGREEMENT:
        return f"{names.candidate} against {names.incumbent} only: there are no expected answers."
    return "An average hides what stands above; read it last."


def _method(analysis: Analysis, facts: RunFacts, names: Names) -> tuple[tuple[str, str], ...]:
    rows = [
        ("Answers", f"{facts.mark.value}. {origin(facts, names)}".strip()),
        ("Run", f"{facts.run_id}, {facts.date}"),
        ("Incumbent", _arm(facts.incumbent.provider, facts.incumbent.model, facts.incumbent.endpoint)),
        ("Candidate", _arm(facts.candidate.provider, facts.candidate.model, facts.candidate.endpoint)),
        ("Price of the incumbent", facts.incumbent.price or "unknown"),
        ("Price of the candidate", facts.candidate.price or "unknown"),
        ("Margin", f"{analysis.settings.margin * 100:g} points"),
        ("Schema of analysis.json", str(analysis.schema_version)),
        *facts.method,
    ]
    return tuple((visible(name), visible(value)) for name, value in rows)


def _arm(provider: str, model: str, endpoint: str) -> str:
    return f"{provider}/{model}" + (f" at {endpoint}" if endpoint else "")
