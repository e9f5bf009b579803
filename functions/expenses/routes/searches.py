"""Kept queries over HTTP."""

from __future__ import annotations

from chalicelib.expenses.schemas.common import page
from chalicelib.expenses.schemas.searches import CreateSearch, PatchSearch, SearchOut
from chalicelib.expenses.service import searches
from chalicelib.kernel.context import Context
from chalicelib.kernel.wire import PageOut, PageQuery
from functions.expenses.routes.edge import READ, WRITE, edge


@edge.endpoint(
    "POST",
    "/v1/expenses/searches",
    summary="Keep a search",
    body=CreateSearch,
    out=SearchOut,
    status=201,
    scope=WRITE,
)
def keep_search(ctx: Context, body: CreateSearch) -> SearchOut:
    """Keep a query under a name."""
    return SearchOut.of(searches.keep_search(ctx, body))


@edge.endpoint(
    "GET",
    "/v1/expenses/searches",
    summary="List the kept searches",
    query=PageQuery,
    out=PageOut[SearchOut],
    scope=READ,
)
def list_searches(ctx: Context, query: PageQuery) -> PageOut[SearchOut]:
    """List kept queries by name."""
    return page(searches.list_searches(ctx, query), SearchOut.of)


@edge.endpoint(
    "PATCH",
    "/v1/expenses/searches/{search_id}",
    summary="Change a kept search",
    body=PatchSearch,
    out=SearchOut,
    scope=WRITE,
    if_match="optional",
)
def amend_search(ctx: Context, search_id: str, body: PatchSearch) -> SearchOut:
    """Change the name or the query."""
    return SearchOut.of(searches.amend_search(ctx, search_id, body))


@edge.endpoint(
    "DELETE",
    "/v1/expenses/searches/{search_id}",
    summary="Forget a kept search",
    status=204,
    scope=WRITE,
    if_match="optional",
)
def remove_search(ctx: Context, search_id: str) -> None:
    """Forget a kept query."""
    searches.remove_search(ctx, search_id)
