"""Receipts over HTTP."""

from __future__ import annotations

from chalicelib.expenses.schemas.common import page
from chalicelib.expenses.schemas.receipts import ConfirmReceipt, ExpenseReceiptOut, SendReceipt
from chalicelib.expenses.service import receipt_ends, receipts
from chalicelib.kernel.context import Context
from chalicelib.kernel.wire import PageOut, PageQuery
from chalicelib.security.api import Limit
from functions.expenses.routes.edge import READ, WRITE, edge

RECEIPTS = Limit(name="receipts", quota=300, window=3_600)


@edge.endpoint(
    "POST",
    "/v1/expenses/receipts",
    summary="Send a receipt",
    body=SendReceipt,
    out=ExpenseReceiptOut,
    status=201,
    scope=WRITE,
    limit=RECEIPTS,
    flag="receipts",
)
def send_receipt(ctx: Context, body: SendReceipt) -> ExpenseReceiptOut:
    """Send the text of a receipt, or ask for the upload of a picture or document, which is then read by itself."""
    return receipts.send_receipt(ctx, body)


@edge.endpoint(
    "GET",
    "/v1/expenses/receipts",
    summary="List receipts",
    query=PageQuery,
    out=PageOut[ExpenseReceiptOut],
    scope=READ,
)
def list_receipts(ctx: Context, query: PageQuery) -> PageOut[ExpenseReceiptOut]:
    """List receipts, the newest ids first; only a null cursor is the end."""
    return page(
        receipts.list_receipts(ctx, query), lambda one: ExpenseReceiptOut.of(one.as_of(ctx.now))
    )


@edge.endpoint(
    "GET",
    "/v1/expenses/receipts/{receipt_id}",
    summary="Read a receipt",
    out=ExpenseReceiptOut,
    scope=READ,
    fleeting=True,
)
def read_receipt(ctx: Context, receipt_id: str) -> ExpenseReceiptOut:
    """Read what was made of a receipt: each field with its confidence, matches, and a proposed split."""
    return receipts.read_receipt(ctx, receipt_id)


@edge.endpoint(
    "POST",
    "/v1/expenses/receipts/{receipt_id}/confirm",
    summary="Confirm a receipt",
    body=ConfirmReceipt,
    out=ExpenseReceiptOut,
    scope=WRITE,
    if_match="optional",
)
def confirm_receipt(ctx: Context, receipt_id: str, body: ConfirmReceipt) -> ExpenseReceiptOut:
    """Attach a receipt to a transaction, or record one of it; what the user corrects counts."""
    return ExpenseReceiptOut.of(receipt_ends.confirm_receipt(ctx, receipt_id, body))


@edge.endpoint(
    "DELETE",
    "/v1/expenses/receipts/{receipt_id}",
    summary="Delete a receipt",
    status=204,
    scope=WRITE,
    if_match="optional",
)
def remove_receipt(ctx: Context, receipt_id: str) -> None:
    """Delete a receipt; where it is attached to a transaction, its file stays there."""
    receipts.remove_receipt(ctx, receipt_id)
