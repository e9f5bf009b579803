"""Kept queries as items: name and query are sealed, because they name people and shops."""

from __future__ import annotations

from typing import Final

from pynamodb.attributes import BinaryAttribute

from chalicelib.expenses.model.searches import MAX_SEARCHES, SavedSearch
from chalicelib.expenses.repository import table
from chalicelib.expenses.repository.table import LAYOUT, ObjectRow, key, passing_tombstone, place
from chalicelib.kernel.changes import Change
from chalicelib.kernel.clock import rfc3339
from chalicelib.kernel.context import Context
from chalicelib.kernel.tables import Raw, Table
from chalicelib.kernel.transaction import LostRace
from chalicelib.kernel.vault import Vault

SEARCH: Final = "SRC#"
MOST_ITEMS: Final = 5 * MAX_SEARCHES
"""Kept queries with the tombstones of 90 days."""


class SearchRow(ObjectRow):
    """A kept query."""

    name = BinaryAttribute(legacy_encoding=False)
    asked = BinaryAttribute(legacy_encoding=False)


def stored_search(item: Raw, vault: Vault) -> SavedSearch:
    """Read a kept query."""
    return SavedSearch(
        id=item["sk"]["S"].removeprefix(SEARCH),
        version=table.number(item, "version"),
        name=table.opened(vault, item, "name"),
        query=table.opened(vault, item, "asked"),
        created_at=table.instant(item, "created_at"),
        updated_at=table.instant(item, "updated_at"),
        made=table.binary(item, "made"),
    )


def logged_search(search: SavedSearch) -> dict[str, object]:
    """Give what the change log says of a kept query."""
    return {"name": search.name, "query": search.query}


class Searches:
    """The kept queries of a context's owner; writes join the context's unit of work."""

    def __init__(self, ctx: Context) -> None:
        """Bind to a context."""
        self._ctx = ctx

    def find(self) -> tuple[list[SavedSearch], int]:
        """Give all of them, and how many items they take with the tombstones of deleted ones."""
        items = list(
            Table(table.TABLE).query_all(
                str(self._ctx.owner),
                SEARCH,
                SEARCH + table.LAST,
                most=2 * MOST_ITEMS,
                consistent=True,
            )
        )
        live = [item for item in items if not table.is_deleted(item)]
        return [stored_search(item, self._ctx.vault) for item in live], len(items)

    def save(self, search: SavedSearch, before: SavedSearch | None, *, over: int = 0) -> None:
        """Write a kept query over what was there before: nothing, or of version `over` a tombstone."""
        pk, sk = key(self._ctx.owner, SEARCH, search.id)
        row = SearchRow(
            pk,
            sk,
            layout=LAYOUT,
            version=search.version,
            name=self._ctx.vault.seal(search.name, *place(sk, "name")),
            asked=self._ctx.vault.seal(search.query, *place(sk, "asked")),
            created_at=rfc3339(search.created_at),
            updated_at=rfc3339(search.updated_at),
        )
        if search.made is not None:
            row.made = search.made
        self._ctx.commit.put(row, expect=before.version if before else over, refusal=LostRace())
        self._ctx.commit.record(
            Change(
                kind="search",
                id=search.id,
                version=search.version,
                before=logged_search(before) if before else None,
                after=logged_search(search),
            )
        )

    def remove(self, search: SavedSearch) -> None:
        """Put a tombstone in its place."""
        where = key(self._ctx.owner, SEARCH, search.id)
        gone = passing_tombstone(where, version=search.version + 1, at=self._ctx.now)
        self._ctx.commit.put(gone, expect=search.version, refusal=LostRace())
        self._ctx.commit.record(
            Change(
                kind="search",
                id=search.id,
                version=search.version + 1,
                op="delete",
                before=logged_search(search),
            )
        )
