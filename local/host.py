"""One ASGI app for everything on the port: the product's API and socket, AWS, and the local pages."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Final, ParamSpec, TypeVar

from chalice.app import Chalice

from chalicelib.kernel.tables import TableSpec
from local.aws import endpoint
from local.cloud.cloud import Cloud
from local.cloud.objects import MAX_OBJECT
from local.engine import Engine
from local.gateway import MAX_BODY, Gateway
from local.health import Vitals
from local.http import Request, Response
from local.invoke import settle_middleware
from local.pages import Page, Pages
from local.pump import Pump
from local.relay import LocalRelay
from local.schedules import Ticker
from local.sockets import Sockets

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
P = ParamSpec("P")
R = TypeVar("R")
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

_LOG: Final = logging.getLogger("xpense.local")
_API_THREADS: Final = 16
_AWS_THREADS: Final = 4
_SOCKETS: Final = frozenset({"execute-api", "apigatewaymanagementapi"})
_AWS_BODY: Final = MAX_OBJECT + 1024 * 1024
_DRAINED: Final = 64 * 1024 * 1024
"""Bytes of a body too large that are read away, so that its sender gets to see the answer."""


@dataclass(frozen=True, slots=True)
class Options:
    """What a host may be given beside its app."""

    specs: Iterable[TableSpec] = ()
    subscriptions: Mapping[str, Iterable[str]] = field(default_factory=dict)
    engine: Engine | None = None
    pages: Mapping[str, Page] = field(default_factory=dict)
    tick_scale: float = 1.0
    backoff: float = 1.0


class Host:
    """The ASGI app, with the threads that work behind it."""

    def __init__(self, app: Chalice, cloud: Cloud, options: Options) -> None:
        settle_middleware(app)
        self._cloud = cloud
        # Two pools: API handlers wait for AWS calls that come back to this port.
        self._api = ThreadPoolExecutor(_API_THREADS, thread_name_prefix="api")
        self._aws = ThreadPoolExecutor(_AWS_THREADS, thread_name_prefix="aws")
        self._gateway = Gateway(app)
        self._sockets = Sockets(app, self._api)
        self._pump = Pump(app, cloud, backoff=options.backoff)
        self._ticker = Ticker(app, cloud, scale=options.tick_scale)
        self._relay = LocalRelay(app, options.specs, region=cloud.region)
        vitals = Vitals(
            cloud, options.engine, self._relay.lag, self._pump.in_flight, self._sockets.count
        )
        self._pages = Pages(cloud.mailbox, vitals, options.pages)
        self._closing = False
        self._in_flight = 0
        self._idle = asyncio.Event()
        self._idle.set()
        for queue, types in options.subscriptions.items():
            cloud.topic.subscribe(queue, types)

    def start(self) -> None:
        """Begin the work behind the port, which must be open by now."""
        self._relay.start()
        self._pump.start()
        self._ticker.start()

    async def drain(self) -> None:
        """Let everything that was begun come to its end; the port still answers AWS calls."""
        self._closing = True
        loop = asyncio.get_running_loop()
        await self._sockets.close_all()
        await self._idle.wait()
        for part in (self._ticker, self._pump, self._relay):
            await loop.run_in_executor(None, part.stop)
        self._api.shutdown(wait=False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection's scope."""
        if scope["type"] == "websocket":
            await self._sockets.serve(scope, receive, send)
        elif scope["type"] == "http":
            await self._http(scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = (scope.get("raw_path") or scope["path"].encode()).decode("latin-1")
        is_aws = path.startswith(endpoint.PREFIX)
        body = await _read(receive, _AWS_BODY if is_aws else MAX_BODY)
        request = Request(
            scope["method"],
            path,
            scope["query_string"].decode("latin-1"),
            tuple((n.decode("latin-1").lower(), v.decode("latin-1")) for n, v in scope["headers"]),
            body or b"",
            (scope.get("client") or ("127.0.0.1", 0))[0],
        )
        if body is None:
            response = self._gateway.problem(413, request)
        elif is_aws:
            response = await self._answer_aws(request)
        else:
            response = await self._answer_api(request)
        await _write(response, send)

    async def _answer_aws(self, request: Request) -> Response:
        service, path = endpoint.service_of(request.raw_path)
        if service in _SOCKETS:
            refused = endpoint.check(self._cloud, request)
            return refused or self._sockets.manage(request, path)
        return await _within(self._aws, endpoint.answer, self._cloud, request)

    async def _answer_api(self, request: Request) -> Response:
        page = self._pages.find(request)
        if page is not None:
            return await _within(self._aws, self._pages.answer, page, request)
        if self._closing:
            return self._gateway.closing(request)
        self._in_flight += 1
        self._idle.clear()
        try:
            return await _within(self._api, self._gateway.answer, request)
        finally:
            self._in_flight -= 1
            if not self._in_flight:
                self._idle.set()


async def _within(pool: Executor, function: Callable[P, R], *values: P.args, **_: P.kwargs) -> R:
    return await asyncio.get_running_loop().run_in_executor(pool, function, *values)


async def _read(receive: Receive, most: int) -> bytes | None:
    """Read a body; None when it is longer than `most` bytes."""
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        part = message.get("body", b"")
        size += len(part)
        if size <= most:
            parts.append(part)
        if not message.get("more_body") or size > _DRAINED + most:
            return b"".join(parts) if size <= most else None


async def _write(response: Response, send: Send) -> None:
    headers = [(n.encode("latin-1"), v.encode("latin-1")) for n, v in response.headers]
    names = {name for name, _ in response.headers}
    if "content-length" not in names and response.status not in {204, 304}:
        headers.append((b"content-length", b"%d" % len(response.body)))
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    await send({"type": "http.response.body", "body": response.body})


def build(app: Chalice, cloud: Cloud, options: Options | None = None) -> Host:
    """Make the ASGI app that hosts any Chalice app on a local cloud."""
    return Host(app, cloud, options or Options())
