"""What the analysis made of one pair: a row of cases.parquet, the index of a run's cases."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRow:
    """One pair of a run, told in a line.

    Attributes:
        record_id: The record.
        quadrant: Name of a `Quadrant`, or "unscored".
        reason: Why the pair counts neither as right nor as wrong, "" where it counts.
        kind: Primary failure kind of the arm that the case is about (the candidate, unless only the
            incumbent failed); "" where neither failed.
        incumbent_kind, candidate_kind: Primary failure kind of each arm, "" where it is right.
        severity: 0 (none) to 3 (severe): the worst of the arm that the case is about.
        group: Id of the group of alike failures that the candidate's failure belongs to, such as
            "v1:sign_flipped|totals.net|"; "" where the candidate is right.
        slices: Positions, in `Analysis.slices`, of the rules that hold for the record, whatever came of it;
            () where the pair counts nowhere.
        amount: Money at risk in the candidate's failure, in its document's currency; None if unknown, or
            so much that it is no money.
        rerun: "confirmed" or "flaky" where the record was called twice and the arms differ, else "".
        review: What people said of the case: "acceptable", "unacceptable", "label_wrong", "unsure",
            "conflict" where they disagree, "" where nobody did.
        harm: Place in the order of harm within the run, 0 the worst: by quadrant, severity, number of
            findings, then by lot. Pairs that are no case come last: both right or agreeing, then unscored.
    """

    record_id: str
    quadrant: str
    reason: str = ""
    kind: str = ""
    incumbent_kind: str = ""
    candidate_kind: str = ""
    severity: int = 0
    group: str = ""
    slices: tuple[int, ...] = ()
    amount: float | None = None
    rerun: str = ""
    review: str = ""
    harm: int = 0
