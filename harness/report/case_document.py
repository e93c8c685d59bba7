"""The request as sent, with the passages that the mistake is about."""

from collections.abc import Iterable, Iterator, Sequence

from harness.analysis.cases import CaseFinding
from harness.domain.chat import ChatRequest
from harness.domain.failure import is_failure
from harness.domain.score import Finding, Verdict
from harness.report.case_boxes import Boxes, pieces_of, without_gaps
from harness.report.case_claims import clause_place
from harness.report.case_findings import Told
from harness.report.case_leaves import Leaves, written
from harness.report.case_parts import Box, Document, Piece
from harness.report.passages import Span, excerpts, merged, spans_of
from harness.report.wording import amount, visible

_MOST_BOXES = 40
_MOST_LINES = 12
_MOST_PASSAGES = 5
_AROUND = 110
_HEADING = 90
_SYSTEM = ("system", "developer")


def cited_source(request: ChatRequest) -> str:
    """The text that an answer cites: the last message of the user."""
    texts = [message.text for message in request.messages if message.role == "user"]
    return texts[-1] if texts else ""


class About:
    """What the mistakes of a case are about, as it may stand in the document.

    Args:
        told: The arms whose mistakes count.
        reference: What the right answer holds, None where it is no JSON.
        answers: What the arms' answers hold, in the order of `told`.
    """

    def __init__(
        self, told: Sequence[Told], reference: Leaves | None, answers: Sequence[Leaves | None]
    ) -> None:
        self._reference = reference
        self._values = list(self._failing_values(told))
        self._quotes = list(self._failing_quotes(told, answers))
        self._clauses = [
            value.text for arm in told for one in arm.claims for value in (one.expected, one.actual) if value
        ]

    def spans(self, text: str, *, cites: bool) -> list[Span]:
        """The passages of a message; clauses are looked for where it is the text that is cited."""
        spans = spans_of(text, self._values, self._quotes)
        if not cites:
            return spans
        for clause in dict.fromkeys(clause for clause in self._clauses if len(clause) <= _HEADING):
            place = clause_place(text, clause)
            if place is not None:
                spans.append((place[0], min(place[1], _end_of_heading(text, place[0]))))
        return merged(spans)

    def _failing_values(self, told: Iterable[Told]) -> Iterator[str]:
        for arm in told:
            for findings in arm.fields.values():
                for finding in findings:
                    if _fails(finding) and finding.expected is not None:
                        yield finding.expected.text
            yield from self._line_values(arm)

    def _line_values(self, arm: Told) -> Iterator[str]:
        """The name and the last amount of each line that is missing: they are printed on it."""
        lists = self._reference.lists if self._reference else {}
        for name, place, invented in list(arm.lines)[:_MOST_LINES]:
            lines = lists.get(name, [])
            findings = arm.lines[name, place, invented]
            if invented or place >= len(lines) or not any(map(_fails, findings)):
                continue
            texts = [written(value) for value in lines[place].values() if value not in (None, "")]
            yield max(texts, key=len, default="")
            if texts:
                yield texts[-1]

    def _failing_quotes(self, told: Sequence[Told], answers: Sequence[Leaves | None]) -> Iterator[str]:
        """The real words of what was misquoted, and what the right answer and the wrong one quote."""
        cited = False
        for arm in told:
            cited = cited or bool(arm.claims)
            for finding in arm.claims:
                if finding.expected is not None and finding.kind == "misquoted_reference":
                    yield finding.expected.text
        if cited:
            for leaves in (self._reference, *answers):
                yield from _texts(leaves)


def document(request: ChatRequest, boxes: Boxes, about: About) -> Document:
    """The messages of the request, one box each."""
    drawn: list[Box] = []
    passages: list[tuple[Piece, ...]] = []
    count = 0
    source = cited_source(request)
    for place, message in enumerate(request.messages[:_MOST_BOXES]):
        role = visible(message.role)[:30] or "no role"
        if message.role in _SYSTEM:
            drawn.append(boxes.box(f"message-{place}", f"{role} prompt", message.text, folded=True))
            continue
        spans = about.spans(message.text, cites=message.text is source or message.text == source)
        count += len(spans)
        drawn.append(boxes.marked(f"message-{place}", f"{role} message", message.text, spans))
        wanted = excerpts(message.text, spans, _AROUND, _MOST_PASSAGES - len(passages))
        if len(message.text) > 4 * _AROUND:
            passages += [without_gaps(pieces_of(message.text, low, high, spans)) for low, high in wanted]
    left_out = len(request.messages) - _MOST_BOXES
    if left_out > 0:
        drawn.append(Box(title=f"{amount(left_out, 'more message')} under Raw", pieces=()))
    found = f"Marked: {amount(count, 'passage')} that the mistake is about." if count else ""
    return Document(found=found, passages=tuple(passages), boxes=tuple(drawn))


def _texts(leaves: Leaves | None) -> Iterator[str]:
    """Long texts within lists: the quotes of an answer."""
    for lines in leaves.lists.values() if leaves else ():
        for line in lines[:_MOST_LINES]:
            yield from (value for value in line.values() if isinstance(value, str) and value.count(" ") > 2)


def _fails(finding: CaseFinding) -> bool:
    return finding.verdict is not Verdict.SAME and is_failure(Finding(kind=finding.kind))


def _end_of_heading(text: str, start: int) -> int:
    line = text.find("\n", start, start + _HEADING)
    return line if line > start else min(len(text), start + _HEADING)
