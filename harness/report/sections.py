"""What the parts of the page around the cases show, as text; the templates add markup only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """The state of the answer: its sign (migrate, stay or open), its tone and its words."""

    mark: str
    tone: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One of the reader's questions and its answer, sentence by sentence."""

    title: str
    answer: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One count of the four; `tone` is worse, better or plain; `mark` names its sign."""

    count: str
    word: str
    tone: str
    mark: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Square:
    """The four counts; row and column names are "" without expected answers. `notes` stand below."""

    total: str
    caption: str
    rows: tuple[str, str]
    columns: tuple[str, str]
    cells: tuple[tuple[Cell, Cell], tuple[Cell, Cell]]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerView:
    """The first screen."""

    origin: str
    status: Status
    headline: str
    lead: tuple[str, ...]
    questions: tuple[Question, ...]
    banners: tuple[str, ...]
    square: Square | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """A share drawn as a dot with its range.

    Attributes:
        label: Whose share it is.
        count: Count and total: "13 of 18".
        percent: The share.
        range: Its interval.
        low, value, high, width: Places on the scale, as percentages with their sign.
        own: Whether it is the one the reader is to look at, drawn as a filled diamond.
    """

    label: str
    count: str
    percent: str
    range: str
    low: str
    value: str
    high: str
    width: str
    own: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """A scale that begins at 0: the words at its middle and its end."""

    middle: str
    end: str


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What is known of the groups besides the analysis, by id of the group.

    Attributes:
        examples: One case per group.
        positions: Places of a group's cases in the order of the run, 0 the first.
    """

    examples: Mapping[str, Example] = field(default_factory=dict)
    positions: Mapping[str, Sequence[int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spark:
    """Where in the run the cases of a group stand: an SVG path over 200 units, and the same in words."""

    path: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupCard:
    """A group of alike failures.

    Attributes:
        group: Its id, for the script that counts what was judged.
        count: Cases that got worse; `count_words` says of what.
        where: The rule, or what its records have in common.
        scale: What the dots say.
        example: Names and texts of one case: input, expected, candidate.
        link: Fragment that shows its cases.
    """

    group: str
    severity: str
    severity_mark: str
    count: str
    count_words: str
    title: str
    where: str
    scale: str
    rates: tuple[Rate, ...]
    spark: Spark | None
    example: tuple[tuple[str, str], ...]
    link: str
    link_words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SliceCard:
    """A rule about the input and how often the candidate is worse where it holds."""

    mark: str
    word: str
    title: str
    count: str
    count_words: str
    what: str
    rates: tuple[Rate, ...]
    link: str
    link_words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A group that is only named: its words and the fragment that shows its cases."""

    title: str
    count: str
    link: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupsView:
    """Where the candidate breaks, by what went wrong."""

    title: str
    count: str
    lead: str
    cards: tuple[GroupCard, ...]
    further: tuple[Listed, ...]
    further_words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A plain table: the first column heads its rows, the others are right-aligned numbers."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SlicesView:
    """Where the candidate breaks, by what the inputs are like; `note` says how it was tested, or why not."""

    title: str
    lead: str
    cards: tuple[SliceCard, ...]
    note: str
    tags: tuple[Table, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DotChart:
    """Shares under each other on one scale that begins at 0."""

    sentence: str
    rates: tuple[Rate, ...]
    scale: Scale


@dataclass(frozen=True, slots=True, kw_only=True)
class NoiseView:
    """Whether the differences are more than noise.

    Attributes:
        chart: None where nothing was asked twice.
        facts: Further sentences.
        gains: How many cases got better, and the words of their link; "" without any.
    """

    title: str
    answer: str
    chart: DotChart | None
    facts: tuple[str, ...]
    gains: str
    gains_link: str
    table: Table | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Strip:
    """Times of one arm as a strip of percentiles; places are percentages of the scale.

    Attributes:
        place: Of the median; `anchor` says to which side of it its words stand.
    """

    arm: str
    median: str
    words: str
    whisker_left: str
    whisker_width: str
    box_left: str
    box_width: str
    place: str
    anchor: str
    tone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StripChart:
    """Strips on one scale that begins at 0; `limit` is the place of the limit, "" where it is not on it."""

    title: str
    sentence: str
    strips: tuple[Strip, ...]
    scale: Scale
    limit: str
    limit_words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeedView:
    """Times and cost."""

    title: str
    answer: str
    charts: tuple[StripChart, ...]
    cost_title: str
    cost_answer: str
    cost: Table | None
    tables: tuple[Table, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AveragesView:
    """The averages, and every table that is too long for the parts above."""

    note: str
    table: Table | None
    details: tuple[tuple[str, tuple[Table, ...]], ...]
    judges: tuple[Table, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodView:
    """How the run was made."""

    rows: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    command: str
