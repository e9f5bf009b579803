"""The change log over HTTP: what happened, and undoing it."""

from __future__ import annotations

from chalicelib.expenses.schemas.common import page
from chalicelib.expenses.schemas.history import ChangeOut, HistoryQuery, UndoneOut, VersionOut
from chalicelib.expenses.service import history, undo
from chalicelib.kernel.context import Context
from chalicelib.kernel.wire import PageOut, PageQuery
from functions.expenses.routes.edge import READ, WRITE, edge


@edge.endpoint(
    "GET",
    "/v1/expenses/transactions/{transaction_id}/history",
    summary="List what happened to a transaction",
    query=HistoryQuery,
    out=PageOut[VersionOut],
    scope=READ,
    by_account=True,
)
def transaction_history(
    ctx: Context, transaction_id: str, query: HistoryQuery
) -> PageOut[VersionOut]:
    """List the versions of a transaction, newest first: who changed what, and when. Deleted ones have theirs too."""
    return page(history.transaction_history(ctx, transaction_id, query), VersionOut.of)


@edge.endpoint(
    "GET",
    "/v1/expenses/changes",
    summary="List the changes of the ledger",
    query=PageQuery,
    out=PageOut[ChangeOut],
    scope=READ,
)
def list_changes(ctx: Context, query: PageQuery) -> PageOut[ChangeOut]:
    """List what was changed in the ledger, newest first; a page may be short, only a null cursor is the end."""
    return page(history.list_changes(ctx, query), ChangeOut.of)


@edge.endpoint(
    "POST",
    "/v1/expenses/changes/{change_id}/undo",
    summary="Undo a change",
    out=UndoneOut,
    scope=WRITE,
)
def undo_change(ctx: Context, change_id: str) -> UndoneOut:
    """Put back what a change did. What was touched since is left and named; undoing can be undone itself."""
    return UndoneOut.of(undo.undo_change(ctx, change_id))
