"""How good an answer is against a reference."""

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """How a field, a line or a whole answer differs from the reference."""

    SAME = "same"
    FORMAT_ONLY = "format_only"
    CHANGED = "changed"
    MISSING = "missing"
    INVENTED = "invented"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that differs: what the report and the slices are made of.

    Attributes:
        kind: Name of a FailureKind, or a plugin's own name.
        path: Where in the answer, as `totals.gross` or `line_items[3].amount` (index in the
            reference; in the answer for an invented line); "" for the whole answer.
        expected: The reference's value as text, None where it has none.
        actual: The answer's value as text, None where it has none.
        note: One short sentence for a reader, or "".
        amount: Money at risk in the document's currency: by how much a money field is off, or what a
            missing or invented line amounts to. None where the finding is not about money.
    """

    kind: str
    path: str = ""
    expected: str | None = None
    actual: str | None = None
    note: str = ""
    verdict: Verdict = Verdict.CHANGED
    amount: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """How good an answer is.

    Attributes:
        value: 0 (worst) to 1 (best); None cannot be told, never 0.
        reason: One sentence; says why where value is None.
        findings: What differs, most harmful first. Format-only findings cost nothing. Where value is None,
            why the reference is none: an incumbent whose answer is no reference has failed.
        pass_at: The value from which the answer counts as right.
    """

    value: float | None
    reason: str = ""
    findings: tuple[Finding, ...] = ()
    pass_at: float = 1.0

    @property
    def right(self) -> bool | None:
        """Whether the answer counts as right; None where it cannot be told."""
        return None if self.value is None else self.value >= self.pass_at - 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredPair:
    """One scorer's scores of one pair.

    Attributes:
        incumbent, candidate: Accuracy, against the expected answer; None without one.
        agreement: The candidate against the incumbent's answer.
        noise: The incumbent's repeat against the incumbent's answer; None without a repeat.
        candidate_noise: The candidate's repeat against the candidate's answer; None without a repeat.
        incumbent_repeat, candidate_repeat: Accuracy of that arm's repeat, against the expected answer.
        cross_incumbent_repeat: The candidate against the incumbent's repeat.
        cross_candidate_repeat: The candidate's repeat against the incumbent's answer.
        cross_repeats: The candidate's repeat against the incumbent's repeat.
    """

    record_id: str
    scorer: str
    incumbent: Score | None
    candidate: Score | None
    agreement: Score | None
    noise: Score | None
    candidate_noise: Score | None = None
    incumbent_repeat: Score | None = None
    candidate_repeat: Score | None = None
    cross_incumbent_repeat: Score | None = None
    cross_candidate_repeat: Score | None = None
    cross_repeats: Score | None = None
