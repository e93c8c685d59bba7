"""Texts from outside in boxes: visible, cut for display, the rest in chunks that come on demand."""

import re
from collections.abc import Sequence

from harness.report.case_parts import Box, CaseLimits, Piece
from harness.report.passages import Span
from harness.report.wording import number, visible

_KILO = 1024
_GAP = re.compile(r"[ \t]*\n\s*|[ \t]{3,}")


class Boxes:
    """Makes the boxes of one case and keeps what they cut off.

    Attributes:
        more: Chunks beyond the first, by the key of their box.
    """

    def __init__(self, limits: CaseLimits) -> None:
        self._limits = limits
        self.more: dict[str, tuple[str, ...]] = {}

    def box(self, key: str, title: str, text: str, **said: str | bool) -> Box:
        """A box without marks.

        Args:
            key: Name of its chunks, unique within the case.
            title: What the text is.
            text: As received.
            said: `ended` and `folded` of the box.
        """
        return self.marked(key, title, text, (), **said)

    def marked(self, key: str, title: str, text: str, spans: Sequence[Span], **said: str | bool) -> Box:
        """A box with marked passages; those beyond the first chunk are not marked."""
        limit, kept = self._limits.text, min(len(text), self._limits.further)
        chunks = tuple(visible(text[start : min(start + limit, kept)]) for start in range(limit, kept, limit))
        if chunks:
            self.more[key] = chunks
        return Box(
            title=title,
            pieces=pieces_of(text, 0, min(limit, len(text)), spans),
            cut=_cut(len(text), limit, kept),
            ended=str(said.get("ended", "")),
            key=key if chunks else "",
            folded=bool(said.get("folded", False)),
        )


def pieces_of(text: str, low: int, high: int, spans: Sequence[Span]) -> tuple[Piece, ...]:
    """The text between two places, the spans in it apart."""
    pieces: list[Piece] = []
    place = low
    for start, end in spans:
        if end <= low or start >= high:
            continue
        pieces.append(Piece(text=visible(text[place : max(start, low)])))
        pieces.append(Piece(text=visible(text[max(start, low) : min(end, high)]), state="mark"))
        place = min(end, high)
    pieces.append(Piece(text=visible(text[place:high])))
    return tuple(piece for piece in pieces if piece.text)


def without_gaps(pieces: Sequence[Piece]) -> tuple[Piece, ...]:
    """The pieces for an excerpt: empty lines and wide gaps would take its place."""
    closed = (Piece(text=_GAP.sub(_closed, piece.text), state=piece.state) for piece in pieces)
    return tuple(piece for piece in closed if piece.text)


def _closed(gap: re.Match[str]) -> str:
    return "\n" if "\n" in gap[0] else "  "


def _cut(whole: int, limit: int, kept: int) -> str:
    if whole <= limit:
        return ""
    told = f"our cut: the first {_size(limit)} of {number(whole)} characters"
    return told + (f"; this page holds {_size(kept)}, the run folder all" if kept < whole else "")


def _size(characters: int) -> str:
    return f"{characters // _KILO} KB" if characters >= _KILO else number(characters)
