"""What the search for slices is told and what it tells."""

from collections.abc import Sequence
from dataclasses import dataclass

from harness.analysis.failure.slice_search import Rows
from harness.analysis.features.predicate import Predicate
from harness.domain.estimate import Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class SliceSettings:
    """How slices are searched and told.

    Attributes:
        seed: Of the split in halves.
        level: Confidence level of every interval; a claim is made where its adjusted p is at most 1 - level.
        margin: Net loss in the share of right answers that is still acceptable.
        verb: How the event reads: "worse" for a regression, "different" where only agreement is known.
        against_other: Whether nobody knows who is right: then kinds of failure read as differences.
        questions: How many searches the same records undergo; each p-value is multiplied by it (Bonferroni).
    """

    seed: int = 0
    level: float = 0.95
    margin: float = 0.02
    verb: str = "worse"
    against_other: bool = False
    questions: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class PairedOutcomes:
    """What came of each compared record, in the order of the rows of the features.

    Attributes:
        ids: Record ids.
        regressions: The candidate is wrong and the incumbent right; without expected answers, they differ.
        gains: The candidate is right and the incumbent wrong; all False without expected answers.
        kinds: Primary failing kind of the candidate, "" where it is right.
        clusters: The document, conversation or customer of each record, whose records share their fate;
            None where records are independent.
        of_kind: The kind of failure that `regressions` is limited to, "" for any.
    """

    ids: Sequence[str]
    regressions: Rows
    gains: Rows
    kinds: Sequence[str]
    clusters: Sequence[str] | None = None
    of_kind: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """A subset on which regressions are more frequent than elsewhere, confirmed on held-back records.

    Counts without `test_` are over all compared records: for reading, a little too bad, since half of them
    chose the slice. Everything with an interval and every p-value comes from the half that was held back.

    Attributes:
        rule: The predicates in words.
        predicates: One to three conditions that all hold.
        of_kind: The kind of failure that all counts of regressions here are limited to, "" for any.
        n, regressions, gains: Records of the slice.
        share_of_regressions: Part of all regressions that lies in the slice, over all compared records.
        test_n, test_regressions, test_gains: The same among the held-back records.
        difference: (gains - regressions) / n in the slice.
        beyond_margin: Whether the whole interval of the net loss lies beyond the margin.
        rate: Share of regressions in the slice.
        elsewhere: Share of regressions outside all slices of the report, so that one bad place does not
            hide in the average of another.
        lift: `rate` over `elsewhere`; None where there is no regression elsewhere.
        p: One-sided, against the rate of the held-back records that no slice before it holds.
        adjusted_p: Over all slices tested.
        main_kind: The most frequent primary kind of failure among the slice's regressions, "" if unknown.
        main_kind_count: Held-back regressions of that kind in the slice.
        main_kind_elsewhere: Share of regressions of that kind outside all slices of the report.
        examples: Ids of up to five of its regressions, those of the main kind first.
        text: The finding as a sentence.
    """

    rule: str
    predicates: tuple[Predicate, ...]
    of_kind: str
    n: int
    regressions: int
    gains: int
    share_of_regressions: float
    test_n: int
    test_regressions: int
    test_gains: int
    difference: Estimate
    beyond_margin: bool
    rate: Estimate
    elsewhere: Estimate
    lift: float | None
    p: float
    adjusted_p: float
    main_kind: str
    main_kind_count: int
    main_kind_elsewhere: Estimate
    examples: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SliceReport:
    """The slices of a run.

    Attributes:
        slices: Confirmed ones, strongest evidence first.
        tested: How many slices the first half proposed and the second tested.
        searched: Predicates the rules were made of.
        support: Least number of records of a slice.
        discovery_n, test_n: Records that proposed, records that tested.
        method: Name of the test.
        reason: Why nothing was searched, or "".
    """

    slices: tuple[Slice, ...]
    tested: int
    searched: int
    support: int
    discovery_n: int
    test_n: int
    method: str
    reason: str = ""
