"""What notifications has of a user, for export and erasure, and the last mail: the receipt."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from chalicelib.kernel import parts
from chalicelib.kernel.context import Context
from chalicelib.kernel.errors import Unavailable
from chalicelib.kernel.tables import Key, Raw
from chalicelib.notifications import repository
from chalicelib.notifications.commands import EraseMore, ExportMore
from chalicelib.notifications.gateways import ses
from chalicelib.notifications.model.receipts import erasure_receipt
from chalicelib.notifications.repository import (
    TABLE,
    ConnectionRow,
    MailRow,
    MessageRow,
    TicketRow,
)
from chalicelib.users.api import notices as users_notices
from chalicelib.users.api import parts as users_parts
from chalicelib.users.commands import ReceiptMailed
from chalicelib.users.events import ErasureReceiptReady, ErasureStarted, ExportRequested


def _beside(row: Raw) -> Iterator[Key]:
    """A connection lies under its own id as well."""
    sort_key = row["sk"]["S"]
    if sort_key.startswith("CON#"):
        yield (sort_key, "CON")


PART: Final = parts.Part(
    service="notifications",
    spec=TABLE,
    kinds=(
        *parts.MARKS,
        parts.Kind(
            name="mails",
            prefix="MAL#",
            about="Mails that were sent to you, by the message that asked for them.",
            row=MailRow,
        ),
        parts.Kind(
            name="tickets",
            prefix="TKT#",
            about="Tickets for the live channel.",
            row=TicketRow,
            skipped="hashes of secrets that work once, for half a minute",
        ),
        parts.Kind(
            name="connections",
            prefix="CON#",
            about="Open connections of the live channel.",
            row=ConnectionRow,
        ),
        parts.Kind(
            name="messages",
            prefix="MSG#",
            about="What was pushed to you within the last day.",
            row=MessageRow,
        ),
    ),
    beside=_beside,
)


def erase(ctx: Context, message: ErasureStarted | EraseMore) -> None:
    """Erase a page of a user's part, and order the next."""
    users_parts.erase_part(ctx, PART, message, EraseMore)


def export(ctx: Context, message: ExportRequested | ExportMore) -> None:
    """Export a page of a user's part, and order the next."""
    users_parts.export_part(ctx, PART, message, ExportMore)


def mail_receipt(ctx: Context, fact: ErasureReceiptReady) -> None:
    """Mail the receipt to the address that is about to go, and let it go; the claim is the erasure's own."""
    due = users_notices.receipt_mail(fact.erasure_id)
    claimed = repository.claim_mail(ctx, "RECEIPT")
    if claimed is not None:
        try:
            ses.send(due.address, erasure_receipt(due.link, due.receipt))
        except Unavailable:
            repository.release_mail(ctx, claimed)
            raise
        repository.mark_sent(ctx.commit, claimed)
    ctx.commit.order(ReceiptMailed(), subject=fact.erasure_id)
