"""One example per group of failures: where it stands in the input, what was expected, what came."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from harness.analysis.cases import Case, CaseFinding
from harness.analysis.result import Analysis
from harness.domain.failure import is_failure
from harness.domain.pair import Pair
from harness.domain.score import Finding
from harness.report.wording import visible

_SNIPPET = 90
_VALUE = 70
_LOOKED_AT = 200_000
_SHORTEST = 3
_FIRST = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A case of a group in three short texts, all visible; "" where there is nothing to show.

    Attributes:
        record_id: The case.
        snippet: The line of the input that holds what was expected, else its first line.
        expected, candidate: The value that differs.
    """

    record_id: str
    snippet: str
    expected: str
    candidate: str


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


@dataclass(slots=True)
class ExampleKeeper:
    """Watches pairs pass by and keeps the example of each group; an example is a few hundred bytes.

    Attributes:
        wanted: Record id to the names of the groups that it stands for, with its case.
    """

    wanted: Mapping[str, tuple[Case, tuple[str, ...]]]
    found: dict[str, Example] = field(default_factory=dict)

    def passing(self, pairs: Iterable[Pair]) -> Iterator[Pair]:
        """The same pairs; examples are made on the way."""
        for pair in pairs:
            if pair.record.id in self.wanted:
                case, groups = self.wanted[pair.record.id]
                example = example_of(case, pair)
                for group in groups:
                    self.found[group] = example
            yield pair


def example_keeper(analysis: Analysis) -> ExampleKeeper:
    """One that waits for the worst case of each group that the analysis holds in full."""
    held = {case.record_id: case for case in analysis.cases}
    wanted: dict[str, tuple[Case, tuple[str, ...]]] = {}
    for group in analysis.clusters:
        candidates = (group.worst, group.medoid, *group.record_ids)
        record_id = next((one for one in candidates if one in held and not held[one].candidate.right), "")
        if record_id:
            case, groups = wanted.get(record_id, (held[record_id], ()))
            wanted[record_id] = case, (*groups, group.name)
    return ExampleKeeper(wanted=wanted)


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
