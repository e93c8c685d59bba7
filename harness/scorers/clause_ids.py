"""Reads clause ids as people write them: "Section 7.3(b)", "§ 5 Abs. 2", "Article IV", "Exhibit A".

An id becomes a path of small texts, `("7", "3", "b")`: the words are left out, Roman numbers of articles
become digits. An annex comes first: `("exhibit a", "2")`.
"""

import re
from functools import lru_cache

ClausePath = tuple[str, ...]

# Longer texts are no id.
_LONGEST = 200
_MOST = 20
_WORD = (
    r"(?:sub-?sections?|sections?|secs?|sub-?clauses?|clauses?|articles?|arts?|paragraphs?|paras?|parts?|chapters?"
    r"|items?|points?|§+|ziffern?|ziff|nr|nummer|absatz|abs|satz|buchstabe|lit|klauseln?|punkt|artikel|artículos?"
    r"|cláusulas?|secci[oó]n(?:es)?|apartados?|alinéas?|paragraphes?)"
)
_ANNEX = r"(?P<kind>exhibit|schedule|annex(?:e|ure)?|appendix|attachment|anlage|anhang|anexo)"
_ANNEX_ID = re.compile(
    _ANNEX + r"\s*[\"'\u2018\u201c(]?(?P<name>[a-z]{1,2}(?:-\d{1,2})?|\d{1,3}(?:\.\d{1,3})?)\b", re.IGNORECASE
)
_PART = (
    r"\s?\.\s?\d{1,3}|\s*\(\s*(?:[a-z]{1,5}|\d{1,3})\s*\)|(?<=\d)[a-z]\b|\.[a-z]{1,4}\b|\s+[a-z]\)"
    rf"|,?\s*\b{_WORD}\b\.?\s*(?:\d{{1,3}}|\(?[a-z]{{1,4}}\b\)?)"
)
_ID = re.compile(
    rf"(?P<word>{_WORD}\.?\s*)?\(?(?P<first>\d{{1,3}}|[ivxl]{{1,6}}\b|[a-z]\b)(?P<rest>(?:{_PART})*)",
    re.IGNORECASE,
)
_AND = re.compile(
    r"\s*(?:,\s*)?(?:,|;|/|&|\band\b|\bor\b|\bund\b|\bet\b|\by\b|\bto\b|\bbis\b|[-\u2013])\s*", re.IGNORECASE
)
_WORDED = re.compile(rf"(?<!\w){_WORD}\.?\s*(?=\d|[ivxl]{{1,6}}\b|[a-z]\b)", re.IGNORECASE)
_PIECE = re.compile(r"\d+|[a-z]+")
_ROMAN = re.compile(r"(xl|l?x{0,3})(ix|iv|v?i{0,3})")
_DIGITS = {"i": 1, "v": 5, "x": 10, "l": 50}


def roman(text: str) -> int:
    """The value of a Roman number up to 89, 0 where the text is none."""
    lower = text.lower()
    if not lower or not _ROMAN.fullmatch(lower):
        return 0
    values = [_DIGITS[letter] for letter in lower]
    return sum(-one if one < after else one for one, after in zip(values, [*values[1:], 0], strict=True))


@lru_cache(maxsize=4096)
def clause_paths(text: str) -> tuple[ClausePath, ...]:
    """The clauses that an id names: several for "Sections 7.1 and 7.2", none where it holds no number.

    Args:
        text: An id as an answer gives it, with or without a title after it.
    """
    text = text[:_LONGEST].strip().strip("\"'\u201c\u201d\u2018\u2019[]").strip()
    annex = _ANNEX_ID.search(text)
    prefix: ClausePath = ()
    if annex is not None:
        prefix = (annex_key(annex["kind"], annex["name"]),)
        text = f"{text[: annex.start()]} {text[annex.end() :]}".strip(" ,;:.\"'")
    worded = _WORDED.search(text)
    place = worded.start() if worded else 0
    found = tuple(dict.fromkeys(prefix + path for path in _listed(text[place:])))
    return found or ((prefix,) if prefix else ())


def annex_key(kind: str, name: str) -> str:
    """How an annex stands in a path."""
    return f"{kind.lower()} {name.lower()}"


def _listed(text: str) -> list[ClausePath]:
    paths: list[ClausePath] = []
    place = 0
    while len(paths) < _MOST:
        match = _ID.match(text, place)
        if match is None or not _ends_well(text, match.end()):
            return paths
        paths.append(_after(paths, _path(match)))
        more = _AND.match(text, match.end())
        if more is None:
            return paths
        place = more.end()
    return paths


def _after(paths: list[ClausePath], path: ClausePath) -> ClausePath:
    """In "7.1(a) and (b)" the second is 7.1(b)."""
    if not paths or path[0].isdecimal() or not paths[-1][0].isdecimal():
        return path
    before = paths[-1]
    return (before if before[-1].isdecimal() else before[:-1]) + path


def _ends_well(text: str, end: int) -> bool:
    return end >= len(text) or not (text[end].isalnum() or text[end] == "%")


def _path(match: re.Match[str]) -> ClausePath:
    first = match["first"].lower()
    word = (match["word"] or "").lower()
    if not first.isdigit() and roman(first) and (len(first) > 1 or word.startswith(("art", "part", "chap"))):
        first = str(roman(first))
    rest = re.sub(rf"\b{_WORD}\b", " ", match["rest"].lower()) if match["rest"] else ""
    return tuple(_plain(piece) for piece in (first, *_PIECE.findall(rest)))


def _plain(piece: str) -> str:
    return str(int(piece)) if piece.isdecimal() else piece


def shown_path(path: ClausePath) -> str:
    """A path as a reader writes it: `7.3(b)`, `exhibit a, 2`."""
    annex = path[:1] if path and " " in path[0] else ()
    numbers = path[len(annex) :]
    text = "".join(f".{piece}" if piece.isdecimal() else f"({piece})" for piece in numbers[1:])
    return ", ".join((*annex, *([numbers[0] + text] if numbers else [])))
