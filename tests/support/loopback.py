"""A real HTTP server on the loopback for stand-ins of third parties, with faults to order."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from typing_extensions import override


@dataclass(frozen=True, slots=True)
class Call:
    """What was asked."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]


@dataclass(frozen=True, slots=True)
class Sent:
    """What is answered: `wait` seconds before it, `drip` seconds between its bytes."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = "application/json"
    wait: float = 0.0
    drip: float = 0.0
    is_cut: bool = False
    """The connection ends before anything was said."""
    is_lost: bool = False
    """The same, but after the answer was made: what it did is done."""


@dataclass(slots=True)
class Stand:
    """Where a stand-in is reached, what it was asked, and the faults that its next answers are."""

    url: str = ""
    calls: list[Call] = field(default_factory=list)
    faults: deque[Sent] = field(default_factory=deque)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def paths(self) -> list[str]:
        return [one.path for one in self.calls]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    stand: Stand
    answer: Callable[[Call], Sent]

    def _handle(self) -> None:
        size = int(self.headers.get("Content-Length") or 0)
        headers = {name.lower(): value for name, value in self.headers.items()}
        call = Call(self.command, self.path, headers, self.rfile.read(size))
        with self.stand.lock:
            self.stand.calls.append(call)
            fault = self.stand.faults.popleft() if self.stand.faults else None
            sent = self.answer(call) if fault is None or fault.is_lost else fault
        if fault is not None and (fault.is_cut or fault.is_lost):
            self.close_connection = True
        else:
            self._send(sent)

    def _send(self, sent: Sent) -> None:
        time.sleep(sent.wait)
        try:
            self.send_response(sent.status)
            self.send_header("Content-Type", sent.content_type)
            for name, value in sent.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(sent.body)))
            self.send_header("Connection", "close")
            self.end_headers()
            self._write(sent)
        except OSError:  # the reader had enough
            self.close_connection = True

    def _write(self, sent: Sent) -> None:
        if not sent.drip:
            self.wfile.write(sent.body)
            return
        for byte in sent.body:
            self.wfile.write(bytes([byte]))
            self.wfile.flush()
            time.sleep(sent.drip)

    @override
    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@contextmanager
def standing(stand: Stand, answer: Callable[[Call], Sent]) -> Iterator[None]:
    """Serve on a free port of the loopback until the end of the block."""
    views = {"stand": stand, "answer": staticmethod(answer)}
    methods = {f"do_{name}": _Handler._handle for name in ("GET", "POST")}
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), views | methods))
    server.daemon_threads = True
    stand.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
