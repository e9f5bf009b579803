"""Tags as items: what they are called, and how many transactions bear them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from pynamodb.attributes import BinaryAttribute, UnicodeAttribute

from chalicelib.expenses.model.tags import folded
from chalicelib.expenses.repository.table import LAST, TABLE, key, number, opened, place
from chalicelib.kernel.clock import rfc3339
from chalicelib.kernel.context import Context
from chalicelib.kernel.ids import derived_id
from chalicelib.kernel.paging import Page
from chalicelib.kernel.tables import Row, Table, WholeNumber
from chalicelib.kernel.values import dataclass
from chalicelib.kernel.vault import Vault

TAG: Final = "TAG#"


class TagRow(Row):
    """A tag in its last spelling; `uses` grows and shrinks by commutative additions."""

    name = BinaryAttribute(legacy_encoding=False)
    uses = WholeNumber()
    updated_at = UnicodeAttribute()


def tag_id(vault: Vault, name: str) -> str:
    """Derive a tag's id: the same for every spelling of it, meaningless without the owner's key."""
    return derived_id(vault.fingerprint("tag", folded(name)))


def count_uses(ctx: Context, *, before: Iterable[str], after: Iterable[str]) -> None:
    """Count in the unit of work that a transaction bore some tags and now bears others."""
    was = {tag_id(ctx.vault, name): name for name in before}
    now = {tag_id(ctx.vault, name): name for name in after}
    for identity, name in now.items():
        if identity not in was:
            where = key(ctx.owner, TAG, identity)
            sealed = ctx.vault.seal(name, *place(where[1], "name"))
            ctx.commit.add(
                where, {"uses": 1}, values={"name": sealed, "updated_at": rfc3339(ctx.now)}
            )
    for identity in was:
        if identity not in now:
            ctx.commit.add(key(ctx.owner, TAG, identity), {"uses": -1})


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag in its last spelling, and how many transactions bear it."""

    id: str
    name: str
    uses: int


def find_tags(ctx: Context, *, start: Mapping[str, str] | None, limit: int) -> Page[Tag]:
    """Give a page of the tags in use, in the order of their ids; it may be short."""
    pk = str(ctx.owner)
    after = {"pk": pk, "sk": TAG + start["id"]} if start else None
    piece = Table(TABLE).query(pk, TAG, TAG + LAST, limit=limit, start=after, consistent=True)
    tags = [
        Tag(item["sk"]["S"].removeprefix(TAG), opened(ctx.vault, item, "name"), uses)
        for item in piece.items
        if (uses := number(item, "uses")) > 0
    ]
    last = piece.resume["sk"].removeprefix(TAG) if piece.resume else None
    return Page(tuple(tags), {"id": last} if last else None)
