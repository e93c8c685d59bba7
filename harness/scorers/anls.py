"""ANLS*: how much of a structured answer is right where small slips of the pen may pass.

Source: Peer et al., arXiv 2402.03848. Texts count by their normalised Levenshtein similarity, as 0 below one
half; lists have no order; what is missing and what is invented lowers the score.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rapidfuzz.distance import Levenshtein
from scipy.optimize import linear_sum_assignment

from harness.domain.chat import Answer
from harness.domain.score import Score
from harness.scorers.answer_text import answer_text, wrong_answer
from harness.scorers.base import ScoringContext
from harness.scorers.json_parse import json_text, parse_json

_LEAST = 0.5
# Every text of a list is compared with every one of the other: this many take about a second.
_MOST_COMPARISONS = 300_000
_LONGEST = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Anls:
    """ANLS*, over JSON answers or plain texts.

    Not for amounts, dates or ids: 1284.50 and 1234.50 are 86 % alike.

    Attributes:
        pass_at: The score from which an answer counts as right, above 0 and up to 1.
    """

    pass_at: float = 0.9

    def __post_init__(self) -> None:
        if not 0.0 < self.pass_at <= 1.0:
            raise ValueError(f"pass_at must lie above 0 and be 1 at most, not {self.pass_at}")

    def score(self, answer: Answer, reference: Answer, context: ScoringContext) -> Score:
        """ANLS* of the JSON values; of the texts where the reference is no JSON object or list."""
        wanted, got = parse_json(json_text(reference)), parse_json(json_text(answer))
        if not isinstance(wanted.value, (dict, list)):
            value = anls_star(answer_text(reference), answer_text(answer))
        elif not got.is_valid:
            reason = "The answer is not JSON."
            return Score(value=0.0, reason=reason, findings=got.findings, pass_at=self.pass_at)
        elif _size(wanted.value) * _size(got.value) > _MOST_COMPARISONS:
            return Score(value=None, reason="Too many values to compare each with each.")
        else:
            value = anls_star(wanted.value, got.value)
        reason = f"ANLS* {value:.2f}."
        if value >= self.pass_at:
            return Score(value=value, reason=reason, pass_at=self.pass_at)
        finding = wrong_answer("text_differs", answer, reference, reason)
        return Score(value=value, reason=reason, findings=(finding,), pass_at=self.pass_at)


def anls_star(reference: Any, answer: Any) -> float:
    """The score from 0 to 1 of two JSON values; a tuple in the reference holds alternatives."""
    return _mean(_compared(reference, answer))


def _mean(compared: tuple[float, int]) -> float:
    total, size = compared
    return total / size if size else 1.0


def _compared(reference: Any, answer: Any) -> tuple[float, int]:
    """The sum of similarities, and over how many values."""
    if isinstance(reference, tuple):
        return max((_compared(option, answer) for option in reference), key=_mean)
    if isinstance(reference, Mapping) and isinstance(answer, Mapping):
        return _fields(reference, answer)
    if isinstance(reference, list) and isinstance(answer, list):
        return _lists(reference, answer)
    size = max(_size(reference), _size(answer))
    if reference is None:
        return float(_is_nothing(answer)), size
    if isinstance(reference, (Mapping, list)) or isinstance(answer, (Mapping, list)) or answer is None:
        return 0.0, size
    return _alike(reference, answer), size


def _alike(reference: object, answer: object) -> float:
    first, second = (" ".join(str(value).lower().split())[:_LONGEST] for value in (reference, answer))
    return Levenshtein.normalized_similarity(first, second, score_cutoff=_LEAST)


def _fields(reference: Mapping[str, Any], answer: Mapping[str, Any]) -> tuple[float, int]:
    # A field made up without a value is neither right nor wrong.
    names = [*reference, *(key for key in answer if key not in reference and not _is_nothing(answer[key]))]
    return _sum([_compared(reference.get(name), answer.get(name)) for name in names])


def _lists(reference: list[Any], answer: list[Any]) -> tuple[float, int]:
    pairs = [[_compared(one, other) for other in answer] for one in reference]
    means = [[_mean(pair) for pair in row] for row in pairs]
    rows, columns = linear_sum_assignment(means, maximize=True) if reference and answer else ([], [])
    chosen = list(zip(map(int, rows), map(int, columns), strict=True))
    taken, used = {row for row, _ in chosen}, {column for _, column in chosen}
    left = [one for place, one in enumerate(reference) if place not in taken]
    left += [other for place, other in enumerate(answer) if place not in used]
    matched = [pairs[row][column] for row, column in chosen]
    return _sum([*matched, *((0.0, _size(value)) for value in left)])


def _sum(compared: list[tuple[float, int]]) -> tuple[float, int]:
    return sum(total for total, _ in compared), sum(size for _, size in compared)


def _size(value: Any) -> int:
    if isinstance(value, tuple):
        return max(map(_size, value))
    if isinstance(value, Mapping):
        return sum(map(_size, value.values()))
    return sum(map(_size, value)) if isinstance(value, list) else 1


def _is_nothing(value: object) -> bool:
    return value is None or value in ("", [], {})
