"""Takes the citations out of an answer: from a JSON list, or from the sentences of a text."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from harness.scorers.clause_ids import ClausePath, clause_paths

_LONGEST = 200_000
_MOST = 200
_MENTION = re.compile(
    r"(?<![\w])(?:(?i:sub-?sections?|sections?|sec\.|clauses?|paragraphs?|ziffer|klausel|cl[aá]usulas?)\s*(?=\d)"
    r"|§+\s*(?=\d)|(?i:articles?|art\.|artikel|art[ií]culos?)\s*(?=\d|[IVXL]{1,6}\b)"
    r"|(?:Exhibit|Schedule|Annex|Appendix|Attachment|Anlage|Anhang)\s+(?=[A-Z]{1,2}\b|\d))[^\n\"\u201c\u201d\u201e\u00ab]{1,60}"
)
_QUOTE = re.compile(
    "\u201c([^\u201c\u201d]{12,4000})\u201d|\u201e([^\u201e\u201c\u201d]{12,4000})[\u201c\u201d]"
    '|\u00ab([^\u00ab\u00bb]{12,4000})\u00bb|"([^"]{12,4000})"'
)
# Shorter quotations are terms.
_LEAST_WORDS = 4
# How far before or behind a quote its clause may be named, in characters.
_BEFORE, _BEHIND = 150, 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """A clause that an answer names, with the words it takes from it.

    Attributes:
        path: Where in the answer, as findings write it.
        named: The id as the answer gives it, "" where it gives none.
        paths: The clauses it names; empty for a title.
        quote: The words quoted, "" where there are none.
    """

    path: str
    named: str
    paths: tuple[ClausePath, ...]
    quote: str = ""


def citations_in_json(value: Any, path: str, id_field: str, quote_field: str) -> tuple[Citation, ...]:
    """The citations of a list of objects, or of ids alone.

    Args:
        value: What the answer has at the path; a single object or id counts as a list of one.
        path: Where that is.
        id_field: The member of each object that holds the clause's id.
        quote_field: The member that holds the quoted words.
    """
    items = value if isinstance(value, list) else [] if value is None else [value]
    found = []
    for place, item in enumerate(items[:_MOST]):
        named, quote = (
            (item, "") if not isinstance(item, dict) else (item.get(id_field), item.get(quote_field))
        )
        cited = _citation(f"{path}[{place}]", _text(named), _text(quote))
        if cited.named or cited.quote:
            found.append(cited)
    return tuple(found)


def _text(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, (str, int, Decimal)):
        return ""
    return str(value).strip()


def _citation(path: str, named: str, quote: str) -> Citation:
    return Citation(path=path, named=named, paths=clause_paths(named) if named else (), quote=quote)


def citations_in_text(text: str) -> tuple[Citation, ...]:
    """The clauses that a text mentions, and its quotations with the clause named beside them."""
    text = text[:_LONGEST]
    mentions = [match for match in _MENTION.finditer(text) if clause_paths(match[0])]
    quotes = [match for match in _QUOTE.finditer(text) if len(_words(match).split()) >= _LEAST_WORDS]
    taken: set[int] = set()
    found: list[tuple[int, str, str]] = []
    for quote in quotes:
        mention = _beside(quote, mentions)
        if mention is not None:
            taken.add(mention.start())
        found.append((quote.start(), mention[0] if mention else "", _words(quote)))
    found += [(mention.start(), mention[0], "") for mention in _outside(mentions, quotes, taken)]
    return tuple(
        _citation(f"citations[{place}]", named.strip(), quote)
        for place, (_, named, quote) in enumerate(sorted(found)[:_MOST])
    )


def _words(quote: re.Match[str]) -> str:
    return next(group for group in quote.groups() if group is not None)


def _outside(
    mentions: list[re.Match[str]], quotes: list[re.Match[str]], taken: set[int]
) -> Iterator[re.Match[str]]:
    """The mentions that stand in no quote; what a clause refers to is not cited by the answer."""
    for mention in mentions:
        quoted = any(quote.start() < mention.start() < quote.end() for quote in quotes)
        if not quoted and mention.start() not in taken:
            yield mention


def _beside(quote: re.Match[str], mentions: list[re.Match[str]]) -> re.Match[str] | None:
    """The clause named right behind a quote, else the last one named before it."""
    for mention in mentions:
        between = mention.string[quote.end() : mention.start()]
        if quote.end() <= mention.start() <= quote.end() + _BEHIND and not re.search(r"[.;]\s", between):
            return mention
    before = [one for one in mentions if quote.start() - _BEFORE <= one.start() < quote.start()]
    return before[-1] if before else None
