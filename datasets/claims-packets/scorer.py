"""How many records of a long list an answer has, exactly.

The value is the share of the expected records that the answer holds with every field right: the
benchmark's exact-record recall. Records beyond the expected ones cost nothing here; `json_fields`, the
second scorer of this dataset, counts them. SOURCE.md tells the rule and where it differs from upstream's.
"""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import Any

from harness import Answer, Finding, Score, ScoringContext, Verdict

# Beyond these no real answer goes; they keep hostile text cheap.
LONGEST_ANSWER = 5_000_000
MOST_RECORDS = 5_000
MOST_FIELDS = 100
LONGEST_NUMBER = 40
# A value that this many records share tells them apart no more.
MOST_SHARING = 50
MOST_FINDINGS = 1_000
DATE = re.compile(r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)")
NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?")

Record = Mapping[str, Any]
Values = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExactRecords:
    """The share of the expected records that are there with every field right.

    Attributes:
        pass_at: The share from which an answer counts as right, above 0 and up to 1.
    """

    pass_at: float = 1.0

    def __post_init__(self) -> None:
        if not 0.0 < self.pass_at <= 1.0:
            raise ValueError(f"pass_at must lie above 0 and be 1 at most, not {self.pass_at}")

    def score(self, answer: Answer, reference: Answer, context: ScoringContext) -> Score:
        """The recall; None where the reference is no list of records."""
        wanted, got = records(reference), records(answer)
        fields = tuple(dict.fromkeys(name for record in wanted or () for name in record))
        if not wanted or len(wanted) > MOST_RECORDS or len(fields) > MOST_FIELDS:
            return Score(value=None, reason="The reference is no list of records, or too long.")
        if got is None:
            note = "It is no JSON list of records."
            found = Finding(kind="invalid_json", actual=shown(answer.text or ""), note=note)
            return Score(value=0.0, reason=note, findings=(found,), pass_at=self.pass_at)
        left = Leftovers(wanted, got[:MOST_RECORDS], fields)
        right = len(wanted) - len(left.expected)
        reason = f"{right} of {len(wanted)} records are right; {len(got)} were given."
        findings = tuple(found for found, _ in zip(left.findings(), range(MOST_FINDINGS), strict=False))
        return Score(value=right / len(wanted), reason=reason, findings=findings, pass_at=self.pass_at)


class Leftovers:
    """The records of both sides that have no equal on the other, and what became of them."""

    def __init__(self, wanted: Sequence[Record], got: Sequence[Record], fields: Sequence[str]) -> None:
        self._wanted, self._got, self._fields = wanted, got, fields
        self._wanted_values = [values(record, fields) for record in wanted]
        self._got_values = [values(record, fields) for record in got]
        self.expected = unmatched(self._wanted_values, Counter(self._got_values))
        self.given = unmatched(self._got_values, Counter(self._wanted_values))

    def findings(self) -> Iterator[Finding]:
        """Each record that is left out or invented, then each wrong field; the first one tells the sum."""
        if not self.expected and not self.given:
            return
        partners = self._partners()
        missing = [place for place in self.expected if place not in partners]
        invented = sorted(set(self.given) - set(partners.values()))
        right, wanted = len(self._wanted) - len(self.expected), len(self._wanted)
        counts = f"{len(missing)} left out, {len(partners)} changed, {len(invented)} invented"
        note = f"{right} of {wanted} records are right: {counts}."
        for finding in self._differences(missing, invented, partners):
            yield replace(finding, note=note)
            note = ""

    def _differences(
        self, missing: Sequence[int], invented: Sequence[int], partners: Mapping[int, int]
    ) -> Iterator[Finding]:
        for place in missing:
            text = shown(as_text(self._wanted[place]))
            yield Finding(kind="line_missing", path=f"[{place}]", expected=text, verdict=Verdict.MISSING)
        for place in invented:
            text = shown(as_text(self._got[place]))
            yield Finding(kind="line_invented", path=f"[{place}]", actual=text, verdict=Verdict.INVENTED)
        for place, other in partners.items():
            yield from self._changes(place, other)

    def _partners(self) -> dict[int, int]:
        """For each expected record the given one that shares most values, at least half of them."""
        sharing: defaultdict[tuple[int, str], list[int]] = defaultdict(list)
        for place in self.given:
            for pair in enumerate(self._got_values[place]):
                sharing[pair].append(place)
        found: dict[int, int] = {}
        taken: set[int] = set()
        for place in self.expected:
            shared: Counter[int] = Counter()
            for pair in enumerate(self._wanted_values[place]):
                if len(sharing[pair]) <= MOST_SHARING:
                    shared.update(sharing[pair])
            best = next((one for one, _ in shared.most_common() if one not in taken), None)
            if best is not None and 2 * self._equal(place, best) >= len(self._fields):
                found[place] = best
                taken.add(best)
        return found

    def _equal(self, place: int, other: int) -> int:
        both = zip(self._wanted_values[place], self._got_values[other], strict=True)
        return sum(one == two for one, two in both)

    def _changes(self, place: int, other: int) -> Iterator[Finding]:
        both = zip(self._fields, self._wanted_values[place], self._got_values[other], strict=True)
        for field, wanted, got in both:
            if wanted == got:
                continue
            kind = "field_missing" if not got else "field_invented" if not wanted else "wrong_value"
            expected, actual = self._wanted[place].get(field), self._got[other].get(field)
            yield Finding(
                kind=kind,
                path=f"[{place}].{field}",
                expected=shown(as_text(expected)) if wanted else None,
                actual=shown(as_text(actual)) if got else None,
            )


def records(answer: Answer) -> list[Record] | None:
    """The records of a JSON list, None where the text is none."""
    text = answer.text or ""
    if len(text) > LONGEST_ANSWER:
        return None
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, list) or not all(isinstance(record, dict) for record in value):
        return None
    return value


def unmatched(all_values: Sequence[Values], others: Counter[Values]) -> list[int]:
    """The places whose values are not among the others, each of which serves once."""
    left = []
    for place, held in enumerate(all_values):
        if others[held] > 0:
            others[held] -= 1
        else:
            left.append(place)
    return left


def values(record: Record, fields: Sequence[str]) -> Values:
    """What the fields of a record mean, as texts that can be compared."""
    return tuple(meaning(record.get(field)) for field in fields)


def meaning(value: object) -> str:
    """A value by what it means.

    Case, spaces and the currency sign do not matter; `(1,234.50)` is -1234.5; numbers are equal to six
    places; a date is the same as 2026-01-31 and as 01/31/2026; null and an empty text are nothing.
    """
    text = " ".join(as_text(value).split()).lower()
    date = DATE.fullmatch(text)
    if date:
        return f"{date['month']}/{date['day']}/{date['year']}"
    bare = f"-{text[1:-1]}" if text.startswith("(") and text.endswith(")") else text
    bare = bare.replace("$", "").replace(",", "")
    if len(bare) > LONGEST_NUMBER or not NUMBER.fullmatch(bare):
        return text
    try:
        number = round(Decimal(bare), 6).normalize()
    except InvalidOperation:
        return text
    return f"{number or 0:f}"


def as_text(value: object) -> str:
    """A value as JSON writes it, a text without its quotes, nothing as an empty text."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    try:
        return json.dumps(value, ensure_ascii=False, sort_keys=True)
    except RecursionError:  # a value that could just be read
        return "…"


def shown(text: str) -> str:
    """A short text that any file can hold."""
    text = text.encode("utf-8", "backslashreplace").decode()
    return text if len(text) <= 300 else text[:299] + "…"
