"""Data as the page carries them: compressed JSON in letters that no HTML parser can mistake."""

import base64
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import inf
from typing import Any

import orjson

_GZIP = 31  # window of 32 KB with a gzip header, whose time zlib leaves at 0
_LEVEL = 9
_SHELF_LEVEL = 6
_WINDOW = 32_768
_PLAIN, _ALIKE = b"p", b"a"
_MEASURED = 50
_MEASURED_AT_FIRST = 4
_MEASURED_LATER = 10
_SPARE = 1.3


def packed(value: Any) -> str:
    """base64(gzip(JSON)); the same value gives the same text."""
    return base64.b64encode(zlib.compress(orjson.dumps(value), _LEVEL, wbits=_GZIP)).decode("ascii")


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedCase:
    """One case, rendered.

    Attributes:
        title: What is wrong in one sentence, plain text; "" where nothing is.
        html: The case as a fragment of HTML in which everything foreign is escaped.
        more: What follows texts that are cut, in chunks, by the key that stands at the cut.
        tags: The record's tags for the search of the list, plain text.
    """

    record_id: str
    title: str
    html: str
    more: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    tags: str = ""


class Shelf:
    """Cases as the page carries them, each compressed apart until its place among the others is known.

    Cases are written by the same template, so the first one serves the others as a dictionary, which makes
    each a third smaller and more.
    """

    def __init__(self) -> None:
        self._alike = b""
        self._held: dict[str, bytes] = {}

    def __len__(self) -> int:
        return len(self._held)

    def __contains__(self, name: object) -> bool:
        return name in self._held

    def put(self, case: OpenedCase) -> None:
        """Keep a case."""
        data = orjson.dumps({"html": case.html, "more": dict(case.more)})
        if self._alike:
            packer = zlib.compressobj(_SHELF_LEVEL, zdict=self._alike)
            held = _ALIKE + packer.compress(data) + packer.flush()
        else:
            held = _PLAIN + zlib.compress(data, _SHELF_LEVEL)
            self._alike = data[-_WINDOW:]
        self._held[case.record_id] = held

    def html(self, name: str) -> str:
        """The case's fragment of HTML."""
        return str(orjson.loads(self._json(name))["html"])

    def block(self, names: Sequence[str]) -> str:
        """These cases as one block of the page."""
        return packed([orjson.Fragment(self._json(name)) for name in names])

    def _json(self, name: str) -> bytes:
        held = self._held[name]
        unpacker = zlib.decompressobj(zdict=self._alike) if held[:1] == _ALIKE else zlib.decompressobj()
        return unpacker.decompress(held[1:])


class Room:
    """How far down the order of harm there is room, by the size of the cases that have come so far.

    Attributes:
        size: Bytes for index and blocks.
        first_refused: The lowest rank that was refused, infinite where none was.
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self.first_refused = inf
        self._reach = inf
        self._recent: list[str] = []
        self._blocks = 0
        self._measured = 0
        self._bytes = 0

    def reaches(self, rank: int) -> bool:
        """Whether a case of that rank may find room."""
        if rank < self._reach:
            return True
        self.first_refused = min(self.first_refused, rank)
        return False

    def holds(self, free: int, most: int) -> int:
        """How many of `most` cases so many bytes hold, by the cases measured; all where none was."""
        return min(most, int(free * self._measured / self._bytes)) if self._bytes else most

    def took(self, name: str, shelf: Shelf) -> None:
        """Note that a case came; some are packed as they will be, to measure them."""
        self._recent.append(name)
        if len(self._recent) < _MEASURED:
            return
        self._blocks += 1
        if self._blocks <= _MEASURED_AT_FIRST or self._blocks % _MEASURED_LATER == 0:
            self._measured += _MEASURED
            self._bytes += len(shelf.block(self._recent))
            self._reach = _SPARE * self.size * self._measured / self._bytes
        self._recent.clear()
