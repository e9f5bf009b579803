"""A user's categories as they are kept: with versions, and shipped ones without rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from chalicelib.expenses.model.categories import Category, Kind, Override, is_default, merge
from chalicelib.kernel.values import dataclass

SHIPPED_VERSION = 1
"""The version of a shipped category that the user has not touched."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredCategory:
    """A kept category: the user's own, or with an empty `kind` what was changed on a shipped one.

    An empty name on a shipped category keeps the shipped name. `made` as with accounts.
    """

    id: str
    version: int
    name: str
    kind: Kind | None
    parent_id: str | None
    archived: bool
    created_at: datetime
    updated_at: datetime
    made: bytes | None = None
    merged_into: str | None = None
    import_id: str | None = None
    """The import that made it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A category as the user sees it, and its version."""

    category: Category
    version: int


def catalogue(stored: Iterable[StoredCategory]) -> dict[str, Entry]:
    """Give the whole tree by id, in the order in which it is shown."""
    rows = {row.id: row for row in stored}
    own = [
        Category(
            row.id,
            row.name,
            row.kind,
            parent_id=row.parent_id,
            archived=row.archived,
            merged_into=row.merged_into,
        )
        for row in rows.values()
        if row.kind is not None
    ]
    changed = [
        Override(
            row.id,
            name=row.name or None,
            archived=row.archived,
            merged_into=row.merged_into,
        )
        for row in rows.values()
        if row.kind is None
    ]
    return {
        identity: Entry(category, rows[identity].version if identity in rows else SHIPPED_VERSION)
        for identity, category in merge(own, changed).items()
    }


def children_of(category_id: str, entries: Mapping[str, Entry]) -> list[Category]:
    """Give the categories right under one."""
    return [e.category for e in entries.values() if e.category.parent_id == category_id]


def is_shipped(category_id: str) -> bool:
    """Tell whether everybody has this category."""
    return is_default(category_id)
