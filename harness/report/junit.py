"""A run as JUnit XML: one test case a record, so that a CI system shows which records got worse."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import escape

from harness.analysis.cases import Case
from harness.analysis.outcome import Quadrant
from harness.analysis.result import UNSCORED
from harness.analysis.trend import FAILURES
from harness.domain.case_row import CaseRow
from harness.domain.pair import Pair
from harness.report.case_raw import answer_text, received
from harness.report.facts import RunFacts
from harness.report.failure_rows import FailureRows, severity_word
from harness.report.wording import cut, visible

_TEXT = 1000
_MESSAGE = 300
_NAME = 200


@dataclass(slots=True)
class JUnitCounts:
    """What the head of the file tells before any test case.

    Attributes:
        tests: Pairs.
        failures: Those where the candidate is worse (or differs, without expected answers).
        skipped: Those that count neither as right nor as wrong.
    """

    tests: int = 0
    failures: int = 0
    skipped: int = 0

    def add(self, row: CaseRow) -> None:
        """Count one pair."""
        self.tests += 1
        self.failures += row.quadrant in FAILURES
        self.skipped += row.quadrant == UNSCORED


@dataclass(frozen=True, slots=True, kw_only=True)
class JUnitCase:
    """One pair with what is known of it; `case` only where it is a failure that could be opened."""

    pair: Pair
    row: CaseRow
    case: Case | None


def junit(
    cases: Iterable[JUnitCase], counts: JUnitCounts, rows: FailureRows, facts: RunFacts, problem: str = ""
) -> Iterator[str]:
    """The file, piece by piece.

    A run that itself went wrong has one test case more, before all others and with an error: that is what CI
    systems take for "this could not be tested", and show. The failures stay, so that their number holds.

    Args:
        cases: Every pair once.
        counts: Their counts.
        rows: Tells groups and sentences.
        facts: The run.
        problem: What went wrong with the run itself, or "".
    """
    errors = int(bool(problem))
    totals = f'tests="{counts.tests + errors}" failures="{counts.failures}" errors="{errors}"'
    name = _attribute(
        f"{facts.dataset} {facts.mark.value}: {rows.names.candidate} against {rows.names.incumbent}"
    )
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n'
    yield (
        f'<testsuite id="0" package="{_attribute(facts.dataset)}" name="{name}" '
        f'timestamp="{_attribute(facts.date)}T00:00:00" hostname="localhost" {totals} '
        f'skipped="{counts.skipped}" time="0">\n<properties>\n'
    )
    for key, value in (
        ("run", facts.run_id),
        ("mark", facts.mark.value),
        ("incumbent", facts.incumbent.model),
        ("candidate", facts.candidate.model),
        *([("problem", problem)] if problem else []),
    ):
        yield f'<property name="{key}" value="{_attribute(value)}"/>\n'
    yield "</properties>\n"
    if problem:
        yield _problem(problem, rows, facts)
    for case in cases:
        yield _test_case(case, rows, facts)
    yield "<system-out/>\n<system-err/>\n</testsuite>\n</testsuites>\n"


def _problem(problem: str, rows: FailureRows, facts: RunFacts) -> str:
    told = f"A problem of this run, not a verdict on {rows.names.candidate}. {problem}"
    return (
        f'<testcase classname="{_attribute(f"{facts.dataset}.the run itself")}" name="the run itself" '
        f'time="0"><error message="{_attribute(told, _MESSAGE)}" type="run_problem">'
        f"{_text(f'{told} Mend this and run it again.')}</error></testcase>\n"
    )


def _test_case(case: JUnitCase, rows: FailureRows, facts: RunFacts) -> str:
    row = case.row
    seconds = case.pair.candidate.timing.latency_s or 0.0
    # A dot would be taken for the end of a package.
    group = (rows.group(row) if row.quadrant in FAILURES else row.quadrant.replace("_", " ")).replace(
        ".", "/"
    )
    head = (
        f'<testcase classname="{_attribute(f"{facts.dataset}.{group}")}" '
        f'name="{_attribute(row.record_id)}" time="{seconds:.3f}"'
    )
    if row.quadrant == UNSCORED:
        return f'{head}><skipped message="{_attribute(row.reason, _MESSAGE)}"/></testcase>\n'
    if row.quadrant not in FAILURES:
        return f"{head}/>\n"
    message = _attribute(rows.sentence(case.case) or group, _MESSAGE)
    return (
        f'{head}><failure message="{message}" type="{_attribute(_type(row))}">'
        f"{_text(_details(case, rows))}</failure></testcase>\n"
    )


def _type(row: CaseRow) -> str:
    """The kind of the mistake; where the two only differ, nobody knows that it is one."""
    return "differs" if row.quadrant == Quadrant.DIFFER else row.kind or "differs"


def _details(case: JUnitCase, rows: FailureRows) -> str:
    row, expected = case.row, case.pair.record.expected
    parts = [
        f"{rows.mark.value}, {severity_word(row.severity)}{f', {row.rerun}' if row.rerun else ''}",
        rows.sentence(case.case),
        *([_titled("Expected", answer_text(expected))] if expected is not None else []),
        _titled(rows.names.incumbent, received(case.pair.incumbent)),
        _titled(rows.names.candidate, received(case.pair.candidate)),
    ]
    return "\n".join(part for part in parts if part)


def _titled(title: str, text: str | None) -> str:
    shown, note = cut("(no answer)" if text is None else text, _TEXT)
    return f"\n{title}:{f' ({note})' if note else ''}\n{shown}"


def _attribute(text: str, limit: int = _NAME) -> str:
    """One line of an attribute; what XML cannot hold is made visible."""
    return escape(" ".join(visible(text[: limit * 2]).split())[:limit])


def _text(text: str) -> str:
    return escape(visible(text), quote=False)
