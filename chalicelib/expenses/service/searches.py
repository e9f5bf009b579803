"""Kept queries: what somebody asks again and again."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from chalicelib.expenses.errors import LimitReached
from chalicelib.expenses.model.listing import Listing
from chalicelib.expenses.model.searches import MAX_SEARCHES, SavedSearch
from chalicelib.expenses.repository.lookup import look_up, made_of
from chalicelib.expenses.repository.searches import MOST_ITEMS, Searches, stored_search
from chalicelib.expenses.schemas.common import given
from chalicelib.expenses.schemas.searches import CreateSearch, PatchSearch
from chalicelib.expenses.service.paging import cut, listed, start_of
from chalicelib.expenses.service.searching import read_query
from chalicelib.kernel.context import Context
from chalicelib.kernel.ids import new_id
from chalicelib.kernel.wire import PageQuery

_QUESTION: Final = "searches"


def keep_search(ctx: Context, body: CreateSearch) -> SavedSearch:
    """Keep a query; the same id and body again is the same one. Refuses what is no query, and too many."""
    read_query(body.query, pointer="/query")
    made = None
    if body.id is not None:
        made = made_of(ctx, body.model_dump(mode="json", exclude_unset=True))
        found = look_up(ctx, search=[body.id])
        if found.repeats("search", body.id, made):
            return stored_search(found.live("search", body.id), ctx.vault)
    kept, items = Searches(ctx).find()
    if len(kept) >= MAX_SEARCHES or items >= MOST_ITEMS:
        raise LimitReached
    search = SavedSearch(
        id=body.id or new_id(),
        version=1,
        name=body.name,
        query=body.query,
        created_at=ctx.now,
        updated_at=ctx.now,
        made=made,
    )
    Searches(ctx).save(search, None)
    return search


def list_searches(ctx: Context, query: PageQuery) -> Listing[SavedSearch]:
    """List kept queries by name."""
    kept, _ = Searches(ctx).find()
    ordered = sorted(kept, key=lambda one: (one.name.casefold(), one.id))
    start = start_of(ctx, query, _QUESTION)
    return listed(ctx, cut(ordered, [one.id for one in ordered], start, query.limit), _QUESTION)


def amend_search(ctx: Context, search_id: str, patch: PatchSearch) -> SavedSearch:
    """Change a kept query; refuses what is no query, and a stale `If-Match`."""
    if "query" in patch.model_fields_set:
        read_query(patch.query, pointer="/query")
    before = stored_search(look_up(ctx, search=[search_id]).live("search", search_id), ctx.vault)
    ctx.expect_version(before.version)
    after = replace(
        before,
        name=given(patch, "name", before.name),
        query=given(patch, "query", before.query),
    )
    if after == before:
        return before
    after = replace(after, version=before.version + 1, updated_at=ctx.now)
    Searches(ctx).save(after, before)
    return after


def remove_search(ctx: Context, search_id: str) -> None:
    """Forget a kept query; again is no error."""
    found = look_up(ctx, search=[search_id])
    if found.is_gone("search", search_id):
        return
    search = stored_search(found.live("search", search_id), ctx.vault)
    ctx.expect_version(search.version)
    Searches(ctx).remove(search)
