"""The view: exactly what the page shows, as text; the template adds markup only."""

from dataclasses import dataclass

from harness.analysis.failure.sentence import Phrase
from harness.report.sections import (
    AnswerView,
    AveragesView,
    GroupsView,
    MethodView,
    NoiseView,
    SlicesView,
    SpeedView,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Masthead:
    """Who was compared on what."""

    dataset: str
    mark: str
    incumbent: str
    candidate: str
    pairs: str
    run_id: str
    date: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """A value in a field table: its state (same, format_only, changed, missing, invented, none)."""

    text: str
    state: str
    word: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldRow:
    """One field: what was expected and what each arm said."""

    path: str
    expected: Value | None
    incumbent: Value
    candidate: Value


@dataclass(frozen=True, slots=True, kw_only=True)
class TextBlock:
    """A text from outside, cut for display."""

    title: str
    text: str
    cut: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallFact:
    """One property of both calls."""

    name: str
    incumbent: str
    candidate: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseView:
    """One pair, opened up."""

    anchor: str
    record_id: str
    mark: str
    mark_word: str
    subject: str
    sentence: tuple[Phrase, ...]
    severity: str
    severity_mark: str
    tags: tuple[str, ...]
    rows: tuple[FieldRow, ...]
    rows_note: str
    system: TextBlock | None
    parameters: TextBlock | None
    inputs: tuple[TextBlock, ...]
    expected: TextBlock | None
    incumbent: TextBlock
    candidate: TextBlock
    facts: tuple[CallFact, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseGroup:
    """Cases with the same primary kind; `note` says what is not shown."""

    anchor: str
    title: str
    severity: str
    severity_mark: str
    count: str
    note: str
    cases: tuple[CaseView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseSection:
    """All cases of one quadrant."""

    anchor: str
    title: str
    lead: str
    mark: str
    groups: tuple[CaseGroup, ...]
    rest_words: str
    rest_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """The whole page, top to bottom."""

    title: str
    masthead: Masthead
    answer: AnswerView
    groups: GroupsView
    slices: SlicesView
    shared_texts: tuple[TextBlock, ...]
    case_columns: tuple[str, str, str]
    sections: tuple[CaseSection, ...]
    noise: NoiseView
    speed: SpeedView
    averages: AveragesView
    method: MethodView
