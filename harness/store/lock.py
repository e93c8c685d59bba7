"""One process at a time works on a run, from the first call to the last file."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

from harness.errors import StoreError
from harness.store.layout import RunDirectory


@contextmanager
def run_lock(run: RunDirectory) -> Iterator[None]:
    """Hold the run; the lock goes with the process, however that ends.

    The file stays, for removing it would let two processes hold two files of one name.

    Raises:
        StoreError: Another process holds the run, or the disk refuses.
    """
    try:
        file = os.open(run.lock, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise StoreError(f"{run.lock}: cannot be opened: {error.strerror or error}") from error
    try:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StoreError(
                f"{run.path}: another process is working on this run", "Wait for it or stop it."
            ) from None
        except OSError as error:
            raise StoreError(f"{run.lock}: cannot be locked: {error.strerror or error}") from error
        yield
    finally:
        os.close(file)
