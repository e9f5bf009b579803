"""Reading a receipt that was uploaded: checked and kept as an attachment is, then read, then held against the ledger."""

from __future__ import annotations

from chalicelib.expenses.errors.papers import ReceiptNotFound
from chalicelib.expenses.events import ReceiptRead
from chalicelib.expenses.gateways import files
from chalicelib.expenses.gateways.files import Arrival
from chalicelib.expenses.gateways.readers import Setting, Unread, reader
from chalicelib.expenses.model.attachments import Trouble
from chalicelib.expenses.model.papers.cleaning import Paper
from chalicelib.expenses.model.receipts.draft import Draft
from chalicelib.expenses.model.receipts.receipt import Receipt, next_state, when_refused
from chalicelib.expenses.repository.receipts import Receipts
from chalicelib.expenses.service.receipt_ends import keep_read
from chalicelib.expenses.service.uploaded import checked
from chalicelib.kernel import clock
from chalicelib.kernel.context import Context, Unit
from chalicelib.kernel.log import logger


def receive(arrival: Arrival, unit: Unit) -> None:
    """Read the receipt that arrived, if one waits for it."""
    one = unit(arrival.owner, lambda ctx: _begin(ctx, arrival))
    if one is None:
        return
    paper = checked(arrival.key, one.type)
    if paper is None:
        return
    if isinstance(paper, Trouble):
        unit(arrival.owner, lambda ctx: refuse(ctx, arrival, paper))
        return
    files.keep(arrival.owner, one.file_id, paper)
    setting = Setting(today=clock.now().date(), currency=one.usual)
    found = reader().read(paper.data, paper.type, setting)
    after = unit(arrival.owner, lambda ctx: _finish(ctx, arrival, paper, found))
    if after is None or after.state == "failed":
        files.remove(arrival.owner, [one.file_id])


def refuse(ctx: Context, arrival: Arrival, trouble: Trouble) -> None:
    """Say why a receipt came to nothing, if one still waits."""
    one = _known(ctx, arrival)
    if one is not None and one.is_open:
        after = when_refused(one, trouble, ctx.now)
        Receipts(ctx).replace(after)
        _tell(ctx, after)


def _tell(ctx: Context, one: Receipt) -> None:
    fact = ReceiptRead(receipt_id=one.id, state=one.state, transaction_id=one.transaction_id)
    ctx.commit.tell(fact, subject=one.id)


def _begin(ctx: Context, arrival: Arrival) -> Receipt | None:
    """Mark the receipt as being read; None where nobody waits for the file (any more)."""
    one = _known(ctx, arrival)
    if one is None or not one.is_open:
        logger().warning("a file that no receipt waits for was dropped")
        return None
    if one.state == "waiting":
        one = next_state(one, "reading", ctx.now)
        Receipts(ctx).replace(one, logged=False)
    return one


def _finish(ctx: Context, arrival: Arrival, paper: Paper, found: Draft | Unread) -> Receipt | None:
    """Write down what was found; None where the receipt was deleted meanwhile."""
    one = _known(ctx, arrival)
    if one is None or not one.is_open:
        return one
    after = keep_read(ctx, one, paper, found)
    _tell(ctx, after)
    return after


def _known(ctx: Context, arrival: Arrival) -> Receipt | None:
    try:
        return Receipts(ctx).look(arrival.ids[0])
    except ReceiptNotFound:
        return None
