"""Citations of real contracts, genuine and spoiled in known ways, for the citation scorer's figures."""

import gzip
import json
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from factories import record

from harness.domain.record import Record

FOLDER = Path(__file__).parent / "data" / "contracts"
_SENTENCE = re.compile(r"[A-Z][^.;]{50,320}[.;](?=\s)")
_MODAL = re.compile(r"\b(shall|will|must|may)\b")
_MONTH = re.compile(
    r"\b(January|February|March|April|June|July|August|September|October|November|December)\b"
)
_NUMBER = re.compile(r"(?<![\w.,(])\d{1,6}(?:[.,]\d+)*(?![\w])")
_OTHER = {"shall": "may", "will": "may", "must": "may", "may": "shall"}


@dataclass(frozen=True, kw_only=True)
class Contract:
    """A contract and where its clauses begin, as a person read it."""

    id: str
    text: str
    clauses: dict[str, int]

    @property
    def record(self) -> Record:
        return record(self.id, self.text)

    def span(self, clause: str) -> tuple[int, int]:
        """A clause with its subclauses, up to the next one that is not below it."""
        start = self.clauses[clause]
        later = [at for name, at in self.clauses.items() if at > start and not name.startswith(f"{clause}.")]
        return start, min(later, default=len(self.text))


@dataclass(frozen=True, kw_only=True)
class Case:
    """One citation.

    Attributes:
        spoiled: What was done to it, "" for a genuine one.
        kind: The finding it deserves, "" for a genuine one.
    """

    contract: Contract
    clause: str
    quote: str
    spoiled: str = ""
    kind: str = ""


def contracts() -> list[Contract]:
    clauses = json.loads((FOLDER / "clauses.json").read_text(encoding="utf-8"))
    lines = gzip.decompress((FOLDER / "contracts.jsonl.gz").read_bytes()).splitlines()
    held = [json.loads(line) for line in lines]
    return [Contract(id=one["id"], text=one["text"], clauses=clauses[one["id"]]) for one in held]


def cases(seed: int, each: int) -> Iterator[Case]:
    """Genuine citations, and for each way of spoiling as many spoiled ones, as far as sentences allow."""
    draw = random.Random(seed)
    sentences = [
        (contract, clause, match[0])
        for contract in contracts()
        for clause in contract.clauses
        if clause[0].isdecimal()
        for match in _SENTENCE.finditer(contract.text, *contract.span(clause))
    ]
    for contract, clause, sentence in draw.choices(sentences, k=each * len(SPOILED)):
        yield Case(contract=contract, clause=clause, quote=shortened(noisy(sentence, draw), draw))
    for name, (kind, spoil) in SPOILED.items():
        count = 0
        for contract, clause, sentence in draw.choices(sentences, k=each * 40):
            case = spoil(contract, clause, sentence, draw)
            if case is None:
                continue
            cited, quote = case
            yield Case(contract=contract, clause=cited, quote=noisy(quote, draw), spoiled=name, kind=kind)
            count += 1
            if count == each:
                break


def noisy(text: str, draw: random.Random) -> str:
    """What copying, scanning and typesetting do to a quote; figures stay, as a wrong figure is an error."""
    words = text.split()
    for place in range(len(words)):
        if draw.random() < 0.04 and not re.search(r"\d", words[place]):
            words[place] = _scanned(words[place], draw)
    if draw.random() < 0.2:
        place = draw.randrange(len(words))
        word = words[place]
        if len(word) > 7 and word.isalpha():
            words[place] = f"{word[:4]}-\n{word[4:]}"
    text = " ".join(words)
    if draw.random() < 0.3:
        text = text.replace('"', "\u201c").replace("'", "\u2019").replace("fi", "\ufb01")
    if draw.random() < 0.2:
        text = text.replace(" ", "  ", 3).replace(" ", "\n", 1)
    return text.upper() if draw.random() < 0.03 else text


def shortened(text: str, draw: random.Random) -> str:
    """Some quotes leave words out."""
    words = text.split()
    if draw.random() < 0.85 or len(words) < 25:
        return text
    middle = len(words) // 2
    return f"{' '.join(words[: middle - 1])} \u2026 {' '.join(words[middle + 2 :])}"


def _scanned(word: str, draw: random.Random) -> str:
    """One mistake of a scanner that leaves the word readable."""
    mistakes = [
        ("rn", "m"),
        ("m", "rn"),
        ("l", "1"),
        ("o", "0"),
        ("i", "l"),
        ("cl", "d"),
        ("h", "b"),
        ("e", "c"),
    ]
    found = [(good, bad) for good, bad in mistakes if good in word[1:]]
    if not found:
        return word
    good, bad = draw.choice(found)
    # Words of few letters turn into other words: not -> nol is for a person to decide.
    return word if len(word) < 5 and bad in "bc" else word[0] + word[1:].replace(good, bad, 1)


Spoiled = tuple[str, str] | None
Spoil = Callable[[Contract, str, str, random.Random], Spoiled]


def _negated(contract: Contract, clause: str, sentence: str, draw: random.Random) -> Spoiled:
    match = _MODAL.search(sentence)
    if match is None:
        return None
    if sentence[match.end() :].startswith(" not "):
        return clause, sentence[: match.end()] + sentence[match.end() + 4 :]
    return clause, f"{sentence[: match.end()]} not{sentence[match.end() :]}"


def _renumbered(contract: Contract, clause: str, sentence: str, draw: random.Random) -> Spoiled:
    found = list(_NUMBER.finditer(sentence))
    if not found:
        return None
    match = draw.choice(found)
    digits = [place for place, character in enumerate(match[0]) if character.isdecimal()]
    place = draw.choice(digits)
    changed = match[0][:place] + str((int(match[0][place]) + draw.randint(1, 8)) % 10) + match[0][place + 1 :]
    return clause, sentence[: match.start()] + changed + sentence[match.end() :]


def _redated(contract: Contract, clause: str, sentence: str, draw: random.Random) -> Spoiled:
    match = _MONTH.search(sentence)
    if match is None:
        return None
    other = draw.choice([month for month in ("January", "April", "October") if month != match[0]])
    return clause, sentence[: match.start()] + other + sentence[match.end() :]


def _softened(contract: Contract, clause: str, sentence: str, draw: random.Random) -> Spoiled:
    match = _MODAL.search(sentence)
    if match is None:
        return None
    return clause, sentence[: match.start()] + _OTHER[match[0]] + sentence[match.end() :]


def _fabricated(contract: Contract, clause: str, sentence: str, draw: random.Random) -> Spoiled:
    words = sentence.split()
    draw.shuffle(words)
    return clause, " ".join(words)


def _misplaced(contract: Contract, clause: str, sentence: str, draw: random.Random) -> Spoiled:
    top = clause.split(".", maxsplit=1)[0]
    plain = " ".join(sentence.split())
    others = [
        other
        for other in contract.clauses
        if other.split(".")[0] != top
        and other[0].isdecimal()
        and plain[:60] not in " ".join(contract.text[slice(*contract.span(other))].split())
    ]
    return (draw.choice(others), sentence) if others else None


def _no_such_clause(contract: Contract, clause: str, sentence: str, draw: random.Random) -> Spoiled:
    last = max(int(name.split(".")[0]) for name in contract.clauses if name[0].isdecimal())
    return f"{last + draw.randint(2, 40)}.{draw.randint(1, 9)}", sentence


SPOILED: dict[str, tuple[str, Spoil]] = {
    "negation": ("misquoted_reference", _negated),
    "number": ("misquoted_reference", _renumbered),
    "date": ("misquoted_reference", _redated),
    "modal verb": ("misquoted_reference", _softened),
    "fabricated": ("hallucinated_reference", _fabricated),
    "wrong clause": ("misattributed_reference", _misplaced),
    "no such clause": ("hallucinated_reference", _no_such_clause),
}
