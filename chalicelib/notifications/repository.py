"""Claims on mails, tickets, connections and the messages of the last day.

All under the owner, but for one row a connection: the gateway names only the connection, so
`pk=CON#<connection>` leads to its owner (a provider's reference, decision 16).
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

from pynamodb.attributes import UnicodeAttribute

from chalicelib.kernel.commit import Commit
from chalicelib.kernel.context import Context, system_context
from chalicelib.kernel.errors import Conflict
from chalicelib.kernel.inbox import INBOX_LIFE
from chalicelib.kernel.owners import Owner
from chalicelib.kernel.tables import Key, Raw, Row, Table, TableSpec, WholeNumber
from chalicelib.notifications.errors import BadTicket, BeingSent, ClaimTaken, UnknownConnection
from chalicelib.notifications.model.connections import Connection
from chalicelib.notifications.model.messages import KEPT, SocketMessage
from chalicelib.notifications.model.tickets import LIFE

TABLE: Final = TableSpec("notifications", ledger=False)
TABLES: Final = (TABLE,)
LEASE: Final = timedelta(seconds=10)
"""A claim without a result is taken over after this: shorter than all tries of a queue together."""
CONNECTION_LIFE: Final = timedelta(hours=3)
"""API Gateway ends a connection after two hours; rows that nobody removed go by themselves."""
MOST_CONNECTIONS: Final = 20
"""Connections of one owner that are kept; a further one takes the place of the oldest."""
_READ_CONNECTIONS: Final = MOST_CONNECTIONS * 2
_CLAIMED: Final = "claimed"
_SENT: Final = "sent"


def _in(now: datetime, life: timedelta) -> int:
    return int((now + life).timestamp())


# --- mails


class MailRow(Row):
    """A mail that is being sent (until the lease ends, a Unix second) or was sent."""

    state = UnicodeAttribute()
    until = WholeNumber()
    version = WholeNumber()
    ttl = WholeNumber()


def claim_mail(ctx: Context, mail: str) -> MailRow | None:
    """Claim a mail in a write of its own, before the effect; None when it was sent already.

    Raises `BeingSent` while another delivery holds the claim.
    """
    row = MailRow(
        *_mail_key(ctx.owner, mail),
        state=_CLAIMED,
        until=_in(ctx.now, LEASE),
        version=1,
        ttl=_in(ctx.now, INBOX_LIFE),
    )
    try:
        _write_claim(ctx, row, expect=0)
    except ClaimTaken:
        return _take_over(ctx, row)
    return row


def _take_over(ctx: Context, row: MailRow) -> MailRow | None:
    raw = Table(TABLE).get((row.pk, row.sk))
    if raw is None:
        raise BeingSent
    found = MailRow.from_raw_data(dict(raw))
    if found.state == _SENT:
        return None
    if found.until > int(ctx.now.timestamp()):
        raise BeingSent
    row.version = found.version + 1
    try:
        _write_claim(ctx, row, expect=found.version)
    except ClaimTaken as error:
        raise BeingSent from error
    return row


def _write_claim(ctx: Context, row: MailRow, *, expect: int) -> None:
    unit = _own_unit(ctx)
    unit.put(row, expect=expect, refusal=ClaimTaken())
    unit.write()


def release_mail(ctx: Context, row: MailRow) -> None:
    """Give up a claim after a known failure, so that the next try need not wait for the lease."""
    unit = _own_unit(ctx)
    unit.delete((row.pk, row.sk), expect=row.version)
    with suppress(Conflict):  # somebody took it over, who will see to it
        unit.write()


def mark_sent(commit: Commit, row: MailRow) -> None:
    """Note that a mail was sent, in the transaction of the inbox mark."""
    row.state = _SENT
    commit.put(row, expect=None)


def _own_unit(ctx: Context) -> Commit:
    """A claim must be there before the effect, so it cannot wait for the use-case's own transaction."""
    return system_context(
        ctx.owner, TABLE, vaults=ctx.vaults, request_id=ctx.request_id, at=ctx.now
    ).commit


def _mail_key(owner: Owner, mail: str) -> Key:
    return (str(owner), f"MAL#{mail}")


# --- tickets


class TicketRow(Row):
    """A ticket that was given and not used; `sk` holds the hash of its secret."""

    session_id = UnicodeAttribute()
    version = WholeNumber()
    ttl = WholeNumber()


def add_ticket(commit: Commit, hashed: str, *, session_id: str, now: datetime) -> None:
    """Keep a new ticket."""
    key = _ticket_key(commit.owner, hashed)
    row = TicketRow(*key, session_id=session_id, version=1, ttl=_in(now, LIFE))
    commit.put(row, expect=0)


def get_ticket(owner: Owner, hashed: str) -> TicketRow:
    """Read a ticket; raise `BadTicket` when it is absent, used or expired."""
    raw = Table(TABLE).get(_ticket_key(owner, hashed))
    if raw is None:
        raise BadTicket
    return TicketRow.from_raw_data(dict(raw))


def use_ticket(commit: Commit, row: TicketRow) -> None:
    """Remove a ticket; whoever comes second is refused with `BadTicket`."""
    commit.delete((row.pk, row.sk), expect=row.version, refusal=BadTicket())


def _ticket_key(owner: Owner, hashed: str) -> Key:
    return (str(owner), f"TKT#{hashed}")


# --- connections


class ConnectionRow(Row):
    """An open connection; it lies under its owner and, the same, under its own id."""

    connection_id = UnicodeAttribute()
    owner = UnicodeAttribute()
    session_id = UnicodeAttribute()
    opened = WholeNumber()
    ttl = WholeNumber()


def add_connection(commit: Commit, connection_id: str, *, session_id: str, now: datetime) -> None:
    """Keep a connection under its owner and under its own id."""
    for key in _connection_keys(commit.owner, connection_id):
        row = ConnectionRow(
            *key,
            connection_id=connection_id,
            owner=str(commit.owner),
            session_id=session_id,
            opened=int(now.timestamp()),
            ttl=_in(now, CONNECTION_LIFE),
        )
        commit.put(row, expect=None)


def get_connection(connection_id: str) -> Connection:
    """Find out whose a connection is; raise `UnknownConnection`."""
    raw = Table(TABLE).get(_by_id(connection_id))
    if raw is None:
        raise UnknownConnection
    return _connection(raw)


def find_connections(owner: Owner) -> list[Connection]:
    """Give an owner's connections, oldest first."""
    found = Table(TABLE).query(str(owner), "CON#", "CON$", limit=_READ_CONNECTIONS, consistent=True)
    rows = [_connection(raw) for raw in found.items]
    return sorted(rows, key=lambda row: (row.opened, row.id))


def _connection(raw: Raw) -> Connection:
    row = ConnectionRow.from_raw_data(dict(raw))
    return Connection(row.connection_id, row.owner, row.session_id, row.opened)


def remove_connection(commit: Commit, connection_id: str) -> None:
    """Forget a connection of the commit's owner."""
    for key in _connection_keys(commit.owner, connection_id):
        commit.delete(key)


def _connection_keys(owner: Owner, connection_id: str) -> tuple[Key, Key]:
    return (str(owner), f"CON#{connection_id}"), _by_id(connection_id)


def _by_id(connection_id: str) -> Key:
    return (f"CON#{connection_id}", "CON")


# --- messages of the last day


class MessageRow(Row):
    """A message that was pushed, or would have been, had somebody listened."""

    type = UnicodeAttribute()
    data = UnicodeAttribute()
    household = UnicodeAttribute(null=True)
    ttl = WholeNumber()


def add_message(commit: Commit, message: SocketMessage, *, now: datetime) -> None:
    """Keep a message for those who come back."""
    row = MessageRow(
        str(commit.owner),
        f"MSG#{message.id}",
        type=message.type,
        data=message.data,
        household=message.household or None,
        ttl=_in(now, KEPT),
    )
    commit.put(row, expect=None)


def find_messages(owner: Owner, since: str, *, most: int) -> list[SocketMessage]:
    """Give the kept messages from an id on, oldest first, up to a bound."""
    rows = Table(TABLE).query_all(str(owner), f"MSG#{since}", "MSG$", most=most, consistent=True)
    decoded = (MessageRow.from_raw_data(dict(raw)) for raw in rows)
    return [
        SocketMessage(row.sk.removeprefix("MSG#"), row.type, row.data, _or_empty(row.household))
        for row in decoded
    ]


def _or_empty(text: str | None) -> str:
    return text or ""
