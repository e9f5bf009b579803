"""A host on a port: opens it, says when it serves, and ends in an order in which nothing is lost."""

from __future__ import annotations

import asyncio
import errno
import logging
import socket
import threading
import time
from typing import Final

import uvicorn

from local.child import HOST
from local.errors import LocalCloudError, PortInUse
from local.host import Host
from local.sockets import MAX_MESSAGE

_LOG: Final = logging.getLogger("xpense.local")
_BACKLOG: Final = 512
_START_SECONDS: Final = 30.0
_DRAIN_SECONDS: Final = 20.0


def open_port(port: int) -> socket.socket:
    """Bind the loopback port (0: any free one) without listening yet; raise `PortInUse`."""
    # With its protocol named: asyncio turns Nagle off only then, and an answer is two writes, which
    # Nagle and the peer's delayed ACK would hold back for 40 ms.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
        listener.listen(_BACKLOG)
    except OSError as failure:
        listener.close()
        if failure.errno in {errno.EADDRINUSE, errno.EACCES}:
            raise PortInUse(f"port {port} is taken; choose another one with PORT=") from failure
        raise
    return listener


def _is_telling(record: logging.LogRecord) -> bool:
    """Leave out what uvicorn says of a WebSocket that was refused properly (Kludex/uvicorn#3138)."""
    return "without completing handshake" not in record.getMessage()


class Serving:
    """A running host; uvicorn has a thread of its own, so that signals stay ours."""

    def __init__(self, host: Host, listener: socket.socket) -> None:
        logging.getLogger("uvicorn.error").addFilter(_is_telling)
        self._host = host
        self._listener = listener
        self._loop: asyncio.AbstractEventLoop | None = None
        self._server = uvicorn.Server(
            uvicorn.Config(
                host,
                http="h11",
                ws="websockets-sansio",
                ws_max_size=MAX_MESSAGE,
                lifespan="off",
                log_config=None,
                access_log=False,
                proxy_headers=False,
                server_header=False,
                timeout_keep_alive=75,
                timeout_graceful_shutdown=5,
            )
        )
        self._thread = threading.Thread(target=self._run, name="http", daemon=True)

    def start(self) -> None:
        """Serve, and return when the port answers and the workers run."""
        self._thread.start()
        deadline = time.monotonic() + _START_SECONDS
        while not self._server.started:
            if not self._thread.is_alive() or time.monotonic() > deadline:
                raise LocalCloudError("the HTTP server did not start")
            time.sleep(0.005)
        self._host.start()

    def stop(self) -> bool:
        """Drain and stop; gives False when something did not come to its end in time."""
        clean = True
        if self._loop is not None and self._thread.is_alive():
            draining = asyncio.run_coroutine_threadsafe(self._host.drain(), self._loop)
            try:
                draining.result(_DRAIN_SECONDS)
            except TimeoutError:
                _LOG.warning("something still ran after %.0f s", _DRAIN_SECONDS)
                clean = False
        self._server.should_exit = True
        self._thread.join(_DRAIN_SECONDS)
        return clean and not self._thread.is_alive()

    def _run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        await self._server.serve(sockets=[self._listener])
