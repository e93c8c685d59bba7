"""An incremental parser of `text/event-stream`; pure.

It splits on LF, CRLF and CR only: JSON may hold U+2028 and U+0085 raw inside a string, and what splits
on those (`str.splitlines`, `httpx.Response.iter_lines`) loses the event.
"""

from typing import Final

from harness.errors import Malformed

MAX_EVENT_BYTES: Final = 64 * 1024 * 1024
_BOM: Final = b"\xef\xbb\xbf"


class EventParser:
    """Turns raw bytes, cut anywhere, into the data of whole events.

    Comments, event names and empty events are dropped; several data lines are joined by a line feed.
    """

    __slots__ = ("_after_cr", "_at_start", "_buffer", "_max_event_bytes")

    def __init__(self, max_event_bytes: int = MAX_EVENT_BYTES) -> None:
        self._buffer = bytearray()
        self._at_start = True
        self._after_cr = False
        self._max_event_bytes = max_event_bytes

    def feed(self, chunk: bytes) -> list[bytes]:
        """The data of the events that this chunk completes.

        Raises:
            Malformed: One event is longer than the bound.
        """
        if self._after_cr or b"\r" in chunk:
            chunk = self._with_line_feeds(chunk)
        whole = self._take_whole(chunk)
        if whole is None:
            return []
        if self._at_start:
            whole = whole.removeprefix(_BOM)
            self._at_start = False
        events = []
        for block in whole.split(b"\n\n"):
            is_plain = block[:6] == b"data: " and b"\n" not in block
            data = block[6:] if is_plain else _data_of(block)
            if data:
                events.append(data)
        return events

    def flush(self) -> list[bytes]:
        """The data of a last event whose closing blank line never came."""
        return self.feed(b"\n\n")

    def _take_whole(self, chunk: bytes) -> bytes | None:
        """Everything up to the last blank line, or None where no event is complete yet."""
        buffer = self._buffer
        if not buffer:
            end = chunk.rfind(b"\n\n")
            if end < 0:
                self._keep(chunk)
                return None
            self._keep(chunk[end + 2 :])
            return chunk[:end]
        searched = len(buffer) - 1  # a blank line may straddle the two chunks
        buffer += chunk
        end = buffer.rfind(b"\n\n", searched)
        if end < 0:
            self._keep(b"")
            return None
        whole = bytes(buffer[:end])
        del buffer[: end + 2]
        return whole

    def _keep(self, rest: bytes) -> None:
        self._buffer += rest
        if len(self._buffer) > self._max_event_bytes:
            raise Malformed(f"one event of the stream is longer than {self._max_event_bytes:,} bytes")

    def _with_line_feeds(self, chunk: bytes) -> bytes:
        if self._after_cr and chunk:
            self._after_cr = False
            chunk = chunk.removeprefix(b"\n")  # the second half of a CRLF; its CR already ended the line
        if chunk:
            self._after_cr = chunk.endswith(b"\r")
        return chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n")


def _data_of(block: bytes) -> bytes:
    """The data of one block of lines."""
    return b"\n".join(line[5:].removeprefix(b" ") for line in block.split(b"\n") if line[:5] == b"data:")
