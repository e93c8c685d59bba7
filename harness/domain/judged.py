"""How the verdicts of a judge are kept in a score, one finding for each.

`path` says in which place the answer was shown and which repeat it was (`answer_first[0]`,
`answer_second[0]`), `actual` what was said of the answer (`better`, `worse`, `equal`) or why the verdict
cannot be used, `note` the quotes.
"""

from collections.abc import Sequence
from typing import Final

VERDICT: Final = "verdict"
"""Kind of the finding; it counts for nothing by itself."""

FIRST: Final = "answer_first"
SECOND: Final = "answer_second"
BETTER: Final = "better"
WORSE: Final = "worse"
EQUAL: Final = "equal"
USABLE: Final = (BETTER, WORSE, EQUAL)

IDENTICAL: Final = "The answers are identical: a tie, the judge is not asked."
EXPECTED_ONLY: Final = "The judge compares with the expected answer only."
INCUMBENT_ONLY: Final = "The judge compares with the incumbent's answer only."


def majority(said: Sequence[str]) -> str:
    """The verdict of one order: what more than half of its usable verdicts say, else a tie."""
    return next((word for word in (BETTER, WORSE) if said.count(word) * 2 > len(said)), EQUAL)
