"""The live channel: tickets, connections, pushes and the replay of what was missed.

A push is an effect outside: it goes out before its transaction is written, so after a crash it may go out
again, with the same id. A session that was ended hears nothing more: it is checked before each push.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from typing import Final

from chalicelib.kernel.context import Context
from chalicelib.kernel.errors import Refusal, Unauthenticated
from chalicelib.kernel.events import Fact, encode
from chalicelib.kernel.ids import new_id
from chalicelib.kernel.owners import HOUSEHOLD, USER, Owner
from chalicelib.notifications import repository
from chalicelib.notifications.commands import PushToMember
from chalicelib.notifications.errors import UnknownConnection
from chalicelib.notifications.gateways import sockets
from chalicelib.notifications.model.connections import Connection
from chalicelib.notifications.model.messages import SocketMessage, replay_from
from chalicelib.notifications.model.tickets import SECRET_BYTES, ticket_hash, write_ticket
from chalicelib.notifications.schemas import SocketRequest
from chalicelib.users import api as users
from chalicelib.users.api import notices as users_notices

REPLAYED: Final = 200
"""Messages that one resume replays at most; who missed more reads the state over the API."""
_SETTLING: Final = 10
"""Seconds in which the gateway may still call a new connection gone: its handshake is not over."""


def issue_ticket(ctx: Context) -> str:
    """Give the caller's session a ticket for one connection; only its hash is kept."""
    secret = secrets.token_bytes(SECRET_BYTES)
    repository.add_ticket(
        ctx.commit, ticket_hash(secret), session_id=ctx.actor.session_id, now=ctx.now
    )
    return write_ticket(ctx.owner.id, secret)


def connect(ctx: Context, hashed: str, connection_id: str) -> None:
    """Let a connection in for a ticket, which is used up; raises `BadTicket` or `Unauthenticated`."""
    ticket = repository.get_ticket(ctx.owner, hashed)
    users.require_session(user_id=ctx.owner.id, session_id=ticket.session_id, now=ctx.now)
    repository.use_ticket(ctx.commit, ticket)
    known = repository.find_connections(ctx.owner)
    for oldest in known[: max(len(known) - repository.MOST_CONNECTIONS + 1, 0)]:
        _hang_up(ctx, oldest)
    repository.add_connection(ctx.commit, connection_id, session_id=ticket.session_id, now=ctx.now)


def find(connection_id: str) -> Connection:
    """Find out whose a connection is; raises `UnknownConnection`."""
    return repository.get_connection(connection_id)


def disconnect(ctx: Context, connection: Connection) -> None:
    """Forget a connection that ended."""
    repository.remove_connection(ctx.commit, connection.id)


def hear(ctx: Context, connection: Connection, request: SocketRequest) -> None:
    """Answer what a client says; where its session was ended the connection is ended too."""
    if not _may_listen(ctx, connection):
        _hang_up(ctx, connection)
    elif request.type == "ping":
        say(connection.id, "pong", "{}")
    else:
        _replay(ctx, connection, request.after)


def say(connection_id: str, kind: str, data: str) -> None:
    """Send an answer that concerns this connection alone; `data` is JSON."""
    sockets.post(connection_id, SocketMessage(new_id(), kind, data).to_json())


def refuse(connection_id: str, refusal: Refusal, problem: str) -> None:
    """Say why not; a connection that we do not know any more is ended, so that its client connects anew."""
    say(connection_id, "problem", problem)
    if isinstance(refusal, UnknownConnection):
        sockets.close(connection_id)


def _replay(ctx: Context, connection: Connection, after: str | None) -> None:
    """Send again what was pushed since, then say whether that was all."""
    since = replay_from(after) if after else ""
    missed = repository.find_messages(ctx.owner, since, most=REPLAYED + 1)
    for message in missed[:REPLAYED]:
        if message.id != after:
            sockets.post(connection.id, message.to_json())
    say(connection.id, "resumed", json.dumps({"complete": len(missed) <= REPLAYED}))


def push(ctx: Context, fact: Fact) -> None:
    """Tell the owner's open connections about a fact, and keep it for those that come back.

    Of a household every member hears who may see all of it, each in a unit of their own.
    """
    message = SocketMessage(ctx.message_id, fact.name, encode(fact))
    if ctx.owner.kind == HOUSEHOLD:
        _tell_members(ctx, message)
    else:
        _keep_and_push(ctx, message)


def push_to_member(ctx: Context, order: PushToMember) -> None:
    """Tell a member about a household, by the id that the message had at first: it is the same for all."""
    message = SocketMessage(order.message_id, order.type, order.data, order.household_id)
    _keep_and_push(ctx, message)


def _tell_members(ctx: Context, message: SocketMessage) -> None:
    household_id = ctx.owner.id
    order = PushToMember(
        household_id=household_id, message_id=message.id, type=message.type, data=message.data
    )
    # one outbox row each: 50 members at most are half of what a transaction may hold
    for user_id in users_notices.household_members(household_id, whole=True):
        ctx.commit.beside(Owner(USER, user_id)).order(order, subject=household_id)


def _keep_and_push(ctx: Context, message: SocketMessage) -> None:
    repository.add_message(ctx.commit, message, now=ctx.now)
    _push(ctx, message)


def _push(ctx: Context, message: SocketMessage) -> None:
    text = message.to_json()
    settled = int(ctx.now.timestamp()) - _SETTLING
    for connection in _listening(ctx):
        if sockets.post(connection.id, text) == "gone" and connection.opened < settled:
            repository.remove_connection(ctx.commit, connection.id)


def _listening(ctx: Context) -> Iterator[Connection]:
    """Give the connections whose session is still good, and end the others."""
    good: dict[str, bool] = {}
    for connection in repository.find_connections(ctx.owner):
        session = connection.session_id
        if session not in good:
            good[session] = _may_listen(ctx, connection)
        if good[session]:
            yield connection
        else:
            _hang_up(ctx, connection)


def _may_listen(ctx: Context, connection: Connection) -> bool:
    try:
        users.require_session(user_id=ctx.owner.id, session_id=connection.session_id, now=ctx.now)
    except Unauthenticated:
        return False
    return True


def _hang_up(ctx: Context, connection: Connection) -> None:
    repository.remove_connection(ctx.commit, connection.id)
    sockets.close(connection.id)
