"""Which label was taken for which."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from harness.domain.score import Finding

LABEL_KINDS = frozenset({"wrong_label", "unknown_label"})
MOST = 50
_LIMIT = 5000
_CHARACTERS = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Confusion:
    """One pair of labels: how many answers of each arm said `actual` where `expected` was right.

    Attributes:
        path: The field, "" where the whole answer is the label.
    """

    path: str
    expected: str
    actual: str
    candidate: int
    incumbent: int


@dataclass(slots=True)
class ConfusionTally:
    """Counts confused labels, in bounded memory: pairs of labels beyond 5,000 are passed over."""

    candidate: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    incumbent: Counter[tuple[str, str, str]] = field(default_factory=Counter)

    def add(self, incumbent: Iterable[Finding], candidate: Iterable[Finding]) -> None:
        """Count the findings of both arms on one record."""
        for counts, findings in ((self.incumbent, incumbent), (self.candidate, candidate)):
            for key in {_key(finding) for finding in findings if finding.kind in LABEL_KINDS}:
                if key in counts or len(counts) < _LIMIT:
                    counts[key] += 1

    def most(self) -> tuple[Confusion, ...]:
        """The most frequent confusions of the candidate, then of the incumbent; fifty at most."""
        keys = sorted(
            {*self.candidate, *self.incumbent},
            key=lambda key: (-self.candidate[key], -self.incumbent[key], key),
        )
        return tuple(
            Confusion(
                path=key[0],
                expected=key[1],
                actual=key[2],
                candidate=self.candidate[key],
                incumbent=self.incumbent[key],
            )
            for key in keys[:MOST]
        )


def _key(finding: Finding) -> tuple[str, str, str]:
    return (
        finding.path[:_CHARACTERS],
        (finding.expected or "")[:_CHARACTERS],
        (finding.actual or "")[:_CHARACTERS],
    )
