"""References of an answer to its source: what is claimed, what is quoted, what really stands there."""

from collections.abc import Iterator, Mapping
from typing import Any

from harness.analysis.cases import CaseFinding
from harness.analysis.outcome import Basis
from harness.report.case_findings import Told, after_pieces, before_pieces, title_of
from harness.report.case_leaves import Leaves, line_of
from harness.report.case_parts import Claim, Piece
from harness.report.word_diff import Budget, changes
from harness.report.wording import cut
from harness.scorers.clause_ids import clause_paths
from harness.scorers.clause_index import clause_index

_LONGEST = 700
_STATES = {
    "hallucinated_reference": "invented",
    "misattributed_reference": "changed",
    "misquoted_reference": "changed",
    "reference_missing": "missing",
    "reference_surplus": "invented",
}
_WORDS = {
    "hallucinated_reference": "made up",
    "misattributed_reference": "wrong place",
    "misquoted_reference": "misquoted",
    "reference_missing": "not cited",
    "reference_surplus": "does not apply",
}
_AGAINST_OTHER = {**_WORDS, "reference_surplus": "only cited here"}


class Claims:
    """Draws the references of one case.

    Args:
        source: The text that is cited.
        reference: What the expected answer (or the incumbent's) holds, None where it is no JSON.
        basis: What the answers are compared with.
    """

    def __init__(self, source: str, reference: Leaves | None, basis: Basis) -> None:
        self._basis = basis
        self._source = source
        self._reference = reference

    def drawn(self, who: str, told: Told, answer: Leaves | None) -> Iterator[Claim]:
        """The references of one arm that are wrong, and those it left out."""
        for finding in told.claims:
            item = _item(answer, finding.path)
            yield self._claim(who, finding, item)

    def _claim(self, who: str, finding: CaseFinding, item: Mapping[str, Any]) -> Claim:
        expected = "" if finding.expected is None else finding.expected.text
        actual = "" if finding.actual is None else finding.actual.text
        quote = _longest(item)
        clause = _id(item, quote) or (actual if actual != quote else "")
        if finding.kind == "reference_missing":
            return self._made(finding, who, (expected, ""), self._wanted(expected))
        if finding.kind == "misquoted_reference" and expected:
            found = changes(_shown(expected), _shown(actual), Budget())
            label = "The source says"
            return self._made(finding, who, (clause, after_pieces(found)), (label, before_pieces(found)))
        quoted = quote or (actual if actual != clause else "")
        return self._made(finding, who, (clause, _shown(quoted)), self._stands(clause))

    def _made(
        self,
        finding: CaseFinding,
        who: str,
        quoted: tuple[str, str | tuple[Piece, ...]],
        real: tuple[str, str | tuple[Piece, ...]],
    ) -> Claim:
        words = _AGAINST_OTHER if self._basis is Basis.AGREEMENT else _WORDS
        word = words.get(finding.kind) or title_of(finding.kind, self._basis)
        return Claim(
            state=_STATES.get(finding.kind, finding.verdict.value),
            word=word,
            who=who,
            clause=cut(quoted[0], 120)[0],
            problem=cut(finding.note, 400)[0],
            quoted=_pieces(quoted[1]),
            real=_pieces(real[1]),
            real_label=real[0],
        )

    def _wanted(self, clause: str) -> tuple[str, str]:
        """What the expected answer quotes from a clause, else the clause itself."""
        for lines in self._reference.lists.values() if self._reference else ():
            for item in lines:
                quote = _longest(item)
                if quote and _id(item, quote) == clause:
                    return (
                        "Expected quote" if self._basis is Basis.EXPECTED else "Quote of the incumbent"
                    ), _shown(quote)
        return self._stands(clause)

    def _stands(self, clause: str) -> tuple[str, str]:
        """The beginning of a clause as it stands in the source."""
        place = clause_place(self._source, clause)
        if place is None:
            return "", ""
        text = " ".join(self._source[place[0] : place[1]][: 2 * _LONGEST].split())
        shown = _shown(text)
        return f"Clause {cut(clause, 40)[0]} says", shown + ("…" if len(text) > _LONGEST else "")


def clause_place(source: str, clause: str) -> tuple[int, int] | None:
    """Where a clause stands in its source; None where it has no such clause."""
    paths = clause_paths(clause) if clause else ()
    if not paths or not source:
        return None
    places = clause_index(source).places(paths[0])
    # An id may stand in a table of contents first: the longest is the clause itself.
    best = max(places, key=lambda place: place.end - place.start, default=None)
    return (best.start, best.end) if best is not None else None


def _pieces(text: str | tuple[Piece, ...]) -> tuple[Piece, ...]:
    if isinstance(text, str):
        return (Piece(text=text),) if text else ()
    return text


def _item(answer: Leaves | None, path: str) -> Mapping[str, Any]:
    """The object of the answer's list that a path points to."""
    where = line_of(path, answer.lists) if answer is not None else None
    if where is None or answer is None:
        return {}
    lines = answer.lists[where[0]]
    return lines[where[1]] if where[1] < len(lines) else {}


def _longest(item: Mapping[str, Any]) -> str:
    """The quote of an item: its longest text, where that is more than an id."""
    texts = [value for value in item.values() if isinstance(value, str)]
    best = max(texts, key=len, default="")
    return best if " " in best else ""


def _id(item: Mapping[str, Any], quote: str) -> str:
    """The clause of an item: its first short text or number."""
    values = (str(value) for value in item.values() if isinstance(value, (str, int)) and value != quote)
    return next((value for value in values if 0 < len(value) <= 120), "")


def _shown(text: str) -> str:
    return cut(text, _LONGEST)[0]
