"""Where a receipt ends: read, held against the ledger, and attached to its transaction by us or by the user."""

from __future__ import annotations

from dataclasses import replace

from chalicelib.expenses.commands import DropFiles
from chalicelib.expenses.errors.papers import FieldUnread, ReceiptAttached, TooManyAttachments
from chalicelib.expenses.gateways.readers import Unread
from chalicelib.expenses.model.attachments import STORAGE_FULL, Trouble, make_room
from chalicelib.expenses.model.papers.cleaning import Paper
from chalicelib.expenses.model.receipts.draft import Draft
from chalicelib.expenses.model.receipts.learning import learned
from chalicelib.expenses.model.receipts.matching import Match
from chalicelib.expenses.model.receipts.receipt import (
    Reading,
    Receipt,
    as_attachment,
    attached,
    check_confirmable,
    has_content,
    next_state,
    when_read,
    when_refused,
)
from chalicelib.expenses.repository.attachments import Attachments
from chalicelib.expenses.repository.lookup import look_up
from chalicelib.expenses.repository.receipts import Receipts
from chalicelib.expenses.repository.storage import Storage
from chalicelib.expenses.schemas.receipts import ConfirmReceipt
from chalicelib.expenses.schemas.splits import PutSplits
from chalicelib.expenses.schemas.transactions import CreateTransaction
from chalicelib.expenses.service.parts import split_transaction
from chalicelib.expenses.service.receipt_matching import match, shares_of
from chalicelib.expenses.service.rights import require_transaction
from chalicelib.expenses.service.transactions import record_transaction
from chalicelib.kernel.context import Context
from chalicelib.kernel.money import Money
from chalicelib.kernel.wire import MoneyWire


def keep_read(ctx: Context, one: Receipt, paper: Paper, found: Draft | Unread) -> Receipt:
    """Write down what was read of a receipt, and attach it where its transaction is certain.

    One for whose file the owner has no room has failed; for a text that was asked before.
    """
    if one.version and not Storage(ctx).kept().has_room(paper.size):
        full = when_refused(one, STORAGE_FULL, ctx.now)
        Receipts(ctx).replace(full)
        return full
    reading, certain = _held(ctx, found)
    if certain is not None and not _fits(ctx, one, paper, certain):
        certain = None
    after = when_read(one, paper, reading, ctx.now, certain=certain)
    if after.version == 1:
        Receipts(ctx).add(after)
    else:
        Receipts(ctx).replace(after)
    if after.state == "ready":  # else the attachment counts
        Storage(ctx).take(after.size)
    return after


def _held(ctx: Context, found: Draft | Unread) -> tuple[Reading, Match | None]:
    if isinstance(found, Unread):
        return Reading(trouble=Trouble(slug=found.slug, detail=found.detail)), None
    decision = match(ctx, found)
    reading = Reading(draft=found, proposed=decision.proposed, shares=shares_of(ctx, found))
    return reading, decision.certain


def _fits(ctx: Context, one: Receipt, paper: Paper, certain: Match) -> bool:
    """Attach a receipt without asking; tell whether the transaction had room, and not the same file already."""
    kept = replace(one, sha256=paper.sha256, size=paper.size)
    try:
        return _add(ctx, kept, certain.transaction_id)
    except TooManyAttachments:
        return False


def _add(ctx: Context, one: Receipt, transaction_id: str) -> bool:
    """Add a receipt's file to a transaction; tell whether it was new there. Raises `TooManyAttachments`."""
    stored = Attachments(ctx)
    known = stored.find(transaction_id)
    if has_content(known, one.sha256):
        return False
    for other in make_room(known, ctx.now):
        stored.remove(other)
        ctx.commit.order(DropFiles(file_ids=(other.file_id,)), subject=other.id)
    stored.add(as_attachment(one, transaction_id, ctx.now))
    return True


def confirm_receipt(ctx: Context, receipt_id: str, body: ConfirmReceipt) -> Receipt:
    """Attach a receipt to the transaction that the user names, or to a new one that is made of it.

    What the user gives counts, all else is what was read. Refuses a receipt that is not read, or that a user attached
    (`ReceiptAttached`), fields that nobody knows (`FieldUnread`), what `record_transaction` and `split_transaction`
    refuse, and a transaction with ten attachments.
    """
    one = Receipts(ctx).get(receipt_id).as_of(ctx.now)
    check_confirmable(one)
    ctx.expect_version(one.version)
    transaction_id = body.transaction_id or _recorded(ctx, one, body)
    if body.transaction_id is not None:
        _chosen(ctx, body.transaction_id, body)
    if transaction_id != one.transaction_id:
        _move(ctx, one, transaction_id)
    if one.state == "ready":
        Storage(ctx).give_back(one.size)
    after = attached(next_state(one, "attached", ctx.now), transaction_id, "user")
    Receipts(ctx).replace(after)
    _learn(ctx, one, transaction_id)
    return after


def _chosen(ctx: Context, transaction_id: str, body: ConfirmReceipt) -> None:
    if body.parts is None:
        transaction = look_up(ctx, transaction=[transaction_id]).transaction(transaction_id)
        require_transaction(ctx, transaction, "editor")
        return
    meant = replace(ctx, expected_version=body.transaction_version)
    split_transaction(meant, transaction_id, PutSplits(parts=body.parts))


def _recorded(ctx: Context, one: Receipt, body: ConfirmReceipt) -> str:
    """Record a transaction of what the user says, and else of what was read."""
    draft = one.reading.draft or Draft()
    total = body.total.to_money() if body.total else _read_total(draft)
    day = body.bought_on or (draft.bought_on.value if draft.bought_on else None)
    missing = [name for name, value in (("/total", total), ("/bought_on", day)) if value is None]
    if total is None or day is None:
        raise FieldUnread(*missing)
    merchant = draft.merchant.value if draft.merchant else ""
    wanted = CreateTransaction(
        account_id=str(body.account_id),
        original_amount=MoneyWire.of(-total),
        booked_on=day,
        payee=merchant if body.merchant is None else body.merchant,
        notes=body.notes,
        category_id=body.category_id,
        parts=body.parts or [],
    )
    return record_transaction(ctx, wanted, source="receipt").id


def _read_total(draft: Draft) -> Money | None:
    if draft.total_minor is None or draft.currency is None:
        return None
    return Money(draft.total_minor.value, draft.currency.value)


def _move(ctx: Context, one: Receipt, transaction_id: str) -> None:
    """Attach the file, and take it away from where we attached it wrongly."""
    stored = Attachments(ctx)
    if one.transaction_id is not None:
        former = [it for it in stored.find(one.transaction_id) if it.id == one.id]
        if not former:
            raise ReceiptAttached  # and deleted there: the file is gone
        stored.remove(former[0])
    if not _add(ctx, one, transaction_id):  # the same file is there already
        ctx.commit.order(DropFiles(file_ids=(one.file_id,)), subject=one.id)


def _learn(ctx: Context, one: Receipt, transaction_id: str) -> None:
    """Let the owner's threshold learn from what they made of our best proposal."""
    if one.reading.proposed:
        best = one.reading.proposed[0]
        stored = Receipts(ctx)
        right = best.transaction_id == transaction_id
        stored.keep_habit(learned(stored.habit(), best.score, right=right))
