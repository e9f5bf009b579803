"""Attachments of a transaction: announced, listed, downloaded and deleted by who may do so with the transaction."""

from __future__ import annotations

from dataclasses import replace

from chalicelib.expenses.commands import DropAttachments, DropFiles
from chalicelib.expenses.errors import IdTaken
from chalicelib.expenses.gateways import files
from chalicelib.expenses.model.attachments import (
    LINK_LIFE,
    Attachment,
    check_announced,
    make_room,
)
from chalicelib.expenses.model.transactions import Transaction
from chalicelib.expenses.repository.attachments import Attachments
from chalicelib.expenses.repository.lookup import look_up, made_of
from chalicelib.expenses.schemas.attachments import (
    AnnounceAttachment,
    AttachmentOut,
    LinkOut,
)
from chalicelib.expenses.service.rights import require_transaction
from chalicelib.expenses.service.storage import require_room
from chalicelib.kernel.clock import rfc3339
from chalicelib.kernel.context import Context
from chalicelib.kernel.ids import new_id
from chalicelib.kernel.roles import Role
from chalicelib.kernel.wire import UploadOut


def announce_attachment(
    ctx: Context, transaction_id: str, body: AnnounceAttachment
) -> AttachmentOut:
    """Open an upload for one file of a transaction; the same id and body again opens the same one.

    Refuses a transaction that the caller may not edit, a name that ends as another type does, a size that the type
    may not have, an eleventh attachment (`TooManyAttachments`), a file for which the owner has no room
    (`StorageFull`), and an id that is taken.
    """
    check_announced(body.name, body.type, body.size)
    _require(ctx, transaction_id, "editor")
    stored = Attachments(ctx)
    known = stored.find(transaction_id)
    made = None
    if body.id is not None:
        made = made_of(ctx, body.model_dump(mode="json", exclude_unset=True))
        for one in known:
            if one.id == body.id:
                return _repeated(ctx, one, made)
        stored.refuse_gone(transaction_id, body.id)
    for one in make_room(known, ctx.now):
        _remove(ctx, one)
    require_room(ctx, body.size)
    one = Attachment(
        id=body.id or new_id(),
        transaction_id=transaction_id,
        version=1,
        name=body.name,
        type=body.type,
        size=body.size,
        file_id=new_id(),
        state="waiting",
        created_at=ctx.now,
        updated_at=ctx.now,
        made=made,
    )
    stored.add(one)
    return AttachmentOut.of(one, upload=_form(ctx, one))


def _repeated(ctx: Context, one: Attachment, made: bytes) -> AttachmentOut:
    if one.made != made:
        raise IdTaken
    now = one.as_of(ctx.now)
    return AttachmentOut.of(now, upload=_form(ctx, now) if now.state == "waiting" else None)


def _form(ctx: Context, one: Attachment) -> UploadOut:
    arrival = files.Arrival(
        owner=ctx.owner, purpose="attachments", ids=(one.transaction_id, one.id)
    )
    form = files.upload_form(arrival, one.type, at=ctx.now, expires_at=one.expires_at)
    return UploadOut(url=form.url, fields=form.fields, expires_at=rfc3339(form.expires_at))


def list_attachments(ctx: Context, transaction_id: str) -> tuple[Attachment, ...]:
    """Give all attachments of a transaction as they stand, without links."""
    _require(ctx, transaction_id, "viewer")
    return tuple(one.as_of(ctx.now) for one in Attachments(ctx).find(transaction_id))


def read_attachment(ctx: Context, transaction_id: str, attachment_id: str) -> AttachmentOut:
    """Give an attachment as it stands, with a link to download it once it is ready."""
    _require(ctx, transaction_id, "viewer")
    one = Attachments(ctx).get(transaction_id, attachment_id).as_of(ctx.now)
    return AttachmentOut.of(one, download=_link(ctx, one) if one.state == "ready" else None)


def _link(ctx: Context, one: Attachment) -> LinkOut:
    seconds = int(LINK_LIFE.total_seconds())
    return LinkOut(
        url=files.link(ctx.owner, one.file_id, one.type, seconds=seconds),
        expires_at=rfc3339(ctx.now + LINK_LIFE),
    )


def remove_attachment(ctx: Context, transaction_id: str, attachment_id: str) -> None:
    """Delete an attachment and its file; again is no error."""
    _require(ctx, transaction_id, "editor")
    one = Attachments(ctx).look(transaction_id, attachment_id)
    if one is None:
        return
    ctx.expect_version(one.version)
    _remove(ctx, one)


def _remove(ctx: Context, one: Attachment) -> None:
    Attachments(ctx).remove(one)
    ctx.commit.order(DropFiles(file_ids=(one.file_id,)), subject=one.id)


def _require(ctx: Context, transaction_id: str, needed: Role) -> None:
    transaction = look_up(ctx, transaction=[transaction_id]).transaction(transaction_id)
    require_transaction(ctx, transaction, needed)


def forget(ctx: Context, transaction: Transaction) -> None:
    """Order that the attachments of a transaction go, where it has any: it is being struck from the books."""
    if Attachments(ctx).any_of(transaction.id):
        order = DropAttachments(transaction_id=transaction.id)
        ctx.commit.order(order, subject=transaction.id)


def hand_over(ctx: Context, gone: Transaction, stays: Transaction) -> None:
    """Give the attachments of a transaction that becomes part of another to that one; their files stay where they are."""
    stored = Attachments(ctx)
    for one in stored.find(gone.id):
        if one.state == "ready":
            stored.remove(one)
            stored.add(
                replace(one, transaction_id=stays.id, version=one.version + 1, updated_at=ctx.now)
            )


def drop_attachments(ctx: Context, order: DropAttachments) -> None:
    """Delete the attachments of a transaction that is gone; one that came back meanwhile keeps them."""
    if not look_up(ctx, transaction=[order.transaction_id]).is_gone(
        "transaction", order.transaction_id
    ):
        return
    stored = Attachments(ctx)
    going = stored.find(order.transaction_id)
    files.remove(ctx.owner, [one.file_id for one in going])
    for one in going:
        stored.remove(one)


def drop_files(ctx: Context, order: DropFiles) -> None:
    """Delete files that nothing leads to any more."""
    files.remove(ctx.owner, order.file_ids)
