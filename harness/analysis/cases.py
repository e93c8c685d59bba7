"""The cases worth reading: the worst of each quadrant, in bounded memory."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import blake2b

import orjson

from harness.analysis.failure.sentence import Phrase, line_count, sentence
from harness.analysis.failure.severity import SeverityRules
from harness.analysis.outcome import CASE_QUADRANTS, ArmOutcome, Basis, Outcome, Quadrant, Unscored, judge
from harness.analysis.settings import AnalysisSettings
from harness.domain.case_row import CaseRow
from harness.domain.failure import is_failure
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


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRest:
    """Cases of a quadrant beyond those kept in full: some by id, the rest only counted."""

    quadrant: Quadrant
    record_ids: tuple[str, ...]
    uncounted: int


_Key = tuple[int, int, int, str]


@dataclass(slots=True)
class _Shelf:
    """The first `limit` cases and the next `id_limit` ids in order of harm."""

    limit: int
    id_limit: int
    kept: list[tuple[_Key, Case | None]] = field(default_factory=list)
    bar: _Key | None = None
    total: int = 0

    def wants(self, key: _Key) -> bool:
        self.total += 1
        return self.bar is None or key < self.bar

    def put(self, key: _Key, case: Case) -> None:
        self.kept.append((key, case))
        if len(self.kept) >= self.limit + self.id_limit + 200:
            self.settle()

    def settle(self) -> None:
        """Keep the worst; a case that can no longer come among the first loses its content."""
        self.kept.sort(key=lambda entry: entry[0])
        del self.kept[self.limit + self.id_limit :]
        for place in range(self.limit, len(self.kept)):
            self.kept[place] = (self.kept[place][0], None)
        if len(self.kept) == self.limit + self.id_limit:
            self.bar = self.kept[-1][0] if self.kept else (-9, 0, 0, "")


class CaseKeeper:
    """Takes every compared pair, keeps what is worth reading."""

    def __init__(self, settings: AnalysisSettings) -> None:
        self._rules = SeverityRules(settings.severity)
        self._shelves = {
            quadrant: _Shelf(limit=settings.case_limit, id_limit=settings.id_limit)
            for quadrants in CASE_QUADRANTS.values()
            for quadrant in quadrants
        }

    def add(self, pair: Pair, outcome: Outcome) -> None:
        """Keep the pair if it is among the worst of its quadrant."""
        shelf = self._shelves.get(outcome.quadrant)
        if shelf is None:
            return
        side = outcome.incumbent if _about_incumbent(outcome) else outcome.candidate
        failing = sum(is_failure(finding) for finding in side.findings)
        key = (-int(self._rules.worst(side.findings)), -failing, _spread(pair.record.id), pair.record.id)
        if shelf.wants(key):
            shelf.put(key, _case(pair, outcome, side, self._rules))

    def cases(self, basis: Basis) -> tuple[Case, ...]:
        """The cases of all quadrants of that basis, regressions first, each quadrant worst first."""
        found: list[Case] = []
        for quadrant in CASE_QUADRANTS[basis]:
            shelf = self._shelves[quadrant]
            shelf.settle()
            found.extend(case for _, case in shelf.kept[: shelf.limit] if case is not None)
        return tuple(found)

    def rest(self, basis: Basis) -> tuple[CaseRest, ...]:
        """What `cases` left out."""
        rests = []
        for quadrant in CASE_QUADRANTS[basis]:
            shelf = self._shelves[quadrant]
            shelf.settle()
            ids = tuple(key[-1] for key, _ in shelf.kept[shelf.limit :])
            if shelf.total > shelf.limit:
                uncounted = shelf.total - len(shelf.kept)
                rests.append(CaseRest(quadrant=quadrant, record_ids=ids, uncounted=uncounted))
        return tuple(rests)


def _about_incumbent(outcome: Outcome) -> bool:
    return outcome.candidate.right and not outcome.incumbent.right


def _spread(record_id: str) -> int:
    """Orders equally harmful cases as by lot, the same every time: by id, one slice would come first."""
    return int.from_bytes(blake2b(record_id.encode(errors="replace"), digest_size=8).digest())


def _case(pair: Pair, outcome: Outcome, side: ArmOutcome, rules: SeverityRules) -> Case:
    counts = Counter(finding.kind for finding in side.findings)
    lines = None
    if counts["line_missing"]:
        path = next(finding.path for finding in side.findings if finding.kind == "line_missing")
        lines = line_count(pair.record.expected, path, orjson.loads)
    return Case(
        record_id=pair.record.id,
        quadrant=outcome.quadrant,
        kind=side.kind or "",
        severity=int(rules.worst(side.findings)),
        about_incumbent=_about_incumbent(outcome),
        headline=sentence(side.findings, lines),
        incumbent=_arm(outcome.incumbent, rules),
        candidate=_arm(outcome.candidate, rules),
    )


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


def open_case(
    pair: Pair, scores: Sequence[ScoredPair], row: CaseRow, settings: AnalysisSettings
) -> Case | None:
    """The case of a pair, None where it counts neither as right nor as wrong."""
    outcome = judge(pair, scores, settings.deciding)
    if isinstance(outcome, Unscored):
        return None
    side = outcome.incumbent if _about_incumbent(outcome) else outcome.candidate
    return _case(pair, outcome, side, SeverityRules(settings.severity))
