"""Notifications over HTTP."""

from __future__ import annotations

from chalice.app import Blueprint

from chalicelib.kernel.context import Context
from chalicelib.notifications.repository import TABLE
from chalicelib.notifications.schemas import TicketOut
from chalicelib.notifications.service import live
from functions._edge.endpoint import Edge

blueprint = Blueprint(__name__)
edge = Edge(blueprint, TABLE)


@edge.endpoint(
    "POST",
    "/v1/notifications/ws-ticket",
    summary="A ticket for the WebSocket",
    out=TicketOut,
    scope="notifications:read",
    idempotent=False,
    household=False,
)
def issue_ws_ticket(ctx: Context) -> TicketOut:
    """Give a ticket that opens one WebSocket connection within 30 seconds.

    A browser cannot send a token with a WebSocket handshake, and a token does not belong into a URL.
    """
    return TicketOut.of(live.issue_ticket(ctx))
