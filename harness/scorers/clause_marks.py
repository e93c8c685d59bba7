"""Tells headings from cross-references: the marks that begin a clause, in the order of a text.

Contracts come as text layers. Headings stand at line starts or in the middle of a run of text, and the same
marks stand in cross-references ("pursuant to Section 3"). A mark is taken for a heading by what stands
before it and by whether its number follows the one before.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from harness.scorers.clause_ids import ClausePath, annex_key, clause_paths, roman

_MOST = 20_000
_LINE, _SENTENCE, _WORD = 2, 1, 0
# How many numbers may be missing before a heading: more at the start of a line, none within a sentence.
_GAPS = {_LINE: 10, _SENTENCE: 3, _WORD: 1}
_ITEM_GAPS = {_LINE: 3, _SENTENCE: 2, _WORD: 1}
_MARK = re.compile(
    r"""(?:\A|(?<!\s)(?P<lead>[.;:!?\])"\u201d\u2019']?\s+))(?:
      (?P<annex>(?i:exhibit|schedule|annex(?:e|ure)?|appendix|attachment|anlage|anhang|anexo))\s+
        ["'\u2018\u201c(]?(?P<name>[A-Z]{1,2}(?:-\d{1,2})?|\d{1,3}(?:\.\d{1,3})?)\b
    | (?P<article>(?i:article|artikel|art[ií]culo|chapter|part))\s+
        (?P<article_no>\d{1,3}|[IVXL]{1,6})\b(?!\.\d)
    | (?P<worded>(?:(?i:section|sec\.|clause|cl[aá]usula|klausel|ziffer|paragraph)\s*|§\s*))?
        (?P<number>\d{1,3}(?:\.\d{1,3}){0,5})(?P<letter>[a-zA-Z](?![a-zA-Z]))?(?P<dot>[.)])?(?=[\s(]|\Z)
    | \((?P<sub>[a-zA-Z]{1,5}|\d{1,2})\)(?:\((?P<inner>[a-zA-Z]{1,5}|\d{1,2})\))?
    | (?P<item>[a-zA-Z]{1,5})(?P<item_dot>[.)])(?=\s)
    )""",
    re.VERBOSE,
)
_REFERRING = re.compile(
    r"(?:\b(?:sections?|clauses?|articles?|paragraphs?|sub-?\w*|exhibits?|schedules?|items?|parts?|under|and|or"
    r"|to|of|in|see|with|by|per|nos?|january|february|march|april|may|june|july|august|september|october|november|december)"
    r"|[$€£])[.,]?\s*\Z",
    re.IGNORECASE,
)
# "(a) and (b)" lists items; "in (a) and (b)" refers to them. Only these words refer for certain.
_REFERRING_TO_ITEM = re.compile(
    r"(?:\b(?:sections?|clauses?|articles?|paragraphs?|sub-?\w*|items?|under|in|of|per|see|both|either"
    r"|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w{0,8}teen|(?:twen|thir|for|fif|six)ty)"
    r"|\(\w{1,4}\)[,;]?(?:\s*(?:and/or|and|or|through|to))?)\s*\Z",
    re.IGNORECASE,
)
_GOES_ON = re.compile(
    r"[\s,]*(?:of|shall|above|below|hereof|hereto|herein|thereof|and|or|to|is|are|will|may|which|that|does|has)\b"
    r"|\s*[,)]"
)
_CAPITALS = re.compile(r"\s+[A-Z]{2}")
_TITLE = re.compile(
    r"""[\s.:)\u2013\u2014-]*["'\u201c\u2018(\[<\u00ab]{0,2}[A-ZÀ-Þ\u0400-\u9fff]|\s*\(\w{1,4}\)\s"""
)
_BEFORE = 24


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a clause begins.

    Attributes:
        depth: Smaller for what holds others; a clause ends at the next mark of its depth or less.
        paths: The ids it goes by.
    """

    start: int
    depth: int
    paths: tuple[ClausePath, ...]


def marks_of(text: str) -> tuple[Mark, ...]:
    """The headings of a text."""
    return tuple(_Reader(text).marks())


def marks_by_pattern(text: str, pattern: re.Pattern[str]) -> tuple[Mark, ...]:
    """The headings that a person's own pattern finds; its first group is the id, else the whole match."""
    marks: list[Mark] = []
    for match in pattern.finditer(text):
        paths = clause_paths(match[1] if pattern.groups else match[0])[:1]
        if paths:
            marks.append(Mark(match.start(), len(paths[0]), paths))
        if len(marks) >= _MOST:
            break
    return tuple(marks)


class _Reader:
    """Goes through a text and remembers which number was last.

    Attributes of the state: the annex and the article one is in, the numbers of the last clause, and the
    open lists below it with the style and the place of their last item.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._annex = ""
        self._article = 0
        self._numbers: tuple[int, ...] = ()
        self._lists: list[tuple[str, int, str]] = []

    def marks(self) -> Iterator[Mark]:
        found = 0
        for match in _MARK.finditer(self._text):
            for mark in self._read(match):
                found += 1
                yield mark
            if found >= _MOST:
                return

    def _read(self, match: re.Match[str]) -> list[Mark]:
        lead = match["lead"]
        begin = match.start() + len(lead or "")
        strength = _strength(lead)
        before = self._text[max(0, match.start() - _BEFORE) : match.start() + (1 if lead else 0)]
        if match["annex"]:
            return self._annexed(match, begin, strength)
        if match["article"]:
            return self._articled(match, begin, strength)
        if match["number"]:
            return self._numbered(match, begin, strength, before)
        return self._listed(match, begin, strength, before)

    def _annexed(self, match: re.Match[str], begin: int, strength: int) -> list[Mark]:
        heading = match["annex"].isupper() or strength == _LINE
        if strength < _SENTENCE or not heading or self._goes_on(match.end()):
            return []
        self._annex = annex_key(match["annex"], match["name"])
        self._article, self._numbers, self._lists = 0, (), []
        return [Mark(begin, 0, ((self._annex,),))]

    def _articled(self, match: re.Match[str], begin: int, strength: int) -> list[Mark]:
        text = match["article_no"]
        number = int(text) if text.isdecimal() else roman(text)
        follows = number in (self._article + 1, 1)
        heading = strength == _LINE or match["article"].isupper() or (strength == _SENTENCE and follows)
        if not number or not heading or self._goes_on(match.end()):
            return []
        self._article, self._numbers, self._lists = number, (number,), []
        return [self._mark(begin, 1, (str(number),))]

    def _numbered(self, match: re.Match[str], begin: int, strength: int, before: str) -> list[Mark]:
        numbers = tuple(int(piece) for piece in match["number"].split("."))
        worded = match["worded"] is not None
        if len(numbers) == 1 and not worded and not match["dot"] and not self._is_bare(match, strength):
            return []
        if not worded and _REFERRING.search(before) and strength < _LINE:
            return []
        if worded and (strength == _WORD or self._goes_on(match.end())):
            return []
        if not self._follows(numbers, strength, match.end(), worded=worded):
            return []
        if numbers == (1,) and self._numbers and before.rstrip().endswith(":") and not worded:
            return self._item("1", "1.", begin, strength)
        if len(numbers) == 1 and self._continues_list(numbers[0], match.end()):
            return self._item(match["number"], "1.", begin, strength)
        self._numbers, self._lists = numbers, []
        path = (*map(str, numbers), *([match["letter"].lower()] if match["letter"] else ()))
        return [self._mark(begin, len(numbers) + 1, path)]

    def _is_bare(self, match: re.Match[str], strength: int) -> bool:
        """Whether "22 NOTICES" is a heading without its point."""
        next_one = self._numbers and int(match["number"]) == self._numbers[0] + 1
        return bool(next_one) and strength > _WORD and _CAPITALS.match(self._text, match.end()) is not None

    def _follows(self, numbers: tuple[int, ...], strength: int, end: int, *, worded: bool) -> bool:
        """Whether a number may come next: one level goes up by a little, and those below it begin anew."""
        titled = _TITLE.match(self._text, end) is not None
        if strength < _LINE and not titled:
            return False
        if strength == _LINE and (worded or not self._numbers):
            return True
        last, gap = self._numbers, _GAPS[strength]
        if strength > _WORD and (numbers == last or all(one == 1 for one in numbers)):
            return True
        shared = 0
        while shared < min(len(last), len(numbers)) and last[shared] == numbers[shared]:
            shared += 1
        if shared == len(numbers):
            return False
        step = numbers[shared] - (last[shared] if shared < len(last) else 0)
        return 1 <= step <= gap and all(0 < one <= gap for one in numbers[shared + 1 :])

    def _continues_list(self, number: int, end: int) -> bool:
        """Whether "2." goes on with a list within the clause rather than with the clauses."""
        inner = [place for style, place, _ in self._lists if style == "1."]
        if not inner or number != inner[-1] + 1:
            return False
        return not (self._numbers and number == self._numbers[0] + 1 and _TITLE.match(self._text, end))

    def _listed(self, match: re.Match[str], begin: int, strength: int, before: str) -> list[Mark]:
        if match["item"]:
            style = f"a{match['item_dot']}"
            wanted = strength > _WORD or match["item_dot"] == ")"
            return self._item(match["item"], style, begin, strength) if wanted else []
        if _REFERRING_TO_ITEM.search(before):
            return []
        marks = self._item(match["sub"], "(a)", begin, strength)
        if marks and match["inner"]:
            marks += self._item(match["inner"], "(a)", begin, strength)
        return marks

    def _item(self, key: str, style: str, begin: int, strength: int) -> list[Mark]:
        kinds = _places(key)
        for level in reversed(range(len(self._lists))):
            name, place, _ = self._lists[level]
            kind = name[len(style) :]
            if name.startswith(style) and 1 <= kinds.get(kind, -1) - place <= _ITEM_GAPS[strength]:
                del self._lists[level:]
                return [self._listed_mark(key, name, kinds[kind], begin)]
        for kind, place in kinds.items():
            if place == 1 and len(self._lists) < 6:
                return [self._listed_mark(key, f"{style}{kind}", 1, begin)]
        return []

    def _listed_mark(self, key: str, name: str, place: int, begin: int) -> Mark:
        self._lists.append((name, place, key.lower()))
        path = (*map(str, self._numbers), *(item for _, _, item in self._lists))
        mark = self._mark(begin, 20 + len(self._lists), path)
        if name == "a.I" and len(path) == 1:  # "IV. TERM" is cited as Article IV
            return Mark(mark.start, mark.depth, (*mark.paths, (str(place),)))
        return mark

    def _mark(self, begin: int, depth: int, path: ClausePath) -> Mark:
        paths = [path]
        if self._article and (not path[0].isdecimal() or int(path[0]) != self._article):
            paths.append((str(self._article), *path))
        if self._annex:
            paths += [(self._annex, *one) for one in paths]
        return Mark(begin, depth, tuple(paths))

    def _goes_on(self, end: int) -> bool:
        return _GOES_ON.match(self._text, end) is not None


def _strength(lead: str | None) -> int:
    if lead is None or "\n" in lead:
        return _LINE
    return _SENTENCE if lead[0] in ".;:!?])\"\u201d\u2019'" or len(lead) > 1 else _WORD


def _places(key: str) -> dict[str, int]:
    """What place an item may have in a list: "i" is the ninth letter or the first Roman number."""
    if key.isdecimal():
        return {"1": int(key)}
    small = key.islower()
    places: dict[str, int] = {}
    if not (small or key.isupper()):
        return places
    if len(set(key)) == 1 and len(key) <= 3 and key.isascii():
        places["a" if small else "A"] = ord(key[0].lower()) - 96 + 26 * (len(key) - 1)
    if roman(key):
        places["i" if small else "I"] = roman(key)
    return places
