"""Makes a scorer of a plain function."""

from dataclasses import dataclass

from harness.domain.chat import Answer
from harness.domain.score import Score
from harness.scorers.answer_text import wrong_answer
from harness.scorers.base import ScoringContext, ScoringFunction


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionScorer:
    """A scorer that asks a function.

    Attributes:
        function: Returns a Score, a number from 0 to 1, a bool, or None for "cannot be told".
    """

    function: ScoringFunction

    def score(self, answer: Answer, reference: Answer, context: ScoringContext) -> Score:
        """What the function returns, as a Score; an answer below 1 gets the finding `wrong_value`.

        Raises:
            TypeError: The function returned something else.
        """
        result = self.function(answer, reference, context)
        if isinstance(result, Score):
            return result
        if result is None:
            return Score(value=None, reason="The scorer cannot tell.")
        if not isinstance(result, (bool, int, float)):
            raise TypeError(f"returned {type(result).__name__}, not a Score, a number, a bool or None")
        value = float(result)
        if value >= 1.0:
            return Score(value=value)
        finding = wrong_answer("wrong_value", answer, reference)
        return Score(value=value, findings=(finding,))
