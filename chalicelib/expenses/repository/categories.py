"""Categories as items: the owner's own, and what the owner changed on shipped ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from chalicelib.expenses.model.catalogue import StoredCategory
from chalicelib.expenses.repository import table
from chalicelib.expenses.repository.table import LAYOUT, CategoryRow, key, passing_tombstone, place
from chalicelib.kernel.changes import Change
from chalicelib.kernel.clock import rfc3339
from chalicelib.kernel.context import Context
from chalicelib.kernel.owners import Owner
from chalicelib.kernel.tables import Raw
from chalicelib.kernel.transaction import LostRace
from chalicelib.kernel.vault import Vault

if TYPE_CHECKING:
    from chalicelib.expenses.model.categories import Kind


def read_categories(owner: Owner, vault: Vault) -> tuple[StoredCategory, ...]:
    """Read what the owner made of the categories."""
    return tuple(
        stored_category(item, vault)
        for item in table.setup_items(owner, table.CATEGORY)
        if not table.is_deleted(item)
    )


def stored_category(item: Raw, vault: Vault) -> StoredCategory:
    """Read a category."""
    return StoredCategory(
        id=item["sk"]["S"].removeprefix(table.CATEGORY),
        version=table.number(item, "version"),
        name=table.opened(vault, item, "name"),
        kind=cast("Kind | None", table.text(item, "kind")),
        parent_id=table.text(item, "parent_id"),
        archived=table.flag(item, "archived"),
        merged_into=table.text(item, "merged_into"),
        created_at=table.instant(item, "created_at"),
        updated_at=table.instant(item, "updated_at"),
        made=table.binary(item, "made"),
        import_id=table.text(item, "import_id"),
    )


class Categories:
    """The categories of a context's owner; writes join the context's unit of work."""

    def __init__(self, ctx: Context) -> None:
        """Bind to a context."""
        self._ctx = ctx

    def save(
        self, category: StoredCategory, before: StoredCategory | None, *, over: int = 0
    ) -> None:
        """Write a category over what was there before: nothing, or of version `over` a tombstone."""
        pk, sk = key(self._ctx.owner, table.CATEGORY, category.id)
        row = CategoryRow(
            pk,
            sk,
            layout=LAYOUT,
            version=category.version,
            archived=category.archived,
            created_at=rfc3339(category.created_at),
            updated_at=rfc3339(category.updated_at),
        )
        if category.name:
            row.name = self._ctx.vault.seal(category.name, *place(sk, "name"))
        if category.kind is not None:
            row.kind = category.kind
        if category.parent_id is not None:
            row.parent_id = category.parent_id
        if category.merged_into is not None:
            row.merged_into = category.merged_into
        if category.made is not None:
            row.made = category.made
        if category.import_id is not None:
            row.import_id = category.import_id
        self._ctx.commit.put(row, expect=before.version if before else over, refusal=LostRace())
        self._ctx.commit.record(
            Change(
                kind="category",
                id=category.id,
                version=category.version,
                fields=_clear(category),
                before=logged_category(before) if before else None,
                after={"name": category.name},
            )
        )

    def remove(self, category: StoredCategory) -> None:
        """Put a tombstone in a category's place."""
        where = key(self._ctx.owner, table.CATEGORY, category.id)
        gone = passing_tombstone(where, version=category.version + 1, at=self._ctx.now)
        self._ctx.commit.put(gone, expect=category.version, refusal=LostRace())
        self._ctx.commit.record(
            Change(
                kind="category",
                id=category.id,
                version=category.version + 1,
                op="delete",
                before=logged_category(category),
            )
        )


def logged_category(category: StoredCategory) -> dict[str, object]:
    """Give what the change log says of a category."""
    return {**_clear(category), "name": category.name}


def _clear(category: StoredCategory) -> dict[str, object]:
    clear: dict[str, object] = {
        "kind": category.kind,
        "parent_id": category.parent_id,
        "archived": category.archived,
    }
    return {**clear, "merged_into": category.merged_into} if category.merged_into else clear
