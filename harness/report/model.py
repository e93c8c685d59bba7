"""The view: exactly what the page shows, as text; the template adds markup only."""

from collections.abc import Iterable
from dataclasses import dataclass

from markupsafe import Markup


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
    """

    index: str = ""
    blocks: Iterable[str] = ()
    first: tuple[FirstCases, ...] = ()
    rows: int = 0
    full: int = 0
    left_out: int = 0
    short: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class StaticCases:
    """The first cases of a group of alike failures, or of a quadrant.

    Attributes:
        mark: Name of the quadrant's sign, "" for a group.
        severity, severity_mark: Of a group, "" for a quadrant.
        count: How many of how many are shown.
        cases: Each as a fragment of HTML.
    """

    title: str
    mark: str
    severity: str
    severity_mark: str
    count: str
    cases: tuple[Markup, ...]


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
    data: PageData
    static_cases: tuple[StaticCases, ...]
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
