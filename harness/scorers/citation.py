"""Scores the references of an answer to the clauses of its source: do they exist, and say what is quoted?

It needs no expected answer. Where one is known, the clauses that it names are wanted as well.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import islice
from typing import ClassVar

from harness.domain.chat import Answer
from harness.domain.record import Record
from harness.domain.score import Finding, Score, Verdict
from harness.scorers.answer_text import answer_text
from harness.scorers.base import ScoringContext
from harness.scorers.cited import Citation, citations_in_json, citations_in_text
from harness.scorers.clause_ids import ClausePath, shown_path
from harness.scorers.clause_index import ClauseIndex, clause_index
from harness.scorers.json_member import member, steps_of
from harness.scorers.json_parse import json_text, parse_json, shown
from harness.scorers.quote_text import SearchText, search_text, searchable
from harness.scorers.quotes import Passage, affordable, passages

_TAG = "tag:"
_MOST_PLACES = 20


class CitationVerdict(StrEnum):
    """What a citation turns out to be, best first."""

    EXISTS = "exists"
    VERBATIM = "verbatim"
    ALTERED = "altered"
    MISATTRIBUTED = "misattributed"
    ABSENT = "absent"


_GOOD = frozenset({CitationVerdict.EXISTS, CitationVerdict.VERBATIM})


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedCitation:
    """A citation with its verdict.

    Attributes:
        finding: What is wrong with it, None where it is good.
    """

    citation: Citation
    verdict: CitationVerdict
    finding: Finding | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Citations:
    """References to clauses, and the words quoted from them, against the text they come from.

    Attributes:
        citations: Path of the list of citations in a JSON answer, such as "clauses"; "" for answers in
            prose, where mentions ("Section 7.3(b)") and quotations are looked for.
        id_field: Member of each citation that holds the clause's id.
        quote_field: Member that holds the quoted words.
        source: Where the cited text is: "prompt" (the last user message), "messages" (all of them), or
            "tag:NAME".
        start: The cited text begins after the first occurrence of this in the source.
        end: It ends before the last occurrence of this.
        pattern: Regular expression for the headings of clauses, its first group the id; "" to find them.
        expected: Whether the clauses of the expected answer are wanted, where it names any.
        nested: Whether a clause within the expected one, or around it, will do.
    """

    citations: str = ""
    id_field: str = "id"
    quote_field: str = "quote"
    source: str = "prompt"
    start: str = ""
    end: str = ""
    pattern: str = ""
    expected: bool = True
    nested: bool = False
    needs_reference: ClassVar[bool] = False
    _pattern: re.Pattern[str] | None = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.source not in ("prompt", "messages") and not self.source.startswith(_TAG):
            raise ValueError(f'source must be "prompt", "messages" or "tag:NAME", not "{self.source}"')
        try:
            compiled = re.compile(self.pattern, re.MULTILINE) if self.pattern else None
        except re.error as error:
            raise ValueError(f"pattern is no regular expression: {error}") from None
        object.__setattr__(self, "_pattern", compiled)

    def score(self, answer: Answer, reference: Answer, context: ScoringContext) -> Score:
        """The share of good citations; None where there is nothing to check."""
        broken = self._broken(answer)
        if broken:
            return Score(value=0.0, reason="The answer is not JSON.", findings=broken)
        judged = self.judge(answer, context.record)
        wanted = self._wanted(reference)
        if wanted is None and not (judged and self._source(context.record).strip()):
            why = (
                "The record has no source to check citations against."
                if judged
                else "The answer cites nothing."
            )
            return Score(value=None, reason=why)
        findings = [one.finding for one in judged if one.finding is not None]
        missing: list[Finding] = []
        if wanted is not None:
            surplus, missing = self._against(judged, wanted)
            findings += surplus + missing
        total = len(judged) + len(missing)
        bad = len(findings)
        if not total:
            return Score(value=1.0, reason="No clause is expected, and none is cited.")
        reason = f"{total - bad} of {total} citations are good."
        return Score(value=(total - bad) / total, reason=reason, findings=tuple(findings))

    def judge(self, answer: Answer, record: Record) -> tuple[JudgedCitation, ...]:
        """Every citation of an answer with its verdict; all exist where there is no source to check."""
        source = self._source(record)
        cited = self._cited(answer)
        if not source.strip():
            return tuple(JudgedCitation(citation=one, verdict=CitationVerdict.EXISTS) for one in cited)
        index, text = clause_index(source, self._pattern), search_text(source)
        # Of a quote that nobody looks for nothing is claimed; its clause must exist all the same.
        told = zip(cited, affordable([one.quote for one in cited], text), strict=True)
        looked_at = (one if can_be else replace(one, quote="") for one, can_be in told)
        return tuple(self._judged(one, index, text) for one in looked_at)

    def _broken(self, answer: Answer) -> tuple[Finding, ...]:
        parsed = parse_json(json_text(answer)) if self.citations else None
        return () if parsed is None or parsed.is_valid else parsed.findings

    def _cited(self, answer: Answer) -> tuple[Citation, ...]:
        if not self.citations:
            return citations_in_text(answer_text(answer))
        held = member(parse_json(json_text(answer)).value, steps_of(self.citations))
        return citations_in_json(held, self.citations, self.id_field, self.quote_field)

    def _source(self, record: Record) -> str:
        if self.source.startswith(_TAG):
            text = record.tags.get(self.source.removeprefix(_TAG), "")
        else:
            texts = [
                message.text
                for message in record.request.messages
                if self.source == "messages" or message.role == "user"
            ]
            text = "\n\n".join(texts) if self.source == "messages" else texts[-1] if texts else ""
        if self.start and self.start in text:
            text = text.partition(self.start)[2]
        return text.rpartition(self.end)[0] if self.end and self.end in text else text

    def _wanted(self, reference: Answer) -> tuple[ClausePath, ...] | None:
        """The clauses of the expected answer, None where it is not known which they are."""
        if not self.expected or reference.is_empty or self._broken(reference):
            return None
        if self.citations:
            held = member(parse_json(json_text(reference)).value, steps_of(self.citations))
            if held is None:
                return None
        cited = self._cited(reference)
        if not cited and not self.citations:
            return None
        return tuple(dict.fromkeys(path for one in cited for path in one.paths))

    def _against(
        self, judged: Sequence[JudgedCitation], wanted: tuple[ClausePath, ...]
    ) -> tuple[list[Finding], list[Finding]]:
        """The citations that are good in themselves but not wanted, and the clauses that are not cited."""
        surplus = [
            Finding(
                kind="reference_surplus",
                path=one.citation.path,
                actual=shown(one.citation.named),
                note="The expected answer does not cite it.",
                verdict=Verdict.INVENTED,
            )
            for one in judged
            if one.verdict in _GOOD
            and one.citation.paths
            and not any(self._same(path, other) for path in one.citation.paths for other in wanted)
        ]
        cited = [path for one in judged for path in one.citation.paths]
        missing = [
            Finding(
                kind="reference_missing",
                path=self.citations,
                expected=shown_path(path),
                note=f"{shown_path(path)} is not cited.",
                verdict=Verdict.MISSING,
            )
            for path in wanted
            if not any(self._same(path, other) for other in cited)
        ]
        return surplus, missing

    def _same(self, one: ClausePath, other: ClausePath) -> bool:
        if not self.nested:
            return one == other
        shorter = min(len(one), len(other))
        return one[:shorter] == other[:shorter]

    def _judged(self, citation: Citation, index: ClauseIndex, text: SearchText) -> JudgedCitation:
        unknown = _unknown(citation, index, text)
        found = list(islice(passages(citation.quote, text), _MOST_PLACES)) if citation.quote else []
        if unknown:
            place = f" The quote stands in {_place(found[0], index, text)}." if found else ""
            finding = _finding(citation, "hallucinated_reference", f"The source has no {unknown}.{place}")
            return JudgedCitation(citation=citation, verdict=CitationVerdict.ABSENT, finding=finding)
        if not citation.quote:
            return JudgedCitation(citation=citation, verdict=CitationVerdict.EXISTS)
        if not found:
            note = "The source has no such words."
            finding = _finding(citation, "hallucinated_reference", note, quoted=self.quote_field)
            return JudgedCitation(citation=citation, verdict=CitationVerdict.ABSENT, finding=finding)
        return self._quoted(citation, found, index, text)

    def _quoted(
        self, citation: Citation, found: Sequence[Passage], index: ClauseIndex, text: SearchText
    ) -> JudgedCitation:
        near = [one for one in found if _allowed(citation, one, index, text)]
        near = near or list(_in_cited(citation, index, text))
        best = next((one for one in near if one.is_verbatim), None)
        if best is not None:
            return JudgedCitation(citation=citation, verdict=CitationVerdict.VERBATIM)
        elsewhere = next((one for one in found if one.is_verbatim), None)
        if elsewhere is not None:
            place = _place(elsewhere, index, text)
            note = f"The quote stands in {place}, not in {shown(citation.named)}."
            finding = _finding(citation, "misattributed_reference", note, expected=place)
            return JudgedCitation(citation=citation, verdict=CitationVerdict.MISATTRIBUTED, finding=finding)
        passage = (*near, *found)[0]
        start, end = text.original(passage.start, passage.end)
        finding = _finding(
            citation,
            "misquoted_reference",
            _what_changed(passage),
            expected=shown(" ".join(index.text[start:end].split())),
            quoted=self.quote_field,
        )
        return JudgedCitation(citation=citation, verdict=CitationVerdict.ALTERED, finding=finding)


def _unknown(citation: Citation, index: ClauseIndex, text: SearchText) -> str:
    """The first clause of a citation that the source does not have, "" where it has all."""
    if citation.paths:
        return next((shown_path(path) for path in citation.paths if not index.exists(path)), "")
    title = searchable(citation.named).strip(" .,;:")
    return "" if title in text.text else f'"{shown(citation.named)}"'


def _allowed(citation: Citation, passage: Passage, index: ClauseIndex, text: SearchText) -> bool:
    """Whether a passage lies in a clause that the citation names, or it is not known where that is."""
    start, end = text.original(passage.start, passage.end)
    known = [path for one in citation.paths if (path := _located(one, index))]
    return not known or any(index.allows(path, start, end) for path in known)


def _located(path: ClausePath, index: ClauseIndex) -> ClausePath:
    """The path, or the clause around it whose place is known; () where none is."""
    while path and not index.places(path):
        path = path[:-1]
    return path


def _in_cited(citation: Citation, index: ClauseIndex, text: SearchText) -> Iterator[Passage]:
    for path in citation.paths:
        for place in index.places(_located(path, index)):
            yield from passages(citation.quote, text, text.searchable(place.start, place.end))


def _place(passage: Passage, index: ClauseIndex, text: SearchText) -> str:
    path = index.innermost(text.original(passage.start, passage.end)[0])
    return shown_path(path) if path else "no clause"


def _what_changed(passage: Passage) -> str:
    added, lost = (
        ", ".join(f'"{shown(word)}"' for word in words[:5]) for words in (passage.added, passage.lost)
    )
    if added and lost:
        return f"The source has {lost} where the quote has {added}."
    return f"The source does not have {added}." if added else f"The quote leaves out {lost}."


def _finding(
    citation: Citation, kind: str, note: str, *, expected: str | None = None, quoted: str = ""
) -> Finding:
    path = f"{citation.path}.{quoted}" if quoted else citation.path
    actual = citation.quote if quoted else citation.named
    return Finding(kind=kind, path=path, expected=expected, actual=shown(actual), note=shown(note))
