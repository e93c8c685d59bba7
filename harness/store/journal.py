"""The append-only journal of a run: every observation, on disk before anything else happens to it.

A line is written with one `os.write`, so it survives `kill -9` at once; a thread calls `fdatasync` for
every 64 lines or 50 ms, so that at most those are lost to a power cut. The event loop never waits for
the disk.
"""

import fcntl
import os
import threading
import weakref
from array import array
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from harness.domain.observation import CallKey, Observation
from harness.errors import RunDamaged, StoreError
from harness.store.journal_line import (
    KEY_ENDS,
    KEY_OPENS,
    LINE_ENDS,
    State,
    decode_line,
    encode_key,
    encode_line,
    is_settled,
)

__all__ = ["Journal", "JournalIndex", "is_settled"]

SYNC_ROWS = 64
SYNC_SECONDS = 0.05

_sync = getattr(os, "fdatasync", os.fsync)  # macOS has no fdatasync
_BLOCK = 1 << 16
_SETTLED, _PAID = 1, 2


class Journal:
    """The journal of one run, open for appending; a context manager.

    Opening takes a lock on the file, so that two processes cannot continue one run, and cuts off a
    last line that a kill left unfinished.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = -1
        self._size = 0
        self._changed = threading.Condition()
        self._unsynced = 0
        self._closing = False
        self._failure: OSError | None = None
        self._thread = threading.Thread(target=self._keep_synced, name="journal-sync", daemon=True)

    def __enter__(self) -> Self:
        """Open, lock and mend the file.

        Raises:
            StoreError: The file cannot be opened, or another process is writing it.
        """
        try:
            self._file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        except OSError as error:
            raise StoreError(f"{self.path}: cannot open the journal: {error.strerror}") from error
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._size = _whole_lines(self._file)
            os.ftruncate(self._file, self._size)
            _sync_directory(self.path.parent)
        except OSError as error:
            os.close(self._file)
            raise _cannot_lock(self.path, error) from error
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Bring everything to disk and close.

        Raises:
            StoreError: The disk refused it (only where no other exception is on its way).
        """
        with self._changed:
            self._closing = True
            self._changed.notify()
        self._thread.join()
        os.close(self._file)
        if kind is None:
            self._raise_failure()

    def append(self, observation: Observation, *, shared: bool = False) -> None:
        """Write one observation; when this returns it survives the death of the process.

        Args:
            observation: What happened on a call.
            shared: Taken over from another run of the group, so not paid by this one.

        Raises:
            StoreError: The disk is full or failing. What was written before is whole.
        """
        self._write(encode_line(observation, shared=shared))
        with self._changed:
            self._unsynced += 1
            if self._unsynced in {1, SYNC_ROWS}:
                self._changed.notify()
        self._raise_failure()

    def _write(self, line: bytes) -> None:
        try:
            written = os.write(self._file, line)
            while written < len(line):
                written += os.write(self._file, line[written:])
        except OSError as error:
            with suppress(OSError):
                os.ftruncate(self._file, self._size)
            raise _cannot_write(self.path, error) from error
        self._size += len(line)

    def _keep_synced(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._unsynced or self._closing)
                self._changed.wait_for(lambda: self._unsynced >= SYNC_ROWS or self._closing, SYNC_SECONDS)
                if not self._unsynced:
                    return
                self._unsynced = 0
            try:
                _sync(self._file)
            except OSError as error:
                self._failure = error
                return

    def _raise_failure(self) -> None:
        if self._failure is not None:
            raise _cannot_write(self.path, self._failure) from self._failure


class JournalIndex:
    """Where each call of a journal stands, without its answers: about 21 bytes a call.

    An open-addressing table of 64-bit hashes of keys and of places in the file. The last settled line
    of a key wins; a settled line is never replaced by one that is not.
    """

    def __init__(self, path: Path, file: int) -> None:
        self._path = path
        self._file = file
        self._close = weakref.finalize(self, os.close, file) if file >= 0 else None
        self._count = 0
        self._hashes = array("Q", bytes(8 * 1024))
        self._places = array("Q", bytes(8 * 1024))

    @classmethod
    def scan(cls, path: Path) -> Self:
        """Read a journal once; a torn last line is passed over, a missing file is an empty journal.

        Raises:
            RunDamaged: A line in the middle is not one of a journal.
            StoreError: The file cannot be read.
        """
        try:
            index = cls(path, os.open(path, os.O_RDONLY))
        except FileNotFoundError:
            return cls(path, -1)
        except OSError as error:
            raise StoreError(f"{path}: cannot read the journal: {error.strerror}") from error
        index._read()
        return index

    def __len__(self) -> int:
        """The number of calls, settled or not."""
        return self._count

    def settled(self, key: CallKey) -> bool:
        """Whether the call must not be sent again. Goes by the 64-bit hash alone."""
        return bool(self._places[self._slot(_hash(encode_key(key)))] & _SETTLED)

    def get(self, key: CallKey) -> Observation | None:
        """What happened on that call, or None where the journal does not know it.

        Raises:
            RunDamaged: The line of the call is not whole.
        """
        slot = self._slot(_hash(encode_key(key)))
        if not self._hashes[slot]:
            return None
        found = self._observation(self._places[slot] >> 2)
        return found if found.key == key else None

    def paid(self) -> Iterator[Observation]:
        """The settled calls that this run made itself, in no order; reads every one of them."""
        for place in self._places:
            if place & _PAID:
                yield self._observation(place >> 2)

    def observations(self) -> Iterator[Observation]:
        """What happened on every call, settled or not, in no order; reads every one of them."""
        for key_hash, place in zip(self._hashes, self._places, strict=True):
            if key_hash:
                yield self._observation(place >> 2)

    def close(self) -> None:
        """Close the file; garbage collection does it as well."""
        if self._close is not None:
            self._close()

    def _read(self) -> None:
        offset = 0
        with os.fdopen(os.dup(self._file), "rb", buffering=1 << 20) as lines:
            for number, line in enumerate(lines, 1):
                if not line.endswith(b"\n"):
                    return  # torn by a kill
                end = line.find(KEY_ENDS)
                if end < 0 or not line.startswith(KEY_OPENS) or not line.endswith(LINE_ENDS):
                    raise _damaged(self._path, number)
                letter = line[end + len(KEY_ENDS)]
                self._add(_hash(line[len(KEY_OPENS) : end + 1]), offset << 2 | _FLAGS.get(letter, 0))
                offset += len(line)

    def _add(self, key_hash: int, place: int) -> None:
        slot = self._slot(key_hash)
        if self._hashes[slot]:
            if place & _SETTLED or not self._places[slot] & _SETTLED:
                self._places[slot] = place
            return
        self._hashes[slot] = key_hash
        self._places[slot] = place
        self._count += 1
        if self._count * 5 > len(self._hashes) * 4:
            self._grow()

    def _slot(self, key_hash: int) -> int:
        hashes = self._hashes
        last = len(hashes) - 1
        slot = key_hash & last
        while hashes[slot] and hashes[slot] != key_hash:
            slot = (slot + 1) & last
        return slot

    def _grow(self) -> None:
        hashes, places = self._hashes, self._places
        self._hashes = array("Q", bytes(16 * len(hashes)))
        self._places = array("Q", bytes(16 * len(places)))
        for key_hash, place in zip(hashes, places, strict=True):
            if key_hash:
                slot = self._slot(key_hash)
                self._hashes[slot] = key_hash
                self._places[slot] = place

    def _observation(self, offset: int) -> Observation:
        line = _read_line(self._file, offset)
        try:
            return decode_line(line)
        except ValueError as error:
            raise _damaged(self._path, _line_number(self._file, offset)) from error


_FLAGS = {ord(State.FINAL[0]): _SETTLED | _PAID, ord(State.SHARED[0]): _SETTLED}


def _hash(key: bytes) -> int:
    return hash(key) & 0xFFFF_FFFF_FFFF_FFFF or 1  # 0 marks an empty slot


def _read_line(file: int, offset: int) -> bytes:
    block = os.pread(file, 8192, offset)
    blocks = [block]
    while block and b"\n" not in block:
        offset += len(block)
        block = os.pread(file, _BLOCK, offset)
        blocks.append(block)
    return b"".join(blocks).partition(b"\n")[0]


def _line_number(file: int, offset: int) -> int:
    number, place = 1, 0
    while place < offset:
        block = os.pread(file, min(_BLOCK, offset - place), place)
        number += block.count(b"\n")
        place += len(block) or offset
    return number


def _whole_lines(file: int) -> int:
    """The length of the file without an unfinished last line, in bytes."""
    end = os.fstat(file).st_size
    while end:
        start = max(0, end - _BLOCK)
        newline = os.pread(file, end - start, start).rfind(b"\n")
        if newline >= 0:
            return start + newline + 1
        end = start
    return 0


def _sync_directory(directory: Path) -> None:
    """Make the name of a new file survive a power cut."""
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _cannot_lock(path: Path, error: OSError) -> StoreError:
    if isinstance(error, BlockingIOError):
        return StoreError(
            f"{path}: another process is writing this run at this moment",
            "wait until it has ended, or stop it; then start the same command again",
        )
    return StoreError(f"{path}: cannot lock the journal: {error.strerror}")


def _cannot_write(path: Path, error: OSError) -> StoreError:
    return StoreError(
        f"{path}: cannot write: {error.strerror}",
        "everything written before is whole; make room, then start the same command again",
    )


def _damaged(path: Path, number: int) -> RunDamaged:
    return RunDamaged(
        f"{path}:{number}: this line is not one of a journal",
        "remove the line; its call is sent again when the run continues",
    )
