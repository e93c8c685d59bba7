"""What one open case shows, as text; the template adds markup only. Every text is visible already."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from harness.analysis.failure.phrases import Phrase


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseLimits:
    """How much of a case is drawn.

    Attributes:
        text: Characters of a document or an answer that are shown at once.
        further: Characters of it that are kept at all; those beyond `text` come on demand.
        value: Characters of a value in a table.
        folded: Equal fields or lines inside one case that can be unfolded; further ones are counted.
        rows: Differing fields or lines in one table; further ones are counted.
    """

    text: int = 65_536
    further: int = 1_000_000
    value: int = 1_000
    folded: int = 120
    rows: int = 240


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A run of characters.

    Attributes:
        state: "" where nothing is marked; removed or added words; lost or new where a whole passage
            is; same; mark for a passage of the document.
    """

    text: str
    state: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A value of a table.

    Attributes:
        state: A scorer's verdict (same, format_only, changed, missing, invented), "plain" for a
            reference's value, "none" where there is no value.
        pieces: The text again, with the words that differ marked; empty where nothing is marked.
    """

    text: str
    state: str = "plain"
    note: str = ""
    pieces: tuple[Piece, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldRow:
    """One field: `above` and `name` are its path; `expected` is None without expected answers."""

    above: str
    name: str
    expected: Cell | None
    incumbent: Cell
    candidate: Cell


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldTable:
    """Fields that differ in the document's order, and the equal ones to unfold.

    Attributes:
        columns: Names of the columns: expected (if any), incumbent, candidate.
        folded: How many are the same, as the words of the fold; "" without any.
        note: What is not shown.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[FieldRow, ...]
    same: tuple[FieldRow, ...] = ()
    folded: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a line table; `kind` is text, short or number and gives its width."""

    key: str
    name: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LineRow:
    """One row of a line table; several belong to a line that differs.

    Attributes:
        number: The line's number in the reference, "" for a line that only an answer has and for
            the further rows of a line.
        label: Whose row it is, or what became of the line.
        state: As in Cell: of the whole row.
        cells: One for each column, or a single one for all of them.
        is_first: Whether a new line begins here.
    """

    number: str
    label: str
    state: str
    cells: tuple[Cell, ...]
    is_first: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class LineRun:
    """Lines that follow each other; `folded` is the words of the fold, "" where they are shown."""

    rows: tuple[LineRow, ...]
    folded: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineTable:
    """A list of lines against the reference's.

    Attributes:
        counts: How many lines are the same, changed and so on.
        reference: What the incumbent made of the lines, "" where its answer is the reference.
        by: The candidate.
    """

    title: str
    counts: str
    reference: str
    by: str
    columns: tuple[Column, ...]
    runs: tuple[LineRun, ...]
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TextRow:
    """Sentences that stand for each other, with what differs marked; one side may be empty."""

    reference: tuple[Piece, ...]
    answer: tuple[Piece, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TextRun:
    """Rows that follow each other; `folded` is the words of the fold, "" where they are shown."""

    rows: tuple[TextRow, ...]
    folded: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TextTable:
    """Two texts beside each other, aligned by sentence."""

    title: str
    reference: str
    answer: str
    runs: tuple[TextRun, ...]
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One reference of an answer against its source: what is wrong, what is quoted, what stands there."""

    state: str
    word: str
    who: str
    clause: str
    problem: str
    quoted: tuple[Piece, ...]
    real: tuple[Piece, ...]
    real_label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """What is said of an answer as a whole, by a scorer or a judge."""

    who: str
    state: str
    title: str
    text: str
    quote: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Differences:
    """The first part of a case; `note` says how many findings are not in it."""

    remarks: tuple[Remark, ...] = ()
    claims: tuple[Claim, ...] = ()
    fields: FieldTable | None = None
    lines: tuple[LineTable, ...] = ()
    texts: tuple[TextTable, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A text from outside, cut for display.

    Attributes:
        pieces: The text, its marked passages apart.
        cut: What our cut leaves out, "" where nothing is.
        ended: Why the model itself stopped early, "" where it did not.
        key: Name of the further chunks in `CaseView.more`, "" where there are none.
        folded: Whether it is folded at first.
    """

    title: str
    pieces: tuple[Piece, ...]
    cut: str = ""
    ended: str = ""
    key: str = ""
    folded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """The request as sent; `passages` are the places that matter, with the words around them."""

    found: str
    passages: tuple[tuple[Piece, ...], ...]
    boxes: tuple[Box, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CallFact:
    """One property of both calls."""

    name: str
    incumbent: str
    candidate: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Raw:
    """Answers as received, and what is known of the calls."""

    answers: tuple[Box, ...]
    facts: tuple[CallFact, ...]
    reruns: tuple[Box, ...]
    request: Box | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseView:
    """One pair, opened up.

    Attributes:
        id: The record's id, visible but whole, for links; `record_id` is cut for display.
        mark, mark_word: Sign and word of the quadrant.
        subject: The arm that the sentence is about.
        more: Chunks beyond the first of texts that are cut, by `Box.key`.
    """

    id: str
    record_id: str
    mark: str
    mark_word: str
    subject: str
    sentence: tuple[Phrase, ...]
    severity: str
    severity_mark: str
    kind: str
    tags: tuple[str, ...]
    reruns: tuple[str, ...]
    names: tuple[str, str]
    words: Mapping[str, str]
    differences: Differences
    document: Document | None
    raw: Raw | None
    more: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
