"""Routes of bank connections, and of what their providers tell."""

from __future__ import annotations

from typing import Final

from chalicelib.interchange.repository import TABLE
from chalicelib.interchange.schemas.connections import (
    BankLinkOut,
    ConnectionOut,
    HeardOut,
    PatchConnection,
    StartConnection,
)
from chalicelib.interchange.service import connections, connections_hearing
from chalicelib.kernel.context import Context, Visit
from chalicelib.kernel.wire import PageOut, PageQuery
from chalicelib.security.api import Limit
from functions._edge.requests import raw_body
from functions._edge.worker import orders
from functions.interchange.routes.edge import READ, WRITE, edge

LINKS: Final = Limit(name="bank-links", quota=60, window=3_600)
SYNCS: Final = Limit(name="bank-syncs", quota=30, window=3_600)
_ORDER: Final = orders(TABLE)


@edge.endpoint(
    "POST",
    "/v1/interchange/connections",
    summary="Connect a bank",
    body=StartConnection,
    out=ConnectionOut,
    status=201,
    scope=WRITE,
    limit=LINKS,
    flag="connections",
    refuses=(409, 503),
)
def start_connection(ctx: Context, body: StartConnection) -> ConnectionOut:
    """Begin a connection: open `link` in the provider's dialogue, or bring the setup token of a bridge."""
    return connections.start_connection(ctx, body)


@edge.endpoint(
    "GET",
    "/v1/interchange/connections",
    summary="List bank connections",
    query=PageQuery,
    out=PageOut[ConnectionOut],
    scope=READ,
)
def list_connections(ctx: Context, query: PageQuery) -> PageOut[ConnectionOut]:
    """Give all bank connections, oldest first."""
    return connections.list_connections(ctx, query)


@edge.endpoint(
    "GET",
    "/v1/interchange/connections/{connection_id}",
    summary="Read a bank connection",
    out=ConnectionOut,
    scope=READ,
)
def read_connection(ctx: Context, connection_id: str) -> ConnectionOut:
    """Give a connection as it stands; poll it, or wait for it on the WebSocket."""
    return connections.read_connection(ctx, connection_id)


@edge.endpoint(
    "PATCH",
    "/v1/interchange/connections/{connection_id}",
    summary="Say where a bank's accounts go, or renew the connection",
    body=PatchConnection,
    out=ConnectionOut,
    scope=WRITE,
    if_match="optional",
    refuses=(409,),
)
def amend_connection(ctx: Context, connection_id: str, body: PatchConnection) -> ConnectionOut:
    """Map accounts, or bring the token of the dialogue or of the bridge."""
    return connections.amend_connection(ctx, connection_id, body)


@edge.endpoint(
    "POST",
    "/v1/interchange/connections/{connection_id}/link",
    summary="Open the provider's dialogue again",
    out=BankLinkOut,
    scope=WRITE,
    limit=LINKS,
    flag="connections",
    reads=True,
    fleeting=True,
    refuses=(409, 503),
)
def link_again(ctx: Context, connection_id: str) -> BankLinkOut:
    """Give a token for the dialogue: to finish a new connection, or to renew one that is broken or expires."""
    return connections.link_again(ctx, connection_id)


@edge.endpoint(
    "POST",
    "/v1/interchange/connections/{connection_id}/sync",
    summary="Sync a bank connection now",
    out=ConnectionOut,
    status=202,
    scope=WRITE,
    limit=SYNCS,
    flag="connections",
    refuses=(409,),
)
def sync_connection(ctx: Context, connection_id: str) -> ConnectionOut:
    """Begin a sync; one that is under way is followed by another."""
    return connections.ask_sync(ctx, connection_id)


@edge.endpoint(
    "DELETE",
    "/v1/interchange/connections/{connection_id}",
    summary="Disconnect a bank",
    status=204,
    scope=WRITE,
    if_match="optional",
)
def remove_connection(ctx: Context, connection_id: str) -> None:
    """Delete a connection and give its access back to the provider; transactions stay."""
    connections.remove_connection(ctx, connection_id)


@edge.endpoint(
    "POST",
    "/v1/interchange/webhooks/{provider}",
    summary="Hear what a provider of bank connections tells",
    out=HeardOut,
    public=True,
    face="webhook",
    refuses=(400, 401, 404, 413, 503),
)
def hear_provider(visit: Visit, provider: str) -> HeardOut:
    """Take a message that the provider signed, and answer 200 whatever it is about."""
    request = edge.request
    headers = {name.lower(): value for name, value in request.headers.items()}
    connections_hearing.hear(visit, provider, headers, raw_body(request), _ORDER)
    return HeardOut(heard=True)
