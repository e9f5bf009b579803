"""Transfers over HTTP: read, changed and deleted as transactions."""

from __future__ import annotations

from chalicelib.expenses.schemas.transactions import TransactionOut
from chalicelib.expenses.schemas.transfers import CreateTransfer
from chalicelib.expenses.service import transfers
from chalicelib.kernel.context import Context
from functions.expenses.routes.edge import WRITE, edge


@edge.endpoint(
    "POST",
    "/v1/expenses/transfers",
    summary="Record a transfer",
    body=CreateTransfer,
    out=TransactionOut,
    status=201,
    lives_at="/v1/expenses/transactions",
    scope=WRITE,
    by_account=True,
)
def create_transfer(ctx: Context, body: CreateTransfer) -> TransactionOut:
    """Record a transfer between two accounts as one object with two legs, in one currency or two."""
    return TransactionOut.of(transfers.record_transfer(ctx, body))
