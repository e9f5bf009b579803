"""The WebSocket's three handlers. They stand on the app itself: in a blueprint Chalice breaks them.

The gateway names only the connection, so the owner comes from the ticket at first and from our own row
afterwards: nothing that a client says names it.
"""

from __future__ import annotations

from typing import Final

from chalice.app import Chalice, WebsocketEvent
from pydantic import ValidationError

from chalicelib.kernel.context import Context, system_context
from chalicelib.kernel.errors import Invalid, Malformed, Refusal
from chalicelib.kernel.ids import new_id
from chalicelib.kernel.log import logger
from chalicelib.kernel.owners import USER, Owner
from chalicelib.notifications.errors import UnknownConnection
from chalicelib.notifications.model.tickets import read_ticket
from chalicelib.notifications.repository import TABLE
from chalicelib.notifications.schemas import SocketRequest
from chalicelib.notifications.service import live
from chalicelib.security import api as security
from functions._edge.problems import of_refusal, status_of
from functions._edge.requests import check_json, problems_of

LONGEST: Final = 4_096
"""Bytes of what a client may say."""


def register(app: Chalice) -> None:
    """Declare the handlers on the app."""
    app.on_ws_connect(name="notifications_ws_connect")(connect)
    app.on_ws_message(name="notifications_ws_message")(message)
    app.on_ws_disconnect(name="notifications_ws_disconnect")(disconnect)


def connect(event: WebsocketEvent) -> dict[str, int]:
    """Let a connection in for a ticket; what is refused ends the handshake."""
    query = event.to_dict().get("queryStringParameters") or {}
    try:
        ticket = read_ticket(str(query.get("ticket") or ""))
        ctx = _context(event, Owner(USER, ticket.user_id))
        live.connect(ctx, ticket.hash, event.connection_id)
        ctx.commit.write()
    except Refusal as refusal:
        logger().info("a connection was refused", extra={"reason": refusal.slug})
        return {"statusCode": status_of(refusal)}
    return {"statusCode": 200}


def message(event: WebsocketEvent) -> dict[str, int]:
    """Hear one message of a client; every answer, a refusal too, goes over the connection."""
    try:
        connection = live.find(event.connection_id)
        ctx = _context(event, Owner.parse(connection.owner))
        live.hear(ctx, connection, read_message(event.to_dict().get("body")))
        ctx.commit.write()
    except Refusal as refusal:
        live.refuse(event.connection_id, refusal, of_refusal(refusal, _trace(event)).body)
    return {"statusCode": 200}


def disconnect(event: WebsocketEvent) -> dict[str, int]:
    """Forget a connection that ended."""
    try:
        connection = live.find(event.connection_id)
    except UnknownConnection:  # it was forgotten before, when a push found nobody
        return {"statusCode": 200}
    ctx = _context(event, Owner.parse(connection.owner))
    live.disconnect(ctx, connection)
    ctx.commit.write()
    return {"statusCode": 200}


def read_message(body: str | None) -> SocketRequest:
    """Read what a client says; raise `Malformed` or `Invalid`."""
    raw = (body or "").encode("utf-8", "surrogatepass")
    if len(raw) > LONGEST:
        raise Malformed(f"a message has at most {LONGEST} bytes")
    check_json(raw)
    try:
        return SocketRequest.model_validate_json(raw)
    except ValidationError as error:
        raise Invalid(errors=problems_of(error)) from error


def _context(event: WebsocketEvent, owner: Owner) -> Context:
    return system_context(owner, TABLE, vaults=security.vault, request_id=_trace(event))


def _trace(event: WebsocketEvent) -> str:
    made = str(event.to_dict()["requestContext"].get("requestId") or "")
    return made or new_id()
