"""The sync of each bank connection, the cursor where the next begins, and accesses on their way back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Final, cast

from pydantic import TypeAdapter
from pynamodb.attributes import BinaryAttribute, UnicodeAttribute

from chalicelib.interchange.model.bank_feeds import Access, ProviderName
from chalicelib.interchange.model.syncing import Run
from chalicelib.interchange.repository.leads import (
    REVOCATION,
    DueRow,
    due_key,
    instant,
    millis,
)
from chalicelib.interchange.repository.table import LAYOUT, TABLE, key_of
from chalicelib.kernel.changes import pack, unpack
from chalicelib.kernel.clock import parse_rfc3339, rfc3339
from chalicelib.kernel.context import Context
from chalicelib.kernel.owners import Owner
from chalicelib.kernel.tables import Key, Raw, Row, Table, WholeNumber
from chalicelib.kernel.transaction import LostRace
from chalicelib.kernel.values import dataclass
from chalicelib.kernel.vault import Vault

RUN: Final = "SYN#"
CURSOR: Final = "CUR#"
LAST: Final = "~"
"""Sorts behind every id."""
_MOST_REVOCATIONS: Final = 500


class RunItem(Row):
    """The sync of a connection."""

    layout = WholeNumber()
    version = WholeNumber()
    state = UnicodeAttribute()
    body = BinaryAttribute(legacy_encoding=False)


class CursorItem(Row):
    """Where the next sync of a connection begins."""

    layout = WholeNumber()
    cursor = BinaryAttribute(legacy_encoding=False)


class RevocationItem(Row):
    """An access that is to be given back to its provider."""

    layout = WholeNumber()
    version = WholeNumber()
    provider = UnicodeAttribute()
    created_at = UnicodeAttribute()
    due_at = WholeNumber()
    secret = BinaryAttribute(legacy_encoding=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Revocation:
    """An access on its way back; `due_at` is when to try again."""

    id: str
    provider: ProviderName
    version: int
    created_at: datetime
    due_at: datetime
    access: Access


@cache
def _runs() -> TypeAdapter[Run]:
    return TypeAdapter(Run)


def place(sort_key: str, attribute: str) -> tuple[str, str, str]:
    """Name where a sealed value belongs."""
    return (TABLE.service, sort_key, attribute)


def seal_secret(vault: Vault, sort_key: str, token: str, access: Access | None) -> bytes:
    """Seal what opens a bank, or will."""
    pair = [access.item_ref, access.secret] if access is not None else []
    return vault.seal_bytes(pack([token, *pair]), *place(sort_key, "secret"))


def open_secret(vault: Vault, sort_key: str, sealed: bytes) -> tuple[str, Access | None]:
    """Open what `seal_secret` sealed: the token that waits, and the access."""
    opened: Sequence[str] = unpack(vault.open_bytes(sealed, *place(sort_key, "secret")))
    token, *pair = opened
    return token, Access(item_ref=pair[0], secret=pair[1]) if pair else None


# --- syncs and cursors


def keep_run(ctx: Context, before: Run, run: Run) -> None:
    """Store a sync in the place of what it was: the version lets one of two writers win."""
    pk, sk = key_of(ctx.owner, RUN, run.connection_id)
    row = RunItem(
        pk,
        sk,
        layout=LAYOUT,
        version=run.version,
        state=run.state,
        body=ctx.vault.seal_bytes(pack(_runs().dump_python(run, mode="json")), *place(sk, "body")),
    )
    ctx.commit.put(row, expect=before.version, refusal=LostRace())


def run_of(raw: Raw | None, connection_id: str, ctx: Context) -> Run:
    """Read a sync; one that never was is idle."""
    if raw is None:
        return Run(connection_id=connection_id)
    item = RunItem.from_raw_data(dict(raw))
    sealed = ctx.vault.open_bytes(item.body, *place(item.sk, "body"))
    return _runs().validate_python(unpack(sealed))


def get_cursor(ctx: Context, connection_id: str) -> str:
    """Read where the next sync begins; empty is the beginning."""
    raw = Table(TABLE).get(key_of(ctx.owner, CURSOR, connection_id))
    if raw is None:
        return ""
    item = CursorItem.from_raw_data(dict(raw))
    found: str = unpack(ctx.vault.open_bytes(item.cursor, *place(item.sk, "cursor")))
    return found


def keep_cursor(ctx: Context, connection_id: str, cursor: str) -> None:
    """Store where the next sync begins."""
    pk, sk = key_of(ctx.owner, CURSOR, connection_id)
    sealed = ctx.vault.seal_bytes(pack(cursor), *place(sk, "cursor"))
    ctx.commit.put(CursorItem(pk, sk, layout=LAYOUT, cursor=sealed), expect=None)


def drop_cursor(ctx: Context, connection_id: str) -> None:
    """Let the next sync begin at the beginning."""
    ctx.commit.delete(key_of(ctx.owner, CURSOR, connection_id))


# --- accesses on their way back


def keep_revocation(ctx: Context, one: Revocation, before: Revocation | None = None) -> None:
    """Store an access that is to be given back, and its turn."""
    pk, sk = key_of(ctx.owner, REVOCATION, one.id)
    row = RevocationItem(
        pk,
        sk,
        layout=LAYOUT,
        version=one.version,
        provider=one.provider,
        created_at=rfc3339(one.created_at),
        due_at=millis(one.due_at),
        secret=seal_secret(ctx.vault, sk, "", one.access),
    )
    ctx.commit.put(row, expect=one.version - 1, refusal=LostRace())
    if before is not None:
        ctx.commit.delete(revocation_turn(ctx.owner, before))
    ctx.commit.put(DueRow(*revocation_turn(ctx.owner, one), version=1), expect=None)


def get_revocation(ctx: Context, revocation_id: str) -> Revocation | None:
    """Read an access that is to be given back; None where that is done."""
    raw = Table(TABLE).get(key_of(ctx.owner, REVOCATION, revocation_id))
    return _revocation_of(raw, ctx.vault) if raw is not None else None


def forget_revocation(ctx: Context, one: Revocation) -> None:
    """Forget an access."""
    key = key_of(ctx.owner, REVOCATION, one.id)
    ctx.commit.delete(key, expect=one.version, refusal=LostRace())
    ctx.commit.delete(revocation_turn(ctx.owner, one))


def put_off(one: Revocation, due_at: datetime) -> Revocation:
    """Give the next version of an access that waits longer."""
    return replace(one, version=one.version + 1, due_at=due_at)


def revocation_turn(owner: Owner, one: Revocation) -> Key:
    """Give where an access's turn stands."""
    return due_key(owner, REVOCATION, one.id, millis(one.due_at))


def _revocation_of(raw: Raw, vault: Vault) -> Revocation:
    item = RevocationItem.from_raw_data(dict(raw))
    _, access = open_secret(vault, item.sk, item.secret)
    if access is None:
        raise ValueError("a revocation without an access")
    return Revocation(
        id=item.sk.removeprefix(REVOCATION),
        provider=cast("ProviderName", item.provider),
        version=item.version,
        created_at=parse_rfc3339(item.created_at),
        due_at=instant(item.due_at),
        access=access,
    )


def find_revocations(owner: Owner, vault: Vault) -> list[Revocation]:
    """Give all accesses of an owner that are on their way back."""
    raws = Table(TABLE).query_all(
        str(owner), REVOCATION, REVOCATION + LAST, most=_MOST_REVOCATIONS, consistent=True
    )
    return [_revocation_of(raw, vault) for raw in raws]
