"""Tags as items: what they are called, and how many transactions bear them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from pynamodb.attributes import BinaryAttribute, UnicodeAttribute

from chalicelib.expenses.model.tags import folded
from chalicelib.expenses.repository.table import key, place
from chalicelib.kernel.clock import rfc3339
from chalicelib.kernel.context import Context
from chalicelib.kernel.ids import derived_id
from chalicelib.kernel.tables import Row, WholeNumber
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
