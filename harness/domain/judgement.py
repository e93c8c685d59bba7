"""What a person says of a case in the report."""

from dataclasses import dataclass
from enum import StrEnum


class Opinion(StrEnum):
    """The four things that a reviewer can say of a case."""

    ACCEPTABLE = "acceptable"
    UNACCEPTABLE = "unacceptable"
    LABEL_WRONG = "label_wrong"
    UNSURE = "unsure"


class RightSide(StrEnum):
    """Who is right where the label is wrong."""

    CANDIDATE = "candidate"
    INCUMBENT = "incumbent"
    BOTH = "both"
    NEITHER = "neither"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """One person's opinion of one case.

    Attributes:
        record_id: The case's record.
        opinion: What the person said.
        right: Where the label is wrong: who is right instead; None leaves the pair out of the accuracy.
        note: Free text, or "".
        reviewer: Who said it, or "".
        time: When, as an ISO 8601 text of the reviewer's browser; "" where that is unknown.
        in_bulk: Whether it was said of a whole group at once.
    """

    record_id: str
    opinion: Opinion
    right: RightSide | None = None
    note: str = ""
    reviewer: str = ""
    time: str = ""
    in_bulk: bool = False
