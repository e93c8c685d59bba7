"""What the scorers found of one arm, by place, and the value it leads to in a table."""

from collections.abc import Iterable, Mapping

from harness.analysis.cases import CaseArm, CaseFinding, Clipped
from harness.analysis.outcome import Basis
from harness.domain.failure import is_failure, kind_of
from harness.domain.judged import VERDICT
from harness.domain.score import Finding, Verdict
from harness.report.case_leaves import list_of
from harness.report.case_parts import Cell, Piece
from harness.report.kinds import kind_title
from harness.report.word_diff import Budget, Change, changes
from harness.report.wording import NO_VALUE, cut, visible

_WORDS: Mapping[str, str] = {
    "same": "same",
    "format_only": "format only",
    "changed": "changed",
    "missing": "missing",
    "invented": "invented",
}
# Nobody knows whether the incumbent's answer is right, so nothing is made up.
_AGAINST_OTHER = {**_WORDS, "missing": "not given", "invented": "only here"}
UNREADABLE = frozenset(
    {"call_failed", "timed_out", "truncated", "refusal", "empty", "invalid_json", "repairable_json"}
)
"""Kinds that say that an answer as a whole could not be read: nothing is known about its parts."""

_PLAIN_KINDS = frozenset({"wrong_value", "text_differs", "format_only", "field_missing", "field_invented"})
_WHOLE_LINES = frozenset({"line_missing", "line_invented", "line_duplicated", "moved"})
_GROUPED_LINES = frozenset({"line_merged", "line_split"})
# Shorter texts are told apart at a glance.
_WORDS_FROM = 24

SAME = Cell(text="same", state="same")
NOTHING = Cell(text="not there", state="none")
NOT_SHOWN = Cell(text="not listed here", state="none")
NO_ANSWER = Cell(text="no usable answer", state="none")


class Told:
    """The findings of one arm by where they are.

    Attributes:
        basis: What the answers are compared with.
        whole: Those about the answer as a whole.
        claims: Those about a reference to a source.
        lines: Those about whole lines: list and line to findings; places in the answer for invented ones.
        more: How many findings the case left out.
    """

    def __init__(self, arm: CaseArm, basis: Basis = Basis.EXPECTED) -> None:
        self.basis = basis
        self.right = arm.right
        self.more = arm.more_findings
        self.whole: list[CaseFinding] = []
        self.claims: list[CaseFinding] = []
        self.lines: dict[tuple[str, int, bool], list[CaseFinding]] = {}
        self.fields: dict[str, list[CaseFinding]] = {}
        for finding in arm.findings:
            self._take(finding)
        self.unreadable = any(finding.kind in UNREADABLE for finding in self.whole)

    def _take(self, finding: CaseFinding) -> None:
        line = list_of(finding.path) if finding.kind in _WHOLE_LINES | _GROUPED_LINES else None
        if finding.kind == VERDICT or not finding.path:
            self.whole.append(finding)
        elif "reference" in finding.kind:
            self.claims.append(finding)
        elif line is not None:
            self.lines.setdefault((*line, state_of(finding) == "invented"), []).append(finding)
        else:
            self.fields.setdefault(finding.path, []).append(finding)

    def lists(self) -> tuple[str, ...]:
        """Lists with a finding about a whole line."""
        return tuple(dict.fromkeys(name for name, _, _ in self.lines))

    def is_within(self, path: str) -> bool:
        """Whether something around the path was found to differ as a whole."""
        if not self.fields:
            return False
        ends = (place for place, character in enumerate(path) if character in ".[")
        return any(path[:end] in self.fields for end in ends)

    def cell(self, path: str, limit: int) -> Cell:
        """This arm's value at a path, as far as the findings tell it."""
        found = self.fields.get(path)
        if found:
            return cell_of(found, limit, self.basis)
        if self.unreadable:
            return NO_ANSWER
        if self.is_within(path):
            return NOTHING
        return NOT_SHOWN if self.more else SAME


def fails(findings: Iterable[CaseFinding]) -> bool:
    """Whether one of the findings counts against the answer."""
    return any(is_failure(Finding(kind=finding.kind)) for finding in findings)


def harm(finding: CaseFinding) -> tuple[int, bool]:
    """Orders findings at one place: the last says most."""
    return kind_of(finding.kind).severity, finding.note != ""


def state_of(finding: CaseFinding) -> str:
    """How a finding is marked; of a scorer that gives no verdict the kind says what is missing or new."""
    if finding.verdict is Verdict.CHANGED:
        if finding.kind.endswith("_missing"):
            return Verdict.MISSING.value
        if finding.kind.endswith(("_invented", "_surplus", "_duplicated")):
            return Verdict.INVENTED.value
    return finding.verdict.value


def words_of(basis: Basis) -> Mapping[str, str]:
    """The word of each state in which a value can be."""
    return _AGAINST_OTHER if basis is Basis.AGREEMENT else _WORDS


def title_of(kind: str, basis: Basis) -> str:
    """A kind as a reader sees it; a plugin may have taken its name from an answer."""
    return cut(kind_title(kind, basis), 120)[0]


def clipped(text: Clipped | None, limit: int, state: str = "plain") -> Cell:
    """A finding's text as a cell."""
    if text is None:
        return Cell(text=NO_VALUE, state="none")
    shown, note = cut(text.text, limit, text.characters)
    return Cell(text=shown or "(empty text)", state=state, note=note)


def cell_of(findings: list[CaseFinding], limit: int, basis: Basis) -> Cell:
    """The value of an arm where these findings are: the worst of them says it."""
    first = max(findings, key=harm)
    state, kind = state_of(first), title_of(first.kind, basis)
    value = Cell(text="", state=state) if first.actual is None else clipped(first.actual, limit, state)
    notes = [kind] if first.kind not in _PLAIN_KINDS else []
    notes += [cut(first.note, 240)[0], value.note]
    others = {title_of(one.kind, basis).lower() for one in findings if one.kind != first.kind}
    notes += ["also: " + ", ".join(sorted(others))] if others else []
    text = value.text or (kind if state == "changed" else words_of(basis)[state])
    return Cell(
        text=text,
        state=state,
        note=" · ".join(note for note in notes if note and note != text),
        pieces=_marked(first, value.text, limit),
    )


def _marked(finding: CaseFinding, actual: str, limit: int) -> tuple[Piece, ...]:
    """The words that differ, in a text long enough to hide them."""
    if finding.verdict is not Verdict.CHANGED or finding.expected is None:
        return ()
    expected = visible(finding.expected.text[:limit])
    if min(len(expected), len(actual)) < _WORDS_FROM:
        return ()
    found = changes(expected, actual, Budget())
    return after_pieces(found) if any(change.is_same and change.after.strip() for change in found) else ()


def after_pieces(found: Iterable[Change]) -> tuple[Piece, ...]:
    """The second text, what only it has marked."""
    return tuple(
        Piece(text=one.after, state="" if one.is_same or one.after.isspace() else "added")
        for one in found
        if one.after
    )


def before_pieces(found: Iterable[Change]) -> tuple[Piece, ...]:
    """The first text, what only it has marked."""
    return tuple(
        Piece(text=one.before, state="" if one.is_same or one.before.isspace() else "removed")
        for one in found
        if one.before
    )
