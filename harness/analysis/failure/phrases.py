"""Pieces of sentences on mistakes."""

import re
from dataclasses import dataclass

from harness.analysis.failure.differing_words import LONGEST, cut_at_word
from harness.domain.score import Finding

# A longer text is a quote, not the name of a clause.
LONGEST_CLAUSE = 40
CLAUSE_NUMBER = re.compile(r"§?\s*\d")
_NEGATIVE = re.compile(r"-\d[\d.,' ]{0,30}")
# A place in a list: the list, the position, the field of the entry.
_PLACE = re.compile(r"(?P<list>[^\[\]]*)\[(?P<at>\d{1,9})\](?:\.(?P<field>[^\[\]]+))?")
_LINE_LIST = re.compile(r"(?:^|[._])(?:\w*lines?|\w*items?|rows?|positions?|)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """A piece of a sentence.

    Attributes:
        foreign: Whether it comes from a record or a model and is drawn apart.
        other: Whether it stands for the name of the model that the sentence is not about.
    """

    text: str
    foreign: bool = False
    other: bool = False


def ours(text: str) -> Phrase:
    """Words of ours."""
    return Phrase(text=text)


def theirs(text: str) -> Phrase:
    """Text of a record or a model, on one line and cut."""
    return Phrase(text=cut_at_word(" ".join(text[: LONGEST * 4].split())), foreign=True)


def value_of(text: str | None) -> Phrase:
    """A value: numbers with a real minus sign, and a word of ours where there is nothing to read."""
    if not (text and text.strip()):
        return ours("nothing")
    plain = text.strip()
    return theirs("\u2212" + plain[1:] if _NEGATIVE.fullmatch(plain) else text)


def where(finding: Finding, word: str = " in ") -> tuple[Phrase, ...]:
    """The field that a finding is about, () for the whole answer."""
    return (ours(word), *_place(finding.path)) if finding.path else ()


def _place(path: str) -> tuple[Phrase, ...]:
    """A field in words: `line_items[3].amount` is "amount of line 4", as the table counts."""
    found = _PLACE.fullmatch(path)
    if found is None:
        return (theirs(path),)
    number, within, field = int(found["at"]) + 1, found["list"], found["field"]
    of = (theirs(field), ours(" of ")) if field else ()
    if _LINE_LIST.search(within):
        return (*of, ours(f"line {number}"))
    return (*of, ours(f"entry {number} of "), theirs(within))


def field_of(verb: str, value: str | None, path: str) -> tuple[Phrase, ...]:
    """A field that is there on one side only, with its value where that is short."""
    shown = value is not None and value.strip() and len(value) <= LONGEST
    place = _place(path) if path else (ours("a field"),)
    return (ours(verb), *place, *((ours(" ("), value_of(value), ours(")")) if shown else ()))


def clause(identifier: str | None) -> tuple[Phrase, ...]:
    """A cited place: "clause 7.3", but "Article 5" as it stands."""
    if not identifier:
        return (ours("a clause"),)
    return (*((ours("clause "),) if CLAUSE_NUMBER.match(identifier) else ()), theirs(identifier))
