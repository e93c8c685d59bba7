"""The view: exactly what the page shows, as text; the template adds markup only."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from markupsafe import Markup

from harness.report.sections import (
    AnswerView,
    AveragesView,
    Evidence,
    GroupsView,
    MethodView,
    NoiseView,
    SlicesView,
    SpeedView,
    Table,
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
class FirstCases:
    """The most harmful cases of a group, or of a quadrant, for readers without script.

    Attributes:
        group: Place of the group in `Analysis.clusters`, `NO_GROUP` for cases in none.
        quadrant: Of cases in no group.
        html: Each case, escaped.
    """

    group: int
    quadrant: str
    html: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PageData:
    """The cases as the page carries them.

    Attributes:
        index: base64(gzip(JSON)) of all rows, "" where there is no run to tell of.
        blocks: The same of the cases told in full, fifty each, in the order of the rows; can be read once.
        first: The first cases of each group, then of each quadrant with cases in no group.
        rows: Rows of the index.
        full: How many of them, the first ones, are told in full.
        left_out: Pairs that are not even in the index.
        short: Cases that are told in the index alone, for want of room.
        evidence: What the cards of groups show of their cases.
    """

    index: str = ""
    blocks: Iterable[str] = ()
    first: tuple[FirstCases, ...] = ()
    rows: int = 0
    full: int = 0
    left_out: int = 0
    short: int = 0
    evidence: Evidence = field(default_factory=Evidence)


@dataclass(frozen=True, slots=True, kw_only=True)
class StaticCases:
    """The first cases of a group of alike failures, or of a quadrant.

    Attributes:
        anchor: The fragment that links to its cases use: it leads here where no script runs.
        mark: Name of the quadrant's sign, "" for a group.
        severity, severity_mark: Of a group, "" for a quadrant.
        count: How many of how many are shown.
        cases: Each as a fragment of HTML.
    """

    anchor: str
    title: str
    mark: str
    severity: str
    severity_mark: str
    count: str
    cases: tuple[Markup, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConflictView:
    """A case on which people disagree: how it was scored, and who said what."""

    record_id: str
    link: str
    quadrant: str
    opinions: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewView:
    """What people said of the cases and what it did to the figures.

    Attributes:
        conflicts: The first of them are shown at once, the others behind `rest_words`.
        more_conflicts: How many are not in the page, or "".
    """

    sentences: tuple[str, ...]
    conflicts: tuple[ConflictView, ...]
    conflicts_at_once: int
    rest_words: str
    more_conflicts: str
    tables: tuple[Table, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """The whole page, top to bottom."""

    title: str
    masthead: Masthead
    answer: AnswerView
    groups: GroupsView
    slices: SlicesView
    data: PageData
    static_cases: tuple[StaticCases, ...]
    review: ReviewView | None
    noise: NoiseView
    speed: SpeedView
    averages: AveragesView
    method: MethodView
