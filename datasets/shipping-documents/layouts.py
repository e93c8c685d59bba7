"""Prints a document as the text that an OCR engine reads from it."""

from collections.abc import Callable, Mapping

from draw import Draw
from kinds import Document

ROWS_PER_PAGE = 14
WIDTH = 46


def pages(document: Document, draw: Draw, style: str, page_word: str) -> list[str]:
    """The document's pages, each a text of lines."""
    chunks = [
        document.rows[start : start + ROWS_PER_PAGE] for start in range(0, len(document.rows), ROWS_PER_PAGE)
    ]
    upper = draw.share() < 0.5
    title = document.title.upper() if upper else document.title
    printed = []
    for place, chunk in enumerate(chunks, 1):
        lines = [*document.issuer, "", title, ""] if place == 1 else [title]
        if place == 1:
            lines += [*FIELDS[style](document.fields), ""]
        lines += TABLES[style](document.headers, chunk)
        if place == len(chunks):
            lines += ["", *_wrapped(document.closing, draw)]
        if len(chunks) > 1:
            lines.append(f"{page_word} {place}/{len(chunks)}")
        printed.append("\n".join(lines))
    return printed


def _wrapped(closing: list[str], draw: Draw) -> list[str]:
    """Sentences broken into lines of 60 to 100 characters."""
    width = draw.between(60, 100)
    lines = []
    for sentence in closing:
        line = ""
        for word in sentence.split(" "):
            if line and len(line) + len(word) >= width:
                lines.append(line)
                line = ""
            line = f"{line} {word}" if line else word
        lines.append(line)
    return lines


def _boxes(fields: list[tuple[str, list[str]]]) -> list[str]:
    """Numbered boxes, one under the other."""
    return [
        line
        for place, (word, values) in enumerate(fields, 1)
        for line in (f"{place}  {word}", *(f"   {value}" for value in values))
    ]


def _colons(fields: list[tuple[str, list[str]]]) -> list[str]:
    """A word, a colon, the values in one line."""
    return [f"{word}: {', '.join(values)}" for word, values in fields]


def _columns(fields: list[tuple[str, list[str]]]) -> list[str]:
    """Two boxes side by side, as an engine reads them that goes across the page."""
    lines = []
    for place in range(0, len(fields), 2):
        left, right = ([word, *values] for word, values in (*fields[place : place + 2], ("", []))[:2])
        for row in range(max(len(left), len(right))):
            one, other = (side[row] if row < len(side) else "" for side in (left, right))
            lines.append(f"{one:{WIDTH}} {other}".rstrip())
    return lines


def _ruled(headers: list[str], rows: list[list[str]]) -> list[str]:
    """Cells between bars."""
    return [" | ".join(row) for row in [headers, *rows]]


def _aligned(headers: list[str], rows: list[list[str]]) -> list[str]:
    """Cells padded to the width of their column."""
    widths = [max(len(row[at]) for row in [headers, *rows]) for at in range(len(headers))]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in [headers, *rows]
    ]


def _loose(headers: list[str], rows: list[list[str]]) -> list[str]:
    """Cells run together with one blank, as simple engines give them."""
    return [" ".join(row) for row in [headers, *rows]]


Fields = Callable[[list[tuple[str, list[str]]]], list[str]]
Rows = Callable[[list[str], list[list[str]]], list[str]]
FIELDS: Mapping[str, Fields] = {"boxes": _boxes, "colons": _colons, "columns": _columns, "plain": _colons}
TABLES: Mapping[str, Rows] = {"boxes": _ruled, "colons": _aligned, "columns": _aligned, "plain": _loose}
