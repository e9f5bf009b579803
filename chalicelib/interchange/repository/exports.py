"""Exports: `U#<owner>` / `EXP#<id>` with a `ttl`. What was asked, and what came of it, lies sealed in `body`.

Each person lists the exports that they asked for, by creation through the index, which a deleted one leaves.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from functools import cache
from typing import Final, cast

from pydantic import TypeAdapter
from pynamodb.attributes import BinaryAttribute, UnicodeAttribute

from chalicelib.interchange.errors import ExportIdTaken, ExportNotFound
from chalicelib.interchange.events import ExportState
from chalicelib.interchange.model.exporting import KEPT, Choice, Export, Written
from chalicelib.interchange.model.importing import Trouble
from chalicelib.interchange.repository.table import BY_CREATION, LAYOUT, TABLE, key_of
from chalicelib.kernel.changes import Change
from chalicelib.kernel.clock import parse_rfc3339, rfc3339
from chalicelib.kernel.context import Context
from chalicelib.kernel.paging import Page
from chalicelib.kernel.tables import Raw, Row, Table, WholeNumber
from chalicelib.kernel.transaction import LostRace
from chalicelib.kernel.values import dataclass
from chalicelib.kernel.vault import Vault

EXPORT: Final = "EXP#"
KIND: Final = "export"


class ExportItem(Row):
    """An export; `attempt` names the pass that writes or wrote its file, `done` and `total` count transactions."""

    layout = WholeNumber()
    version = WholeNumber()
    state = UnicodeAttribute()
    format = UnicodeAttribute()
    made_by = UnicodeAttribute()
    created_at = UnicodeAttribute()
    updated_at = UnicodeAttribute()
    ready_at = UnicodeAttribute(null=True)
    attempt = UnicodeAttribute(null=True)
    done = WholeNumber()
    total = WholeNumber()
    by_creation = UnicodeAttribute(null=True)
    body = BinaryAttribute(legacy_encoding=False)
    ttl = WholeNumber()


class TombstoneItem(Row):
    """A deleted export: until it would have gone by itself its id means nothing else."""

    layout = WholeNumber()
    version = WholeNumber()
    made_by = UnicodeAttribute()
    deleted_at = UnicodeAttribute()
    ttl = WholeNumber()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Body:
    """What is sealed of an export: a query holds names and words of its owner."""

    bom: bool
    choice: Choice
    accounts: tuple[str, ...] | None
    written: Written | None
    trouble: Trouble | None


@cache
def _bodies() -> TypeAdapter[_Body]:
    """Made on first use: building it costs milliseconds that a cold start should not pay."""
    return TypeAdapter(_Body)


def find(ctx: Context, export_id: str) -> Export | None:
    """Read an export, or None where there is none or it was deleted."""
    raw = Table(TABLE).get(key_of(ctx.owner, EXPORT, export_id))
    return None if raw is None or "deleted_at" in raw else _export_of(raw, ctx.vault)


def deleted_by(ctx: Context, export_id: str) -> str | None:
    """Give whose export it was that is deleted; None for one that is not."""
    raw = Table(TABLE).get(key_of(ctx.owner, EXPORT, export_id))
    return None if raw is None or "deleted_at" not in raw else raw["made_by"]["S"]


def page_of(ctx: Context, *, limit: int, start: Mapping[str, str] | None) -> Page[Export]:
    """Read a page of the exports that the person who asks has asked for, newest first."""
    low = _listed(ctx.actor.user_id, "")
    piece = Table(TABLE).query(
        str(ctx.owner), low, low + "~", limit=limit, index=BY_CREATION, forward=False, start=start
    )
    return Page(tuple(_export_of(raw, ctx.vault) for raw in piece.items), piece.resume)


def get(ctx: Context, export_id: str) -> Export:
    """Read an export; raise `ExportNotFound`."""
    found = find(ctx, export_id)
    if found is None:
        raise ExportNotFound
    return found


def add(ctx: Context, one: Export) -> None:
    """Store a new export."""
    ctx.commit.put(_item(ctx, one), expect=0, refusal=ExportIdTaken())
    ctx.commit.record(_change(one))


def replace(ctx: Context, one: Export, *, logged: bool = True) -> None:
    """Store an export's next version; another writer in between is a lost race, so all is done again.

    A passing state is not `logged`: nobody needs to sync or audit it.
    """
    ctx.commit.put(_item(ctx, one), expect=one.version - 1, refusal=LostRace())
    if logged:
        ctx.commit.record(_change(one))


def remove(ctx: Context, one: Export) -> None:
    """Put a tombstone in an export's place."""
    pk, sk = key_of(ctx.owner, EXPORT, one.id)
    gone = TombstoneItem(
        pk,
        sk,
        layout=LAYOUT,
        version=one.version + 1,
        made_by=one.made_by,
        deleted_at=rfc3339(ctx.now),
        ttl=int((one.created_at + KEPT).timestamp()),
    )
    ctx.commit.put(gone, expect=one.version, refusal=LostRace())
    ctx.commit.record(Change(kind=KIND, id=one.id, version=one.version + 1, op="delete"))


def _listed(user_id: str, after: str) -> str:
    """Give the sort key in the index; the letter keeps exports apart from imports."""
    return f"E{user_id}#{after}"


def _change(one: Export) -> Change:
    fields: dict[str, object] = {"state": one.state, "format": one.format}
    return Change(kind=KIND, id=one.id, version=one.version, fields=fields)


def _item(ctx: Context, one: Export) -> ExportItem:
    pk, sk = key_of(ctx.owner, EXPORT, one.id)
    body = _Body(
        bom=one.bom,
        choice=one.choice,
        accounts=one.accounts,
        written=one.written,
        trouble=one.trouble,
    )
    return ExportItem(
        pk,
        sk,
        layout=LAYOUT,
        version=one.version,
        state=one.state,
        format=one.format,
        made_by=one.made_by,
        created_at=rfc3339(one.created_at),
        updated_at=rfc3339(one.updated_at),
        ready_at=rfc3339(one.ready_at) if one.ready_at else None,
        attempt=one.attempt or None,
        done=one.done,
        total=one.total,
        by_creation=_listed(one.made_by, f"{rfc3339(one.created_at)}#{one.id}"),
        body=ctx.vault.seal_bytes(zlib.compress(_bodies().dump_json(body)), *_place(sk)),
        ttl=int((one.created_at + KEPT).timestamp()),
    )


def _place(sort_key: str) -> tuple[str, str, str]:
    return (TABLE.service, sort_key, "body")


def _export_of(raw: Raw, vault: Vault) -> Export:
    item = ExportItem.from_raw_data(dict(raw))
    opened = zlib.decompress(vault.open_bytes(item.body, *_place(item.sk)))
    body = _bodies().validate_json(opened)
    ready_at = cast("str | None", item.ready_at)
    return Export(
        id=item.sk.removeprefix(EXPORT),
        version=item.version,
        state=cast("ExportState", item.state),
        format=item.format,
        bom=body.bom,
        choice=body.choice,
        made_by=item.made_by,
        accounts=body.accounts,
        created_at=parse_rfc3339(item.created_at),
        updated_at=parse_rfc3339(item.updated_at),
        attempt=cast("str | None", item.attempt) or "",
        done=item.done,
        total=item.total,
        ready_at=parse_rfc3339(ready_at) if ready_at else None,
        written=body.written,
        trouble=body.trouble,
    )
