"""Finds a quote in its source, and says whether it is verbatim, altered or not there.

A quote of 25 characters or more is aligned (rapidfuzz `partial_ratio_alignment`); genuine quotes with a word
changed reach 94 to 99, sentences made up from the same words 55 to 63, so 85 parts them. Shorter quotes must
stand in the source as they are. Words that change the meaning are then compared one by one.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz
from rapidfuzz.distance import Indel

from harness.scorers.quote_facts import changes
from harness.scorers.quote_text import SearchText, searchable

ALIGNED_FROM = 25
_THRESHOLD = 85.0
# The time grows with the square of the length; what is beyond is not looked at.
_LONGEST = 2000
_MOST_PARTS = 20
_MOST_PLACES = 20
# Characters of quotes times characters of source that are aligned for one answer: about two seconds.
_MOST_WORK = 1_000_000_000
# How far the edges of an alignment may be off, in characters.
_SLACK = 40
_OMISSION = re.compile(r"\s*(?:\[\s*)?(?:\u2026|\.\s?\.\s?\.+)(?:\s*\])?\s*")
_INSERTION = re.compile(r"\s*(?:\[[^\[\]]{0,60}\]|\u2026|\.\s?\.\s?\.+)\s*")
_CASE_MARK = re.compile(r"\[(\w)\](?=\w)")
_SPACE = re.compile(r" ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """Where a quote stands in the source.

    Attributes:
        start, end: In the searchable text of the source.
        added, lost: Telling words that the quote has too many, and those it lacks.
    """

    start: int
    end: int
    added: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()

    @property
    def is_verbatim(self) -> bool:
        """Whether no telling word differs."""
        return not (self.added or self.lost)


def _parts(quote: str, gap: re.Pattern[str]) -> tuple[str, ...]:
    """The searchable parts of a quote, parted where it leaves words out."""
    pieces = (searchable(piece).strip(" .,;:-") for piece in gap.split(quote))
    return tuple(piece[:_LONGEST] for piece in pieces if piece)[:_MOST_PARTS]


def passages(quote: str, source: SearchText, within: tuple[int, int] | None = None) -> Iterator[Passage]:
    """The places a quote may come from: all verbatim ones, else the one that is most alike.

    Args:
        quote: As the answer has it.
        source: What it claims to come from.
        within: Look in this part of the searchable text only.
    """
    start, end = within or (0, len(source.text))
    quote = _CASE_MARK.sub(r"\1", quote[: 2 * _LONGEST])
    found = False
    for passage in _in_order(_parts(quote, _OMISSION), source.text, start, end):
        found = True
        yield passage
    if not found and "[" in quote:
        # "[the Supplier] shall": words of the one who quotes.
        yield from _in_order(_parts(quote, _INSERTION), source.text, start, end)


def affordable(quotes: Sequence[str], source: SearchText) -> tuple[bool, ...]:
    """Which quotes can be looked for in bounded time: all but those of a flood of long altered ones.

    Quotes that stand in the source as they are cost next to nothing and are always looked for.

    Args:
        quotes: Of one answer, in order.
        source: What they claim to come from.
    """
    spent, told = 0, []
    for quote in quotes:
        parts = _parts(quote[: 2 * _LONGEST], _OMISSION)
        altered = sum(len(part) for part in parts if part not in source.text)
        told.append(not altered or spent < _MOST_WORK)
        spent += altered * len(source.text)
    return tuple(told)


def _in_order(parts: Sequence[str], text: str, start: int, end: int) -> Iterator[Passage]:
    if len(parts) == 1:
        yield from _places(parts[0], text, start, end)
        return
    found: list[Passage] = []
    for part in parts:
        passage = next(_places(part, text, start, end), None)
        if passage is None:
            return
        found.append(passage)
        start = passage.end
    if found:
        added = tuple(word for one in found for word in one.added)
        lost = tuple(word for one in found for word in one.lost)
        yield Passage(start=found[0].start, end=found[-1].end, added=added, lost=lost)


def _places(part: str, text: str, start: int, end: int) -> Iterator[Passage]:
    found = False
    for place in _exact(part, text, start, end):
        found = True
        yield Passage(start=place, end=place + len(part))
    if found or len(part) < ALIGNED_FROM:
        return
    aligned = _aligned(part, text, start, end)
    if aligned is not None:
        yield aligned


def _exact(part: str, text: str, start: int, end: int) -> Iterator[int]:
    place = text.find(part, start, end)
    count = 0
    while place >= 0 and count < _MOST_PLACES:
        last = place + len(part)
        whole = not (_is_word(text, place - 1) and _is_word(text, place))
        if whole and not (_is_word(text, last) and _is_word(text, last - 1)):
            count += 1
            yield place
        place = text.find(part, place + 1, end)


def _is_word(text: str, place: int) -> bool:
    return 0 <= place < len(text) and text[place].isalnum()


def _aligned(part: str, text: str, start: int, end: int) -> Passage | None:
    window = text[start:end]
    if len(window) < len(part):
        # The shorter of two texts is always aligned to the longer one.
        if fuzz.ratio(part, window, score_cutoff=_THRESHOLD) < _THRESHOLD:
            return None
        first, last = 0, len(window)
    else:
        alignment = fuzz.partial_ratio_alignment(part, window, score_cutoff=_THRESHOLD)
        if alignment is None:
            return None
        first, last = _whole_words(part, window, alignment.dest_start, alignment.dest_end)
    added, lost = changes(part.split(), window[first:last].split())
    return Passage(start=start + first, end=start + last, added=tuple(added), lost=tuple(lost))


def _whole_words(part: str, text: str, first: int, last: int) -> tuple[int, int]:
    """The part of the text, in whole words, that the quote is most alike to."""
    starts = [place + 1 for place in _spaces(text, first)] or [0]
    if first <= _SLACK:
        starts.append(0)
    ends = [place for place in _spaces(text, last) if place > first] or [len(text)]
    if last >= len(text) - _SLACK:
        ends.append(len(text))
    for _ in range(2):
        first = max(starts, key=lambda place: _alike(part, text[place:last]))
        last = max(ends, key=lambda place: _alike(part, text[first:place]))
    return first, last


def _spaces(text: str, around: int) -> list[int]:
    return [match.start() for match in _SPACE.finditer(text, max(0, around - _SLACK), around + _SLACK)]


def _alike(part: str, text: str) -> float:
    return Indel.normalized_similarity(part, text)
