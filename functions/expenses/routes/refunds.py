"""Refunds of a purchase over HTTP."""

from __future__ import annotations

from chalicelib.expenses.schemas.refunds import CreateRefund
from chalicelib.expenses.schemas.transactions import TransactionOut
from chalicelib.expenses.service import refunds
from chalicelib.kernel.context import Context
from functions.expenses.routes.edge import WRITE, edge


@edge.endpoint(
    "POST",
    "/v1/expenses/transactions/{transaction_id}/refunds",
    summary="Link a refund to a purchase",
    body=CreateRefund,
    out=TransactionOut,
    scope=WRITE,
    if_match="required",
    by_account=True,
)
def refund_transaction(ctx: Context, transaction_id: str, body: CreateRefund) -> TransactionOut:
    """Link what came back to its purchase or to a part of it: it counts there as less expense, not as income."""
    return TransactionOut.of(refunds.refund_transaction(ctx, transaction_id, body))


@edge.endpoint(
    "DELETE",
    "/v1/expenses/transactions/{transaction_id}/refunds/{refund_id}",
    summary="Unlink a refund from its purchase",
    status=204,
    scope=WRITE,
    if_match="required",
    by_account=True,
)
def unlink_refund(ctx: Context, transaction_id: str, refund_id: str) -> None:
    """Unlink a refund: both transactions stay, and count as expense and income again."""
    refunds.unlink_refund(ctx, transaction_id, refund_id)
