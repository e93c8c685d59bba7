"""Analysis, facts and page data → exactly what the page shows; rounding and wording happen on the way."""

from harness.analysis.result import Analysis
from harness.report.answer import lead, square, status, top_headline
from harness.report.averages import averages_view
from harness.report.banners import banners, origin, run_problem
from harness.report.facts import RunFacts
from harness.report.groups import groups_view
from harness.report.method import method_view
from harness.report.model import Masthead, PageData, View
from harness.report.noise import noise_view
from harness.report.questions import questions
from harness.report.review import review_sentence, review_view
from harness.report.sections import AnswerView
from harness.report.slices import slices_view
from harness.report.speed import speed_view
from harness.report.static_cases import static_cases
from harness.report.wording import Names, amount, display_names, visible

_LONGEST_UNIT = 40


def build_view(analysis: Analysis, facts: RunFacts, data: PageData | None = None) -> View:
    """Everything the page shows.

    Args:
        analysis: The findings.
        facts: The run as its manifest tells it.
        data: Its cases; without them the page has none.
    """
    data = data or PageData()
    names = display_names(facts.incumbent.model, facts.candidate.model)
    unit = visible(facts.unit)[:_LONGEST_UNIT] or "record"
    return View(
        title=f"{visible(facts.dataset)} · {names.candidate} against {names.incumbent} · {facts.mark.value}",
        masthead=_masthead(analysis, facts, names),
        answer=answer_view(analysis, facts, names, unit),
        groups=groups_view(analysis, names, data.evidence, unit),
        slices=slices_view(analysis, names, unit),
        data=data,
        static_cases=static_cases(analysis, data, names),
        review=review_view(analysis, names),
        noise=noise_view(analysis, names, unit),
        speed=speed_view(analysis, facts, names, unit),
        averages=averages_view(analysis, names),
        method=method_view(analysis, facts, names, unit),
    )


def answer_view(analysis: Analysis, facts: RunFacts, names: Names, unit: str) -> AnswerView:
    """The first screen."""
    problem, judged = run_problem(analysis, names), review_sentence(analysis)
    return AnswerView(
        origin=origin(facts, names),
        status=status(analysis, problem),
        headline=top_headline(analysis, names, unit, problem),
        lead=(*((judged,) if judged else ()), *lead(analysis, facts, names, unit, problem)),
        questions=questions(analysis, facts, names, unit, problem),
        banners=banners(analysis, facts, names),
        square=square(analysis, names, unit),
    )


def _masthead(analysis: Analysis, facts: RunFacts, names: Names) -> Masthead:
    return Masthead(
        dataset=visible(facts.dataset),
        mark=facts.mark.value,
        incumbent=names.incumbent,
        candidate=names.candidate,
        pairs=amount(analysis.pairs, "pair"),
        run_id=visible(facts.run_id),
        date=visible(facts.date),
    )
