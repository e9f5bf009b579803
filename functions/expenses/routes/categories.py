"""Categories over HTTP."""

from __future__ import annotations

from chalicelib.expenses.schemas.categories import (
    CategoryOut,
    CreateCategory,
    MergeCategory,
    PatchCategory,
)
from chalicelib.expenses.schemas.common import page
from chalicelib.expenses.schemas.runs import RunOut
from chalicelib.expenses.service import categories, merging
from chalicelib.kernel.context import Context
from chalicelib.kernel.wire import PageOut, PageQuery
from functions.expenses.routes.edge import READ, WRITE, edge


@edge.endpoint(
    "POST",
    "/v1/expenses/categories",
    summary="Make a category",
    body=CreateCategory,
    out=CategoryOut,
    status=201,
    scope=WRITE,
)
def create_category(ctx: Context, body: CreateCategory) -> CategoryOut:
    """Make a category of one's own, at the top or under another."""
    return CategoryOut.of(categories.create_category(ctx, body))


@edge.endpoint(
    "GET",
    "/v1/expenses/categories",
    summary="List the categories",
    query=PageQuery,
    out=PageOut[CategoryOut],
    scope=READ,
    by_account=True,
)
def list_categories(ctx: Context, query: PageQuery) -> PageOut[CategoryOut]:
    """List shipped and own categories as one tree, each after its parent."""
    return page(categories.list_categories(ctx, query), CategoryOut.of)


@edge.endpoint(
    "PATCH",
    "/v1/expenses/categories/{category_id}",
    summary="Change a category",
    body=PatchCategory,
    out=CategoryOut,
    scope=WRITE,
    if_match="optional",
)
def amend_category(ctx: Context, category_id: str, body: PatchCategory) -> CategoryOut:
    """Rename, archive or move a category; shipped ones stay where they are."""
    return CategoryOut.of(categories.amend_category(ctx, category_id, body))


@edge.endpoint(
    "DELETE",
    "/v1/expenses/categories/{category_id}",
    summary="Delete a category",
    status=204,
    scope=WRITE,
    if_match="optional",
)
def remove_category(ctx: Context, category_id: str) -> None:
    """Delete a category of one's own that has no children; shipped ones can be archived."""
    categories.remove_category(ctx, category_id)


@edge.endpoint(
    "POST",
    "/v1/expenses/categories/{category_id}/merge",
    summary="Merge a category into another",
    body=MergeCategory,
    out=RunOut,
    status=202,
    scope=WRITE,
    if_match="optional",
)
def merge_category(ctx: Context, category_id: str, body: MergeCategory) -> RunOut:
    """Close a category and put all that names it under another: transactions and parts, rules, categories under it."""
    return RunOut.of(merging.merge_category(ctx, category_id, body), ctx.now)


@edge.endpoint(
    "GET",
    "/v1/expenses/categories/merges/{run_id}",
    summary="Read how far a merge is",
    out=RunOut,
    scope=READ,
)
def read_merge(ctx: Context, run_id: str) -> RunOut:
    """Read the run of a merge; poll it until it is done."""
    return RunOut.of(merging.read_merge(ctx, run_id), ctx.now)


@edge.endpoint(
    "POST",
    "/v1/expenses/categories/merges/{run_id}/undo",
    summary="Undo a merge",
    out=RunOut,
    status=202,
    scope=WRITE,
)
def undo_merge(ctx: Context, run_id: str) -> RunOut:
    """Put back what a merge changed, but for what was touched since, and open the category again."""
    return RunOut.of(merging.undo_merge(ctx, run_id), ctx.now)
