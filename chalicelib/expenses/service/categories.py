"""Categories: the shipped tree, the user's changes to it, and the user's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from chalicelib.expenses.errors import (
    CategoryHasChildren,
    CategoryNotFound,
    IdTaken,
    LimitReached,
    ShippedCategory,
)
from chalicelib.expenses.model.catalogue import (
    SHIPPED_VERSION,
    Entry,
    StoredCategory,
    catalogue,
    children_of,
    is_shipped,
)
from chalicelib.expenses.model.categories import MAX_OWN, Category, place_problems
from chalicelib.expenses.model.listing import Listing
from chalicelib.expenses.repository import table
from chalicelib.expenses.repository.categories import Categories
from chalicelib.expenses.repository.lookup import look_up, made_of
from chalicelib.expenses.repository.setup import Setup, read_setup
from chalicelib.expenses.schemas.categories import CreateCategory, PatchCategory
from chalicelib.expenses.schemas.common import given
from chalicelib.expenses.service.paging import cut, listed, start_of
from chalicelib.kernel.context import Context
from chalicelib.kernel.errors import FieldProblem, Invalid
from chalicelib.kernel.ids import new_id
from chalicelib.kernel.wire import PageQuery

_QUESTION: Final = "categories"


def _read(ctx: Context) -> Setup:
    return read_setup(ctx.owner, ctx.vault, prefix=table.CATEGORY)


def list_categories(ctx: Context, query: PageQuery) -> Listing[Entry]:
    """List shipped and own categories as one tree, each after its parent."""
    entries = catalogue(_read(ctx).categories)
    start = start_of(ctx, query, _QUESTION)
    page = cut(tuple(entries.values()), tuple(entries), start, query.limit)
    return listed(ctx, page, _QUESTION)


def create_category(ctx: Context, body: CreateCategory) -> Entry:
    """Make a category; the same id and body again is the same category.

    Refuses a parent that is absent, archived, of another kind or too deep down, and too many categories.
    """
    setup = _read(ctx)
    entries = catalogue(setup.categories)
    made = None
    if body.id is not None:
        made = made_of(ctx, body.model_dump(mode="json", exclude_unset=True))
        if is_shipped(body.id):
            raise IdTaken
        if body.id in entries and _row(setup, body.id).made == made:
            return entries[body.id]
        # a tombstone is not in the catalogue: ask for it by id
        look_up(ctx, category=[body.id]).repeats("category", body.id, None)
    if len(setup.categories) >= MAX_OWN or setup.items >= table.MOST_ITEMS:
        raise LimitReached
    stored = StoredCategory(
        id=body.id or new_id(),
        version=1,
        name=body.name,
        kind=body.kind,
        parent_id=body.parent_id,
        archived=False,
        created_at=ctx.now,
        updated_at=ctx.now,
        made=made,
    )
    category = Category(stored.id, body.name, body.kind, parent_id=body.parent_id)
    check_place(category, entries)
    Categories(ctx).save(stored, None)
    return Entry(category, stored.version)


def amend_category(ctx: Context, category_id: str, patch: PatchCategory) -> Entry:
    """Rename, archive or move a category; shipped ones stay where they are.

    Refuses what `create_category` refuses, a stale `If-Match`, and a place under itself.
    """
    setup = _read(ctx)
    entries = catalogue(setup.categories)
    entry = entries.get(category_id)
    if entry is None:
        raise CategoryNotFound
    ctx.expect_version(entry.version)
    before, base = row_of(ctx, setup, category_id)
    after = _changed(base, patch)
    if after == base:
        return entry
    after = replace(after, version=entry.version + 1, updated_at=ctx.now)
    if after.parent_id != base.parent_id and after.kind is not None:
        moved = Category(after.id, after.name, after.kind, parent_id=after.parent_id)
        check_place(moved, entries)
    Categories(ctx).save(after, before)
    others = tuple(one for one in setup.categories if one.id != category_id)
    return catalogue((*others, after))[category_id]


def remove_category(ctx: Context, category_id: str) -> None:
    """Delete an own category without children; again is no error.

    Its transactions keep its id and count as uncategorised where names are shown.
    """
    setup = _read(ctx)
    entries = catalogue(setup.categories)
    entry = entries.get(category_id)
    if entry is None:
        if look_up(ctx, category=[category_id]).is_gone("category", category_id):
            return
        raise CategoryNotFound
    if is_shipped(category_id):
        raise ShippedCategory
    ctx.expect_version(entry.version)
    if children_of(category_id, entries):
        raise CategoryHasChildren
    Categories(ctx).remove(_row(setup, category_id))


def _row(setup: Setup, category_id: str) -> StoredCategory:
    return next(one for one in setup.categories if one.id == category_id)


def row_of(
    ctx: Context, setup: Setup, category_id: str
) -> tuple[StoredCategory | None, StoredCategory]:
    """Give a category's row, None where nobody touched it yet, and the row that a change begins with."""
    rows = [one for one in setup.categories if one.id == category_id]
    return (rows[0], rows[0]) if rows else (None, _first_row(ctx, category_id))


def _first_row(ctx: Context, category_id: str) -> StoredCategory:
    """The row that a shipped category would have, had it been changed to what it is."""
    return StoredCategory(
        id=category_id,
        version=SHIPPED_VERSION,
        name="",
        kind=None,
        parent_id=None,
        archived=False,
        created_at=ctx.now,
        updated_at=ctx.now,
    )


def _changed(base: StoredCategory, patch: PatchCategory) -> StoredCategory:
    shipped = base.kind is None
    if shipped and "parent_id" in patch.model_fields_set:
        raise ShippedCategory
    kept: str | None = base.name
    name = given(patch, "name", kept)
    if name is None and not shipped:
        raise Invalid(errors=(FieldProblem("/name", "a category of one's own needs a name"),))
    return replace(
        base,
        name=name or "",
        parent_id=given(patch, "parent_id", base.parent_id),
        archived=given(patch, "archived", base.archived),
        # in use again, it stands for itself
        merged_into=base.merged_into if given(patch, "archived", base.archived) else None,
    )


def check_place(category: Category, entries: Mapping[str, Entry]) -> None:
    """Refuse a place in the tree that is not there, is below itself, of another kind or too deep down."""
    if category.parent_id is not None and category.parent_id not in entries:
        raise CategoryNotFound
    tree = {identity: entry.category for identity, entry in entries.items()}
    problems = place_problems(category, tree)
    if problems:
        raise Invalid(errors=problems)
