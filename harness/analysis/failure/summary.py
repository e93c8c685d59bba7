"""Failures by kind: how many records show each, on which arm, and where."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from harness.analysis.failure.severity import SeverityRules
from harness.analysis.stats.counting import OTHER, BoundedCounter, Count
from harness.analysis.stats.intervals import share
from harness.domain.estimate import Estimate
from harness.domain.failure import Severity, kind_of, primary
from harness.domain.paths import with_any_index
from harness.domain.score import Finding

_TITLES = {"no_finding": "Wrong, the scorer names no finding"}
_LABEL_KINDS = frozenset({"wrong_label", "unknown_label"})
_KIND_LIMIT = 200
_PATH_LIMIT = 1000
_OTHER_KINDS = "other_kinds"


@dataclass(frozen=True, slots=True, kw_only=True)
class KindSummary:
    """How often one kind of failure occurs; every number but the shares is a count of records.

    Attributes:
        severity: 1 (light) to 3 (severe): that of most of its records, the worse of two as frequent.
        candidate, incumbent: Wrong answers of that arm that show the kind.
        both: Records where both arms show it.
        only_candidate: The candidate shows it and the incumbent is right.
        only_incumbent: The incumbent shows it and the candidate is right.
        primary_candidate, primary_incumbent: Records whose first-detected kind it is on that arm.
        primary_only_candidate: Those of `only_candidate` whose first-detected kind it is; these add
            up to the regressions.
        candidate_share, incumbent_share: Counts over all compared records.
        paths: Where it happens on the candidate (on the incumbent, if only that shows it), list
            positions left out; for labels, which was taken for which. The most frequent five.
    """

    kind: str
    title: str
    severity: int
    candidate: int
    incumbent: int
    both: int
    only_candidate: int
    only_incumbent: int
    primary_candidate: int
    primary_incumbent: int
    primary_only_candidate: int
    candidate_share: Estimate
    incumbent_share: Estimate
    paths: tuple[Count, ...]


@dataclass(slots=True)
class _Tally:
    candidate: int = 0
    incumbent: int = 0
    both: int = 0
    only_candidate: int = 0
    only_incumbent: int = 0
    primary_candidate: int = 0
    primary_incumbent: int = 0
    primary_only_candidate: int = 0
    severities: Counter[Severity] = field(default_factory=Counter)
    candidate_paths: BoundedCounter = field(default_factory=lambda: BoundedCounter(limit=_PATH_LIMIT))
    incumbent_paths: BoundedCounter = field(default_factory=lambda: BoundedCounter(limit=_PATH_LIMIT))


@dataclass(slots=True)
class KindTally:
    """Counts kinds record by record."""

    rules: SeverityRules = field(default_factory=SeverityRules)
    records: int = 0
    tallies: dict[str, _Tally] = field(default_factory=dict)

    def add(self, incumbent: tuple[Finding, ...] | None, candidate: tuple[Finding, ...] | None) -> None:
        """Count one record: the findings of each arm that is wrong, None for an arm that is right."""
        self.records += 1
        ours, theirs = self._by_kind(candidate or ()), self._by_kind(incumbent or ())
        for kind, (paths, severity) in ours.items():
            tally = self._tally(kind)
            tally.severities[severity] += 1
            tally.candidate += 1
            tally.both += kind in theirs
            tally.only_candidate += incumbent is None
            _count(tally.candidate_paths, paths)
        for kind, (paths, severity) in theirs.items():
            tally = self._tally(kind)
            tally.severities[severity] += 1
            tally.incumbent += 1
            tally.only_incumbent += candidate is None
            _count(tally.incumbent_paths, paths)
        if (first := primary(candidate or ())) is not None:
            tally = self._tally(first.kind)
            tally.primary_candidate += 1
            tally.primary_only_candidate += incumbent is None
        if (first := primary(incumbent or ())) is not None:
            self._tally(first.kind).primary_incumbent += 1

    def summary(self, *, level: float) -> tuple[KindSummary, ...]:
        """All kinds, most harmful first: severity times the candidate's excess over the incumbent."""
        kinds = (self._summary(name, tally, level) for name, tally in self.tallies.items())
        return tuple(sorted(kinds, key=_harm))

    def _by_kind(self, findings: Iterable[Finding]) -> dict[str, tuple[set[str], Severity]]:
        """Places and worst severity of each kind among the findings of one answer."""
        found: dict[str, tuple[set[str], Severity]] = {}
        for finding in findings:
            if (severity := self.rules.of(finding)) > Severity.NONE:
                paths, worst = found.get(finding.kind, (set[str](), Severity.NONE))
                paths.add(_place(finding))
                found[finding.kind] = paths, max(worst, severity)
        return found

    def _tally(self, kind: str) -> _Tally:
        if kind not in self.tallies and len(self.tallies) >= _KIND_LIMIT:
            kind = _OTHER_KINDS
        return self.tallies.setdefault(kind, _Tally())

    def _summary(self, name: str, tally: _Tally, level: float) -> KindSummary:
        kind = kind_of(name)
        paths = tally.candidate_paths if tally.candidate else tally.incumbent_paths
        return KindSummary(
            kind=name,
            title=_TITLES.get(name, kind.title),
            severity=_most(tally.severities),
            candidate=tally.candidate,
            incumbent=tally.incumbent,
            both=tally.both,
            only_candidate=tally.only_candidate,
            only_incumbent=tally.only_incumbent,
            primary_candidate=tally.primary_candidate,
            primary_incumbent=tally.primary_incumbent,
            primary_only_candidate=tally.primary_only_candidate,
            candidate_share=share(tally.candidate, self.records, level=level),
            incumbent_share=share(tally.incumbent, self.records, level=level),
            paths=tuple(path for path in paths.most(6) if path.name != OTHER)[:5],
        )


def _harm(kind: KindSummary) -> tuple[int, int, int, str]:
    excess = kind.candidate - kind.incumbent
    return (-kind.severity * excess, -kind.severity * kind.only_candidate, -kind.candidate, kind.kind)


def _most(severities: Counter[Severity]) -> int:
    return int(max(severities, key=lambda severity: (severities[severity], severity), default=Severity.NONE))


def _place(finding: Finding) -> str:
    """Where the mistake is; for labels, which was taken for which."""
    if finding.kind in _LABEL_KINDS and None not in (finding.expected, finding.actual):
        return f"{(finding.actual or '')[:40]} instead of {(finding.expected or '')[:40]}:"
    return with_any_index(finding.path[:200])


def _count(counter: BoundedCounter, paths: set[str]) -> None:
    for path in paths - {""}:
        counter.add(path)
