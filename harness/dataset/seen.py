"""Which ids have been seen, and where, in few bytes each."""

from array import array
from hashlib import blake2b


class SeenIds:
    """Finds the line on which an id stood before.

    Keeps a 64-bit hash and a line number of each id (24 to 48 bytes) in an open-addressing table;
    among a million ids, two different ones are taken for the same with a chance below 1 in 10 million.
    """

    def __init__(self) -> None:
        self._resize(1024)
        self._count = 0

    def first_line(self, custom_id: str, line: int) -> int | None:
        """The line (from 1) on which the id stood first, or None where it is new and now noted."""
        digest = int.from_bytes(blake2b(custom_id.encode(), digest_size=8).digest(), "little")
        slot = self._slot(digest)
        if self._lines[slot]:
            return self._lines[slot]
        self._hashes[slot], self._lines[slot] = digest, line
        self._count += 1
        if self._count * 3 > len(self._lines) * 2:
            self._grow()
        return None

    def _slot(self, digest: int) -> int:
        """The slot of that hash, or the free one where it belongs."""
        mask = len(self._lines) - 1
        slot = digest & mask
        while self._lines[slot] and self._hashes[slot] != digest:
            slot = (slot + 1) & mask
        return slot

    def _resize(self, slots: int) -> None:
        self._hashes = array("Q", bytes(8 * slots))
        self._lines = array("Q", bytes(8 * slots))  # 0 marks a free slot

    def _grow(self) -> None:
        hashes, lines = self._hashes, self._lines
        self._resize(2 * len(lines))
        for digest, line in zip(hashes, lines, strict=True):
            if line:
                slot = self._slot(digest)
                self._hashes[slot], self._lines[slot] = digest, line
