"""The words of a quote that change what it says: numbers, months, negations, modal verbs.

An inserted "not" leaves two sentences 98 % alike. These words must therefore be the same in a quote and in
the passage it is taken from, each as often as there.
"""

import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

from harness.domain.telling_words import MODALS, NEGATIONS

_MONTHS = (
    "january february march april june july august september october november december "
    "januar februar märz mai juni juli oktober dezember "
    "janvier février mars avril juin juillet août septembre octobre novembre décembre "
    "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre"
)
_NUMBERS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred "
    "thousand million billion first second third fourth fifth sixth half quarter twice zwei drei vier "
    "fünf sechs sieben acht neun zehn elf zwölf zwanzig dreißig vierzig fünfzig sechzig neunzig "
    "hundert tausend deux trois quatre cinq sept huit neuf dix quinze vingt trente quarante cinquante "
    "soixante cent mille dos tres cuatro cinco seis siete ocho nueve diez quince veinte treinta "
    "sesenta noventa ciento mil"
)
# Characters that scanners take for one another.
_LETTERS = str.maketrans(
    {"0": "o", "1": "l", "i": "l", "|": "l", "!": "l", "5": "s", "8": "b", "h": "b", "e": "c"}
)
_FIGURES = str.maketrans({"o": "0", "l": "1", "i": "1", "|": "1", "s": "5", "b": "8", "z": "2"})
_EDGES = ".,;:!?()[]{}\"'*_"
_SIGNS = "%‰$€£¥₹"
_DIGIT = re.compile(r"\d")
_PARTED = re.compile(r"[-/()\[\]]+(?=\w)")
_MISREAD_FIGURE = re.compile(r"\d[\dolisbz|]*")
_LED_BY_FIGURE = re.compile(r"(\d+)(?:st|nd|rd|th)|(?:(?=\d\d|[2-9]))(\d+)[a-z]{1,4}")
_CONTRACTION = re.compile(r"(?P<verb>\w+?)n't")

Fact = tuple[str, str]


def _folded(word: str) -> str:
    """A word in which look-alikes are one: "rnust" is must, "wi11" is will."""
    return word.translate(_LETTERS).replace("rn", "m").replace("cl", "d").replace("vv", "w")


def _lexicon() -> dict[str, Fact]:
    kinds = (
        ("number", _NUMBERS.casefold().split()),
        ("date", _MONTHS.casefold().split()),
        ("modal verb", sorted(MODALS)),
        ("negation", sorted(NEGATIONS)),
    )
    words = {word: kind for kind, known in kinds for word in known}
    tens = [word for word in words if word.endswith("ty") and words[word] == "number"]
    units = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
    words |= {f"{ten}{unit}": "number" for ten in tens for unit in units}
    return {_folded(word): (kind, word) for word, kind in words.items()}


_FACTS = _lexicon()


@lru_cache(maxsize=65_536)
def facts_of(word: str) -> tuple[Fact, ...]:
    """What a word of searchable text says, by kind; nothing where it is only a word.

    "10O" is 100; "cannot" is can and not; "5%" is 5 and %.
    """
    core = word.strip(_EDGES)
    signs = tuple(("sign", character) for character in core if character in _SIGNS)
    core = core.strip(_EDGES + _SIGNS)
    if _PARTED.search(core):
        return *(fact for piece in _PARTED.split(core) for fact in facts_of(piece)), *signs
    figure = _figure(core)
    if figure:
        return ("number", figure), *signs
    if core == "cannot":
        return ("modal verb", "can"), ("negation", "not")
    contracted = _CONTRACTION.fullmatch(core)
    if contracted is not None:
        verb = _FACTS.get(
            _folded({"ca": "can", "wo": "will", "sha": "shall"}.get(contracted["verb"], contracted["verb"]))
        )
        return *((verb,) if verb else ()), ("negation", "not")
    fact = _FACTS.get(_folded(core))
    return (fact, *signs) if fact else signs


def _figure(core: str) -> str:
    """The number a word stands for, "" where it stands for none.

    "10O" is 100, "30th" is 30, "5b" is 5; "t0" and "0r" are words that a scanner misread.
    """
    digits = len(_DIGIT.findall(core))
    if not digits:
        return ""
    if digits > sum(character.isalpha() for character in core) or _MISREAD_FIGURE.fullmatch(core):
        return core.translate(_FIGURES)
    led = _LED_BY_FIGURE.fullmatch(core)
    return (led[1] or led[2]) if led else ""


def changes(quoted: Sequence[str], source: Sequence[str]) -> tuple[list[str], list[str]]:
    """The telling words that a quote has too many, and those it lacks, as they are written.

    Args:
        quoted: The words of the quote.
        source: The words of the passage it is taken from.
    """
    here, there = (Counter(fact for word in words for fact in facts_of(word)) for words in (quoted, source))
    if here == there:
        return [], []
    surplus, lacking = here - there, there - here
    return _told(surplus, quoted, source), _told(lacking, source, quoted)


def _told(facts: Counter[Fact], here: Sequence[str], there: Sequence[str]) -> list[str]:
    """The words of one side that account for these facts.

    A word that only lost a space on the other side is left out: "shall not" written "shallnot".
    """
    left = Counter(facts)
    known = {word.strip(_EDGES) for word in there}
    told = []
    for at, word in enumerate(here):
        mine = [fact for fact in facts_of(word) if left[fact] > 0]
        if not mine:
            continue
        left.subtract(mine)
        runs = (
            here[max(0, first) : last] for first in (at - 2, at - 1, at) for last in (at + 1, at + 2, at + 3)
        )
        if not any(len(run) > 1 and "".join(run).strip(_EDGES) in known for run in runs):
            told.append(word.strip(_EDGES))
    return told
