"""The words in which two texts differ, short enough for a sentence."""

LONGEST = 60
"""Characters of a value or a passage in a sentence."""

_TEXT_LIMIT = 20_000
# How far before the first difference a passage may begin.
_AROUND = 20


def changed_words(expected: str, actual: str) -> tuple[str, str]:
    """The words from the first difference of two texts to the last, on each side.

    Where both sides have some, the next word stands with them: "30 days" says more than "30".
    """
    first, second = expected[:_TEXT_LIMIT].split(), actual[:_TEXT_LIMIT].split()
    start = 0
    while start < min(len(first), len(second)) and first[start] == second[start]:
        start += 1
    end = 0
    while end < min(len(first), len(second)) - start and first[-1 - end] == second[-1 - end]:
        end += 1
    if end and start + end < min(len(first), len(second)):
        end -= 1
    return " ".join(first[start : len(first) - end]), " ".join(second[start : len(second) - end])


def differing_words(expected: str, actual: str) -> tuple[str, str]:
    """Both texts from shortly before the first difference to shortly after the last, at most so long."""
    first, second = (" ".join(text[:_TEXT_LIMIT].split()) for text in (expected, actual))
    start = _alike(first, second)
    end = min(_alike(first[::-1], second[::-1]), len(first) - start, len(second) - start)
    low = _words_back(first, start)
    after = _words_back(first[::-1], end)
    return _window(first, low, after), _window(second, low, after)


def _alike(first: str, second: str) -> int:
    """How many characters two texts have in common from their start on; halving compares large parts."""
    low, high = 0, min(len(first), len(second))
    while low < high:
        middle = (low + high + 1) // 2
        if first[low:middle] == second[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _words_back(text: str, place: int) -> int:
    """The place, moved back over the word it is in and the one before; a little where there are no words."""
    if place <= _AROUND:
        return 0
    around = text[place - _AROUND : place]
    words = around.rstrip().rsplit(" ", 2)
    if len(words) > 1:
        return place - _AROUND + len(words[0]) + (len(words[0]) < len(around))
    return place - _AROUND // 4


def _window(text: str, low: int, after: int) -> str:
    shown = text[low : len(text) - after]
    cut = cut_at_word(shown)
    ends = "…" if after and cut == shown else ""
    return f"{'…' if low else ''}{cut.strip()}{ends}"


def cut_at_word(text: str) -> str:
    """The text, or its beginning up to the end of a word."""
    if len(text) <= LONGEST:
        return text
    words = text[: LONGEST + 1].rpartition(" ")[0]
    return (words if len(words) > LONGEST // 2 else text[:LONGEST]) + "…"
