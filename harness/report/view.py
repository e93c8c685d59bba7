"""Analysis, facts and pairs → exactly what the page shows; all rounding and wording happens on the way."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from harness.analysis.failure.sentence import Phrase
from harness.analysis.result import Analysis
from harness.domain.pair import Pair
from harness.report.answer import lead, square, status, top_headline
from harness.report.averages import averages_view
from harness.report.banners import banners, origin, run_problem
from harness.report.casebook import Casebook, casebook, chosen_cases
from harness.report.examples import example_keeper
from harness.report.facts import RunFacts
from harness.report.groups import Evidence, groups_view
from harness.report.method import method_view
from harness.report.model import CaseSection, CaseView, Masthead, View
from harness.report.noise import noise_view
from harness.report.questions import questions
from harness.report.sections import AnswerView
from harness.report.slices import slices_view
from harness.report.speed import speed_view
from harness.report.wording import Names, amount, display_names, visible

_LONGEST_UNIT = 40


def shown_case_ids(analysis: Analysis) -> frozenset[str]:
    """Ids of the records whose pairs `build_view` needs."""
    chosen = {case.record_id for case in chosen_cases(analysis)}
    return frozenset(chosen | set(example_keeper(analysis).wanted))


def build_view(
    analysis: Analysis,
    facts: RunFacts,
    pairs: Iterable[Pair],
    positions: Mapping[str, Sequence[int]] | None = None,
) -> View:
    """Everything the page shows.

    Args:
        analysis: The findings.
        facts: The run as its manifest tells it.
        pairs: The pairs of `shown_case_ids`, in any order; further ones are passed over.
        positions: Places of each group's cases in the order of the run, by id of the group; without it no
            card says when in the run its cases came.
    """
    names = display_names(facts.incumbent.model, facts.candidate.model)
    unit = visible(facts.unit)[:_LONGEST_UNIT] or "record"
    keeper = example_keeper(analysis)
    book = casebook(analysis, keeper.passing(pairs), names)
    return View(
        title=f"{visible(facts.dataset)} · {names.candidate} against {names.incumbent} · {facts.mark.value}",
        masthead=_masthead(analysis, facts, names),
        answer=answer_view(analysis, facts, names, unit),
        groups=groups_view(analysis, names, Evidence(examples=keeper.found, positions=positions or {}), unit),
        slices=slices_view(analysis, names, unit),
        shared_texts=book.shared,
        case_columns=("Expected", names.incumbent, names.candidate),
        sections=_with_visible_sentences(book),
        noise=noise_view(analysis, names, unit),
        speed=speed_view(analysis, facts, names, unit),
        averages=averages_view(analysis, names),
        method=method_view(analysis, facts, names, unit),
    )


def answer_view(analysis: Analysis, facts: RunFacts, names: Names, unit: str) -> AnswerView:
    """The first screen."""
    problem = run_problem(analysis, names)
    return AnswerView(
        origin=origin(facts, names),
        status=status(analysis, problem),
        headline=top_headline(analysis, names, unit, problem),
        lead=lead(analysis, facts, names, unit, problem),
        questions=questions(analysis, facts, names, unit, problem),
        banners=banners(analysis, facts, names),
        square=square(analysis, names, unit),
    )


def _with_visible_sentences(book: Casebook) -> tuple[CaseSection, ...]:
    def seen(case: CaseView) -> CaseView:
        phrases = (Phrase(text=visible(phrase.text), foreign=phrase.foreign) for phrase in case.sentence)
        return replace(case, sentence=tuple(phrases))

    return tuple(
        replace(
            section,
            groups=tuple(
                replace(group, cases=tuple(seen(case) for case in group.cases)) for group in section.groups
            ),
        )
        for section in book.sections
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
