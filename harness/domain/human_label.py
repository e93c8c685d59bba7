"""What a person said of a candidate's answer."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class HumanLabel:
    """Whether the candidate's answer to a record passes, as a person sees it.

    An answer passes where it meets the scorer's criterion at least as well as what the scorer compares it
    with: the expected answer, or the incumbent's where the record has none.

    Attributes:
        scorer: Name of the judge scorer whose criterion was applied.
        person: Who said so, "" where that is not told.
        answer: The text that the person read, None where that is not told; the label then counts for
            whatever the candidate answered.
    """

    record_id: str
    scorer: str
    passes: bool
    person: str = ""
    answer: str | None = None
