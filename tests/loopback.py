"""A raw HTTP server on loopback, for what a well-behaved server would not do."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

Answer = Callable[[asyncio.StreamWriter, int], Awaitable[None]]


@dataclass(slots=True)
class Loopback:
    url: str = ""
    requests: list[bytes] = field(default_factory=list)
    connections: int = 0


def whole(body: bytes, *, status: str = "200 OK", kind: str = "application/json", extra: str = "") -> bytes:
    head = f"HTTP/1.1 {status}\r\ncontent-type: {kind}\r\n{extra}content-length: {len(body)}\r\n\r\n"
    return head.encode() + body


def stream_head(kind: str = "text/event-stream", extra: str = "") -> bytes:
    return f"HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\n{extra}transfer-encoding: chunked\r\n\r\n".encode()


def piece(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


END = b"0\r\n\r\n"


def saying(*parts: bytes, cut: bool = False) -> Answer:
    """Write the parts, each in its own packet, and cut the connection where asked."""

    async def answer(writer: asyncio.StreamWriter, number: int) -> None:
        for part in parts:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(0.002)
        if cut:
            writer.close()

    return answer


@asynccontextmanager
async def serving(answer: Answer) -> AsyncIterator[Loopback]:
    state = Loopback()

    async def connection(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        state.connections += 1
        try:
            while not writer.is_closing():
                head = await reader.readuntil(b"\r\n\r\n")
                length = next(
                    (
                        int(line[15:])
                        for line in head.lower().split(b"\r\n")
                        if line[:15] == b"content-length:"
                    ),
                    0,
                )
                state.requests.append(head + await reader.readexactly(length))
                await answer(writer, len(state.requests))
        except (asyncio.IncompleteReadError, OSError):
            pass
        except asyncio.CancelledError:
            pass  # the server is closing
        finally:
            writer.close()

    server = await asyncio.start_server(connection, "127.0.0.1", 0)
    state.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    try:
        yield state
    finally:
        server.close()
        await asyncio.sleep(0.005)
