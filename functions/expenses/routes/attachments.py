"""Attachments over HTTP."""

from __future__ import annotations

from chalicelib.expenses.schemas.attachments import AnnounceAttachment, AttachmentOut
from chalicelib.expenses.service import attachments
from chalicelib.kernel.context import Context
from chalicelib.kernel.wire import PageOut
from chalicelib.security.api import Limit
from functions.expenses.routes.edge import READ, WRITE, edge

UPLOADS = Limit(name="attachments", quota=1_000, window=3_600)


@edge.endpoint(
    "POST",
    "/v1/expenses/transactions/{transaction_id}/attachments",
    summary="Ask for the upload of an attachment",
    body=AnnounceAttachment,
    out=AttachmentOut,
    status=201,
    scope=WRITE,
    by_account=True,
    limit=UPLOADS,
)
def announce_attachment(
    ctx: Context, transaction_id: str, body: AnnounceAttachment
) -> AttachmentOut:
    """Send the file to `upload.url` with its fields within 15 minutes; it is then checked by itself."""
    return attachments.announce_attachment(ctx, transaction_id, body)


@edge.endpoint(
    "GET",
    "/v1/expenses/transactions/{transaction_id}/attachments",
    summary="List the attachments of a transaction",
    out=PageOut[AttachmentOut],
    scope=READ,
    by_account=True,
)
def list_attachments(ctx: Context, transaction_id: str) -> PageOut[AttachmentOut]:
    """List all attachments of a transaction; they are at most 20, those that were refused included."""
    found = attachments.list_attachments(ctx, transaction_id)
    return PageOut[AttachmentOut](items=[AttachmentOut.of(one) for one in found], next_cursor=None)


@edge.endpoint(
    "GET",
    "/v1/expenses/transactions/{transaction_id}/attachments/{attachment_id}",
    summary="Read an attachment",
    out=AttachmentOut,
    scope=READ,
    by_account=True,
    fleeting=True,
)
def read_attachment(ctx: Context, transaction_id: str, attachment_id: str) -> AttachmentOut:
    """Read an attachment; once it is ready, with a link that downloads it within five minutes."""
    return attachments.read_attachment(ctx, transaction_id, attachment_id)


@edge.endpoint(
    "DELETE",
    "/v1/expenses/transactions/{transaction_id}/attachments/{attachment_id}",
    summary="Delete an attachment",
    status=204,
    scope=WRITE,
    if_match="optional",
    by_account=True,
)
def remove_attachment(ctx: Context, transaction_id: str, attachment_id: str) -> None:
    """Delete an attachment and its file."""
    attachments.remove_attachment(ctx, transaction_id, attachment_id)
