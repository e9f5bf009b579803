"""Reconciliations of accounts over HTTP."""

from __future__ import annotations

from chalicelib.expenses.schemas.common import page
from chalicelib.expenses.schemas.reconciliations import (
    FinishReconciliation,
    OpenReconciliation,
    ReconciliationOut,
)
from chalicelib.expenses.service import reconciling
from chalicelib.kernel.context import Context
from chalicelib.kernel.wire import PageOut, PageQuery
from functions.expenses.routes.edge import READ, WRITE, edge

_ALL = "/v1/expenses/accounts/{account_id}/reconciliations"
_ONE = _ALL + "/{reconciliation_id}"


@edge.endpoint(
    "POST",
    _ALL,
    summary="Compare an account with a statement",
    body=OpenReconciliation,
    out=ReconciliationOut,
    status=201,
    scope=WRITE,
)
def open_reconciliation(
    ctx: Context, account_id: str, body: OpenReconciliation
) -> ReconciliationOut:
    """Show what is between the statement and the books; nothing is locked until it is finished."""
    return ReconciliationOut.of(reconciling.open_reconciliation(ctx, account_id, body))


@edge.endpoint(
    "GET",
    _ALL,
    summary="List the reconciliations of an account",
    query=PageQuery,
    out=PageOut[ReconciliationOut],
    scope=READ,
    by_account=True,
)
def list_reconciliations(
    ctx: Context, account_id: str, query: PageQuery
) -> PageOut[ReconciliationOut]:
    """List statements with how they stand now, the newest day first: one that is finished stays at no difference."""
    found = reconciling.list_reconciliations(ctx, account_id, query)
    return page(found, ReconciliationOut.of)


@edge.endpoint(
    "GET",
    _ONE,
    summary="Read a reconciliation",
    out=ReconciliationOut,
    scope=READ,
    by_account=True,
)
def read_reconciliation(ctx: Context, account_id: str, reconciliation_id: str) -> ReconciliationOut:
    """Read a reconciliation with how it stands now, and how far its transactions are locked."""
    found = reconciling.read_reconciliation(ctx, account_id, reconciliation_id)
    return ReconciliationOut.of(found)


@edge.endpoint(
    "POST",
    _ONE + "/finish",
    summary="Finish a reconciliation",
    body=FinishReconciliation,
    out=ReconciliationOut,
    status=202,
    scope=WRITE,
    if_match="required",
)
def finish_reconciliation(
    ctx: Context, account_id: str, reconciliation_id: str, body: FinishReconciliation
) -> ReconciliationOut:
    """Lock what the statement and the books both have; poll it until it is finished."""
    return ReconciliationOut.of(reconciling.finish(ctx, account_id, reconciliation_id, body))


@edge.endpoint(
    "POST",
    _ONE + "/undo",
    summary="Undo a reconciliation",
    out=ReconciliationOut,
    status=202,
    scope=WRITE,
    if_match="required",
)
def undo_reconciliation(ctx: Context, account_id: str, reconciliation_id: str) -> ReconciliationOut:
    """Unlock what the account's newest reconciliation locked, and take back what it adjusted; poll it until it is gone."""
    return ReconciliationOut.of(reconciling.undo(ctx, account_id, reconciliation_id))
