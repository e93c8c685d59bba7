"""One pair opened: what was found in both answers, cut to what can be shown."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import orjson

from harness.analysis.failure.phrases import Phrase
from harness.analysis.failure.sentence import line_count, sentence
from harness.analysis.failure.severity import SeverityRules
from harness.analysis.harm import UNSCORED, badness, is_about_incumbent, severity_in, told_side
from harness.analysis.outcome import (
    ArmOutcome,
    Basis,
    Outcome,
    Quadrant,
    Unscored,
    deciders,
    first_in_front,
    judge,
    with_inconsistency,
)
from harness.analysis.reruns import inconsistent_arms
from harness.analysis.review import with_refusals
from harness.analysis.settings import AnalysisSettings
from harness.domain.case_row import CaseRow
from harness.domain.pair import Pair
from harness.domain.score import ScoredPair, Verdict

FINDING_LIMIT = 120
TEXT_LIMIT = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Clipped:
    """The beginning of a text and how many characters it had before our cut."""

    text: str
    characters: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFinding:
    """A finding with its texts cut to a size that can be shown."""

    kind: str
    path: str
    expected: Clipped | None
    actual: Clipped | None
    note: str
    verdict: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseArm:
    """One arm's side of a case; `more_findings` were left out."""

    right: bool
    kind: str | None
    findings: tuple[CaseFinding, ...]
    more_findings: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One pair worth reading.

    Attributes:
        kind: The primary kind of the arm that the case is about (the candidate, unless only the
            incumbent failed).
        severity: The worst severity of that arm's findings.
        headline: The rest of a sentence that begins with that arm's name.
        about_incumbent: Whether the sentence is about the incumbent.
    """

    record_id: str
    quadrant: Quadrant
    kind: str
    severity: int
    about_incumbent: bool
    headline: tuple[Phrase, ...]
    incumbent: CaseArm
    candidate: CaseArm


def open_case(
    pair: Pair, scores: Sequence[ScoredPair], row: CaseRow, settings: AnalysisSettings
) -> Case | None:
    """The whole case of one pair, from what is stored of it.

    What is wrong with the answers is told as the scorers told it, and where people found wrong what had
    passed, that; where the pair counts is told by the row, since people may have moved it.

    Args:
        pair: With its repeats.
        scores: All scores of the pair.
        row: Its row of cases.parquet.
        settings: Those of the analysis that wrote the row.

    Returns:
        Of a pair that both got right, too. None where the scorers cannot tell, and where the pair has no
        expected answer and others of the run have one.
    """
    scores = first_in_front(scores, settings.scorers)
    outcome = judge(pair, scores, settings.deciding)
    counts = row.quadrant != UNSCORED
    if isinstance(outcome, Unscored) or not (counts or row.review):
        return None
    decisive = deciders(scores, settings.deciding)
    outcome = with_inconsistency(outcome, inconsistent_arms(pair, outcome, decisive))
    outcome = with_refusals(outcome, incumbent=bool(row.incumbent_kind), candidate=bool(row.candidate_kind))
    case = _case(pair, outcome, SeverityRules(settings.severity))
    return replace(case, quadrant=Quadrant(row.quadrant)) if counts else case


def _case(pair: Pair, outcome: Outcome, rules: SeverityRules) -> Case:
    side = told_side(outcome)
    return Case(
        record_id=pair.record.id,
        quadrant=outcome.quadrant,
        kind=side.kind or "",
        severity=severity_in(badness(side, rules)),
        about_incumbent=is_about_incumbent(outcome),
        headline=_headline(pair, outcome, side),
        incumbent=_arm(outcome.incumbent, rules),
        candidate=_arm(outcome.candidate, rules),
    )


def _headline(pair: Pair, outcome: Outcome, side: ArmOutcome) -> tuple[Phrase, ...]:
    if side.right:
        return (Phrase(text="is right" if outcome.basis is Basis.EXPECTED else "says the same"),)
    counts = Counter(finding.kind for finding in side.findings)
    lines = None
    if counts["line_missing"]:
        path = next(finding.path for finding in side.findings if finding.kind == "line_missing")
        lines = line_count(pair.record.expected, path, orjson.loads)
    return sentence(side.findings, lines, against_other=outcome.basis is Basis.AGREEMENT)


def _arm(side: ArmOutcome, rules: SeverityRules) -> CaseArm:
    shown = sorted(side.findings, key=rules.of, reverse=True)[:FINDING_LIMIT]
    return CaseArm(
        right=side.right,
        kind=side.kind,
        findings=tuple(
            CaseFinding(
                kind=finding.kind,
                path=finding.path[:500],
                expected=clip(finding.expected),
                actual=clip(finding.actual),
                note=finding.note[:1000],
                verdict=finding.verdict,
            )
            for finding in shown
        ),
        more_findings=len(side.findings) - len(shown),
    )


def clip(text: str | None, limit: int = TEXT_LIMIT) -> Clipped | None:
    """The first `limit` characters with the whole length, None for None."""
    return None if text is None else Clipped(text=text[:limit], characters=len(text))
