"""A model server in this process that counts what it was asked: the other side's view of a run."""

import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answering = Callable[[dict[str, Any]], tuple[int, dict[str, str], dict[str, Any]]]


def echo(body: dict[str, Any]) -> tuple[int, dict[str, str], dict[str, Any]]:
    """A whole answer that repeats the prompt."""
    return 200, {}, completion(body["messages"][-1]["content"], body["model"])


def completion(text: str, model: str) -> dict[str, Any]:
    return {
        "id": "c1",
        "object": "chat.completion",
        "model": model,
        "choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15},
    }


@dataclass
class CountingServer:
    """Attributes: url with /v1; asked counts (model, prompt); headers are those of the last call."""

    url: str = ""
    asked: Counter[tuple[str, str]] = field(default_factory=Counter)
    headers: dict[str, str] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def calls(self) -> int:
        return sum(self.asked.values())


@contextmanager
def counting_server(answer: Answering = echo, *, delay_s: float = 0.0) -> Iterator[CountingServer]:
    counted = CountingServer()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            with counted.lock:
                counted.asked[body["model"], body["messages"][-1]["content"]] += 1
                counted.headers = dict(self.headers)
            time.sleep(delay_s)
            status, headers, reply = answer(body)
            data = json.dumps(reply).encode()
            try:
                self.send_response(status)
                for name, value in {"content-type": "application/json", **headers}.items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)
            except OSError:
                pass  # the client was killed: that is what some tests do

        def log_message(self, format: str, *args: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 512

        def handle_error(self, request: object, client_address: object) -> None:
            pass

    server = Server(("127.0.0.1", 0), Handler)
    counted.url = f"http://127.0.0.1:{server.server_port}/v1"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield counted
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
