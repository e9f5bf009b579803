"""Transactions over HTTP."""

from __future__ import annotations

from dataclasses import replace

from chalicelib.expenses.schemas.common import page
from chalicelib.expenses.schemas.transactions import (
    CreateOperation,
    CreateTransaction,
    DeleteOperation,
    PatchTransaction,
    TransactionBulk,
    TransactionBulkOut,
    TransactionOperation,
    TransactionOut,
    TransactionQuery,
)
from chalicelib.expenses.service import transactions
from chalicelib.kernel.context import Context
from chalicelib.kernel.wire import PageOut
from functions._edge.bulk import bulk
from functions.expenses.routes.edge import READ, WRITE, edge


@edge.endpoint(
    "POST",
    "/v1/expenses/transactions",
    summary="Record a transaction",
    body=CreateTransaction,
    out=TransactionOut,
    status=201,
    scope=WRITE,
    by_account=True,
)
def create_transaction(ctx: Context, body: CreateTransaction) -> TransactionOut:
    """Record a transaction; without a category, rules and the categoriser look for one."""
    return TransactionOut.of(transactions.record_transaction(ctx, body))


@edge.endpoint(
    "GET",
    "/v1/expenses/transactions",
    summary="List transactions",
    query=TransactionQuery,
    out=PageOut[TransactionOut],
    scope=READ,
    by_account=True,
)
def list_transactions(ctx: Context, query: TransactionQuery) -> PageOut[TransactionOut]:
    """List transactions, newest day first; a filtered page may be short, only a null cursor is the end."""
    return page(transactions.list_transactions(ctx, query), TransactionOut.of)


@edge.endpoint(
    "GET",
    "/v1/expenses/transactions/{transaction_id}",
    summary="Read a transaction",
    out=TransactionOut,
    scope=READ,
    by_account=True,
)
def read_transaction(ctx: Context, transaction_id: str) -> TransactionOut:
    """Read a transaction."""
    return TransactionOut.of(transactions.read_transaction(ctx, transaction_id))


@edge.endpoint(
    "PATCH",
    "/v1/expenses/transactions/{transaction_id}",
    summary="Change a transaction",
    body=PatchTransaction,
    out=TransactionOut,
    scope=WRITE,
    if_match="required",
    by_account=True,
)
def amend_transaction(ctx: Context, transaction_id: str, body: PatchTransaction) -> TransactionOut:
    """Change a transaction; a category that a person chose is remembered for its payee."""
    return TransactionOut.of(transactions.amend_transaction(ctx, transaction_id, body))


@edge.endpoint(
    "DELETE",
    "/v1/expenses/transactions/{transaction_id}",
    summary="Delete a transaction",
    status=204,
    scope=WRITE,
    if_match="required",
    by_account=True,
)
def remove_transaction(ctx: Context, transaction_id: str) -> None:
    """Delete a transaction; importing its statement again does not bring it back."""
    transactions.remove_transaction(ctx, transaction_id)


@bulk(
    edge,
    "/v1/expenses/transactions/bulk",
    body=TransactionBulk,
    out=TransactionBulkOut,
    summary="Record, change and delete many transactions",
    scope=WRITE,
    by_account=True,
)
def write_transactions(
    ctx: Context, operation: TransactionOperation
) -> tuple[int, TransactionOut | None]:
    """Do up to 500 operations one by one, or up to 50 together or not at all (`atomic`)."""
    if isinstance(operation, CreateOperation):
        return 201, TransactionOut.of(transactions.record_transaction(ctx, operation.value))
    meant = replace(ctx, expected_version=operation.version)
    if isinstance(operation, DeleteOperation):
        transactions.remove_transaction(meant, operation.id)
        return 204, None
    changed = transactions.amend_transaction(meant, operation.id, operation.value)
    return 200, TransactionOut.of(changed)
