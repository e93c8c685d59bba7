"""Faults that need the document itself: a wrong amount of it, a clause cited wrongly.

Like those of `faults.py`: pure, seeded, and None where the fault cannot be told on this record.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from harness.sandbox.answers import Reference, clone, money, references
from harness.sandbox.draw import Draw
from harness.sandbox.faults import Damaged, damaged
from harness.scorers.clause_ids import clause_paths
from harness.scorers.clause_index import clause_index

_PRINTED = re.compile(r"(?<![\d.,])\d{1,6}\.\d\d(?![\d.,])")
_LEAST_QUOTE = 25
_MODALS = {"shall": "may", "may": "shall", "must": "may", "will": "may"}
_COUNTS = {
    "five": ("ten", 10),
    "ten": ("twenty", 20),
    "fifteen": ("forty-five", 45),
    "twenty": ("forty", 40),
    "thirty": ("sixty", 60),
    "sixty": ("ninety", 90),
    "ninety": ("thirty", 30),
}
_COUNTED = re.compile(rf"\b({'|'.join(_COUNTS)})\b(\s*\()(\d+)(?=\))", re.IGNORECASE)
_NUMBER = re.compile(r"(?<![\w.,$-])\d{1,3}(?![\w.,-])")
_MODAL = re.compile(rf"\b({'|'.join(_MODALS)})\b(?! not\b)")
_NUMBERED = re.compile(r"((?:\d{1,3}\.)*)(\d{1,3})(?!\d)")
_FABRICATED = (
    "Demurrage, re-routing and storage caused by the other party's carrier are charged to that party alone.",
    "The parties review every open delivery exception in writing by the second working day of each quarter.",
    "A claim that is not filed through the exception portal within forty-eight hours is deemed to be waived.",
    "The receiving party keeps rejected consignments at its own dock for no longer than nine calendar days.",
    "Surcharges below two and a quarter percent are netted against the following month's service credit.",
)


def wrong_value(value: Any, draw: Draw, prompt: str) -> Damaged | None:
    """Takes another amount that stands in the document, such as the cash given for the total."""
    value = clone(value)
    found = [leaf for leaf in money(value) if _others(leaf.value, prompt)]
    if not found:
        return None
    leaf = draw.pick(found)
    note = f"{leaf.value} became "
    leaf.holder[leaf.key] = draw.pick(_others(leaf.value, prompt))
    return damaged(value, "wrong_value", leaf.path, f"{note}{leaf.value}, another amount of the document")


def hallucinated_reference(value: Any, draw: Draw, prompt: str) -> Damaged | None:
    """Cites the number after the last one there is, with a sentence that nobody wrote."""
    value = clone(value)
    found = [one for one in references(value) if _next_id(one.id, prompt)]
    if not found:
        return None
    reference = draw.pick(found)
    made_up = _next_id(reference.id, prompt)
    note = f"{reference.id} became {made_up}, which does not exist"
    reference.set(id=made_up, quote=draw.pick(_FABRICATED))
    return damaged(value, "hallucinated_reference", reference.path, note)


def misattributed_reference(value: Any, draw: Draw, prompt: str) -> Damaged | None:
    """Quotes rightly and names another clause that exists, one of the nearest."""
    value = clone(value)
    found = [(one, _neighbours(one, prompt)) for one in references(value) if len(one.quote) >= _LEAST_QUOTE]
    found = [(one, near) for one, near in found if near]
    if not found:
        return None
    reference, near = draw.pick(found)
    note = f"the quote of {reference.id} was given as "
    reference.set(id=draw.pick(near), quote=reference.quote)
    return damaged(value, "misattributed_reference", reference.path, note + reference.id)


def misquoted_reference(value: Any, draw: Draw, prompt: str) -> Damaged | None:
    """Changes a number or a modal verb of a quote, or puts a "not" in."""
    value = clone(value)
    found = [(one, _alterations(one.quote)) for one in references(value) if len(one.quote) >= _LEAST_QUOTE]
    found = [(one, altered) for one, altered in found if altered]
    if not found:
        return None
    reference, altered = draw.pick(found)
    quote, note = draw.pick(altered)
    reference.set(id=reference.id, quote=quote)
    return damaged(value, "misquoted_reference", f"{reference.path}.{reference.quote_key}", note)


def reference_missing(value: Any, draw: Draw, prompt: str) -> Damaged | None:
    """Leaves one of the references out."""
    value = clone(value)
    found = references(value)
    if not found:
        return None
    reference = draw.pick(found)
    note = f"left out {reference.id}"
    reference.remove()
    return damaged(value, "reference_missing", reference.path.partition("[")[0], note)


SourceFault = Callable[[Any, Draw, str], Damaged | None]

SOURCE_FAULTS: Mapping[str, SourceFault] = {
    fault.__name__: fault
    for fault in (
        wrong_value,
        hallucinated_reference,
        misattributed_reference,
        misquoted_reference,
        reference_missing,
    )
}
"""Faults that work on the parsed answer and the text of the conversation, by kind."""


def _others(value: float, prompt: str) -> list[float]:
    """Amounts of the document that read as no other fault: no power of ten, no swapped digits."""
    own = f"{abs(value):.2f}"
    written = dict.fromkeys(_PRINTED.findall(prompt))
    return [
        float(text)
        for text in written
        if float(text) and sorted(text) != sorted(own) and not _begins(_digits(text), _digits(own))
    ]


def _digits(text: str) -> str:
    return text.replace(".", "").strip("0")


def _begins(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)


def _alterations(quote: str) -> list[tuple[str, str]]:
    """The quote with one thing changed that turns its meaning, each with a note."""
    found = [
        _altered(
            quote, match.span(), f"{_COUNTS[match[1].lower()][0]}{match[2]}{_COUNTS[match[1].lower()][1]}"
        )
        for match in _COUNTED.finditer(quote)
    ]
    if not found:
        found = [
            _altered(quote, match.span(), str(int(match[0]) * 2 or 1)) for match in _NUMBER.finditer(quote)
        ]
    for match in _MODAL.finditer(quote):
        found.append(_altered(quote, match.span(), _MODALS[match[1]]))
        found.append(_altered(quote, match.span(), f"{match[1]} not"))
    return found


def _altered(quote: str, span: tuple[int, int], new: str) -> tuple[str, str]:
    start, end = span
    return quote[:start] + new + quote[end:], f"{quote[start:end]!r} became {new!r} in the quote"


def _next_id(clause: str, prompt: str) -> str:
    """The number after the last one of the clause's article; "" where its number cannot be read."""
    match = _NUMBERED.match(clause)
    if match is None:
        return ""
    parent, number = match[1], int(match[2])
    # Every number that the text mentions counts, so that what is made up stands nowhere.
    mentioned = [
        int(found) for found in re.findall(rf"(?<![\d.]){re.escape(parent)}(\d{{1,3}})(?!\d)", prompt)
    ]
    if not parent:
        mentioned = [int(path[0]) for path in clause_index(prompt).paths if path[0].isdecimal()]
    return f"{parent}{max(number, *mentioned, 0) + 1}"


def _neighbours(reference: Reference, prompt: str) -> list[str]:
    """Up to six clauses around this one that exist and do not hold its quote."""
    index, start = clause_index(prompt), prompt.find(reference.quote)
    own = next(iter(clause_paths(reference.id)), ())
    alike = [path for path in index.paths if len(path) == len(own) and all(map(str.isdecimal, path))]
    if own not in alike:
        return []
    at = alike.index(own)
    near = [path for path in alike[max(0, at - 3) : at + 4] if path != own]
    return [".".join(path) for path in near if start < 0 or not index.allows(path, start, start + 1)]
