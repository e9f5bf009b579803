"""Bank connections: ids, states and times lie in clear, what a bank says sealed in `body`.

What opens the bank lies sealed apart from it in `secret`: no list, log or export ever shows that.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cache
from typing import Any, Final, cast

from pydantic import TypeAdapter
from pynamodb.attributes import BinaryAttribute, UnicodeAttribute

from chalicelib.interchange.errors import ConnectionIdTaken, ConnectionNotFound
from chalicelib.interchange.events import ConnectionState
from chalicelib.interchange.model.bank_feeds import Access, ProviderName
from chalicelib.interchange.model.connections import (
    MAX_CONNECTIONS,
    Connection,
    LastSync,
    LinkedAccount,
)
from chalicelib.interchange.model.syncing import Run
from chalicelib.interchange.repository.feeds import (
    LAST,
    RUN,
    drop_cursor,
    find_revocations,
    open_secret,
    place,
    run_of,
    seal_secret,
)
from chalicelib.interchange.repository.leads import (
    CONNECTION,
    DueRow,
    ItemPointerRow,
    due_key,
    instant,
    item_key,
    millis,
)
from chalicelib.interchange.repository.table import LAYOUT, TABLE, key_of
from chalicelib.kernel.changes import Change, pack, unpack
from chalicelib.kernel.clock import parse_rfc3339, rfc3339
from chalicelib.kernel.context import Context
from chalicelib.kernel.owners import Owner
from chalicelib.kernel.tables import Key, Raw, Row, Table, WholeNumber
from chalicelib.kernel.transaction import LostRace
from chalicelib.kernel.values import dataclass
from chalicelib.kernel.vault import Vault

KIND: Final = "bank_connection"
_MOST_LISTED: Final = 500
"""Connections with their tombstones that one owner's list walks over."""


class ConnectionItem(Row):
    """A live connection."""

    layout = WholeNumber()
    version = WholeNumber()
    provider = UnicodeAttribute()
    state = UnicodeAttribute()
    created_at = UnicodeAttribute()
    updated_at = UnicodeAttribute()
    due_at = WholeNumber(null=True)
    item = UnicodeAttribute(null=True)
    body = BinaryAttribute(legacy_encoding=False)
    secret = BinaryAttribute(legacy_encoding=False)


class ConnectionTombstone(Row):
    """A deleted connection: its id never means anything else, and nothing personal is left."""

    layout = WholeNumber()
    version = WholeNumber()
    deleted_at = UnicodeAttribute()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Body:
    """What is sealed of a connection, but for its secrets."""

    opened_by: str
    claims: int
    institution: str
    accounts: tuple[LinkedAccount, ...]
    consent_expires_at: datetime | None
    expiry_told: bool
    problem: str | None
    last: LastSync | None
    failures: int


@cache
def _bodies() -> TypeAdapter[_Body]:
    """Made on first use: building it costs milliseconds that a cold start should not pay."""
    return TypeAdapter(_Body)


# --- connections


def get(ctx: Context, connection_id: str) -> tuple[Connection, Run]:
    """Read a live connection and its sync in one call; raise `ConnectionNotFound`."""
    one, run = look(ctx, connection_id)
    if one is None:
        raise ConnectionNotFound
    return one, run


def look(ctx: Context, connection_id: str) -> tuple[Connection | None, Run]:
    """Read a connection and its sync: None for a deleted one; raise `ConnectionNotFound`."""
    here = key_of(ctx.owner, CONNECTION, connection_id)
    beside = key_of(ctx.owner, RUN, connection_id)
    found = Table(TABLE).get_many((here, beside))
    if here not in found:
        raise ConnectionNotFound
    if "deleted_at" in found[here]:
        return None, Run(connection_id=connection_id)
    return _connection_of(found[here], ctx.vault), run_of(found.get(beside), connection_id, ctx)


def known(ctx: Context, connection_id: str) -> Connection | None:
    """Read a connection by a client's own id; None where there was none, `ConnectionIdTaken` if deleted."""
    raw = Table(TABLE).get(key_of(ctx.owner, CONNECTION, connection_id))
    if raw is None:
        return None
    if "deleted_at" in raw:
        raise ConnectionIdTaken
    return _connection_of(raw, ctx.vault)


def list_all(ctx: Context) -> list[tuple[Connection, Run]]:
    """Read all connections of an owner with their syncs, oldest first."""
    raws = [raw for raw in _raws(ctx.owner) if "deleted_at" not in raw]
    ones = [_connection_of(raw, ctx.vault) for raw in raws[: 2 * MAX_CONNECTIONS]]
    keys = [key_of(ctx.owner, RUN, one.id) for one in ones]
    found = Table(TABLE).get_many(keys) if keys else {}
    pairs = [(one, run_of(found.get(key_of(ctx.owner, RUN, one.id)), one.id, ctx)) for one in ones]
    return sorted(pairs, key=lambda pair: (pair[0].created_at, pair[0].id))


def count(ctx: Context) -> int:
    """Count the live connections of an owner."""
    return sum("deleted_at" not in raw for raw in _raws(ctx.owner))


def _raws(owner: Owner) -> Iterator[Raw]:
    return Table(TABLE).query_all(
        str(owner), CONNECTION, CONNECTION + LAST, most=_MOST_LISTED, consistent=True
    )


def accesses(owner: Owner, vault: Vault) -> list[tuple[ProviderName, Access]]:
    """Give all that opens banks for an owner, for giving it back before an erasure."""
    ones = [_connection_of(raw, vault) for raw in _raws(owner) if "deleted_at" not in raw]
    found = [(one.provider, one.access) for one in ones if one.access is not None]
    return [*found, *((one.provider, one.access) for one in find_revocations(owner, vault))]


def add(ctx: Context, one: Connection) -> None:
    """Store a new connection."""
    _put(ctx, None, one)
    ctx.commit.record(_change(one))


def replace(ctx: Context, before: Connection, after: Connection, *, logged: bool = True) -> None:
    """Store a connection's next version; another writer in between is a lost race, so all is done again.

    A passing state is not `logged`: nobody needs to sync or audit it.
    """
    _put(ctx, before, after)
    if logged:
        ctx.commit.record(_change(after))


def remove(ctx: Context, one: Connection, run: Run) -> None:
    """Leave a tombstone in a connection's place, and forget its sync, its cursor and its turn."""
    pk, sk = key_of(ctx.owner, CONNECTION, one.id)
    version = one.version + 1
    row = ConnectionTombstone(pk, sk, layout=LAYOUT, version=version, deleted_at=rfc3339(ctx.now))
    ctx.commit.put(row, expect=one.version, refusal=LostRace())
    if run.version:
        ctx.commit.delete(key_of(ctx.owner, RUN, one.id), expect=run.version, refusal=LostRace())
    drop_cursor(ctx, one.id)
    _point(ctx, one, None)
    _turn(ctx, one, None)
    ctx.commit.record(Change(kind=KIND, id=one.id, version=version, op="delete"))


def _put(ctx: Context, before: Connection | None, after: Connection) -> None:
    expect = before.version if before is not None else 0
    refusal = LostRace() if before is not None else ConnectionIdTaken()
    ctx.commit.put(_item(ctx, after), expect=expect, refusal=refusal)
    _point(ctx, before, after)
    _turn(ctx, before, after)


def _change(one: Connection) -> Change:
    fields = {"state": one.state, "provider": one.provider}
    return Change(kind=KIND, id=one.id, version=one.version, fields=fields)


def _point(ctx: Context, before: Connection | None, after: Connection | None) -> None:
    old, new = _item_of(before), _item_of(after)
    if old == new:
        return
    if old is not None:
        ctx.commit.delete(old)
    if new is not None and after is not None:
        row = ItemPointerRow(*new, owner=str(ctx.owner), connection_id=after.id)
        ctx.commit.put(row, expect=None)


def _item_of(one: Connection | None) -> Key | None:
    if one is None or one.access is None:
        return None
    return item_key(one.provider, one.access.item_ref)


def item_of(one: Connection) -> str | None:
    """Give the hash of a connection's item at its provider, by which messages about it find it."""
    key = _item_of(one)
    return None if key is None else key[0]


def turn_of(owner: Owner, one: Connection) -> Key | None:
    """Give where a connection's turn stands."""
    if one.due_at is None:
        return None
    return due_key(owner, CONNECTION, one.id, millis(one.due_at))


def _turn(ctx: Context, before: Connection | None, after: Connection | None) -> None:
    old = turn_of(ctx.owner, before) if before is not None else None
    new = turn_of(ctx.owner, after) if after is not None else None
    if old == new:
        return
    if old is not None:
        ctx.commit.delete(old)
    if new is not None:
        ctx.commit.put(DueRow(*new, version=1), expect=None)


# --- items


def _item(ctx: Context, one: Connection) -> ConnectionItem:
    pk, sk = key_of(ctx.owner, CONNECTION, one.id)
    body = _Body(
        opened_by=one.opened_by,
        claims=one.claims,
        institution=one.institution,
        accounts=one.accounts,
        consent_expires_at=one.consent_expires_at,
        expiry_told=one.expiry_told,
        problem=one.problem,
        last=one.last,
        failures=one.failures,
    )
    row = ConnectionItem(
        pk,
        sk,
        layout=LAYOUT,
        version=one.version,
        provider=one.provider,
        state=one.state,
        created_at=rfc3339(one.created_at),
        updated_at=rfc3339(one.updated_at),
        body=ctx.vault.seal_bytes(
            pack(_bodies().dump_python(body, mode="json")), *place(sk, "body")
        ),
        secret=seal_secret(ctx.vault, sk, one.token, one.access),
    )
    if one.due_at is not None:
        row.due_at = millis(one.due_at)
    item = _item_of(one)
    if item is not None:
        row.item = item[0]
    return row


def _connection_of(raw: Raw, vault: Vault) -> Connection:
    item = ConnectionItem.from_raw_data(dict(raw))
    body = _bodies().validate_python(_opened(vault, item))
    token, access = open_secret(vault, item.sk, item.secret)
    created = parse_rfc3339(item.created_at)
    return Connection(
        id=item.sk.removeprefix(CONNECTION),
        provider=cast("ProviderName", item.provider),
        state=cast("ConnectionState", item.state),
        version=item.version,
        created_at=created,
        updated_at=parse_rfc3339(item.updated_at),
        opened_by=body.opened_by,
        token=token,
        claims=body.claims,
        access=access,
        institution=body.institution,
        accounts=body.accounts,
        consent_expires_at=body.consent_expires_at,
        expiry_told=body.expiry_told,
        problem=body.problem,
        last=body.last,
        due_at=instant(item.due_at) if "due_at" in raw else None,
        failures=body.failures,
    )


def _opened(vault: Vault, item: ConnectionItem) -> Mapping[str, Any]:
    found: Mapping[str, Any] = unpack(vault.open_bytes(item.body, *place(item.sk, "body")))
    return found
