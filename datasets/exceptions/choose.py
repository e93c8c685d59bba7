"""Chooses contracts and clauses, writes contracts.jsonl.gz.

    .venv/bin/python datasets/exceptions/choose.py CONTRACTS.jsonl.gz

CONTRACTS.jsonl.gz has one contract of CUAD a line: id, title, text and gold.categories (name -> answer and
clauses with text, start and end). SOURCE.md says where they come from, and by which rule they are chosen.
The records do not depend on this script any more: generate.py goes on from contracts.jsonl.gz.
"""

import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from harness.dataset.rows import read_rows, write_rows
from harness.scorers.clause_ids import roman
from harness.scorers.clause_index import ClauseIndex

HERE = Path(__file__).resolve().parent
LONGEST = 45_000
LEAST_QUOTE, LONGEST_QUOTE = 50, 320
LEAST_CATEGORIES = 1
CATEGORIES = tuple(tomllib.loads((HERE / "cases.toml").read_text(encoding="utf-8")))


def main(upstream: Path) -> None:
    """Write the contracts that have enough certain clauses."""
    write_rows(HERE / "contracts.jsonl.gz", chosen(upstream))


def chosen(path: Path) -> Iterator[dict[str, Any]]:
    """The contracts, each with its clauses by category."""
    for row in read_rows(path):
        if len(row["text"]) > LONGEST:
            continue
        found = clauses(row)
        if len(found) >= LEAST_CATEGORIES:
            name = row["gold"]["categories"]["Document Name"]["answer"] or "Agreement"
            yield {
                "id": row["id"],
                "title": row["title"],
                "agreement": " ".join(name.split()).title(),
                "text": row["text"],
                "clauses": found,
            }


def clauses(row: dict[str, Any]) -> dict[str, list[dict[str, str]]]:
    """Category -> its clauses; only categories all whose clauses are certain."""
    index = ClauseIndex(row["text"])
    found: dict[str, list[dict[str, str]]] = {}
    for category in CATEGORIES:
        spans = row["gold"]["categories"][category]["clauses"]
        # A word or two, such as a date, is no passage to quote.
        spans = [span for span in spans if span["end"] - span["start"] >= LEAST_QUOTE] or spans
        placed = [certain(row["text"], index, span) for span in spans]
        # The same clause answers two categories: the case would not tell which one is meant.
        known = [[one["id"] for one in others] for others in found.values()]
        references = _once_each([one for one in placed if one])
        if placed and all(placed) and len(references) <= 3 and [one["id"] for one in references] not in known:
            found[category] = references
    return found


def certain(text: str, index: ClauseIndex, span: dict[str, Any]) -> dict[str, str] | None:
    """The number of the clause that a span lies in, and words of it; None where either is in doubt."""
    words = span["text"].split()
    if span["end"] - span["start"] < LEAST_QUOTE or _count(text, words) != 1:
        return None
    path = index.innermost(span["start"]) or ()
    numbers = tuple(
        piece for place, piece in enumerate(path) if all(one.isdecimal() for one in path[: place + 1])
    )
    places = index.places(numbers) if numbers else ()
    if len(places) != 1 or not places[0].start <= span["start"] < span["end"] <= places[0].end:
        return None
    name = ".".join(numbers)
    printed = re.compile(rf"(?:section|article|clause)?\s*{re.escape(name)}(?!\d|\.\d)", re.IGNORECASE)
    before = (*numbers[:-1], str(int(numbers[-1]) - 1))
    if numbers[-1] != "1" and not index.places(before):
        return None
    heading = printed.match(text, places[0].start)
    if heading is None or _headings(text, name) > 1 or not _goes_on(text[places[0].end :], numbers):
        return None
    quote = _quote(words)
    return {"id": name, "quote": quote} if _count(text, quote.split()) == 1 else None


def _count(text: str, words: list[str]) -> int:
    return len(re.findall(r"\s+".join(map(re.escape, words)), text))


def _headings(text: str, name: str) -> int:
    """How often the number stands where a heading could."""
    before = r"(?:\A|\n\s*|\s{2,}|[.;:]\s+|section\s+|article\s+)"
    return len(re.findall(rf"{before}{re.escape(name)}\.?\)?\s+[\"\u201c(]*[A-Z]", text))


def _goes_on(rest: str, numbers: tuple[str, ...]) -> bool:
    """Whether the next heading is that of the next clause, so that none was overlooked."""
    match = re.match(r"(?:section|article|clause)?\s*(\d+(?:\.\d+)*|[IVX]+\b)", rest, re.IGNORECASE)
    if match is None:
        return False
    after = [(*numbers[:at], str(int(number) + 1)) for at, number in enumerate(numbers)]
    allowed = {".".join((*one, *more)) for one in after for more in ((), ("0",), ("1",))}
    article = match[0].upper().startswith("ARTICLE") and str(roman(match[1])) == str(int(numbers[0]) + 1)
    return match[1] in allowed or article


def _quote(words: list[str]) -> str:
    """The span, cut after a sentence or a word where it is long."""
    text = " ".join(words)
    if len(text) <= LONGEST_QUOTE:
        return text
    end = text.rfind(". ", LEAST_QUOTE, LONGEST_QUOTE)
    return text[: end + 1] if end > 0 else text[: text.rfind(" ", 0, LONGEST_QUOTE)]


def _once_each(references: list[dict[str, str]]) -> list[dict[str, str]]:
    """The first quote of each clause."""
    found: dict[str, dict[str, str]] = {}
    for reference in references:
        found.setdefault(reference["id"], reference)
    return list(found.values())


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python datasets/exceptions/choose.py CONTRACTS.jsonl.gz")
    main(Path(sys.argv[1]))
