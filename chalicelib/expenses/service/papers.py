"""What was uploaded: from a file on its way in to one that is checked, freed of metadata and kept.

Every step can be done again. The file is kept under an id that its row was given when it was announced, so a second
delivery writes the same object; the row's version lets one of two files win. Nothing here refuses: what is wrong with
a file is written into its row.
"""

from __future__ import annotations

from dataclasses import replace

from chalicelib.expenses.events import AttachmentChecked
from chalicelib.expenses.gateways import files
from chalicelib.expenses.gateways.files import Arrival
from chalicelib.expenses.model.attachments import (
    OUR_MISTAKE,
    STORAGE_FULL,
    Attachment,
    Trouble,
    when_checked,
)
from chalicelib.expenses.model.papers.cleaning import Paper
from chalicelib.expenses.repository.attachments import Attachments
from chalicelib.expenses.repository.storage import Storage
from chalicelib.expenses.service import receipt_reading
from chalicelib.expenses.service.uploaded import checked
from chalicelib.kernel import uploads
from chalicelib.kernel.context import Context, Unit
from chalicelib.kernel.log import logger


def receive(key: str, unit: Unit) -> None:
    """Check the file that was stored under a key, if something waits for it; then delete it there."""
    arrival = files.addressee(key)
    if arrival is None:
        logger().warning("a file that belongs to nothing was left alone")
        return
    if arrival.purpose == "receipts":
        receipt_reading.receive(arrival, unit)
    else:
        _receive(arrival, unit)
    uploads.drop(key)


def give_up(key: str, unit: Unit) -> None:
    """Say that a file could not be checked, by a mistake of ours, so that nobody waits for it."""
    arrival = files.addressee(key)
    if arrival is None:
        return
    if arrival.purpose == "receipts":
        unit(arrival.owner, lambda ctx: receipt_reading.refuse(ctx, arrival, OUR_MISTAKE))
    else:
        unit(arrival.owner, lambda ctx: _finish(ctx, arrival, OUR_MISTAKE))


def _receive(arrival: Arrival, unit: Unit) -> None:
    """Check the file of an attachment, if one waits for it."""
    one = unit(arrival.owner, lambda ctx: _begin(ctx, arrival))
    found = checked(arrival.key, one.type) if one is not None else None
    if one is None or found is None:
        return
    if isinstance(found, Paper):
        files.keep(arrival.owner, one.file_id, found)
    after = unit(arrival.owner, lambda ctx: _finish(ctx, arrival, found))
    if after is None or after.state != "ready":
        files.remove(arrival.owner, [one.file_id])


def _begin(ctx: Context, arrival: Arrival) -> Attachment | None:
    """Mark the attachment as being checked; None where nobody waits for the file (any more)."""
    one = _known(ctx, arrival)
    if one is None or not one.is_open:
        logger().warning("a file that nothing waits for was dropped")
        return None
    if one.state == "waiting":
        one = replace(one, state="checking", version=one.version + 1, updated_at=ctx.now)
        Attachments(ctx).replace(one, logged=False)
    return one


def _finish(ctx: Context, arrival: Arrival, found: Paper | Trouble) -> Attachment | None:
    """Write down what was found; None where the attachment was deleted meanwhile."""
    one = _known(ctx, arrival)
    if one is None or not one.is_open:
        return one
    others = Attachments(ctx).find(one.transaction_id)
    after = when_checked(one, found, others, ctx.now)
    if after.state == "ready" and not Storage(ctx).kept().has_room(after.size):
        after = when_checked(one, STORAGE_FULL, others, ctx.now)
    Attachments(ctx).replace(after)
    fact = AttachmentChecked(
        transaction_id=after.transaction_id, attachment_id=after.id, state=after.state
    )
    ctx.commit.tell(fact, subject=after.id)
    return after


def _known(ctx: Context, arrival: Arrival) -> Attachment | None:
    transaction_id, attachment_id = arrival.ids
    for one in Attachments(ctx).find(transaction_id):
        if one.id == attachment_id:
            return one
    return None
