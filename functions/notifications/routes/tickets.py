"""Tickets for the WebSocket, over HTTP."""

from __future__ import annotations

from chalicelib.kernel.context import Context
from chalicelib.notifications.schemas import TicketOut
from chalicelib.notifications.service import live
from functions.notifications.routes.edge import edge


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
