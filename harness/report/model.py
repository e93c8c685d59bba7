"""The view: exactly what the page shows, as text; the template adds markup only."""

from dataclasses import dataclass

from harness.report.case_parts import CaseView


@dataclass(frozen=True, slots=True, kw_only=True)
class Masthead:
    """Who was compared on what."""

    dataset: str
    mark: str
    incumbent: str
    incumbent_model: str
    candidate: str
    candidate_model: str
    pairs: str
    run_id: str
    date: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One count of the four; `tone` is worse, better or plain; `mark` names its sign."""

    count: str
    word: str
    tone: str
    mark: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Square:
    """The four counts; row and column names are "" without expected answers."""

    caption: str
    rows: tuple[str, str]
    columns: tuple[str, str]
    cells: tuple[tuple[Cell, Cell], tuple[Cell, Cell]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """A share drawn as a dot with its range; the three places are percentages of the scale."""

    label: str
    count: str
    percent: str
    range: str
    low: str
    value: str
    high: str
    width: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KindView:
    """One kind of failure."""

    severity: str
    severity_mark: str
    title: str
    count: str
    count_words: str
    candidate: Rate
    incumbent: Rate
    paths: tuple[tuple[str, str], ...]
    link: str
    link_words: str
    note: str


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
class Table:
    """A plain table: the first column heads its rows, the others are right-aligned numbers."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Strip:
    """Times of one arm as a strip of percentiles; places are percentages of the longest."""

    arm: str
    words: str
    whisker_left: str
    whisker_width: str
    box_left: str
    box_width: str
    median: str
    tone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StripChart:
    """Strips on one scale that begins at 0."""

    title: str
    end: str
    strips: tuple[Strip, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WhereView:
    """Which inputs fail, and what goes wrong there; `note` says why there is no rule."""

    rules: tuple[str, ...]
    table: Table | None
    note: str
    groups: Table | None
    money: Table | None
    tags: tuple[Table, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoiseView:
    """What asking again told; empty where nothing was asked again."""

    sentences: tuple[str, ...]
    table: Table | None


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
    mark_sentence: str
    headline: str
    lead: tuple[str, ...]
    told: tuple[str, ...]
    caution: str
    banners: tuple[str, ...]
    square: Square | None
    kinds_title: str
    kinds_lead: str
    cards: tuple[KindView, ...]
    more_kinds: tuple[KindView, ...]
    more_kinds_title: str
    kind_columns: tuple[str, str, str]
    sections: tuple[CaseSection, ...]
    review: ReviewView | None
    where: WhereView
    noise: NoiseView
    charts: tuple[StripChart, ...]
    speed: tuple[Table, ...]
    speed_note: str
    averages: Table | None
    averages_note: str
    judges: tuple[Table, ...]
    method: tuple[tuple[str, str], ...]
    method_notes: tuple[str, ...]
    command: str
