"""Two texts beside each other: sentences aligned, words that differ marked."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from harness.report.case_findings import after_pieces, before_pieces
from harness.report.case_parts import CaseLimits, Piece, TextRow, TextRun, TextTable
from harness.report.word_diff import LONGEST, Budget, aligned, changes
from harness.report.wording import amount, number, visible

_FOLDED_FROM = 3
_NAMED = 60
# Where texts are too long to compare, this much around the first difference is shown.
_AROUND = 2_000


def text_table(title: str, labels: tuple[str, str], texts: tuple[str, str], limits: CaseLimits) -> TextTable:
    """Draw two texts.

    Args:
        title: Caption of the table.
        labels: What the two texts are called.
        texts: The reference and the answer.
    """
    before, after = texts
    if max(len(before), len(after)) > LONGEST:
        return _long(title, labels, texts)
    budget = Budget()
    rows = aligned(before, after, budget)
    runs = tuple(_runs(rows[: limits.rows + limits.folded], budget))
    left_out = len(rows) - limits.rows - limits.folded
    note = f"{amount(left_out, 'more sentence')} under Raw." if left_out > 0 else ""
    return TextTable(title=title, reference=labels[0], answer=labels[1], runs=runs, note=note)


def _long(title: str, labels: tuple[str, str], texts: tuple[str, str]) -> TextTable:
    """Both texts around their first difference."""
    before, after = texts
    start = _first_difference(before, after)
    low = max(0, start - _AROUND)
    row = TextRow(
        reference=_around(before, low, start, "removed"), answer=_around(after, low, start, "added")
    )
    sizes = f"{number(len(before))} and {number(len(after))} characters"
    note = (
        f"Too long to compare word by word ({sizes}): they differ from character {number(start + 1)} on. "
        "Both stand under Raw."
    )
    return TextTable(
        title=title, reference=labels[0], answer=labels[1], runs=(TextRun(rows=(row,)),), note=note
    )


def _first_difference(before: str, after: str) -> int:
    """The first place where two texts differ; halving, so that it takes few comparisons of large parts."""
    low, high = 0, min(len(before), len(after))
    while low < high:
        middle = (low + high + 1) // 2
        if before[low:middle] == after[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _around(text: str, low: int, start: int, state: str) -> tuple[Piece, ...]:
    lead = "…" if low else ""
    tail = "…" if start + _AROUND < len(text) else ""
    return _pieces(
        Piece(text=lead + visible(text[low:start])),
        Piece(text=visible(text[start : start + _AROUND]) + tail, state=state),
    )


def _pieces(*pieces: Piece) -> tuple[Piece, ...]:
    return tuple(piece for piece in pieces if piece.text)


def _runs(rows: Sequence[tuple[str, str]], budget: Budget) -> Iterator[TextRun]:
    for same, group in groupby(rows, key=lambda row: row[0].split() == row[1].split()):
        run = list(group)
        if same:
            drawn = tuple(_same(visible(one), visible(other)) for one, other in run)
            yield TextRun(rows=drawn, folded=_fold_words(run) if len(run) >= _FOLDED_FROM else "")
        else:
            yield TextRun(rows=tuple(_row(visible(one), visible(other), budget) for one, other in run))


def _same(before: str, after: str) -> TextRow:
    return TextRow(reference=_pieces(Piece(text=before)), answer=_pieces(Piece(text=after, state="same")))


def _row(before: str, after: str, budget: Budget) -> TextRow:
    if not before or not after:
        return TextRow(
            reference=_pieces(Piece(text=before, state="removed")),
            answer=_pieces(Piece(text=after, state="added")),
        )
    found = changes(before, after, budget)
    return TextRow(reference=before_pieces(found), answer=after_pieces(found))


def _fold_words(run: Sequence[tuple[str, str]]) -> str:
    first, last = (visible(" ".join(text.split())[:_NAMED]) for text in (run[0][0], run[-1][0]))
    return f"{amount(len(run), 'sentence')} the same: {first} … {last}"
