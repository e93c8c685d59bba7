"""Which words of two texts differ, in bounded time.

Words that both sides have once are anchors (patience diff); what lies between two anchors is compared by
`difflib` where it is short. So the time grows with the length of the texts and never with its square.
"""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise

LONGEST = 60_000
"""Texts beyond this many characters are not compared word by word."""

# difflib's time can grow with the square of the tokens: more than this is told as replaced as a whole.
_MOST_TOKENS = 160
_MOST_WORK = 120_000
# Scripts without spaces between words are compared by character.
_BY_CHARACTER = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u2fdf\u3005-\u30ff\u3100-\u318f\u3400-\u9fff"
    "\uf900-\ufaff\U00020000-\U0003ffff"
)
# A number or a word with what joins its parts is one token, every other sign its own.
_TOKEN = re.compile(rf"[{_BY_CHARACTER}]|[^\W{_BY_CHARACTER}]+(?:[.,:/'\u2019-][^\W{_BY_CHARACTER}]+)*|\s+|.")
_SENTENCE = re.compile(
    r".+?(?:[.!?\u2026]+[\"'\u201d\u2019)\]]*\s+|[\u3002\uff01\uff1f]+\s*|\n+|\Z)", re.DOTALL
)
# In a JSON answer, a member or an item takes the place of a sentence.
_MEMBER = re.compile(r".+?(?:,\s*(?=[\"{\[])|\n+|\Z)", re.DOTALL)

Span = tuple[int, int, int, int]
"""Places in both sequences: first and end in the one, first and end in the other."""


@dataclass(frozen=True, slots=True)
class Change:
    """A run of tokens: the same on both sides, or what the one has where the other has something else."""

    before: str
    after: str
    is_same: bool


class Budget:
    """How much `difflib` may still compare, in products of lengths."""

    def __init__(self, work: int = _MOST_WORK) -> None:
        self._left = work

    def allows(self, first: int, second: int) -> bool:
        """Whether two sequences of these lengths may be compared; takes them off the budget."""
        work = first * second
        if max(first, second) > _MOST_TOKENS or work > self._left:
            return False
        self._left -= work
        return True


def sentences(text: str) -> list[str]:
    """A text in sentences and lines (JSON in members), nothing left out."""
    pattern = _MEMBER if text.lstrip().startswith(("{", "[", "```")) else _SENTENCE
    return [match[0] for match in pattern.finditer(text)]


def aligned(before: str, after: str, budget: Budget) -> list[tuple[str, str]]:
    """The sentences of two texts that stand for each other; a side is "" where it has none."""
    first, second = sentences(before), sentences(after)
    keys = [" ".join(one.split()) for one in first], [" ".join(one.split()) for one in second]
    rows: list[tuple[str, str]] = []
    for same, (low, high, start, end) in _spans(*keys, budget):
        ones, others = first[low:high], second[start:end]
        if same:
            rows.extend(zip(ones, others, strict=True))
        else:
            rows.extend(_side_by_side(ones, others))
    return rows


def _side_by_side(ones: Sequence[str], others: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Sentences of a changed passage, the last of the longer side together."""
    most = min(len(ones), len(others))
    for place in range(most):
        yield ones[place], others[place]
    for one in ones[most:]:
        yield one, ""
    for other in others[most:]:
        yield "", other


def changes(before: str, after: str, budget: Budget) -> tuple[Change, ...]:
    """The words of two texts, in runs that are the same or differ; spaces alone are no difference."""
    first, second = _TOKEN.findall(before), _TOKEN.findall(after)
    keys = [_key(token) for token in first], [_key(token) for token in second]
    return tuple(
        Change("".join(first[low:high]), "".join(second[start:end]), same)
        for same, (low, high, start, end) in _spans(*keys, budget)
    )


def _key(token: str) -> str:
    return " " if token.isspace() else token


def _spans(first: Sequence[str], second: Sequence[str], budget: Budget) -> Iterator[tuple[bool, Span]]:
    """Spans in order, same and different ones in turn."""
    start = _common(first, second)
    end = _common(first[start:][::-1], second[start:][::-1])
    if start:
        yield True, (0, start, 0, start)
    yield from _merged(_middle(first, second, (start, len(first) - end, start, len(second) - end), budget))
    if end:
        yield True, (len(first) - end, len(first), len(second) - end, len(second))


def _common(first: Sequence[str], second: Sequence[str]) -> int:
    count = 0
    for one, other in zip(first, second, strict=False):
        if one != other:
            break
        count += 1
    return count


def _merged(spans: Iterator[tuple[bool, Span]]) -> Iterator[tuple[bool, Span]]:
    """Neighbours of a kind as one."""
    held: tuple[bool, Span] | None = None
    for same, span in spans:
        if held is not None and held[0] is same:
            held = same, (held[1][0], span[1], held[1][2], span[3])
            continue
        if held is not None:
            yield held
        held = same, span
    if held is not None:
        yield held


def _middle(
    first: Sequence[str], second: Sequence[str], within: Span, budget: Budget
) -> Iterator[tuple[bool, Span]]:
    low, high, start, end = within
    if low == high and start == end:
        return
    anchors = _anchors(first, second, within)
    places = [(low - 1, start - 1), *anchors, (high, end)]
    for (one, other), (next_one, next_other) in pairwise(places):
        yield from _between(first, second, (one + 1, next_one, other + 1, next_other), budget)
        if (next_one, next_other) != (high, end):
            yield True, (next_one, next_one + 1, next_other, next_other + 1)


def _anchors(first: Sequence[str], second: Sequence[str], within: Span) -> list[tuple[int, int]]:
    """Tokens that both sides have once, as far as they stand in the same order."""
    low, high, start, end = within
    counts = Counter(first[low:high]), Counter(second[start:end])
    places = {second[at]: at for at in range(start, end) if counts[1][second[at]] == 1}
    pairs = [
        (at, places[first[at]])
        for at in range(low, high)
        if counts[0][first[at]] == 1 and first[at] in places
    ]
    return _longest_rising(pairs)


def _longest_rising(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    tails: list[int] = []
    holders: list[int] = []
    links: list[int] = []
    for place, (_, other) in enumerate(pairs):
        length = bisect_left(tails, other)
        links.append(holders[length - 1] if length else -1)
        tails[length : length + 1] = [other]
        holders[length : length + 1] = [place]
    chain: list[tuple[int, int]] = []
    place = holders[-1] if holders else -1
    while place >= 0:
        chain.append(pairs[place])
        place = links[place]
    return chain[::-1]


def _between(
    first: Sequence[str], second: Sequence[str], within: Span, budget: Budget
) -> Iterator[tuple[bool, Span]]:
    low, high, start, end = within
    if low == high and start == end:
        return
    if low < high and start < end and budget.allows(high - low, end - start):
        matcher = SequenceMatcher(None, first[low:high], second[start:end], autojunk=False)
        for tag, one, one_end, other, other_end in matcher.get_opcodes():
            yield tag == "equal", (low + one, low + one_end, start + other, start + other_end)
    else:
        yield False, within
