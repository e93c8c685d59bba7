"""Finds in a document the places that a mistake is about: values as they are printed, quotes, clauses."""

import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal, InvalidOperation
from itertools import islice

SEARCHED = 1_000_000
"""Characters of a document that are searched."""

_MOST_NEEDLES = 24
# A value that stands in more places than this points to none of them.
_MOST_PLACES = 4
_SHORTEST = 3
_LONGEST_QUOTE = 60
_NUMBER = re.compile(r"-?\d{1,15}(?:\.\d{1,6})?")
_MONEY = re.compile(r"-?\d{1,15}\.\d\d")
_SIGNS = ("-", "\u2212")
_LINE = re.compile(r"[^\n]+")
# The amount that ends a line, however thousands are grouped; a minus or a currency may follow it.
_LAST_AMOUNT = re.compile(
    r"(?<![\w.,])([0-9]{1,3}(?:[.,' \u00a0\u202f][0-9]{3})+[.,][0-9]{2}|[0-9]{1,15}[.,][0-9]{2})"
    r"[-\u2212]?\s*(?:[A-Z]{3}|[€$£])?\s*\Z"
)
_LONGEST_AMOUNT = 60
_MOST_SUMMANDS = 5
_ISO = re.compile(r"(\d{4})-(\d\d)-(\d\d)")
_WORD = re.compile(r"\w")
_SOLID = re.compile(r"\S+")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)

Span = tuple[int, int]


def spans_of(text: str, values: Iterable[str], quotes: Iterable[str] = ()) -> list[Span]:
    """Where the values and quotes stand, in order and without overlaps.

    Args:
        text: The document; the first `SEARCHED` characters are looked at.
        values: Values of fields; a number or a date is looked for in the usual notations.
        quotes: Passages; spaces and line ends between their words do not count.
    """
    looked_at = text[:SEARCHED]
    found: list[Span] = []
    for value in list(dict.fromkeys(values))[:_MOST_NEEDLES]:
        found += _value(looked_at, value.strip())
    for quote in list(dict.fromkeys(quotes))[:_MOST_NEEDLES]:
        found += _quote(looked_at, quote)
    return merged(found)


def merged(spans: Iterable[Span]) -> list[Span]:
    """Spans in order, those that overlap as one."""
    result: list[Span] = []
    for start, end in sorted(spans):
        if result and start < result[-1][1]:
            result[-1] = result[-1][0], max(end, result[-1][1])
        else:
            result.append((start, end))
    return result


def _value(text: str, value: str) -> list[Span]:
    if len(value) < _SHORTEST:
        return []
    for notation in notations(value):
        places = list(_places(text, notation))
        if places:
            signed = [_with_sign(text, place) for place in places] if _NUMBER.fullmatch(value) else places
            return signed if len(places) <= _MOST_PLACES else []
    if _MONEY.fullmatch(value):
        return _summands(text, int(value.lstrip("-").replace(".", "")))
    return _quote(text, value) if " " in value else []


def _with_sign(text: str, place: Span) -> Span:
    """The place of a number with a minus before or behind it, unless that joins it to a word."""
    start, end = place
    if text[max(0, start - 1) : start] in _SIGNS and not text[max(0, start - 2) : start - 1].isalnum():
        return start - 1, end
    if text[end : end + 1] in _SIGNS and not text[end + 1 : end + 2].isalnum():
        return start, end + 1
    return place


def _summands(text: str, cents: int) -> list[Span]:
    """An amount that is printed in parts only, such as tax by rate: amounts at the ends of lines in a row.

    Args:
        text: The document.
        cents: The amount in hundredths, without its sign.

    Returns:
        The places of the first few lines that add up to it; [] where none do.
    """
    row: list[tuple[int, Span]] = []
    for line in _LINE.finditer(text):
        tail = max(line.start(), line.end() - _LONGEST_AMOUNT)
        amount = _LAST_AMOUNT.search(text, tail, line.end())
        if amount is None:
            row = []
            continue
        digits = "".join(sign for sign in amount[1] if sign.isdecimal())
        row = [*row, (int(digits), amount.span(1))][-_MOST_SUMMANDS:]
        for first in range(len(row) - 1):
            part = [one for one in row[first:] if one[0]]
            if len(part) > 1 and sum(value for value, _ in part) == cents:
                return [_with_sign(text, place) for _, place in part]
    return []


def _places(text: str, needle: str) -> Iterator[Span]:
    """Where a needle stands as a whole word, at most one more than points anywhere."""
    place, count = text.find(needle), 0
    while place >= 0 and count <= _MOST_PLACES:
        end = place + len(needle)
        if not (_joins(text, place - 1, needle[0]) or _joins(text, end, needle[-1])):
            count += 1
            yield place, end
        place = text.find(needle, end)


def _joins(text: str, place: int, edge: str) -> bool:
    """Whether the character there belongs to the same word or number as the edge beside it."""
    if not 0 <= place < len(text) or not _WORD.match(edge):
        return False
    return text[place].isalnum() and (text[place].isascii() or edge.isascii())


def notations(value: str) -> tuple[str, ...]:
    """A value as documents print it, the most likely first."""
    day = _ISO.fullmatch(value)
    if day:
        return (value, *_dates(day))
    if not _NUMBER.fullmatch(value):
        return (value,)
    try:
        amount = abs(Decimal(value))
    except InvalidOperation:
        return (value,)
    return tuple(dict.fromkeys((value.lstrip("-"), *_amounts(amount))))


def _amounts(amount: Decimal) -> Iterator[str]:
    plain = format(amount.normalize(), "f")
    texts = [f"{amount:.2f}", plain] if len(plain.partition(".")[2]) <= 2 else [plain]
    for text in texts:
        whole, point, rest = text.partition(".")
        grouped = f"{int(whole):,}"
        yield text
        yield f"{whole},{rest}" if point else whole
        for group, decimal in (
            (",", "."),
            (".", ","),
            (" ", ","),
            ("\u00a0", ","),
            ("\u202f", ","),
            ("'", "."),
        ):
            yield grouped.replace(",", group) + (f"{decimal}{rest}" if point else "")


def _dates(day: re.Match[str]) -> Iterator[str]:
    year, month, number = day.groups()
    for separator in "./-":
        yield separator.join((number, month, year))
        yield separator.join((month, number, year))
        yield separator.join((number, month, year[2:]))
        yield separator.join((str(int(number)), str(int(month)), year))
    if 1 <= int(month) <= len(_MONTHS):
        name = _MONTHS[int(month) - 1]
        yield f"{int(number)} {name} {year}"
        yield f"{name} {int(number)}, {year}"


def _quote(text: str, quote: str) -> list[Span]:
    """Where a passage stands, whatever the spaces between its words; its first place."""
    words = quote.removesuffix("…").split()[:_LONGEST_QUOTE]
    if quote.endswith("…"):
        words = words[:-1]
    wanted = " ".join(words)
    if len(wanted) < _SHORTEST:
        return []
    place = text.find(wanted)
    if place >= 0:
        return [(place, place + len(wanted))]
    closed = " ".join(text.split())
    place = closed.find(wanted)
    return [_opened(text, closed, place, len(wanted))] if place >= 0 else []


def _opened(text: str, closed: str, place: int, length: int) -> Span:
    """A place in a text whose gaps were closed to single spaces, as a place in the text itself."""
    first = closed.count(" ", 0, place)
    inside = place - (closed.rfind(" ", 0, place) + 1)
    last = first + closed.count(" ", place, place + length)
    tail = place + length - (closed.rfind(" ", 0, place + length) + 1)
    spans = [match.span() for match in islice(_SOLID.finditer(text), first, last + 1)]
    return spans[0][0] + inside, spans[-1][0] + tail


def excerpts(text: str, spans: Sequence[Span], around: int, most: int) -> list[Span]:
    """Parts of a text that show the spans with what stands around them, at most that many."""
    near: list[Span] = []
    for start, end in spans:
        low, high = max(0, start - around), min(len(text), end + around)
        if near and low <= near[-1][1]:
            near[-1] = near[-1][0], high
        elif len(near) < most:
            near.append((low, high))
        else:
            break
    return [(_edge(text, low, 1), _edge(text, high, -1)) for low, high in near]


def _edge(text: str, place: int, step: int) -> int:
    """The next gap between words within a few characters, so that no word is cut."""
    if place in (0, len(text)):
        return place
    for at in range(place, place + 20 * step, step):
        if 0 < at < len(text) and text[at].isspace():
            return at + (step > 0)
    return place
