"""A records file in which a line can be read where it stands."""

import gzip
import os
import shutil
import tempfile
import zlib
from pathlib import Path

from harness.errors import DatasetError


def open_seekable(path: Path) -> int:
    """A file descriptor of the plain text; the caller closes it.

    A `.gz` file is unpacked to a temporary file without a name, which is gone when the descriptor is closed.

    Raises:
        DatasetError: The file is missing or cannot be read.
    """
    try:
        if path.suffix != ".gz":
            return os.open(path, os.O_RDONLY)
        with gzip.open(path) as packed, tempfile.TemporaryFile() as plain:
            shutil.copyfileobj(packed, plain, 1 << 20)
            plain.flush()
            return os.dup(plain.fileno())
    except FileNotFoundError:
        raise DatasetError(f"{path}: there is no such file.", "Name a dataset's folder.") from None
    except (OSError, EOFError, zlib.error) as trouble:
        raise DatasetError(f"{path}: cannot be read: {trouble}.") from trouble
