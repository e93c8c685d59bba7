"""The incumbent's own mistakes by signature, to set beside the candidate's groups."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from harness.analysis.failure.cluster_names import OTHER_EDITS
from harness.analysis.failure.edits import FREE_TEXT
from harness.analysis.failure.signature import Signature

MOST_SIGNATURES = 5000


@dataclass(frozen=True, slots=True, kw_only=True)
class IncumbentCount:
    """Records on which the incumbent makes the same mistake.

    Attributes:
        all: All of them.
        alone: Those that the candidate has right.
    """

    all: int
    alone: int


@dataclass(slots=True)
class IncumbentErrors:
    """Counts signatures in bounded memory; beyond the limit new ones cannot be told any more."""

    limit: int = MOST_SIGNATURES
    counts: dict[Signature, list[int]] = field(default_factory=dict)
    is_full: bool = False

    def add(self, signature: Signature, *, alone: bool) -> None:
        """Count one wrong answer of the incumbent; `alone` where the candidate is right."""
        if signature.edit == FREE_TEXT:
            return
        if signature not in self.counts and len(self.counts) >= self.limit:
            self.is_full = True
            return
        counted = self.counts.setdefault(signature, [0, 0])
        counted[0] += 1
        counted[1] += alone

    def of(self, signatures: Iterable[Signature]) -> IncumbentCount | None:
        """The records with any of these signatures; None where they do not tell the mistake."""
        found = IncumbentCount(all=0, alone=0)
        for signature in signatures:
            counted = self.counts.get(signature)
            if signature.edit in (FREE_TEXT, OTHER_EDITS) or (counted is None and self.is_full):
                return None
            if counted is not None:
                found = IncumbentCount(all=found.all + counted[0], alone=found.alone + counted[1])
        return found
