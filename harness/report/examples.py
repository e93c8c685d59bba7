"""What the cards of groups show of their cases: one example, and when in the run they came."""

from array import array

from harness.analysis.cases import Case, CaseFinding
from harness.analysis.outcome import Quadrant
from harness.domain.case_row import CaseRow
from harness.domain.failure import is_failure
from harness.domain.pair import Pair
from harness.domain.score import Finding
from harness.report.sections import Evidence, Example
from harness.report.wording import visible

# Both wrong is no case of a group on its card: the card counts what gets worse.
_LOSING = frozenset({Quadrant.REGRESSION.value, Quadrant.DIFFER.value, Quadrant.ONE_FAILED.value})
_SNIPPET = 90
_VALUE = 70
_LOOKED_AT = 200_000
_SHORTEST = 3
_FIRST = 2_000


def example_of(case: Case, pair: Pair) -> Example:
    """The example that a case makes."""
    finding = _telling(case)
    expected = finding.expected.text if finding and finding.expected else ""
    actual = finding.actual.text if finding and finding.actual else ""
    if finding and not actual:
        actual = finding.note or "nothing"
    return Example(
        record_id=case.record_id,
        snippet=_short(_line(pair, expected), _SNIPPET),
        expected=_short(expected, _VALUE),
        candidate=_short(actual, _VALUE),
    )


class EvidenceKeeper:
    """Takes a run's rows and opened cases, keeps what the cards of groups show of their cases.

    Four bytes a case are kept, and an example of a few hundred bytes a group.
    """

    def __init__(self) -> None:
        self._rows = 0
        self._positions: dict[str, array[int]] = {}
        self._examples: dict[str, tuple[int, Example]] = {}

    def add_row(self, row: CaseRow) -> None:
        """Take the next row, in the order of the run."""
        if row.group and row.quadrant in _LOSING:
            self._positions.setdefault(row.group, array("I")).append(self._rows)
        self._rows += 1

    def put(self, row: CaseRow, case: Case, pair: Pair) -> None:
        """Take an opened case; the one that does most harm becomes its group's example."""
        if not row.group or row.quadrant not in _LOSING:
            return
        held = self._examples.get(row.group)
        if held is None or row.harm < held[0]:
            self._examples[row.group] = row.harm, example_of(case, pair)

    def evidence(self) -> Evidence:
        """What was kept."""
        examples = {group: example for group, (_, example) in self._examples.items()}
        return Evidence(examples=examples, positions=self._positions)


def _telling(case: Case) -> CaseFinding | None:
    """The finding of the case's own kind that shows two values, else any that does, else the first."""
    failing = [one for one in case.candidate.findings if is_failure(Finding(kind=one.kind))]
    own = [one for one in failing if one.kind == case.kind]
    shows = [one for one in (*own, *failing) if one.expected and one.actual]
    return next(iter((*shows, *own, *failing)), None)


def _line(pair: Pair, expected: str) -> str:
    """The line of the input that holds the expected value, else the first one that says something."""
    messages = [m.text for m in pair.record.request.messages if m.role not in ("system", "developer")]
    text = "\n".join(messages)[:_LOOKED_AT]
    place = text.find(expected) if len(expected) >= _SHORTEST and "\n" not in expected else -1
    if place >= 0:
        start = text.rfind("\n", 0, place) + 1
        line = text[start : (text + "\n").find("\n", place)]
        if len(line) > _SNIPPET:
            begin = max(start, place - _SNIPPET // 3)
            return ("…" if begin > start else "") + text[begin : begin + _SNIPPET]
        return line
    lines = [line for line in text[:_FIRST].split("\n") if any(c.isalnum() for c in line)]
    return next((line for line in lines if len(line.split()) > 1), lines[0] if lines else "")


def _short(text: str, limit: int) -> str:
    """The text in one line, cut with an ellipsis."""
    line = " ".join(text[: limit * 4].split())
    return visible(line if len(line) <= limit else line[: limit - 1].rstrip() + "…")
