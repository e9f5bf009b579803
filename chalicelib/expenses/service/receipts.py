"""Receipts: announced or sent as text, listed, shown and deleted."""

from __future__ import annotations

from chalicelib.expenses.commands import DropFiles
from chalicelib.expenses.gateways import files
from chalicelib.expenses.model.attachments import LINK_LIFE, UPLOAD_LIFE, check_announced
from chalicelib.expenses.model.listing import Listing
from chalicelib.expenses.model.papers.cleaning import Paper, clean
from chalicelib.expenses.model.papers.kinds import PaperType, Unfit
from chalicelib.expenses.model.receipts.receipt import Receipt
from chalicelib.expenses.repository.lookup import made_of
from chalicelib.expenses.repository.receipts import Receipts
from chalicelib.expenses.repository.storage import Storage
from chalicelib.expenses.schemas.attachments import LinkOut
from chalicelib.expenses.schemas.receipts import ExpenseReceiptOut, SendReceipt
from chalicelib.expenses.service.paging import listed, start_of
from chalicelib.expenses.service.receipt_ends import keep_read
from chalicelib.expenses.service.storage import require_room
from chalicelib.kernel.clock import rfc3339
from chalicelib.kernel.context import Context
from chalicelib.kernel.errors import FieldProblem, Invalid
from chalicelib.kernel.ids import new_id
from chalicelib.kernel.wire import PageQuery, UploadOut
from chalicelib.users import api as users

_LIST = "expenses.receipts"
_TEXT_NAME = "receipt.txt"


def send_receipt(ctx: Context, body: SendReceipt) -> ExpenseReceiptOut:
    """Open an upload for a receipt, or read one that is sent as text; the same id and body again is the same one.

    Refuses a name that ends as another type does, a size that the type may not have, a text that is none, a
    file for which the owner has no room (`StorageFull`), and an id that is taken.
    """
    # the words of thirty languages: 8 ms that a cold start need not pay
    from chalicelib.expenses.model.receipts.parsing import parse

    made = None
    if body.id is not None:
        made = made_of(ctx, body.model_dump(mode="json", exclude_unset=True))
        earlier = Receipts(ctx).repeated(body.id, made)
        if earlier is not None:
            return _shown(ctx, earlier)
    usual = body.currency or users.preferences(ctx.person.id).base_currency
    if body.upload is not None:
        one = _new(ctx, body, made, usual, name=body.upload.name, type=body.upload.type)
        check_announced(one.name, one.type, body.upload.size)
        require_room(ctx, body.upload.size)
        Receipts(ctx).add(one)
        return ExpenseReceiptOut.of(one, upload=_form(ctx, one))
    one = _new(ctx, body, made, usual, name=_TEXT_NAME, type="text/plain")
    paper = _paper(body.text or "")
    require_room(ctx, paper.size)
    files.keep(ctx.owner, one.file_id, paper)
    draft = parse(paper.data.decode(), today=ctx.now.date(), currency=usual)
    return ExpenseReceiptOut.of(keep_read(ctx, one, paper, draft))


def _new(
    ctx: Context, body: SendReceipt, made: bytes | None, usual: str, *, name: str, type: PaperType
) -> Receipt:
    return Receipt(
        id=body.id or new_id(),
        # what is read at once is stored as it is then, as its first version
        version=0 if body.upload is None else 1,
        name=name,
        type=type,
        size=body.upload.size if body.upload else 0,
        file_id=new_id(),
        usual=usual,
        state="waiting",
        created_at=ctx.now,
        updated_at=ctx.now,
        made=made,
    )


def _paper(text: str) -> Paper:
    try:
        return clean(text.encode(), "text/plain")
    except Unfit as unfit:
        raise Invalid(errors=(FieldProblem("/text", unfit.detail),)) from unfit


def _form(ctx: Context, one: Receipt) -> UploadOut:
    arrival = files.Arrival(owner=ctx.owner, purpose="receipts", ids=(one.id,))
    expires_at = one.created_at + UPLOAD_LIFE
    form = files.upload_form(arrival, one.type, at=ctx.now, expires_at=expires_at)
    return UploadOut(url=form.url, fields=form.fields, expires_at=rfc3339(form.expires_at))


def list_receipts(ctx: Context, query: PageQuery) -> Listing[Receipt]:
    """Give the owner's receipts, the newest ids first, without links."""
    page = Receipts(ctx).find(start=start_of(ctx, query, _LIST), limit=query.limit)
    return listed(ctx, page, _LIST)


def read_receipt(ctx: Context, receipt_id: str) -> ExpenseReceiptOut:
    """Give a receipt as it stands, with a link to its file until that is an attachment."""
    return _shown(ctx, Receipts(ctx).get(receipt_id))


def _shown(ctx: Context, stored: Receipt) -> ExpenseReceiptOut:
    one = stored.as_of(ctx.now)
    upload = _form(ctx, one) if one.state == "waiting" else None
    return ExpenseReceiptOut.of(one, upload=upload, download=_link(ctx, one))


def _link(ctx: Context, one: Receipt) -> LinkOut | None:
    """Once attached, its file is the attachment's, and may have been deleted there."""
    if one.state != "ready":
        return None
    seconds = int(LINK_LIFE.total_seconds())
    return LinkOut(
        url=files.link(ctx.owner, one.file_id, one.type, seconds=seconds),
        expires_at=rfc3339(ctx.now + LINK_LIFE),
    )


def remove_receipt(ctx: Context, receipt_id: str) -> None:
    """Delete a receipt; its file too, unless that is an attachment of a transaction by now. Again is no error."""
    one = Receipts(ctx).look(receipt_id)
    if one is None:
        return
    ctx.expect_version(one.version)
    Receipts(ctx).remove(one)
    if one.state == "ready":
        Storage(ctx).give_back(one.size)
    if one.state != "attached":
        ctx.commit.order(DropFiles(file_ids=(one.file_id,)), subject=one.id)
