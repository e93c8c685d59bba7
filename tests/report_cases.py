"""One case from real scorers, for the tests of the open case."""

import json
from collections.abc import Sequence
from typing import Any

from factories import pair as make_pair
from factories import record, request, response

from harness.analysis import AnalysisSettings, analyze_with_cases
from harness.analysis.cases import Case, open_case
from harness.analysis.failure.arm_failure import arm_failure
from harness.analysis.outcome import CASE_QUADRANTS, Basis
from harness.analysis.stage import aligned
from harness.domain.chat import Answer, Response
from harness.domain.observation import Arm, CallError
from harness.domain.pair import Pair
from harness.domain.score import Score, ScoredPair
from harness.report.case_view import CaseLimits, CaseView, case_view
from harness.report.wording import Names
from harness.scorers.base import ScoringContext
from harness.scorers.json_fields import JsonFields

NAMES = Names(incumbent="GPT-4o", candidate="Llama")


def invoice(lines: int = 8, **changes: Any) -> dict[str, Any]:
    """An invoice with lines that differ from each other."""
    items = [
        {
            "description": f"{NOUNS[place % len(NOUNS)]} {place + 1}",
            "quantity": place + 1,
            "unit_price": round(3.5 + place, 2),
            "amount": round((place + 1) * (3.5 + place), 2),
        }
        for place in range(lines)
    ]
    return {
        "number": "RE-1",
        "date": "2026-08-31",
        "currency": "EUR",
        "line_items": items,
        "totals": {"net": 6418.2, "gross": 7637.66},
        **changes,
    }


NOUNS = ("Palette EPAL", "Zollabwicklung", "Frachtzuschlag Diesel", "Avis telefonisch", "Hebebühne")


def compared(
    expected: Any,
    candidate: Any,
    *,
    incumbent: Any = None,
    text: str = "Rechnung",
    scorer: Any = None,
    has_expected: bool = True,
) -> tuple[Pair, Case, Basis]:
    """Score a pair and open its case.

    Args:
        expected: The expected answer; anything but a text is written as JSON.
        candidate: The candidate's answer, or how its call ended.
        incumbent: The same of the incumbent; it answers as expected where it is left out.
        text: The document.
        scorer: Decides what is right; JSON fields where it is left out.
        has_expected: Whether the record has the expected answer.
    """
    known = expected if isinstance(expected, Answer) else Answer(text=_text(expected))
    of = record("r1", request=request(text), expected=known if has_expected else None)
    right = response(answer=known) if incumbent is None else _outcome(incumbent)
    made = make_pair(right, _outcome(candidate), of=of)
    scored = _scored(made, scorer or JsonFields())
    basis, [(_, case)] = cases_of([made], [scored], also_right=True)
    return made, case, basis


def cases_of(
    pairs: Sequence[Pair], scored: Sequence[ScoredPair], *, also_right: bool = False
) -> tuple[Basis, list[tuple[Pair, Case]]]:
    """What the pairs are compared with, and every one of them that is a case (or right), opened."""
    settings = AnalysisSettings()
    found = analyze_with_cases(iter(pairs), iter(scored), settings)
    basis = found.analysis.basis
    quadrants = {quadrant.value for quadrant in CASE_QUADRANTS[basis]}
    opened = (
        (pair, open_case(pair, scores, row, settings))
        for (pair, scores), row in zip(aligned(pairs, scored), found.cases, strict=True)
        if also_right or row.quadrant in quadrants
    )
    return basis, [(pair, case) for pair, case in opened if case is not None]


def opened(expected: Any, candidate: Any, *, limits: CaseLimits | None = None, **given: Any) -> CaseView:
    """The view of a scored pair; arguments as of `compared`."""
    made, case, basis = compared(expected, candidate, **given)
    return case_view(case, made, basis, NAMES, limits=limits or CaseLimits())


def _scored(pair: Pair, scorer: Any) -> ScoredPair:
    context = ScoringContext(record=pair.record, seed=7)
    expected = pair.record.expected

    def score(arm: Arm, reference: Answer | None) -> Score | None:
        outcome = pair.observation(arm).outcome
        failed = arm_failure(outcome)
        if reference is None or failed:
            return Score(value=0.0, findings=failed) if failed else None
        return scorer.score(_answer(outcome), reference, context)  # type: ignore[no-any-return]

    return ScoredPair(
        record_id=pair.record.id,
        scorer="tested",
        incumbent=score(Arm.INCUMBENT, expected),
        candidate=score(Arm.CANDIDATE, expected),
        agreement=score(Arm.CANDIDATE, _answer(pair.incumbent.outcome)),
        noise=None,
    )


def _answer(outcome: Response | CallError) -> Answer | None:
    return outcome.answer if isinstance(outcome, Response) else None


def _outcome(value: Any) -> Response | CallError | str:
    return value if isinstance(value, (Response, CallError)) else _text(value)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
