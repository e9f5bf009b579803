"""The WebSocket API: connections on `/ws`, and `@connections` to speak to them by id."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Awaitable, Callable, MutableMapping
from concurrent.futures import Executor
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from urllib.parse import parse_qsl, unquote

from chalice.app import Chalice

from chalicelib.kernel import clock
from chalicelib.kernel.ids import new_id
from local.gateway import API_ID, STAGE
from local.http import Request, Response, json_response
from local.invoke import invoke

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

MAX_MESSAGE: Final = 128 * 1024
"""Bytes of a message (API Gateway quota)."""
_IDLE_SECONDS: Final = 600.0
_WAITING: Final = 1_000
_CONNECTIONS: Final = "/@connections/"


@dataclass(slots=True)
class Connection:
    """An open socket and what waits to be sent on it; None in the queue closes it."""

    id: str
    client: str
    outgoing: asyncio.Queue[str | None] = field(default_factory=lambda: asyncio.Queue(_WAITING))
    connected_at: datetime = field(default_factory=clock.now)
    active_at: datetime = field(default_factory=clock.now)

    def touch(self) -> None:
        """Note that something went in or out."""
        self.active_at = clock.now()

    def idle(self) -> float:
        """Give the seconds since something went in or out."""
        return (clock.now() - self.active_at).total_seconds()


class Sockets:
    """All connections; everything here runs on the event loop, handlers in its executor."""

    def __init__(self, app: Chalice, pool: Executor) -> None:
        self._app = app
        self._pool = pool
        self._open: dict[str, Connection] = {}

    def count(self) -> int:
        """Count the open connections."""
        return len(self._open)

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Live through one connection: $connect decides, $default hears, $disconnect ends."""
        await receive()
        connection = Connection(
            secrets.token_urlsafe(9), (scope.get("client") or ("127.0.0.1",))[0]
        )
        if scope["path"] != "/ws" or "$connect" not in self._app.websocket_handlers:
            await _refuse(scope, send, 404)
            return
        self._open[connection.id] = connection  # what the handler sends waits for the handshake
        try:
            status = await self._tell(connection, "$connect", scope=scope)
            if status >= 400:
                await _refuse(scope, send, status)
                return
            await send({"type": "websocket.accept"})
            await self._live(connection, receive, send)
            await self._tell(connection, "$disconnect")
        finally:
            self._open.pop(connection.id, None)

    async def _live(self, connection: Connection, receive: Receive, send: Send) -> None:
        writer = asyncio.create_task(self._write(connection, send))
        reader = asyncio.create_task(self._read(connection, receive))
        try:
            await asyncio.wait({writer, reader}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._open.pop(connection.id, None)
            for task in (writer, reader):
                task.cancel()
            await asyncio.gather(writer, reader, return_exceptions=True)

    async def _write(self, connection: Connection, send: Send) -> None:
        while True:
            try:
                text = await asyncio.wait_for(connection.outgoing.get(), _IDLE_SECONDS)
            except TimeoutError:
                if connection.idle() < _IDLE_SECONDS:
                    continue
                text = None
            if text is None:
                await send({"type": "websocket.close", "code": 1001})
                return
            connection.touch()
            await send({"type": "websocket.send", "text": text})

    async def _read(self, connection: Connection, receive: Receive) -> None:
        while True:
            message = await receive()
            if message["type"] == "websocket.disconnect":
                return
            connection.touch()
            text = message.get("text")
            if text is None:
                text = (message.get("bytes") or b"").decode("utf-8", "replace")
            if "$default" in self._app.websocket_handlers:
                await self._tell(connection, "$default", body=text)

    async def _tell(
        self,
        connection: Connection,
        route: str,
        *,
        scope: Scope | None = None,
        body: str | None = None,
    ) -> int:
        """Call the route's handler and give its status; a crash is 500, as at the gateway."""
        config = self._app.websocket_handlers.get(route)
        if config is None:
            return 200
        event = _event(connection, route, scope=scope, body=body)
        loop = asyncio.get_running_loop()
        try:
            answer = await loop.run_in_executor(self._pool, invoke, self._app, config.name, event)
        except Exception:
            self._app.log.exception("the socket handler of %s failed", route)
            return 500
        return int(answer.get("statusCode", 200)) if isinstance(answer, dict) else 200

    def manage(self, request: Request, path: str) -> Response:
        """Answer POST, GET and DELETE of `@connections/{id}`; an unknown id is Gone."""
        connection = self._open.get(unquote(path.removeprefix(_CONNECTIONS)))
        if not path.startswith(_CONNECTIONS) or connection is None:
            return _error(410, "GoneException")
        match request.method:
            case "POST":
                return self._post(connection, request.body)
            case "DELETE":
                connection.outgoing.put_nowait(None)
                return Response(204)
            case "GET":
                identity = {"sourceIp": connection.client, "userAgent": ""}
                times = {
                    "connectedAt": clock.rfc3339(connection.connected_at),
                    "lastActiveAt": clock.rfc3339(connection.active_at),
                }
                return json_response({**times, "identity": identity})
            case _:
                return _error(405, "MethodNotAllowedException")

    def _post(self, connection: Connection, body: bytes) -> Response:
        if len(body) > MAX_MESSAGE:
            return _error(413, "PayloadTooLargeException")
        try:
            connection.outgoing.put_nowait(body.decode("utf-8", "replace"))
        except asyncio.QueueFull:
            return _error(429, "LimitExceededException")
        return Response(200)

    async def close_all(self) -> None:
        """Say goodbye to everybody (1001) and wait until the $disconnect handlers are done."""
        for connection in list(self._open.values()):
            while connection.outgoing.full():
                connection.outgoing.get_nowait()
            connection.outgoing.put_nowait(None)
        for _ in range(50):
            if not self._open:
                return
            await asyncio.sleep(0.05)


async def _refuse(scope: Scope, send: Send, status: int) -> None:
    if "websocket.http.response" not in (scope.get("extensions") or {}):
        await send({"type": "websocket.close", "code": 1008})
        return
    body = json.dumps(
        {"message": "Forbidden", "connectionId": None, "requestId": new_id()}
    ).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    await send({"type": "websocket.http.response.start", "status": status, "headers": headers})
    await send({"type": "websocket.http.response.body", "body": body})


def _error(status: int, code: str) -> Response:
    return json_response({"message": code}, status=status, headers={"x-amzn-errortype": code})


def _event(
    connection: Connection, route: str, *, scope: Scope | None, body: str | None
) -> dict[str, object]:
    """Write the WebSocket API's Lambda proxy event."""
    kind = {"$connect": "CONNECT", "$disconnect": "DISCONNECT"}.get(route, "MESSAGE")
    now = clock.now()
    context = {
        "routeKey": route,
        "eventType": kind,
        "messageId": new_id() if kind == "MESSAGE" else None,
        "extendedRequestId": new_id(),
        "requestId": new_id(),
        "requestTime": now.strftime("%d/%b/%Y:%H:%M:%S +0000"),
        "requestTimeEpoch": int(now.timestamp() * 1000),
        "messageDirection": "IN",
        "stage": STAGE,
        "connectedAt": int(connection.connected_at.timestamp() * 1000),
        "connectionId": connection.id,
        "identity": {"sourceIp": connection.client},
        "domainName": "127.0.0.1",
        "apiId": API_ID,
    }
    event: dict[str, object] = {"requestContext": context, "isBase64Encoded": False, "body": body}
    return event | (_handshake(scope) if scope is not None else {})


def _handshake(scope: Scope) -> dict[str, object]:
    headers: dict[str, list[str]] = {}
    query: dict[str, list[str]] = {}
    for name, value in scope["headers"]:
        headers.setdefault(name.decode("latin-1"), []).append(value.decode("latin-1"))
    for name, value in parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True):
        query.setdefault(name, []).append(value)
    return {
        "headers": {name: values[-1] for name, values in headers.items()},
        "multiValueHeaders": headers,
        "queryStringParameters": {name: values[-1] for name, values in query.items()} or None,
        "multiValueQueryStringParameters": query or None,
    }
