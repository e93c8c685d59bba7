"""A text as quotes are searched in it: without the differences that copying and scanning make."""

import re
import unicodedata
from bisect import bisect_left, bisect_right
from functools import lru_cache

_LOOK_ALIKES = {
    **dict.fromkeys(map(ord, "\u2018\u2019\u201a\u201b\u0060\u00b4"), "'"),
    **dict.fromkeys(map(ord, "\u201c\u201d\u201e\u201f\u00ab\u00bb\u2033"), '"'),
    **dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2212"), "-"),
    # Invisible: soft hyphen, zero-width characters, direction marks.
    **dict.fromkeys([0xAD, *range(0x200B, 0x2010), *range(0x202A, 0x202F), 0x2060, 0xFEFF], ""),
}
_HYPHEN = re.compile(r"(?<=[^\W\d])-(?=[^\W\d])")
_RANGE = dict.fromkeys(range(0x2013, 0x2016), "-")
# Between digits a range, between words a pause.
_DASH = re.compile(r"(?<!\d)[\u2013-\u2015]|[\u2013-\u2015](?!\d)")
_QUOTES = re.compile(r'"+|(?<!\w)\'|\'(?!\w)')
_TOKEN = re.compile(r"\S+")


class SearchText:
    """A text in its searchable form, with the way back to the places of the original.

    Attributes:
        text: Words parted by single spaces, in small letters, quotation marks and hyphens within words
            left out, words that a line break parts joined again.
    """

    def __init__(self, original: str) -> None:
        words: list[str] = []
        self._starts: list[int] = []
        self._origins: list[tuple[int, int]] = []
        length = 0
        open_hyphen = False
        for match in _TOKEN.finditer(original):
            word = plain_word(match[0])
            if not word:
                continue
            if open_hyphen and word[0].isalpha():
                words[-1] = words[-1][:-1] + word
                length += len(word) - 1
                self._origins[-1] = (self._origins[-1][0], match.end())
            else:
                self._starts.append(length + (1 if words else 0))
                self._origins.append(match.span())
                length += len(word) + (1 if words else 0)
                words.append(word)
            joined = words[-1]
            gap = original[match.end() : match.end() + 3]
            open_hyphen = len(joined) > 2 and joined[-1] == "-" and joined[-2].isalpha() and "\n" in gap
        self.text = " ".join(words)

    def original(self, start: int, end: int) -> tuple[int, int]:
        """The part of the original that a part of the searchable text comes from, in whole words."""
        if not self._starts:
            return 0, 0
        first = max(0, bisect_right(self._starts, start) - 1)
        last = max(first, bisect_left(self._starts, end) - 1)
        return self._origins[first][0], self._origins[last][1]

    def searchable(self, start: int, end: int) -> tuple[int, int]:
        """The part of the searchable text that comes from a part of the original."""
        first = bisect_left(self._origins, (start, 0))
        last = bisect_left(self._origins, (end, 0))
        begin = self._starts[first] if first < len(self._starts) else len(self.text)
        return begin, self._starts[last] - 1 if last < len(self._starts) else len(self.text)


@lru_cache(maxsize=65_536)
def plain_word(word: str) -> str:
    """A word without the differences nobody reads: case, ligatures, typography, quotation marks."""
    if len(word) > 1000:
        word = word[:1000]
    text = unicodedata.normalize("NFKC", word).translate(_LOOK_ALIKES).casefold()
    text = _DASH.sub(" ", text).translate(_RANGE)
    return " ".join(_QUOTES.sub("", _HYPHEN.sub("", text)).split())


def searchable(text: str) -> str:
    """The searchable form of a quote."""
    return SearchText(text).text


@lru_cache(maxsize=16)
def search_text(original: str) -> SearchText:
    """The searchable form of a source; the last ones are kept."""
    return SearchText(original)
