"""Two texts beside each other: sentences aligned, words that differ marked."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from harness.report.case_findings import after_pieces, before_pieces
from harness.report.case_parts import CaseLimits, Piece, TextRow, TextRun, TextTable
from harness.report.word_diff import LONGEST, Budget, aligned, changes
from harness.report.wording import amount, number, visible

_FOLDED_FROM = 3
_NAMED = 60
# Sentences with less in common are shown as replaced as a whole.
_ALIKE = 0.35
_LONGEST_BLOCK = 2_500
# Where texts are too long to compare, this much around the first difference is shown.
_AROUND = 2_000


def text_table(title: str, labels: tuple[str, str], texts: tuple[str, str], limits: CaseLimits) -> TextTable:
    """Draw two texts.

    Args:
        title: Caption of the table.
        labels: What the two texts are called.
        texts: The reference and the answer.
        limits: How much is drawn.
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
    row = TextRow(reference=_around(before, low, start, "lost"), answer=_around(after, low, start, "new"))
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
            yield TextRun(rows=tuple(_changed(run, budget)))


def _same(before: str, after: str) -> TextRow:
    return TextRow(reference=_pieces(Piece(text=before)), answer=_pieces(Piece(text=after, state="same")))


def _changed(run: Sequence[tuple[str, str]], budget: Budget) -> Iterator[TextRow]:
    """Rows of a passage that differs; sentences that have nothing in common stand together as blocks."""
    unlike: list[tuple[str, str]] = []
    for before, after in run:
        found = changes(visible(before), visible(after), budget) if before and after else ()
        common = sum(len(one.after.strip()) for one in found if one.is_same)
        if common < _ALIKE * max(len(before), len(after)):
            # Strokes through nearly every word would only make both hard to read.
            unlike.append((before, after))
            continue
        if unlike:
            yield _blocks(unlike)
            unlike = []
        yield TextRow(reference=before_pieces(found), answer=after_pieces(found))
    if unlike:
        yield _blocks(unlike)


def _blocks(unlike: Sequence[tuple[str, str]]) -> TextRow:
    before, after = ("".join(side) for side in zip(*unlike, strict=True))
    return TextRow(reference=_block(before, "lost"), answer=_block(after, "new"))


def _block(text: str, state: str) -> tuple[Piece, ...]:
    shown = Piece(text=visible(text[:_LONGEST_BLOCK]), state=state)
    left_out = len(text) - _LONGEST_BLOCK
    rest = Piece(text=f" … {number(left_out)} more characters under Raw", state="same")
    return _pieces(shown, *([rest] if left_out > 0 else []))


def _fold_words(run: Sequence[tuple[str, str]]) -> str:
    first, last = (visible(" ".join(text.split())[:_NAMED]) for text in (run[0][0], run[-1][0]))
    return f"{amount(len(run), 'sentence')} the same: {first} … {last}"
