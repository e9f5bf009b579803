"""Parts of a transaction over HTTP."""

from __future__ import annotations

from chalicelib.expenses.schemas.splits import PutSplits
from chalicelib.expenses.schemas.transactions import TransactionOut
from chalicelib.expenses.service import parts
from chalicelib.kernel.context import Context
from functions.expenses.routes.edge import WRITE, edge


@edge.endpoint(
    "PUT",
    "/v1/expenses/transactions/{transaction_id}/splits",
    summary="Split a transaction",
    body=PutSplits,
    out=TransactionOut,
    scope=WRITE,
    if_match="required",
    by_account=True,
)
def split_transaction(ctx: Context, transaction_id: str, body: PutSplits) -> TransactionOut:
    """Split a transaction over categories and accounts, exact to the minor unit; no parts make it whole again."""
    return TransactionOut.of(parts.split_transaction(ctx, transaction_id, body))
