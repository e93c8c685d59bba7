"""A real HTTP server that speaks OpenAI chat completions; every answer is marked.

Run alone with `python -m harness.sandbox.server --dataset datasets/invoices --port 0`.
"""

import argparse
import asyncio
import signal
import sys
import threading
import time
import tomllib
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from typing import Any

import orjson
from aiohttp import web

from harness.errors import ConfigError, HarnessError
from harness.sandbox import wire
from harness.sandbox.behavior import Played, first_error, ttft_s
from harness.sandbox.limits import RequestLimit
from harness.sandbox.settings import ModelBehavior, SandboxSettings
from harness.sandbox.sources import Found, Source, SourceError
from harness.sandbox.truth import TruthFile
from harness.sandbox.wire import Envelope

HOST = "127.0.0.1"
MARK_HEADER = "x-shadow-sandbox"
ERROR_HEADER = "x-sandbox-error"
LARGEST_REQUEST = 64 * 1024 * 1024
STALL_S = 3600.0
RETRY_AFTER_MS = 150


class Sandbox:
    """The answers of one dataset over HTTP."""

    def __init__(self, settings: SandboxSettings, source: Source, truth: TruthFile | None) -> None:
        self._settings = settings
        self._source = source
        self._truth = truth
        self._ids = count(1)
        self._limits: dict[str, RequestLimit] = {}

    def application(self) -> web.Application:
        """The web application."""
        application = web.Application(client_max_size=LARGEST_REQUEST)
        application.router.add_post("/v1/chat/completions", self._chat)
        application.router.add_get("/v1/models", self._models)
        application.router.add_get("/health", self._health)
        return application

    async def _health(self, _: web.Request) -> web.Response:
        facts = {
            "status": "ok",
            "source": self._settings.mark,
            "records": self._source.records,
            "duplicate_prompts": self._source.duplicates,
        }
        return self._json(200, facts)

    async def _models(self, _: web.Request) -> web.Response:
        models = [
            {"id": name, "object": "model", "created": 0, "owned_by": f"sandbox ({self._settings.mark})"}
            for name in self._source.models
        ]
        return self._json(200, {"object": "list", "data": models})

    async def _chat(self, request: web.Request) -> web.StreamResponse:
        try:
            body = _body(await request.read())
            model = str(body.get("model"))
            behavior = self._source.behavior(model)
        except SourceError as trouble:
            return self._error(trouble.status, trouble.message, trouble.code)
        asked = request.headers.get(ERROR_HEADER)
        if asked is not None:
            return await self._on_demand(asked, request)
        limit = self._limits.setdefault(model, RequestLimit(behavior, time.monotonic))
        if wait_s := limit.wait_s():
            return self._rate_limited(wait_s, limit.headers())
        found = self._source.find(body["messages"])
        error = self._first_error(model, behavior, found)
        if error is not None:
            return await self._erring(error, request, limit.headers())
        try:
            return await self._answer(request, body, found, limit.headers())
        except SourceError as trouble:
            return self._error(trouble.status, trouble.message, trouble.code)

    def _first_error(self, model: str, behavior: ModelBehavior, found: Found | None) -> str | None:
        if not behavior.errors or found is None or self._source.count_attempt(model, found):
            return None
        return first_error(behavior, self._settings.seed, model, found.id)

    async def _answer(
        self, request: web.Request, body: Mapping[str, Any], found: Found | None, headers: Mapping[str, str]
    ) -> web.StreamResponse:
        model = str(body["model"])
        repeat = self._source.count_answer(model, found) if found else 0
        played = self._source.play(model, found, body["messages"], repeat)
        if self._truth is not None and found is not None:
            self._truth.append(found.id, model, repeat, played.planted)
        behavior = self._source.behavior(model)
        name = found.id if found else ""
        wait_s = ttft_s(behavior, self._settings.seed, model, name, repeat) * played.pace
        speed = behavior.tokens_per_s / played.pace
        envelope = Envelope(
            id=f"chatcmpl-sandbox-{next(self._ids):08x}",
            created=int(time.time()),
            model=model,
            mark=self._source.mark(model),
        )
        headers = {**headers, MARK_HEADER: envelope.mark}
        if body.get("stream"):
            stream = self._response(headers)
            await stream.prepare(request)
            await asyncio.sleep(wait_s)
            await _stream(stream, envelope, played, speed=speed, include_usage=_include_usage(body))
            return stream
        await asyncio.sleep(wait_s + _tokens(played) / speed)
        if played.stall:
            await asyncio.sleep(STALL_S)
        return self._json(200, wire.completion(envelope, played), headers)

    async def _erring(
        self, kind: str, request: web.Request, headers: Mapping[str, str]
    ) -> web.StreamResponse:
        if kind == "rate_limited":
            return self._rate_limited(RETRY_AFTER_MS / 1000, headers)
        return await self._on_demand("503" if kind == "unavailable" else "disconnect", request)

    async def _on_demand(self, asked: str, request: web.Request) -> web.StreamResponse:
        """The error that the request's header asks for."""
        if asked == "disconnect":
            _hang_up(request)
            return web.Response()
        if asked == "stall":
            await asyncio.sleep(STALL_S)
        if asked == "malformed":
            return web.Response(body=b"<html>no JSON</html>", headers=self._marked())
        if asked in {"cut", "error_in_stream"}:
            return await self._broken_stream(asked, request)
        if asked == "insufficient_quota":
            return self._error(429, _on_demand_text(asked), asked)
        status = int(asked) if asked.isdigit() else 0
        if status == 429:
            return self._rate_limited(RETRY_AFTER_MS / 1000, {})
        if status not in wire.STATUS_TYPES:
            known = ", ".join([*map(str, wire.STATUS_TYPES), *_WORDS])
            return self._error(400, f"{ERROR_HEADER} can be {known}, not {asked!r}.")
        return self._error(status, _on_demand_text(asked))

    async def _broken_stream(self, asked: str, request: web.Request) -> web.StreamResponse:
        stream = self._response({})
        await stream.prepare(request)
        envelope = Envelope(
            id="chatcmpl-sandbox-broken", created=int(time.time()), model="broken", mark=self._settings.mark
        )
        for chunk in wire.content_chunks(envelope, Played(text="half an ans"), include_usage=False):
            await stream.write(chunk)
        if asked == "error_in_stream":
            await stream.write(wire.event(wire.error(503, _on_demand_text(asked))))
        return stream

    def _rate_limited(self, wait_s: float, headers: Mapping[str, str]) -> web.Response:
        wait_ms = max(1, round(wait_s * 1000))
        body = wire.error(429, f"Rate limit reached. Please try again in {wait_ms}ms.")
        waits = {"retry-after-ms": str(wait_ms), "retry-after": f"{wait_ms / 1000:g}"}
        return self._json(429, body, {**headers, **waits})

    def _error(self, status: int, message: str, code: str | None = None) -> web.Response:
        return self._json(status, wire.error(status, message, code))

    def _json(self, status: int, body: object, headers: Mapping[str, str] | None = None) -> web.Response:
        return web.Response(
            status=status,
            body=orjson.dumps(body),
            content_type="application/json",
            headers={**self._marked(), **(headers or {})},
        )

    def _response(self, headers: Mapping[str, str]) -> web.StreamResponse:
        kind = {"content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache"}
        return web.StreamResponse(headers={**self._marked(), **headers, **kind})

    def _marked(self) -> dict[str, str]:
        return {MARK_HEADER: self._settings.mark, "x-request-id": f"req-sandbox-{next(self._ids):08x}"}


_WORDS = ("disconnect", "stall", "malformed", "cut", "error_in_stream", "insufficient_quota")


def _on_demand_text(asked: str) -> str:
    return f"The sandbox was asked for this error ({ERROR_HEADER}: {asked})."


def _body(data: bytes) -> Mapping[str, Any]:
    try:
        body = orjson.loads(data)
    except orjson.JSONDecodeError as trouble:
        raise SourceError(400, f"The body is not JSON: {trouble}.", "invalid_json") from None
    if not isinstance(body, dict) or not isinstance(body.get("messages"), list):
        raise SourceError(400, "The body must be an object with a list `messages`.", "invalid_value")
    return body


def _include_usage(body: Mapping[str, Any]) -> bool:
    options = body.get("stream_options")
    return isinstance(options, dict) and bool(options.get("include_usage"))


def _tokens(played: Played) -> int:
    return len(played.text or played.refusal or "") // 4


def _hang_up(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.abort()


async def _stream(
    stream: web.StreamResponse, envelope: Envelope, played: Played, *, speed: float, include_usage: bool
) -> None:
    chunks = list(wire.content_chunks(envelope, played, include_usage=include_usage))
    pause_s = _tokens(played) / speed / len(chunks)
    for place, chunk in enumerate(chunks):
        if played.stall and place > len(chunks) // 3:
            await asyncio.sleep(STALL_S)
        await stream.write(chunk)
        if place:
            await asyncio.sleep(pause_s)
    for chunk in wire.last_chunks(envelope, played, include_usage=include_usage):
        await stream.write(chunk)


def read_settings(dataset: Path, table: Mapping[str, Any] | None = None) -> SandboxSettings:
    """The [sandbox] table of the dataset's dataset.toml, or the table given in its place.

    Raises:
        ConfigError: The file or the table is missing or wrong.
    """
    path = dataset / "dataset.toml"
    table = _table_of(path) if table is None else table
    try:
        settings = SandboxSettings.from_table(table)
    except ConfigError as trouble:
        raise ConfigError(f"{path}: {trouble.message}", trouble.hint) from None
    if settings.source == "simulated" and not settings.models:
        raise ConfigError(
            f"{path}: [sandbox] names no model.", "Add a table such as [sandbox.models.gpt-4o]."
        )
    return settings


def _table_of(path: Path) -> Mapping[str, Any]:
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8")).get("sandbox")
    except OSError as trouble:
        raise ConfigError(
            f"{path}: cannot be read: {trouble.strerror}.", "Name a dataset's folder."
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as trouble:
        raise ConfigError(f"{path}: is not valid TOML: {trouble}.") from None
    if not isinstance(table, dict):
        raise ConfigError(f"{path}: has no [sandbox] table.", "docs/sandbox.md shows one.")
    return table


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def serve(
    dataset: Path,
    *,
    port: int = 0,
    truth: Path | None = None,
    table: Mapping[str, Any] | None = None,
    die_with_parent: bool = False,
    say: Callable[[str], None] = _say,
) -> None:
    """Serve until SIGINT or SIGTERM, or until stdin ends where `die_with_parent` is set.

    Says one line when ready: `listening on http://127.0.0.1:PORT/v1 (SIMULATED)`.

    Raises:
        HarnessError: The dataset cannot be read or the port is taken.
    """
    settings = read_settings(dataset, table)
    with ExitStack() as stack:
        source = stack.enter_context(Source(dataset, settings))
        file = stack.enter_context(TruthFile(truth)) if truth else None
        application = Sandbox(settings, source, file).application()
        asyncio.run(_run(application, port, settings.mark, die_with_parent=die_with_parent, say=say))


async def _run(
    application: web.Application, port: int, mark: str, *, die_with_parent: bool, say: Callable[[str], None]
) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stop.set)
    if die_with_parent:
        threading.Thread(target=_await_end_of_stdin, args=(loop, stop), daemon=True).start()
    # A call whose client has left is cancelled: stalled streams would pile up otherwise.
    runner = web.AppRunner(application, access_log=None, handler_cancellation=True, shutdown_timeout=0.2)
    await runner.setup()
    try:
        site = web.TCPSite(runner, HOST, port, backlog=1024)
        await _start(site, port)
        say(f"listening on http://{HOST}:{runner.addresses[0][1]}/v1 ({mark})")
        await stop.wait()
    finally:
        await runner.cleanup()


async def _start(site: web.TCPSite, port: int) -> None:
    try:
        await site.start()
    except OSError as trouble:
        raise HarnessError(
            f"The sandbox cannot listen on port {port}: {trouble.strerror}.", "Port 0 takes a free one."
        ) from trouble


def _await_end_of_stdin(loop: asyncio.AbstractEventLoop, stop: asyncio.Event) -> None:
    # The parent holds the other end of the pipe: it closes when the parent ends, however it ends.
    while sys.stdin.buffer.read(1024):
        pass
    loop.call_soon_threadsafe(stop.set)


def main() -> int:
    """The command line of `python -m harness.sandbox.server`."""
    parser = argparse.ArgumentParser(prog="python -m harness.sandbox.server", description=__doc__)
    parser.add_argument("--dataset", type=Path, required=True, help="a dataset's folder")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--truth", type=Path, help="append what is planted to this file")
    parser.add_argument("--table", type=orjson.loads, help="the [sandbox] table as JSON")
    parser.add_argument("--die-with-parent", action="store_true", help="end when stdin ends")
    chosen = parser.parse_args()
    try:
        serve(
            chosen.dataset,
            port=chosen.port,
            truth=chosen.truth,
            table=chosen.table,
            die_with_parent=chosen.die_with_parent,
        )
    except HarnessError as trouble:
        sys.stderr.write(f"{trouble.message}\n{trouble.hint}\n")
        return trouble.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
